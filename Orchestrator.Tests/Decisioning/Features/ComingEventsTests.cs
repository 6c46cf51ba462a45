using CsCheck;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Tests.Decisioning.Features;

public sealed class ComingEventsTests
{
    static readonly FeaturePlan Plan = FeaturePlan.Standard;

    // So few keys that those expected have often left memory before they are observed.
    static readonly FeatureEngineOptions Options = new() { Lateness = TimeSpan.FromDays(2), MaxKeys = 3, IdleAfter = TimeSpan.FromDays(5) };

    [Fact]
    public void Vectors_when_events_are_expected_rightly_or_wrongly_do_stay_the_same_to_the_bit() => Gen.Select(EventStreams.Any, Gen.Int[0, 6], Gen.Bool).Sample(
        (arrivals, ahead, isShared) =>
        {
            var (told, untold) = (Engine(isShared), Engine(isShared));
            var (first, second) = (new float[Plan.Schema.Length], new float[Plan.Schema.Length]);
            for (var i = 0; i < arrivals.Length; i++)
            {
                if (i + ahead < arrivals.Length)
                    told.Expect(arrivals[i + ahead].Event);
                if (arrivals[i].IsLabel)
                    continue;
                var observation = told.Observe(arrivals[i].Event, [], first);

                Assert.Equal(untold.Observe(arrivals[i].Event, [], second), observation);
                Assert.Equal(second, first);
            }
        },
        iter: 300);

    static FeatureEngine Engine(bool isShared) => new(Plan, Options, crossLane: isShared ? new CrossLaneKeys(Plan, Options) : null);
}
