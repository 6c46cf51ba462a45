using CsCheck;
using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

/// <summary>Whatever members do to a group, it comes to rest with all who are alive, each assigned to once.</summary>
public sealed class GroupConvergenceTests
{
    const int Members = 4;

    // Members mostly do what they should.
    static readonly Deed[] Deeds = [Deed.Act, Deed.Act, Deed.Act, Deed.Act, Deed.Die, Deed.Leave, Deed.Cut, Deed.Wait];

    enum Deed
    {
        Act,
        Die,
        Leave,
        Cut,
        Wait,
    }

    [Fact]
    public Task Group_when_members_come_die_and_leave_at_random_comes_to_rest_with_all_who_live() =>
        Gen.Select(Gen.Int[0, Deeds.Length - 1].Select(i => Deeds[i]), Gen.Int[0, Members - 1])
            .Array[0, 60]
            .SampleAsync(ComesToRestAsync, iter: Samples.Of(40), threads: 1);

    static async Task ComesToRestAsync((Deed Deed, int Member)[] deeds)
    {
        using var group = new GroupFixture();
        var members = Enumerable.Range(0, Members).Select(i => new Member(group, i % 2 == 0)).ToArray();
        foreach (var (deed, at) in deeds)
        {
            switch (deed)
            {
                case Deed.Act:
                    await members[at].ActAsync();
                    break;
                case Deed.Die:
                    members[at] = new Member(group, at % 2 == 0);
                    break;
                case Deed.Leave:
                    members[at].Leave();
                    break;
                case Deed.Cut:
                    await members[at].CutAsync();
                    break;
                case Deed.Wait:
                    group.Time.Advance(TimeSpan.FromSeconds(3));
                    break;
            }
        }

        for (var round = 0; !IsAtRest(group, members); round++)
        {
            Assert.True(round < 1_000, $"no rest: {group.State}");
            var hasActed = false;
            foreach (var member in members)
                hasActed |= await member.ActAsync();
            if (!hasActed)
                group.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    static bool IsAtRest(GroupFixture group, Member[] members) =>
        group.Coordinator.Describe(GroupFixture.Group) is { State: GroupState.Stable } description
        && description.Members.Count == Members
        && members.All(m => m.IsSettled && description.Members.Any(d => d.MemberId == m.Id && GroupFixture.Text(d.Assignment) == $"part of {m.Id}"));

    /// <summary>A client as the protocol wants it: joins, syncs, beats, and joins again when it is told to.</summary>
    sealed class Member(GroupFixture group, bool takesIdFirst) : IDisposable
    {
        Task<JoinResult>? _joining;
        Task<SyncResult>? _syncing;
        JoinResult? _joined;
        CancellationTokenSource _connection = new();

        public string Id { get; private set; } = "";

        public bool IsSettled { get; private set; }

        /// <summary>Does what is next; says whether there was anything new.</summary>
        public async Task<bool> ActAsync()
        {
            if (_joining is not null)
                return await EndsAsync(_joining) && Joined(await _joining);
            if (_syncing is not null)
                return await EndsAsync(_syncing) && Synced(await _syncing);
            if (_joined is null)
            {
                _joining = group.JoinAsync(GroupFixture.Request(Id, takesIdFirst: takesIdFirst), _connection.Token);
                return true;
            }
            if (!IsSettled)
            {
                _syncing = group.SyncAsync(_joined, closed: _connection.Token);
                return true;
            }
            return JoinsAgainAfter(group.Heartbeat(_joined));
        }

        public void Leave()
        {
            if (Id.Length > 0 && _joining is null && _syncing is null)
                JoinsAgainAfter(group.Leave(Id) == KafkaError.None ? KafkaError.UnknownMemberId : KafkaError.RebalanceInProgress);
        }

        public async Task CutAsync()
        {
            await _connection.CancelAsync();
            _connection.Dispose();
            _connection = new CancellationTokenSource();
        }

        public void Dispose() => _connection.Dispose();

        bool Joined(JoinResult result)
        {
            _joining = null;
            if (result.Error == KafkaError.MemberIdRequired)
                Id = result.MemberId;
            if (result.Error != KafkaError.None)
                return result.Error == KafkaError.MemberIdRequired || JoinsAgainAfter(result.Error);
            Id = result.MemberId;
            _joined = result;
            return true;
        }

        bool Synced(SyncResult result)
        {
            _syncing = null;
            IsSettled = result.Error == KafkaError.None;
            return IsSettled || JoinsAgainAfter(result.Error);
        }

        bool JoinsAgainAfter(KafkaError error)
        {
            if (error == KafkaError.None)
                return false;
            Assert.Contains(error, new[] { KafkaError.UnknownMemberId, KafkaError.RebalanceInProgress, KafkaError.IllegalGeneration });
            _joined = null;
            IsSettled = false;
            if (error == KafkaError.UnknownMemberId)
                Id = "";
            return true;
        }

        // An answer is given in one moment and arrives in another, on a thread of the pool: it gets a little time to.
        static async Task<bool> EndsAsync(Task task) => task.IsCompleted || await Task.WhenAny(task, Task.Delay(5)) == task;
    }
}
