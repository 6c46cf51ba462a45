using Microsoft.Extensions.Time.Testing;
using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

/// <summary>A coordinator under a clock that stands still until it is moved, and short ways to be a member of its group.</summary>
internal sealed class GroupFixture : IDisposable
{
    public const string Group = "payments";
    public static readonly TimeSpan Session = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static readonly TimeSpan Bound = Eventually.Bound;

    public GroupFixture(GroupOptions? options = null) =>
        Coordinator = new GroupCoordinator(Time, options ?? new GroupOptions { InitialRebalanceDelay = TimeSpan.Zero });

    public FakeTimeProvider Time { get; } = new();

    public GroupCoordinator Coordinator { get; }

    public GroupState State => Coordinator.Describe(Group)?.State ?? GroupState.Dead;

    public static JoinRequest Request(
        string memberId = "", string? instanceId = null, string topics = "t", bool takesIdFirst = false, params string[] protocols) =>
        new(
            memberId,
            instanceId,
            "client",
            "/10.0.0.1",
            Session,
            Patience,
            "consumer",
            [.. (protocols.Length == 0 ? ["range"] : protocols).Select(p => new GroupProtocol(p, Bytes($"{p}:{topics}")))],
            takesIdFirst);

    public static ReadOnlyMemory<byte> Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);

    public static MemberIdentity Who(JoinResult joined, string? instanceId = null) => new(joined.MemberId, instanceId, joined.Generation);

    public Task<JoinResult> JoinAsync(JoinRequest? request = null, CancellationToken closed = default) =>
        Coordinator.JoinAsync(Group, request ?? Request(), closed).WaitAsync(Bound, CancellationToken.None);

    public Task<JoinResult> JoinAgainAsync(JoinResult joined) => JoinAsync(Request(joined.MemberId));

    /// <summary>Asks for an assignment; who leads assigns everyone a part named after the member.</summary>
    public Task<SyncResult> SyncAsync(JoinResult joined, string? instanceId = null, CancellationToken closed = default) =>
        Coordinator.SyncAsync(
            Group, Who(joined, instanceId), joined.Members.ToDictionary(m => m.MemberId, m => Bytes($"part of {m.MemberId}")), closed).WaitAsync(Bound, CancellationToken.None);

    public KafkaError Heartbeat(JoinResult joined, string? instanceId = null) => Coordinator.Heartbeat(Group, Who(joined, instanceId));

    public KafkaError Leave(string memberId, string? instanceId = null) => Coordinator.Leave(Group, [new LeavingMember(memberId, instanceId)])[0];

    /// <summary>A member alone in a stable group.</summary>
    public async Task<JoinResult> OneAsync(string? instanceId = null)
    {
        var one = await JoinAsync(Request(instanceId: instanceId));
        Assert.Equal(KafkaError.None, (await SyncAsync(one, instanceId: instanceId)).Error);
        return one;
    }

    /// <summary>Two members of a stable group; the first leads.</summary>
    public async Task<(JoinResult Leader, JoinResult Follower)> TwoAsync()
    {
        var one = await OneAsync();
        var joining = JoinAsync();
        var leader = await JoinAgainAsync(one);
        var follower = await joining;
        await Task.WhenAll(SyncAsync(leader), SyncAsync(follower));
        return (leader, follower);
    }

    public void Dispose() => Coordinator.Dispose();
}
