using CsCheck;
using Orchestrator.Activity.Figures;
using static Orchestrator.Tests.Activity.Views.ActivityDatabase;

namespace Orchestrator.Tests.Activity.Views;

/// <summary>
/// A lane that counts, hands over, is opened anew, dies and is moved, at any moment: what is stored never goes back, and in the end is what was counted.
/// </summary>
public sealed class StoreModelTests(ActivityDatabase db) : IClassFixture<ActivityDatabase>
{
    static readonly Gen<int[]> Courses = Gen.Int[0, 9].Array[5, 30];

    int _lane = 100;

    [Fact]
    public Task Figures_whatever_happens_to_their_lane_never_go_back_and_are_whole_in_the_end() => Courses.SampleAsync(RunAsync, iter: 40, threads: 1);

    async Task RunAsync(int[] course)
    {
        var lane = _lane++;
        var former = new List<ProcessStore>();
        var process = db.Process();
        var model = new Model(lane);
        var opening = process.Store.Open(lane);
        var stored = 0L;
        try
        {
            foreach (var step in course)
            {
                switch (step)
                {
                    case <= 3:
                        model.Count();
                        break;
                    case <= 5:
                        process.Store.TryTake(lane, opening, model.Position, model.Take);
                        break;
                    case <= 7:
                        await process.StoreAsync();
                        break;
                    case 8:
                        opening = process.Store.Open(lane);
                        model.GoBack();
                        break;
                    default:
                        // Another process goes on from the snapshot; this one is suspended, and writes when it wakes.
                        former.Add(process);
                        process = db.Process();
                        opening = process.Store.Open(lane);
                        model.GoBack();
                        await Task.WhenAll(former.Select(f => f.StoreAsync()));
                        break;
                }
                var now = await SumAsync(lane);
                Assert.True(now >= stored, $"{now} after {stored}");
                stored = now;
            }
            model.CatchUp();
            for (var i = 0; i < 4; i++)
            {
                process.Store.TryTake(lane, opening, model.Position, model.Take);
                await process.StoreAsync();
                await Task.WhenAll(former.Select(f => f.StoreAsync()));
            }
            Assert.Equal(model.Total, await SumAsync(lane));
        }
        finally
        {
            foreach (var one in former.Append(process))
                one.Dispose();
        }
    }

    Task<long> SumAsync(int lane) => db.ScalarAsync<long>($"select coalesce(sum(events), 0)::bigint from activity.minute where lane = {lane}");

    /// <summary>A lane over a log in which message n is an event of minute n modulo 5. Its snapshot is of whenever it last handed over.</summary>
    sealed class Model(int lane)
    {
        const int Minutes = 5;

        readonly HashSet<int> _changed = [];
        long _snapshot;
        long _end;

        public long Position { get; private set; }

        public long Total => _end;

        public void Count()
        {
            _changed.Add((int)(Position % Minutes));
            Position++;
            _end = Math.Max(_end, Position);
        }

        public void GoBack()
        {
            Position = _snapshot;
            _changed.UnionWith(Enumerable.Range(0, Minutes));
        }

        public void CatchUp()
        {
            while (Position < _end)
                Count();
        }

        public LaneDelta Take()
        {
            _snapshot = Position;
            var rows = _changed.Select(m => Deltas.Minute(Noon.AddMinutes(m), (Position - m + Minutes - 1) / Minutes)).ToArray();
            _changed.Clear();
            return Deltas.Of(lane, Position) with { Minutes = rows };
        }
    }
}
