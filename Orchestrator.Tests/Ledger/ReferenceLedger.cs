using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Tests.Ledger;

/// <summary>
/// The ledger as one would explain it: a balance and a held amount an account, a list of holds, a list of answers. It shares no code with the real one.
/// </summary>
sealed class ReferenceLedger
{
    readonly Dictionary<Guid, Held> _holds = [];
    readonly Dictionary<Guid, List<(IContract Asked, string? Refusal)>> _answers = [];

    public Dictionary<string, Book> Accounts { get; } = new(StringComparer.Ordinal);

    /// <summary>Credited and not yet captured, by currency.</summary>
    public Dictionary<string, long> UnderWay { get; } = new(StringComparer.Ordinal);

    public void Open(OpenAccount open) => Accounts.TryAdd(open.AccountId, new Book
    {
        Currency = open.Currency,
        Overdraft = open.Limits?.OverdraftMinor ?? 0,
        Limit = open.Limits?.PerTransactionMinor ?? long.MaxValue,
        DayLimit = open.Limits?.PerDayMinor ?? long.MaxValue,
        Balance = open.InitialBalanceMinor,
        Events = open.InitialBalanceMinor > 0 ? 2 : 1,
    });

    /// <summary>Takes a command; gives the refusal, or null.</summary>
    public string? Take(IContract command)
    {
        var asked = Asked(command);
        if (_answers.TryGetValue(Commands.Of(command).Id, out var answers))
        {
            foreach (var (first, answer) in answers)
            {
                if (first.Equals(asked))
                    return answer;
            }
            return "exists_with_different_body";
        }
        var refusal = Decide(command);
        _answers.Add(Commands.Of(command).Id, [(asked, refusal)]);
        return refusal;
    }

    string? Decide(IContract command)
    {
        if (!Accounts.TryGetValue(Commands.Of(command).AccountId, out var account))
            return "account_not_found";
        switch (command)
        {
            case IAccountCommand or PlaceHold or Credit or Debit when account.Status is "closed":
                return "account_closed";
            case FreezeAccount or CloseAccount or PlaceHold or Debit when account.Status is "frozen":
                return "account_frozen";
            case UnfreezeAccount when account.Status is "open":
                return "account_not_frozen";
            case CloseAccount when account.Balance != 0 || account.Held != 0:
                return "account_not_empty";
            case IAccountCommand change:
                account.Status = change switch { FreezeAccount => "frozen", UnfreezeAccount => "open", _ => "closed" };
                break;
            case IAmountCommand amount when !string.Equals(amount.Currency, account.Currency, StringComparison.Ordinal):
                return "currency_mismatch";
            case PlaceHold or Debit when ((IAmountCommand)command).AmountMinor > account.Limit:
                return "over_transaction_limit";
            // All of it happens on one day.
            case PlaceHold or Debit when account.Spent + account.Held + ((IAmountCommand)command).AmountMinor > account.DayLimit:
                return "over_daily_limit";
            case PlaceHold or Debit when account.Balance - account.Held - ((IAmountCommand)command).AmountMinor < -account.Overdraft:
                return "insufficient_funds";
            case Debit debit:
                account.Balance -= debit.AmountMinor;
                account.Spent += debit.AmountMinor;
                break;
            case PlaceHold place:
                account.Held += place.AmountMinor;
                _holds.Add(place.CommandId, new Held { Account = account, Amount = place.AmountMinor });
                break;
            case Credit credit:
                account.Balance += credit.AmountMinor;
                UnderWay[credit.Currency] = UnderWay.GetValueOrDefault(credit.Currency) + credit.AmountMinor;
                break;
            case CaptureHold capture:
                if (Unresolvable(capture.HoldId, account) is { } notCaptured)
                    return notCaptured;
                if (capture.AmountMinor > _holds[capture.HoldId].Amount)
                    return "exceeds_hold";
                var held = Resolve(capture.HoldId, "captured");
                var captured = capture.AmountMinor ?? held;
                account.Balance -= captured;
                account.Spent += captured;
                UnderWay[account.Currency] = UnderWay.GetValueOrDefault(account.Currency) - captured;
                break;
            case ReleaseHold release:
                if (Unresolvable(release.HoldId, account) is { } notReleased)
                    return notReleased;
                Resolve(release.HoldId, "released");
                break;
        }
        account.Events++;
        return null;
    }

    string? Unresolvable(Guid holdId, Book account) => !_holds.TryGetValue(holdId, out var hold) || hold.Account != account
        ? "hold_not_found"
        : hold.Resolved is { } resolved ? $"hold_already_{resolved}" : null;

    long Resolve(Guid holdId, string how)
    {
        var hold = _holds[holdId];
        hold.Resolved = how;
        hold.Account.Held -= hold.Amount;
        return hold.Amount;
    }

    static IContract Asked(IContract command) => command switch
    {
        IAccountCommand c => c,
        PlaceHold c => c with { ReplyKey = "", RequestedAt = default },
        CaptureHold c => c with { ReplyKey = "", RequestedAt = default },
        ReleaseHold c => c with { ReplyKey = "", RequestedAt = default },
        Credit c => c with { ReplyKey = "", RequestedAt = default },
        Debit c => c with { ReplyKey = "", RequestedAt = default },
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    internal sealed class Book
    {
        public required string Currency { get; init; }

        public long Overdraft { get; init; }

        public long Limit { get; init; }

        public long DayLimit { get; init; }

        public long Spent { get; set; }

        public long Balance { get; set; }

        public long Held { get; set; }

        public string Status { get; set; } = "open";

        public long Events { get; set; }
    }

    sealed class Held
    {
        public required Book Account { get; init; }

        public long Amount { get; init; }

        public string? Resolved { get; set; }
    }
}
