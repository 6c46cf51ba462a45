using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Decisioning.Models;

/// <summary>
/// Follows the models in force without a restart: asks for two short rows every so often, and reads a file only when another version has come into force. What
/// cannot be read or does not fit leaves what was in force before. Until it has read for the first time, and while none is live, the model of the file scores,
/// if there is one.
/// </summary>
public sealed partial class ModelsWatch : FollowingService, IModelsInForce
{
    // Models of old decisions that somebody looks at: trees can be large.
    const int MaxRemembered = 8;

    readonly ModelStore _store;
    readonly FeaturePlan _plan;
    readonly ILogger<ModelsWatch> _logger;
    readonly IScoringModel? _fromFile;
    readonly SemaphoreSlim _reading = new(1, 1);
    readonly List<IScoringModel> _remembered = [];
    readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    volatile ModelsInForce _current;

    /// <summary>A watch over the models of one process.</summary>
    /// <exception cref="InvalidOperationException">The model of the file cannot be read or does not fit the features.</exception>
    public ModelsWatch(NpgsqlDataSource database, FeaturePlan plan, ModelsOptions options, TimeProvider time, ILogger<ModelsWatch> logger)
        : base("Models", TimeSpan.FromMilliseconds(options.PollMs), time, logger)
    {
        (_store, _plan, _logger) = (new ModelStore(database, time), plan, logger);
        _fromFile = options.File is { } file ? ModelFile.Load(file, plan).Model : null;
        _current = new ModelsInForce(_fromFile, Challenger: null);
    }

    /// <inheritdoc />
    public ModelsInForce Current => _current;

    /// <inheritdoc />
    public override async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        var before = _current;
        var (live, shadow) = await _store.InForceAsync(cancellationToken);
        var next = new ModelsInForce(
            await FollowAsync(before.Champion, live, cancellationToken) ?? _fromFile,
            await FollowAsync(before.Challenger, shadow, cancellationToken));
        IsLoaded();
        if (next == before)
            return false;
        _current = next;
        Following(_logger, next.Champion?.Version ?? "none", next.Challenger?.Version ?? "none");
        return true;
    }

    /// <inheritdoc />
    public async ValueTask<IScoringModel?> FindAsync(string version, CancellationToken cancellationToken)
    {
        if (InForce(version) is { } inForce)
            return inForce;
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_remembered.Find(m => m.Version == version) is { } known)
                return known;
            var (found, _) = await ReadAsync(version, cancellationToken);
            if (found is null)
                return null;
            // The one that was read longest ago goes: of few, looked at in turn, that does.
            if (_remembered.Count == MaxRemembered)
                _remembered.RemoveAt(0);
            _remembered.Add(found);
            return found;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _reading.Dispose();
        base.Dispose();
    }

    IScoringModel? InForce(string version)
    {
        var current = _current;
        return current.Champion?.Version == version ? current.Champion
            : current.Challenger?.Version == version ? current.Challenger
            : _fromFile?.Version == version ? _fromFile
            : null;
    }

    // A version names its content, so the name says whether it is another one.
    async Task<IScoringModel?> FollowAsync(IScoringModel? current, string? version, CancellationToken cancellationToken)
    {
        if (version is null)
            return null;
        // A challenger that comes into force need not be read again.
        if (InForce(version) is { } known)
            return known;
        if (_refused.Contains(version))
            return current;
        var (model, error) = await ReadAsync(version, cancellationToken);
        if (model is not null)
            return model;
        // It was checked when it was stored: another version of the service computes other features.
        _refused.Add(version);
        DoesNotFit(_logger, version, $"{error}", current?.Version ?? "none");
        return current;
    }

    async Task<(IScoringModel? Model, ContractError? Error)> ReadAsync(string version, CancellationToken cancellationToken)
    {
        if (await _store.ContentAsync(version, cancellationToken) is not { } content)
            return (null, new ContractError("not_found", "version", "a model that is stored"));
        return ModelFile.TryRead(content, _plan, out var file, out var error) ? (file.Model, null) : (null, error);
    }

    [LoggerMessage(LogLevel.Information, "Models in force: {Champion}; challenger {Challenger}")]
    static partial void Following(ILogger logger, string champion, string challenger);

    [LoggerMessage(LogLevel.Error, "Model {Version} does not fit this version of the service: {Problem}; {Current} stays in force")]
    static partial void DoesNotFit(ILogger logger, string version, string problem, string current);
}
