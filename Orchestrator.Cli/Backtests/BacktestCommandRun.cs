using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Decisioning.Backtests;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Cli.Backtests;

/// <summary>What <c>backtest</c> was asked to do.</summary>
/// <param name="Rules">A file, a stored version, <c>live</c> or <c>built-in</c>.</param>
/// <param name="Model">A file, a stored version, <c>live</c> or <c>none</c>.</param>
/// <param name="Spec">What is judged.</param>
/// <param name="History">The transactions; null for stored decisions.</param>
/// <param name="LabelsPath">Their labels; null where there are none, or the file has its own.</param>
public sealed record BacktestCommandOptions(string Rules, string Model, BacktestSpec Spec, PublishOptions? History, string? LabelsPath);

/// <summary>Runs one backtest. A database is asked for only where something is stored there: a file of history, a file of rules and a model's file need none.</summary>
/// <param name="options">What is asked for.</param>
/// <param name="postgres">Gives the connection string when it is needed.</param>
/// <param name="time">The clock.</param>
public sealed class BacktestCommandRun(BacktestCommandOptions options, Func<string> postgres, TimeProvider time)
{
    readonly FeaturePlan _plan = FeaturePlan.Standard;
    readonly RuleSchema _schema = FeatureFields.SchemaOf(FeaturePlan.Standard.Schema);

    /// <summary>Runs.</summary>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The result, and the first bad rows of files.</returns>
    /// <exception cref="CommandException">It cannot be done.</exception>
    public async Task<(BacktestResult Result, IReadOnlyList<SkippedRow> Skipped)> RunAsync(Action<BacktestProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            var labels = options.LabelsPath is { } path ? PastLabels.Read(path, showErrors: 20) : PastLabels.None;
            await using var database = IsDatabaseNeeded() ? Connect() : null;
            var parts = await PartsAsync(database, cancellationToken);
            IBacktestHistory history = options.History is { } file ? new FileHistory(file, labels, time) : new StoredHistory(database!, time);
            var result = await new BacktestRunner(time).RunAsync(options.Spec, parts, history, progress, restToWork: 0, cancellationToken);
            return (result, [.. labels.Bad.First, .. (history as FileHistory)?.Bad.First ?? []]);
        }
        catch (BacktestException e)
        {
            throw new CommandException(e.Code, e.Detail, e);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn)
        {
            throw new CommandException("not_migrated", "The database is not of this version: orchestrator migrate brings it there.", e);
        }
        catch (NpgsqlException e)
        {
            throw new CommandException("database_unreachable", e.Message, e);
        }
    }

    bool IsDatabaseNeeded() => options.History is null
        || (options.Rules != BacktestOrder.BuiltIn && !File.Exists(options.Rules))
        || (options.Model != BacktestOrder.None && !File.Exists(options.Model));

    async Task<BacktestParts> PartsAsync(NpgsqlDataSource? database, CancellationToken cancellationToken)
    {
        var (rulesFile, modelFile) = (FileOf(options.Rules, BacktestOrder.Live, BacktestOrder.BuiltIn), FileOf(options.Model, BacktestOrder.Live, BacktestOrder.None));
        var (rules, model) = (rulesFile is null ? null : RulesOf(rulesFile), modelFile is null ? null : ModelOf(modelFile));
        if (database is null)
        {
            rules ??= BuiltInRuleSet.Compile(_schema);
            return new BacktestParts(rules, BacktestChoices.NoLists(rules), model) { Plan = _plan };
        }
        using var watch = new RulesWatch(database, _schema, new RulesOptions(), time, NullLogger<RulesWatch>.Instance);
        await watch.PollAsync(cancellationToken);
        using var models = new ModelsWatch(database, _plan, new ModelsOptions(), time, NullLogger<ModelsWatch>.Instance);
        await models.PollAsync(cancellationToken);
        var choices = new BacktestChoices(new RuleSetStore(database, time), watch, models, _schema, new FeatureEngineOptions { MaxKeys = 1_000_000 });
        var stored = await choices.FindAsync(
            rulesFile is null ? options.Rules : BacktestOrder.BuiltIn, modelFile is null ? options.Model : BacktestOrder.None, cancellationToken);
        return stored with { Rules = rules ?? stored.Rules, Model = model ?? stored.Model };
    }

    static string? FileOf(string choice, params ReadOnlySpan<string> names) => !names.Contains(choice) && File.Exists(choice) ? choice : null;

    CompiledRuleSet RulesOf(string path) => BacktestChoices.Compile("file", Read(path, RuleSetJson.MaxBytes), _schema);

    IScoringModel ModelOf(string path) => ModelFile.TryRead(Read(path, ModelFile.MaxBytes), _plan, out var file, out var error)
        ? file.Model
        : throw new CommandException("model_does_not_fit", $"{path}: {error}");

    static byte[] Read(string path, int most)
    {
        try
        {
            return new FileInfo(path).Length <= most
                ? File.ReadAllBytes(path)
                : throw new CommandException("file_too_long", $"{path} has more than {most} bytes.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file_unreadable", e.Message, e);
        }
    }

    NpgsqlDataSource Connect()
    {
        try
        {
            return NpgsqlDataSource.Create(postgres());
        }
        catch (ArgumentException e)
        {
            throw new CommandException("bad_connection_string", e.Message, e);
        }
    }
}
