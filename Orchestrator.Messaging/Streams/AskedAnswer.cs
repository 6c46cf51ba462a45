using System.Globalization;
using System.Text;

namespace Orchestrator.Messaging.Streams;

/// <summary>The answer to an asked message, from the moment that it is handed to the producer.</summary>
/// <param name="id">Its ce_id.</param>
/// <param name="body">The JSON.</param>
/// <param name="time">When it was given, UTC.</param>
internal sealed class AskedAnswer(Guid id, ReadOnlyMemory<byte> body, DateTimeOffset time)
{
    readonly TaskCompletionSource<StreamReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One that was read from the output topic.</summary>
    public AskedAnswer(in StreamAnswer answer)
        : this(answer.Id, answer.Body, answer.Time) => Give(answer.Offset);

    /// <summary>Its ce_id.</summary>
    public Guid Id => id;

    /// <summary>The answer; its offset is -1 while the broker has not acknowledged it.</summary>
    public StreamAnswer Answer { get; private set; } = new(id, body, time, -1);

    /// <summary>What whoever asks is told, as soon as that is known.</summary>
    public Task<StreamReply> Reply => _reply.Task;

    /// <summary>The broker has it.</summary>
    public void Give(long offset)
    {
        Answer = Answer with { Offset = offset };
        _reply.TrySetResult(new StreamReply.Answered(Answer, IsRepeated: false));
    }

    /// <summary>Nobody knows whether the broker has it.</summary>
    public void Fail() => _reply.TrySetResult(new StreamReply.Refused(StreamRefusal.NotPublished));
}

/// <summary>The answer to an asked message as an opening finds it on the output topic.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Positions">The next offset of each topic when it was asked.</param>
internal sealed record AskedBefore(StreamAnswer Answer, IReadOnlyDictionary<string, long> Positions)
{
    /// <summary>
    /// The header that tells an answer to an asked message from others. It says where the lane stood, for an answer alone cannot: messages that change the state
    /// without an answer leave no trace on the output topic.
    /// </summary>
    public const string Header = "orchestrator-asked";

    /// <summary>Whether it was asked before the message of this offset was taken.</summary>
    public bool IsBefore(string topic, long offset) => !Positions.TryGetValue(topic, out var next) || next <= offset;

    /// <summary>The header's value: each topic with its next offset.</summary>
    public static byte[] Write(IReadOnlyList<string> topics, ReadOnlySpan<long> positions)
    {
        var text = new StringBuilder();
        for (var i = 0; i < positions.Length; i++)
            text.Append(i == 0 ? "" : " ").Append(topics[i]).Append(':').Append(CultureInfo.InvariantCulture, $"{Math.Max(0, positions[i])}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads what <see cref="Write"/> wrote; what is something else says nothing.</summary>
    public static IReadOnlyDictionary<string, long> Read(string header)
    {
        var positions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in header.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = entry.LastIndexOf(':');
            if (at > 0 && long.TryParse(entry.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var next))
                positions[entry[..at]] = next;
        }
        return positions;
    }
}
