using System.CommandLine;
using Orchestrator.Cli;

namespace Orchestrator.Tests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public void Commands_are_those_that_the_documentation_names() =>
        Assert.Equal(
            ["acls", "backtest", "broker", "decisions", "doctor", "health", "labels", "ledger", "migrate", "models", "parked", "publish", "reconcile", "replay", "schemas", "simulate", "tail", "topics", "train", "verify"],
            Root().Subcommands.Select(c => c.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_command_option_and_argument_says_what_it_is_for()
    {
        var mute = All(Root()).SelectMany(c => c.Options.Cast<Symbol>().Concat(c.Arguments).Append(c))
            .Where(s => string.IsNullOrWhiteSpace(s.Description)).Select(s => s.Name).ToList();

        Assert.Empty(mute);
    }

    [Theory]
    [InlineData("simulate --rate 100 --count 10 --duplicates 0.05 --reorder 0.05 --json")]
    [InlineData("simulate --activity --http --write-key development --visitors 100 --rate 20 --count 10 --json")]
    [InlineData("publish f.csv --format handbook --dry-run")]
    [InlineData("publish f.jsonl --wire-format protobuf --schema-registry http://127.0.0.1:1")]
    [InlineData("tail transactions --from time:2026-05-01T12:00:00Z --filter key=a --filter b --count 3")]
    [InlineData("health --live --timeout 2.5 --api http://127.0.0.1:1 --json")]
    [InlineData("migrate --expand --json --postgres Host=a")]
    [InlineData("parked redrive 1 2 3")]
    [InlineData("parked search --topic accounts --error wrong_shape --from 2026-03-04 --text currency --json")]
    [InlineData("parked queue 1 --limit 10")]
    [InlineData("parked export --lanes ledger -o parked.jsonl")]
    [InlineData("parked redrive --group abc --rate 20 --at 2026-03-05T03:00:00Z --reason mended")]
    [InlineData("parked redrives 018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a31 --cancel")]
    [InlineData("parked propose 1 body.json --reason typo --actor otto")]
    [InlineData("parked approve 018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a30 --reason fine")]
    [InlineData("parked edits --state proposed --json")]
    [InlineData("replay plan ledger-events --from time:2026-05-01T12:00:00Z --to offset:9 --partition 1 --type a.v1 --key k --header a=b --rate 5 --max 9 --reason why --json")]
    [InlineData("replay start ledger-events --target projection:balances --allow-gaps --keep-hours 5 --id 018f4e2b-a000-7000-8000-000000000001 --reason why --no-wait")]
    [InlineData("replay cancel 018f4e2b-a000-7000-8000-000000000001")]
    [InlineData("parked list --group abc --limit 10 --api http://127.0.0.1:1")]
    [InlineData("decisions show 018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1b --trace --json")]
    [InlineData("labels publish labels.csv --source customer --show-errors 5 --json")]
    [InlineData("verify --settled --only ledger --json --postgres Host=a")]
    [InlineData("reconcile s.xml --format camt053 --days 3 --show 5 --json --postgres Host=a")]
    [InlineData("broker --port 9092")]
    [InlineData("acls --roles ledger,http --principal User:pay --format confluent --create-topics --older-brokers --kafka-config client.properties")]
    [InlineData("topics drift --profile msk --partitions 8 --replication 3 --min-in-sync 2 --retention-days 7 --json")]
    [InlineData("topics apply --dry-run --allow partitions --allow shorter-retention")]
    [InlineData("topics skew transactions ledger-events --json")]
    [InlineData("doctor machine kafka postgres service --timeout 5 --directory . --json")]
    [InlineData("schemas check --json")]
    [InlineData("schemas list --history folder")]
    [InlineData("schemas diff orchestrator.alert.raised.v1 --from 1 --to 2 --format avro")]
    [InlineData("schemas accept orchestrator.alert.raised.v1 orchestrator.case.opened.v1 --history folder --json")]
    [InlineData("backtest --rules r.json --model none --from 2026-02-01 --to 2026-03-01 --history h.jsonl --labels l.csv --review-cost EUR:500 --review-cost USD:600 --json")]
    [InlineData("ledger rebuild --projection balances --from topic --no-wait --json")]
    [InlineData("ledger check --projection balances --settled")]
    [InlineData("ledger verify --heads a.json --heads b.json --json")]
    [InlineData("ledger head --out a.json --postgres Host=a")]
    [InlineData("ledger rebuild --account cust-000123 --from topic --no-snapshot --json")]
    [InlineData("ledger rebuild --all")]
    [InlineData("train --review-cost 8 --decline-cost 60 --missed-cost 5 --loss 0.8 --review-finds 0.9 --upload")]
    [InlineData("models upload model.json --reason first --actor ann --json")]
    [InlineData("models activate trees-1-0a1b2c3d --reason tried --actor ben")]
    [InlineData("models list --limit 10 --json --api http://127.0.0.1:1")]
    [InlineData("models compare --from 2026-03-01 --to 2026-03-08 --assume-genuine")]
    [InlineData("models download trees-1-0a1b2c3d -o model.json")]
    [InlineData("models thresholds model.json handbook.csv --format handbook --loss 0.5 --review-cost 3 --calibrate -o new.json --json")]
    public void Command_line_when_well_formed_has_no_errors(string line) => Assert.Empty(Root().Parse(line).Errors);

    [Theory]
    [InlineData("simulate --rate fast")]
    [InlineData("simulate --clock tomorrow")]
    [InlineData("publish")]
    [InlineData("publish f.csv --wire-format xml")]
    [InlineData("tail")]
    [InlineData("ledger")]
    [InlineData("ledger rebuild --from memory")]
    [InlineData("reconcile")]
    [InlineData("reconcile s.csv --format mt940")]
    [InlineData("dance")]
    [InlineData("schemas")]
    [InlineData("schemas diff")]
    [InlineData("schemas diff orchestrator.alert.raised.v1 --format xml")]
    [InlineData("backtest --rules live")]
    [InlineData("models")]
    [InlineData("topics")]
    [InlineData("topics apply --allow everything")]
    [InlineData("doctor weather")]
    [InlineData("acls --format xml")]
    [InlineData("models upload model.json")]
    [InlineData("models thresholds model.json")]
    [InlineData("ledger rebuild")]
    [InlineData("ledger rebuild --projection balances --from memory")]
    public void Command_line_when_malformed_is_refused(string line) => Assert.NotEmpty(Root().Parse(line).Errors);

    static RootCommand Root() => OrchestratorCommand.Create(TimeProvider.System);

    static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Append(command);
}
