using CsCheck;
using Orchestrator.Cli.Simulation;

namespace Orchestrator.Tests.Simulation;

public sealed class DisturbanceTests
{
    [Fact]
    public void Disturbance_when_nothing_is_asked_for_changes_nothing()
    {
        var stream = new Disturbance(Duplicates: 0, Reorder: 0, Seed: 7).Apply(Enumerable.Range(0, 1_000)).ToList();

        Assert.Equal(Enumerable.Range(0, 1_000), stream.Select(d => d.Item));
        Assert.All(stream, d => Assert.False(d.IsDuplicate || d.IsLate));
    }

    [Fact]
    public void Disturbance_whatever_it_does_loses_nothing_and_adds_duplicates_only() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.UInt, Gen.Int[0, 500]).Sample((duplicates, reorder, seed, count) =>
        {
            var stream = new Disturbance(duplicates, reorder, seed).Apply(Enumerable.Range(0, count)).ToList();

            Assert.Equal(Enumerable.Range(0, count), stream.Where(d => !d.IsDuplicate).Select(d => d.Item).Order());
            var seen = new HashSet<int>();
            Assert.All(stream, d => Assert.Equal(d.IsDuplicate, !seen.Add(d.Item)));
        });

    [Fact]
    public void Disturbance_when_given_the_same_seed_does_the_same()
    {
        var disturbance = new Disturbance(0.05, 0.05, Seed: 42);

        Assert.Equal(disturbance.Apply(Enumerable.Range(0, 5_000)), disturbance.Apply(Enumerable.Range(0, 5_000)));
    }

    [Fact]
    public void Disturbance_when_asked_for_shares_does_keep_to_them_and_to_its_distance()
    {
        const int Count = 20_000;
        var stream = new Disturbance(0.05, 0.05, Seed: 3, MaxDistance: 16).Apply(Enumerable.Range(0, Count)).ToList();

        Assert.InRange(stream.Count(d => d.IsDuplicate), Count * 0.04, Count * 0.06);
        Assert.InRange(stream.Count(d => d.IsLate), Count * 0.04, Count * 0.06);
        var originals = stream.Where(d => !d.IsDuplicate).Select(d => d.Item).ToList();
        Assert.All(originals.Index(), at => Assert.InRange(at.Index - at.Item, -32, 32));
    }
}
