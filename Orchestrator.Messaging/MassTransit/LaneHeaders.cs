using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using MassTransit;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>
/// What MassTransit may ask of a lane's message: the scheduling token of a timer, the publisher's trace, and any header by its name.
/// Nothing is decoded before it is asked for.
/// </summary>
sealed class LaneHeaders(LaneMessage? message) : Headers
{
    const string ActivityId = "MT-Activity-Id";

    public static LaneHeaders None { get; } = new(message: null);

    public bool TryGetHeader(string key, [NotNullWhen(true)] out object? value)
    {
        value = message is null ? null : key switch
        {
            MessageHeaders.SchedulingTokenId => message.TimerId,
            ActivityId => message.TraceParent,
            _ when key.StartsWith("MT-", StringComparison.Ordinal) => null,
            _ => Raw(message.Raw.Headers, key),
        };
        return value is not null;
    }

    public T? Get<T>(string key, T? defaultValue = default) where T : class => TryGetHeader(key, out var value) && value is T typed ? typed : defaultValue;

    public T? Get<T>(string key, T? defaultValue = null) where T : struct => TryGetHeader(key, out var value) && value is T typed ? typed : defaultValue;

    // Headers of a received message are not copied to what is sent: the wire's own headers are made anew.
    public IEnumerable<KeyValuePair<string, object>> GetAll() => [];

    public IEnumerator<HeaderValue> GetEnumerator() => Enumerable.Empty<HeaderValue>().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    static string? Raw(IReadOnlyList<KeyValuePair<string, byte[]>> headers, string key)
    {
        for (var i = headers.Count - 1; i >= 0; i--)
        {
            if (string.Equals(headers[i].Key, key, StringComparison.Ordinal))
                return Encoding.UTF8.GetString(headers[i].Value);
        }
        return null;
    }
}
