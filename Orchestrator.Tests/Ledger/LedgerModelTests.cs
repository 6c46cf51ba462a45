using CsCheck;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>The decider against a model that shares no code with it, over random commands, many of them repeated or out of order.</summary>
public sealed class LedgerModelTests
{
    [Fact]
    public void LedgerDecider_when_given_any_commands_does_what_the_model_does() => CommandSequences.Many.Sample(
        commands =>
        {
            var model = new ReferenceLedger();
            var ledger = new DecidedLedger();
            foreach (var open in CommandSequences.Opens)
            {
                model.Open(open);
                ledger.Take(LedgerDecider.Open(null, ledger.Contra(AccountKind.Settlement, open.Currency), open, Commands.Noon), LedgerDecider.NewAccount(open, Commands.Noon));
            }
            foreach (var command in commands)
            {
                // Repetition is the processor's affair; here the decider sees each id once.
                if (!ledger.Seen.Add(Commands.Of(command).Id))
                    continue;
                Assert.Equal(model.Take(command), ledger.Take(command));
                ledger.AssertInvariants();
            }
            foreach (var (id, book) in model.Accounts)
            {
                var account = ledger.Accounts[id];
                Assert.Equal(book.Balance, account.Counters.CreditsPostedMinor - account.Counters.DebitsPostedMinor);
                Assert.Equal(book.Held, account.Counters.DebitsPendingMinor);
                Assert.Equal(book.Events, account.Version);
                Assert.Equal(book.Status, $"{account.Status}", ignoreCase: true);
            }
        },
        iter: 2_000);
}
