using Orchestrator.Broker.Groups.Requests;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <summary>The requests of consumer groups on the wire: reads them, has them done, writes the answers (https://kafka.apache.org/protocol).</summary>
/// <param name="coordinator">The groups.</param>
/// <param name="offsets">Their positions.</param>
/// <param name="isThere">Whether there is such a topic and partition.</param>
/// <param name="isHeld">Whether a transaction that has not ended holds another position of a group, topic and partition.</param>
/// <param name="brokerId">This broker, which coordinates every group.</param>
/// <param name="host">Where clients reach it.</param>
/// <param name="port">On which port; asked with each request, because it is known only after the server listens.</param>
internal sealed class GroupRequests(GroupCoordinator coordinator, GroupOffsets offsets, Func<string, int, bool> isThere, Func<string, string, int, bool> isHeld, int brokerId, string host, Func<int> port)
{
    /// <summary>What is answered in which versions; few of them are flexible.</summary>
    public static IReadOnlyDictionary<ApiKey, (short Min, short Max)> Versions { get; } = new Dictionary<ApiKey, (short Min, short Max)>
    {
        [ApiKey.FindCoordinator] = (0, 2),
        [ApiKey.JoinGroup] = (0, 5),
        [ApiKey.SyncGroup] = (0, 3),
        [ApiKey.Heartbeat] = (0, 3),
        [ApiKey.LeaveGroup] = (0, 3),
        [ApiKey.OffsetCommit] = (0, 7),
        [ApiKey.OffsetFetch] = (0, 7),
        [ApiKey.DescribeGroups] = (0, 4),
        [ApiKey.ListGroups] = (0, 2),
        [ApiKey.DeleteGroups] = (0, 1),
    };

    /// <summary>Whether a version of a request is flexible.</summary>
    public static bool IsFlexible(ApiKey api, short version) => api == ApiKey.OffsetFetch && version >= OffsetFetch.FirstFlexible;

    /// <summary>Answers a request. JoinGroup and SyncGroup wait for the other members; everything else is answered before it returns.</summary>
    /// <param name="request">Its header; in one of the <see cref="Versions"/>.</param>
    /// <param name="body">What follows the header; read before this returns.</param>
    /// <param name="response">Gets the answer, without its header.</param>
    /// <param name="cancellationToken">The connection is closed: those that wait end with an answer that nobody reads.</param>
    /// <exception cref="ProtocolException">The body is not what the protocol says, or is of another version.</exception>
    public Task HandleAsync(RequestContext request, KafkaReader body, KafkaWriter response, CancellationToken cancellationToken)
    {
        if (!Versions.TryGetValue(request.Api, out var range) || request.Version < range.Min || request.Version > range.Max)
            throw new ProtocolException($"{request.Api} v{request.Version} is not answered");

        switch (request.Api)
        {
            case ApiKey.JoinGroup:
                return JoinGroup.HandleAsync(request, body, response, coordinator, cancellationToken);
            case ApiKey.SyncGroup:
                return SyncGroup.HandleAsync(request, body, response, coordinator, cancellationToken);
            case ApiKey.FindCoordinator:
                FindCoordinator.Handle(request, body, response, brokerId, host, port());
                break;
            case ApiKey.Heartbeat:
                Heartbeat.Handle(request, body, response, coordinator);
                break;
            case ApiKey.LeaveGroup:
                LeaveGroup.Handle(request, body, response, coordinator);
                break;
            case ApiKey.OffsetCommit:
                OffsetCommit.Handle(request, body, response, coordinator, offsets, isThere);
                break;
            case ApiKey.OffsetFetch:
                OffsetFetch.Handle(request, body, response, offsets, isHeld);
                break;
            case ApiKey.DescribeGroups:
                DescribeGroups.Handle(request, body, response, coordinator, offsets);
                break;
            case ApiKey.ListGroups:
                ListGroups.Handle(request, response, coordinator, offsets);
                break;
            case ApiKey.DeleteGroups:
                DeleteGroups.Handle(body, response, coordinator, offsets);
                break;
        }
        return Task.CompletedTask;
    }
}
