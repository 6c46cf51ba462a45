using Confluent.Kafka;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka.Iam;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Streams;

/// <summary>Which messages were answered already: what a lane's partition of the output topic holds from an offset to its end.</summary>
/// <param name="ById">The answers to messages by their ids. Where an id is there twice, the first one counts, as it does for every receiver.</param>
/// <param name="Asked">The answers to asked messages in order, each id once. They stand on the output topic alone.</param>
/// <param name="End">The offset behind the last.</param>
/// <param name="InputEnds">Where each input topic ended when they were read: what lies behind cannot have been answered before.</param>
internal sealed record AnsweredInputs(
    Dictionary<Guid, StreamAnswer> ById, IReadOnlyList<AskedBefore> Asked, long End, IReadOnlyDictionary<string, long> InputEnds)
{
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    /// <summary>Reads them, on a thread of its own.</summary>
    /// <param name="kafka">How to reach the cluster.</param>
    /// <param name="reader">Reads what is not JSON.</param>
    /// <param name="group">The lane's group.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="from">The first offset that matters; null when none does, and only the end is asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LostOutputException">What was there from this offset on is not all there any more.</exception>
    /// <exception cref="KafkaException">The broker does not answer.</exception>
    public static Task<AnsweredInputs> ReadAsync(
        KafkaOptions kafka, LaneMessageReader reader, StreamGroup group, int partition, long? from, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Read(kafka, reader, group, partition, from, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    static AnsweredInputs Read(KafkaOptions kafka, LaneMessageReader reader, StreamGroup group, int partition, long? wanted, CancellationToken cancellationToken)
    {
        var output = new TopicPartition(group.OutputTopic, partition);
        var config = new ConsumerConfig(kafka.ConsumerConfig(group.Name)) { EnablePartitionEof = true };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).BuildSignedIn(config);
        var ends = group.Topics.ToDictionary(t => t, t => consumer.QueryWatermarkOffsets(new TopicPartition(t, partition), AnswerWithin).High.Value, StringComparer.Ordinal);
        var watermarks = consumer.QueryWatermarkOffsets(output, AnswerWithin);
        if (wanted is not { } from)
            return new AnsweredInputs([], [], watermarks.High.Value, ends);
        var low = watermarks.Low.Value;
        // From the very beginning: after a change of the cluster, when whatever it holds is looked at.
        if (from > 0 && from < low)
            throw new LostOutputException(output, from, low);
        var next = Math.Max(from, low);
        consumer.Assign(new TopicPartitionOffset(output, next));
        var answers = new Dictionary<Guid, StreamAnswer>();
        var asked = new OrderedDictionary<Guid, AskedBefore>();
        // To the end of that moment: a former owner that does not know yet may go on writing, and the very end is never seen then. It is seen before where what is last is no message.
        // Behind the end there is nothing: to ask for it fails, by the consumer's word.
        for (var end = watermarks.High.Value; next < end || from > end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = consumer.Consume(AnswerWithin) ?? throw new KafkaException(ErrorCode.Local_TimedOut);
            if (result.IsPartitionEOF)
                break;
            next = result.Offset.Value + 1;
            if (Read(result, reader) is not { } answer)
                continue;
            if (KafkaWire.Text(result.Message.Headers, AskedBefore.Header) is { } positions)
                asked.TryAdd(answer.Id, new AskedBefore(answer, AskedBefore.Read(positions)));
            else
                answers.TryAdd(answer.Id, answer);
        }
        consumer.Close();
        return new AnsweredInputs(answers, [.. asked.Values], next, ends);
    }

    static StreamAnswer? Read(ConsumeResult<byte[], byte[]> result, LaneMessageReader reader)
    {
        if (!Guid.TryParse(KafkaWire.Text(result.Message.Headers, CloudEventHeaders.Id), out var id))
            return null;
        var time = LaneMessageReader.Time(KafkaWire.Text(result.Message.Headers, CloudEventHeaders.Time))
            ?? LaneMessageReader.Time(result.Message.Timestamp.UnixTimestampMs);
        return new StreamAnswer(id, reader.JsonOf(result.Message), time, result.Offset.Value);
    }
}

/// <summary>Answers that the snapshot points at are not on the output topic any more, so nobody can tell what was answered.</summary>
internal sealed class LostOutputException(TopicPartition output, long from, long low)
    : Exception($"{output.Topic} [{output.Partition.Value}] holds answers from {low} on only; those from {from} on are needed")
{
    public string Topic { get; } = output.Topic;
}
