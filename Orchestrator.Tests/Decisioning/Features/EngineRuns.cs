using System.Buffers;
using Orchestrator.Decisioning.Features;
using static Orchestrator.Tests.Decisioning.Features.EventStreams;

namespace Orchestrator.Tests.Decisioning.Features;

/// <summary>Gives engines what comes, and takes and reads their snapshots.</summary>
static class EngineRuns
{
    /// <summary>An event that says by its number all that it is.</summary>
    public static FeatureEvent Event(int i, ulong account) => new()
    {
        Id = (ulong)i + 1,
        Account = account,
        Terminal = (account * 3) + (ulong)(i % 2),
        Destination = account * 5,
        Device = account,
        Ip = (ulong)(i % 3) + 1,
        Merchant = 4,
        AtMs = Start.ToUnixTimeMilliseconds() + (i * 3_600_000L),
        Amount = 1000 + (i * 77 % 900),
        HasPlace = true,
        Latitude = i % 90,
        Longitude = i % 180,
    };

    /// <summary>The vectors of those that are events.</summary>
    public static List<float[]> Run(FeatureEngine engine, IEnumerable<Arrival> arrivals)
    {
        var vectors = new List<float[]>();
        foreach (var arrival in arrivals)
        {
            var vector = new float[engine.Schema.Length];
            Take(engine, arrival, vector);
            if (arrival.IsEvent)
                vectors.Add(vector);
        }
        return vectors;
    }

    public static void Take(FeatureEngine engine, in Arrival arrival, Span<float> vector)
    {
        if (arrival.IsLabel)
            engine.Label(arrival.Event, arrival.IsFraud);
        else if (arrival.IsDeclined)
            engine.Declined(arrival.Event);
        else
            engine.Observe(arrival.Event, [], vector);
    }

    /// <summary>A snapshot without events between its slices.</summary>
    public static byte[] Saved(FeatureEngine engine)
    {
        engine.BeginSnapshot();
        return Rest(engine, new ArrayBufferWriter<byte>());
    }

    /// <summary>All slices that are still to come, behind those that came.</summary>
    public static byte[] Rest(FeatureEngine engine, ArrayBufferWriter<byte> slices)
    {
        while (engine.Snapshot(slices))
        {
            // Until it says that there is no more.
        }
        return slices.WrittenSpan.ToArray();
    }

    public static FeatureEngine Restored(byte[] snapshot, FeatureEngineOptions options, CrossLaneKeys? crossLane = null)
    {
        var engine = new FeatureEngine(FeaturePlan.Standard, options, crossLane: crossLane);
        engine.Restore(new MemoryStream(snapshot));
        return engine;
    }
}
