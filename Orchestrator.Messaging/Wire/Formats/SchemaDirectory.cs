using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Schemas;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>
/// The schemas that a registry has, kept in memory: those of writers up to a bound, and the ids of our own. While the registry is away it is asked again now and then,
/// with doubling pauses, and whoever needs it in between is told at once.
/// </summary>
/// <param name="source">The registry.</param>
/// <param name="capacity">How many schemas of writers are kept.</param>
/// <param name="options">How long pauses are.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears when it goes away and comes back.</param>
sealed partial class SchemaDirectory(ISchemaSource source, int capacity, MessagingOptions options, TimeProvider time, ILogger logger)
{
    // An id that nobody has now may be one that has not come to this registry yet.
    static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(10);

    readonly ConcurrentDictionary<string, int> _ours = new(StringComparer.Ordinal);
    readonly Lock _lock = new();

    // Two halves: what is found in the older one moves to the younger, and when that is full the older one goes.
    Dictionary<int, Known> _young = [];
    Dictionary<int, Known> _old = [];
    int _failures;
    long _failedAt;
    volatile string? _hindrance;

    SemaphoreSlim Asking { get; } = new(1, 1);

    /// <summary>Why it is away; null while it answers.</summary>
    public string? Hindrance => _hindrance;

    /// <summary>A schema that is in memory.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="schema">Null when it is known that there is none.</param>
    /// <returns>False when the registry must be asked.</returns>
    public bool TryFind(int id, out RegisteredSchema? schema)
    {
        schema = null;
        if (id <= 0)
            return true;
        lock (_lock)
        {
            if (!_young.TryGetValue(id, out var known))
            {
                if (!_old.TryGetValue(id, out known))
                    return false;
                Keep(id, known);
            }
            schema = known.Schema;
            return schema is not null || time.GetElapsedTime(known.At) < UnknownFor;
        }
    }

    /// <summary>A schema, from the registry when it is not in memory; null when there is none.</summary>
    /// <exception cref="RegistryAwayException">The registry does not answer.</exception>
    public async Task<RegisteredSchema?> FindAsync(int id, CancellationToken cancellationToken)
    {
        if (TryFind(id, out var known))
            return known;
        return await AskAsync(
            async () =>
            {
                if (TryFind(id, out known))
                    return known;
                var found = await source.FindAsync(id);
                lock (_lock)
                    Keep(id, new Known(found, time.GetTimestamp()));
                return found;
            },
            cancellationToken);
    }

    /// <summary>Whether the registry may be asked now.</summary>
    public bool MayAsk => Hindrance is null || time.GetElapsedTime(Interlocked.Read(ref _failedAt)) >= options.PauseAfter(Volatile.Read(ref _failures));

    /// <summary>The id of one of our schemas, when it is in memory.</summary>
    public bool TryIdOf(string subject, SchemaFormat format, out int id) => _ours.TryGetValue(KeyOf(subject, format), out id);

    /// <summary>The id of one of our schemas.</summary>
    /// <exception cref="RegistryAwayException">The registry does not answer, or does not take the schema.</exception>
    public async Task<int> IdOfAsync(string subject, SchemaFormat format, string text, CancellationToken cancellationToken)
    {
        if (TryIdOf(subject, format, out var known))
            return known;
        return await AskAsync(
            async () => TryIdOf(subject, format, out var id) ? id : _ours[KeyOf(subject, format)] = await source.IdOfAsync(subject, format, text),
            cancellationToken);
    }

    // One question at a time: who waits mostly finds what another has asked for, or that nobody answers.
    async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        await Asking.WaitAsync(cancellationToken);
        try
        {
            return MayAsk ? await AskNowAsync(ask) : throw new RegistryAwayException(Hindrance ?? "");
        }
        finally
        {
            Asking.Release();
        }
    }

    async Task<T> AskNowAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            var answer = await ask();
            if (_hindrance is not null)
                Back(logger);
            _failures = 0;
            _hindrance = null;
            return answer;
        }
        catch (RegistryAwayException e) when (!e.HasAnswered)
        {
            if (_hindrance is null)
                Away(logger, e);
            _hindrance = e.Detail;
            Interlocked.Exchange(ref _failedAt, time.GetTimestamp());
            Interlocked.Increment(ref _failures);
            throw;
        }
    }

    void Keep(int id, Known known)
    {
        if (_young.Count >= Math.Max(1, capacity / 2))
            (_old, _young) = (_young, []);
        _young[id] = known;
    }

    static string KeyOf(string subject, SchemaFormat format) => $"{format} {subject}";

    sealed record Known(RegisteredSchema? Schema, long At);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The schema registry is away; what needs it waits, and it is asked again")]
    static partial void Away(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The schema registry answers again")]
    static partial void Back(ILogger logger);
}
