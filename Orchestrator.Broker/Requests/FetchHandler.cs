using Orchestrator.Broker.Logs;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Requests;

/// <summary>
/// Hands out records; to who reads what is committed, those up to where all transactions have ended. When there are fewer than asked for it waits, and is woken by the next that is appended to one of its partitions. There are no fetch
/// sessions: every request names all its partitions.
/// </summary>
internal sealed class FetchHandler(BrokerNode node) : RequestHandler(node, ApiKey.Fetch, 4, 11)
{
    /// <summary>The isolation level of who reads only what is committed; all else is 0.</summary>
    public const sbyte ReadCommitted = 1;

    const int MostBytes = 50 << 20;

    public override bool Waits => true;

    public override bool Handle(RequestContext request, KafkaReader body, KafkaWriter answer, CancellationToken closed)
    {
        var fetch = Read(request.Version, body);
        var injected = Node.Faults.Next(ApiKey.Fetch);
        var started = answer.Length;
        var found = Answer(request.Version, fetch, injected, answer);
        if (injected != KafkaError.None || found.Failed || found.Bytes >= fetch.MinBytes || fetch.MaxWait <= TimeSpan.Zero)
            return true;

        var began = Node.Time.GetTimestamp();
        while (true)
        {
            var left = fetch.MaxWait - Node.Time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || !IsWoken(fetch, found.Ends, left, closed))
                return true;
            answer.Rewind(started);
            found = Answer(request.Version, fetch, KafkaError.None, answer);
            if (found.Failed || found.Bytes >= fetch.MinBytes)
                return true;
        }
    }

    // False when the time is up.
    static bool IsWoken(FetchRequest fetch, IReadOnlyList<long> ends, TimeSpan within, CancellationToken closed)
    {
        using var waiter = new FetchWaiter();
        var awaited = new List<PartitionLog>(fetch.Partitions.Count);
        try
        {
            for (var i = 0; i < fetch.Partitions.Count; i++)
            {
                if (fetch.Partitions[i].Log is not { } log)
                    continue;
                awaited.Add(log);
                log.Await(ends[i], waiter);
            }
            return waiter.IsWoken(within, closed);
        }
        finally
        {
            awaited.ForEach(log => log.Forget(waiter));
        }
    }

    FetchRequest Read(short version, KafkaReader body)
    {
        body.Int32(); // replica id: consumers have none
        var maxWait = body.Int32();
        var minBytes = body.Int32();
        var maxBytes = body.Int32();
        var isCommitted = body.Int8() == ReadCommitted;
        if (version >= 7)
        {
            body.Int32(); // session id
            body.Int32(); // session epoch
        }
        var partitions = new List<FetchPartition>();
        foreach (var (topic, wanted) in body.Array(b => (Topic: b.String(), Partitions: b.Array(p => ReadPartition(version, p)))))
        {
            foreach (var (number, offset, most) in wanted)
                partitions.Add(new FetchPartition(topic, number, offset, most, Node.Topics.Find(topic, number)));
        }
        return new FetchRequest(TimeSpan.FromMilliseconds(maxWait), minBytes, Math.Min(maxBytes, MostBytes), isCommitted, partitions);
    }

    static (int Number, long Offset, int MaxBytes) ReadPartition(short version, KafkaReader body)
    {
        var number = body.Int32();
        if (version >= 9)
            body.Int32(); // the leader's epoch: always 0
        var offset = body.Int64();
        if (version >= 5)
            body.Int64(); // a follower's first offset
        return (number, offset, body.Int32());
    }

    static FetchOutcome Answer(short version, FetchRequest fetch, KafkaError injected, KafkaWriter answer)
    {
        NoThrottle(answer);
        if (version >= 7)
        {
            answer.Error(injected);
            answer.Int32(0); // no session
        }
        var ends = new List<long>(fetch.Partitions.Count);
        var failed = false;
        var total = 0;
        var countAt = answer.Length;
        answer.Int32(0);
        var topics = 0;
        for (var i = 0; i < fetch.Partitions.Count; topics++)
        {
            var topic = fetch.Partitions[i].Topic;
            answer.String(topic);
            var partitionsAt = answer.Length;
            answer.Int32(0);
            var partitions = 0;
            for (; i < fetch.Partitions.Count && string.Equals(fetch.Partitions[i].Topic, topic, StringComparison.Ordinal); i++, partitions++)
            {
                var (error, end, bytes) = AnswerPartition(version, fetch.Partitions[i], fetch.IsCommitted, injected, fetch.MaxBytes - total, first: total == 0, answer);
                ends.Add(end);
                failed |= error != KafkaError.None;
                total += bytes;
            }
            answer.PatchInt32(partitionsAt, partitions);
        }
        answer.PatchInt32(countAt, topics);
        return new FetchOutcome(total, failed, ends);
    }

    static (KafkaError Error, long End, int Bytes) AnswerPartition(
        short version, FetchPartition wanted, bool isCommitted, KafkaError injected, int room, bool first, KafkaWriter answer)
    {
        answer.Int32(wanted.Number);
        var errorAt = answer.Length;
        answer.Int16(0);
        // Before what is read: a record that comes meanwhile then wakes the wait for more.
        var end = wanted.Log?.EndOffset ?? -1;
        var stable = wanted.Log?.StableOffset ?? -1;
        answer.Int64(end);
        answer.Int64(stable);
        if (version >= 5)
            answer.Int64(wanted.Log?.StartOffset ?? -1);
        var written = 0;
        var error = injected;
        var most = Math.Min(wanted.MaxBytes, Math.Max(room, 0));
        if (wanted.Log is null)
            error = KafkaError.UnknownTopicOrPartition;
        if (error != KafkaError.None || !(room > 0 || first))
            FetchedRecords.WriteNone(version, answer);
        else
            (error, written) = FetchedRecords.Write(version, wanted.Log!, wanted.Offset, isCommitted ? stable : long.MaxValue, most, answer);
        answer.PatchInt16(errorAt, (short)error);
        return (error, end, written);
    }

    sealed record FetchRequest(TimeSpan MaxWait, int MinBytes, int MaxBytes, bool IsCommitted, IReadOnlyList<FetchPartition> Partitions);

    sealed record FetchPartition(string Topic, int Number, long Offset, int MaxBytes, PartitionLog? Log);

    sealed record FetchOutcome(int Bytes, bool Failed, IReadOnlyList<long> Ends);
}
