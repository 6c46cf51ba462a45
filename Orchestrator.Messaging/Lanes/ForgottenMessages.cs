using System.Collections.Frozen;
using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// What lanes published after the instant to which the database was restored: it tells of units of work that the database has forgotten, which are decided anew from what others published. Whoever
/// took it as well would believe in two histories at once. The answers of stream lanes are none of it: their record is Kafka itself.
/// </summary>
/// <param name="options">When the database was restored, and to which instant.</param>
/// <param name="groups">The groups whose state is in the database.</param>
internal sealed partial class ForgottenMessages(MessagingOptions options, IEnumerable<string> groups)
{
    const string Root = "/orchestrator/";

    readonly long _from = options.RestoredTo?.ToUnixTimeMilliseconds() ?? long.MaxValue;
    readonly long _until = options.RestoredAt?.ToUnixTimeMilliseconds() ?? long.MinValue;
    readonly FrozenSet<string> _groups = groups.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Finds out which groups those are; null when the database was not restored.</summary>
    public static async Task<ForgottenMessages?> ReadAsync(NpgsqlDataSource database, MessagingOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        if (options.RestoredTo is not { } to || options.RestoredAt is not { } at)
            return null;
        await using var command = database.CreateCommand(
            "select coalesce(array_agg(name), '{}') from messaging.lane_group g where not exists (select from messaging.stream_snapshot s where s.group_id = g.group_id)");
        var groups = (string[])(await command.ExecuteScalarAsync(cancellationToken))!;
        PassesOver(logger, to, at);
        return new ForgottenMessages(options, groups);
    }

    /// <summary>Whether it is one.</summary>
    public bool Holds(ConsumeResult<byte[], byte[]> result)
    {
        if (result.Message is not { } message || message.Timestamp.UnixTimestampMs < _from || message.Timestamp.UnixTimestampMs > _until)
            return false;
        return KafkaWire.Text(message.Headers, CloudEventHeaders.Source) is { } source && GroupOf(source) is { } group && _groups.Contains(group);
    }

    // What is published at the edge, by requests and jobs, is no lane's: that is among what others asked for.
    static string? GroupOf(string source)
    {
        if (!source.StartsWith(Root, StringComparison.Ordinal) || source.IndexOf('/', Root.Length) is not (> 0 and var end))
            return null;
        return int.TryParse(source.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? source[Root.Length..end] : null;
    }

    [LoggerMessage(LogLevel.Warning, "The database was restored to {RestoredTo:O} at {RestoredAt:O}: what lanes published in between is passed over, and done again")]
    static partial void PassesOver(ILogger logger, DateTimeOffset restoredTo, DateTimeOffset restoredAt);
}
