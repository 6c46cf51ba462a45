using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Tests.Decisioning;

/// <summary>Transactions to assess.</summary>
static class Transactions
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static TransactionSubmitted Of(
        long amountMinor, DateTimeOffset? at = null, string currency = "EUR", TransactionKind kind = TransactionKind.Transfer, string source = "alice") =>
        new(Guid.CreateVersion7(Noon), source, "shop", amountMinor, currency, kind, at ?? Noon);
}
