using System.Runtime.InteropServices;
using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Simulation;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Cli.Simulate;

/// <summary>From simulated rows to messages: pure.</summary>
public static class SimulatedTransactions
{
    /// <summary>
    /// The instant that stands for simulated second 0 when nobody says: a Sunday midnight, as the Handbook's day 0 is one, early enough that
    /// the Handbook's 183 days end before <paramref name="now"/>, so that no transaction of a usual run claims to be from the future.
    /// </summary>
    public static DateTimeOffset DefaultOrigin(DateTimeOffset now)
    {
        var midnight = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-183);
        return midnight.AddDays(-(int)midnight.DayOfWeek);
    }

    /// <summary>The transactions of a run, numbered; amounts of 0, which no contract allows, are left out.</summary>
    public static IEnumerable<NumberedTransaction> Of(HandbookSimulator simulator, long? count)
    {
        long number = 0;
        foreach (var transaction in simulator.Run())
        {
            if (number == count)
                yield break;
            if (transaction.AmountMinor > 0)
                yield return new(number++, transaction);
        }
    }

    /// <summary>The id of transaction <paramref name="number"/> of a run.</summary>
    public static Guid IdOf(uint seed, string run, long number) => NamedId.Of("simulate", $"{seed}/{run}/{number}");

    /// <summary>The message. Its label stays behind.</summary>
    public static TransactionSubmitted Message(Guid id, HandbookTransaction row, DateTimeOffset occurredAt, string currency)
    {
        var terminal = HandbookAccounts.Terminal(row.Terminal);
        return new(
            id,
            HandbookAccounts.Customer(row.Customer),
            terminal,
            row.AmountMinor,
            currency,
            TransactionKind.Card,
            occurredAt,
            TerminalId: terminal,
            Channel: "pos");
    }
}

/// <summary>A simulated transaction and its number in the run, from 0.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NumberedTransaction(long Number, HandbookTransaction Row);
