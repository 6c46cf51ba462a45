using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;
using Xunit;

namespace Orchestrator.Tests.Messaging;

public sealed class UnitOfWorkTests
{
    static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    readonly UnitOfWork _work = new(new LaneId("test", 0), Noon, MessageCatalog.Contracts);

    // One statement cannot set a row twice: the database would refuse the unit, and it would be tried again for ever.
    [Fact]
    public void Timer_when_it_is_set_again_in_the_same_unit_does_take_the_place_of_the_first()
    {
        var other = Timer(2, 1);
        var again = Timer(1, 9);
        _work.Schedule(Timer(1, 5));
        _work.Schedule(other);
        _work.Schedule(again);
        Assert.Equal([other, again], _work.Timers);
        Assert.Empty(_work.CancelledTimers);
    }

    [Fact]
    public void Timer_when_it_is_cancelled_in_the_unit_that_set_it_does_leave_nothing()
    {
        _work.Schedule(Timer(1, 5));
        _work.Schedule(Timer(1, 9));
        _work.CancelTimer(LaneFixture.Id(1));
        Assert.Empty(_work.Timers);
        Assert.Empty(_work.CancelledTimers);
    }

    TimerEntry Timer(int id, int minutes)
    {
        var reminder = new TransactionCancelled(LaneFixture.Id(id), "a", Noon);
        return new TimerEntry(LaneFixture.Id(id), Noon.AddMinutes(minutes), OutgoingMessage.Of(
            _work.Catalog.Of(typeof(TransactionCancelled)), reminder, LaneFixture.Id(id), _work.Lane.Source, Noon));
    }
}
