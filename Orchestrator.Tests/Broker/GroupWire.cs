using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

/// <summary>Sends bodies of requests to the group requests, and reads the bodies of the answers to their last byte.</summary>
internal sealed class GroupWire : IDisposable
{
    readonly GroupFixture _group = new();
    readonly GroupRequests _requests;

    public GroupWire() => _requests = new GroupRequests(
        _group.Coordinator, Offsets, (topic, partition) => topic != "nowhere" && partition is >= 0 and < 100, (_, topic, _) => topic == "held", brokerId: 3, "broker.local", () => 9_092);

    public GroupOffsets Offsets { get; } = new(null);

    /// <param name="api">Which request.</param>
    /// <param name="version">In which version.</param>
    /// <param name="write">Its body, field by field.</param>
    /// <param name="read">The fields of the answer, all of them.</param>
    public async Task<T> CallAsync<T>(ApiKey api, int version, Action<KafkaWriter> write, Func<KafkaReader, T> read)
    {
        using var body = new KafkaWriter();
        write(body);
        var length = body.Length;
        using var response = new KafkaWriter();
        var request = new KafkaReader(body.Written);
        var answering = _requests.HandleAsync(new RequestContext(api, (short)version, 1, "client", "/10.0.0.1"), request, response, default);
        Assert.Equal(0, request.Remaining);

        // The server takes the request's buffer back: whatever waits must not look into it any more.
        body.Rewind(0);
        body.Next(length).Fill(0xff);
        await answering.WaitAsync(Eventually.Bound);
        var reader = new KafkaReader(response.Written.ToArray());
        var answer = read(reader);
        Assert.Equal(0, reader.Remaining);
        return answer;
    }

    /// <summary>Joins as a member alone, and syncs.</summary>
    public async Task<JoinResult> OneAsync(string? instanceId = null) => await _group.OneAsync(instanceId);

    /// <summary>Reads the time for which the client is to be quiet, which is always none, in versions that have it.</summary>
    public static void Throttle(KafkaReader answer, bool isThere)
    {
        if (isThere)
            Assert.Equal(0, answer.Int32());
    }

    public static KafkaError Error(KafkaReader answer) => (KafkaError)answer.Int16();

    public void Dispose()
    {
        _group.Dispose();
        Offsets.Dispose();
    }
}
