using CsCheck;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>
/// Two ledger lanes on PostgreSQL against the model: random commands in random batches, repeated and out of order, with units that are lost, units that
/// are committed unnoticed, and restarts in between.
/// </summary>
public sealed class LedgerProcessorModelTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    const int Lanes = 2;

    static readonly Gen<(IContract[] Commands, int[] Cuts, int[] Mishaps)> Runs =
        Gen.Select(CommandSequences.Many, Gen.Int[1, 12].Array[120], Gen.Int[0, 9].Array[120]);

    [Fact]
    public Task LedgerProcessor_when_given_any_commands_and_mishaps_does_what_the_model_does() => Runs.SampleAsync(
        async run =>
        {
            await EmptyAsync();
            var model = new ReferenceLedger();
            var lanes = Enumerable.Range(0, Lanes).Select(p => new LedgerLane(Database, p)).ToList();
            foreach (var open in CommandSequences.Opens)
            {
                model.Open(open);
                await lanes[LaneOf(open.AccountId)].RunAsync(open);
            }
            for (var (start, n) = (0, 0); start < run.Commands.Length; start += run.Cuts[n++])
            {
                var batch = run.Commands.Skip(start).Take(run.Cuts[n]).ToList();
                for (var lane = 0; lane < Lanes; lane++)
                    await RunAsync(lanes[lane], batch.Where(c => LaneOf(Commands.Of(c).AccountId) == lane).ToList(), run.Mishaps[n], model);
            }
            await AssertSameAsync(model);
            Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: false));
        },
        iter: Samples.Of(150), threads: 1);

    static async Task RunAsync(LedgerLane lane, List<IContract> batch, int mishap, ReferenceLedger model)
    {
        switch (mishap)
        {
            case 0:
                lane.Restart();
                break;
            case 1:
                await lane.LoseAsync(batch);
                break;
            case 2:
                await lane.CommitUnnoticedAsync(batch);
                break;
        }
        var replies = LedgerLane.Replies(await lane.RunAsync(batch)).ToList();
        // Who changes an account's status is not answered; the model takes it all the same.
        var expected = batch.ConvertAll(c => (Command: c, Refusal: model.Take(c))).FindAll(e => e.Command is ILedgerCommand);
        Assert.Equal(expected.Select(e => Commands.Of(e.Command).Id), replies.Select(r => r.CommandId));
        Assert.Equal(expected.Select(e => e.Refusal), replies.Select(Commands.Refusal));
    }

    async Task AssertSameAsync(ReferenceLedger model)
    {
        var reader = new AccountReader(Database);
        foreach (var (id, book) in model.Accounts)
        {
            var account = await reader.GetAsync(id, default);
            Assert.NotNull(account);
            Assert.Equal(book.Balance, account.Counters.CreditsPostedMinor - account.Counters.DebitsPostedMinor);
            Assert.Equal(book.Held, account.Counters.DebitsPendingMinor);
            Assert.Equal(book.Balance - book.Held + book.Overdraft, account.AvailableMinor);
            Assert.Equal(book.Events, account.Version);
            Assert.Equal(book.Status, $"{account.Status}", ignoreCase: true);
            Assert.Equal(book.Events, (await reader.GetEventsAsync(id, 0, AccountReader.MaxPage, default)).Count);
        }
        foreach (var (currency, underWay) in model.UnderWay)
        {
            await using var command = Database.CreateCommand(
                "select coalesce(sum(debits_posted_minor - credits_posted_minor), 0)::bigint from ledger.account where kind = 1 and currency = $1");
            command.Parameters.AddWithValue(currency);
            Assert.Equal(underWay, await command.ExecuteScalarAsync());
        }
    }

    static int LaneOf(string accountId) => accountId is "alice" or "carol" ? 0 : 1;
}
