using Orchestrator.Cli.Figures;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts.Accounts;

namespace Orchestrator.Cli.Publishing;

/// <summary>
/// Opens accounts before transactions use them. The two travel on different topics, so it waits until the service knows the accounts
/// that were sent last; where it cannot ask, it says so and goes on.
/// </summary>
public sealed class AccountOpening(TransactionPublisher publisher, LagGate gate, ServiceClient service, TimeProvider time)
{
    const int Sample = 32;
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Publishes all of <paramref name="accounts"/> and waits for the last.</summary>
    /// <param name="accounts">What to open.</param>
    /// <param name="sent">Called after each.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task OpenAsync(IEnumerable<OpenAccount> accounts, Action sent, CancellationToken cancellationToken)
    {
        var last = new Queue<string>(Sample);
        foreach (var account in accounts)
        {
            await gate.PassAsync(cancellationToken);
            await publisher.PublishAsync(account, IdOf(account), cancellationToken);
            if (last.Count == Sample)
                last.Dequeue();
            last.Enqueue(account.AccountId);
            sent();
        }
        await publisher.FlushAsync(cancellationToken);
        await AwaitAsync(last, cancellationToken);
    }

    /// <summary>The ce_id of opening an account with this body: the same body is the same message.</summary>
    public static Guid IdOf(OpenAccount account) =>
        NamedId.Of("open-account", $"{account.AccountId}/{account.Currency}/{account.InitialBalanceMinor}");

    async Task AwaitAsync(Queue<string> accountIds, CancellationToken cancellationToken)
    {
        if (await service.FiguresAsync(cancellationToken) is null)
        {
            Terminal.Warn($"The service at {service.Api} is away: not waiting for the accounts to be open.");
            return;
        }
        var start = time.GetTimestamp();
        while (accountIds.TryPeek(out var accountId))
        {
            if (await service.HasAccountAsync(accountId, cancellationToken))
            {
                accountIds.Dequeue();
                continue;
            }
            if (time.GetElapsedTime(start) > Patience)
            {
                Terminal.Warn($"Account {accountId} is not open after {Patience.TotalSeconds:0} s: going on without it.");
                return;
            }
            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}
