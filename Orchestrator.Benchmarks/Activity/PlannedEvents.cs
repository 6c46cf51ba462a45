using System.Runtime.InteropServices;
using Orchestrator.Messaging.Kafka;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>
/// What a million visitors do in two hours, in the order in which it is published: some events come late but within the bound, some beyond it, some twice. All of it follows from a
/// seed.
/// </summary>
sealed class PlannedEvents
{
    public const int Visitors = 1_000_000;
    public const int Pages = 1_000;

    const int Milliseconds = 2 * 3_600_000;
    const int LatestArrival = Milliseconds - 600_000;
    const double MeanGapMs = 40_000;
    const double GoesOn = 0.66;
    const double ComesAgain = 0.08;
    const double Customers = 0.02;
    const double Late = 0.03;
    const int LateMs = 300_000;
    const double TooLate = 0.004;
    const int TooLateMs = 1_200_000;
    const double Twice = 0.02;
    const int TwiceWithinMs = 60_000;

    readonly Random _chance = new(20_261_126);
    readonly double[] _pageShares = ZipfShares();
    readonly List<PlannedEvent> _events = new(4_000_000);
    readonly List<long> _order = new(4_000_000);

    public PlannedEvents(int lanes)
    {
        Lanes = lanes;
        VisitorNumbers = SpreadEvenly(lanes);
        for (var visitor = 0; visitor < Visitors; visitor++)
            Plan(visitor);
        var order = CollectionsMarshal.AsSpan(_order);
        order.Sort();
        InOrder = new PlannedEvent[order.Length];
        for (var i = 0; i < order.Length; i++)
            InOrder[i] = _events[(int)(order[i] & uint.MaxValue)];
    }

    public int Lanes { get; }

    /// <summary>The events, in the order in which they are published.</summary>
    public PlannedEvent[] InOrder { get; }

    /// <summary>What each visitor's name is made of: as many visitors fall into each lane, so that none has to forget any.</summary>
    public int[] VisitorNumbers { get; }

    /// <summary>The lane of a visitor.</summary>
    public int LaneOf(int visitor) => visitor % Lanes;

    /// <summary>A visitor's name: as a browser makes one up.</summary>
    public static Guid NameOf(int number) => RandomId.Of((uint)number | (1ul << 40));

    static int[] SpreadEvenly(int lanes)
    {
        var numbers = new int[Visitors];
        var taken = new int[lanes];
        for (var (number, placed) = (0, 0); placed < Visitors; number++)
        {
            var lane = KeyPartition.Of(NameOf(number).ToString(), lanes);
            if (taken[lane] == Visitors / lanes)
                continue;
            numbers[(taken[lane]++ * lanes) + lane] = number;
            placed++;
        }
        return numbers;
    }

    void Plan(int visitor)
    {
        var at = _chance.Next(LatestArrival);
        var isCustomer = _chance.NextDouble() < Customers;
        Visit(visitor, at, isCustomer);
        if (_chance.NextDouble() < ComesAgain && at + 2_400_000 < LatestArrival)
            Visit(visitor, at + 2_400_000, isCustomer);
    }

    void Visit(int visitor, int at, bool isCustomer)
    {
        Add(visitor, at, PlannedKind.View);
        if (isCustomer)
            Add(visitor, at + 1, PlannedKind.Login);
        var kinds = 0;
        while (_chance.NextDouble() < GoesOn && (at += (int)(-Math.Log(1 - _chance.NextDouble()) * MeanGapMs)) < Milliseconds)
            Add(visitor, at, (kinds++ % 4) switch { 0 => PlannedKind.Click, 1 => PlannedKind.View, 2 => PlannedKind.Ping, _ => _chance.Next(4) == 0 ? PlannedKind.Custom : PlannedKind.View });
    }

    void Add(int visitor, int at, PlannedKind kind)
    {
        var page = Array.BinarySearch(_pageShares, _chance.NextDouble());
        var planned = new PlannedEvent(_events.Count, visitor, at, (short)Math.Min(page < 0 ? ~page : page, Pages - 1), kind, IsAgain: false);
        var delay = _chance.NextDouble() switch
        {
            < TooLate => TooLateMs,
            < TooLate + Late => _chance.Next(LateMs),
            _ => 0,
        };
        Publish(planned, at + delay);
        if (_chance.NextDouble() < Twice)
            Publish(planned with { IsAgain = true }, at + delay + 1 + _chance.Next(TwiceWithinMs));
    }

    void Publish(in PlannedEvent planned, int atMs)
    {
        _order.Add((long)(((ulong)(uint)atMs << 32) | (uint)_events.Count));
        _events.Add(planned);
    }

    // The n-th page is looked at an n-th as often as the first.
    static double[] ZipfShares()
    {
        var shares = new double[Pages];
        var sum = 0.0;
        for (var n = 0; n < Pages; n++)
            shares[n] = sum += 1.0 / (n + 1);
        for (var n = 0; n < Pages; n++)
            shares[n] /= sum;
        return shares;
    }
}

/// <summary>What is done.</summary>
enum PlannedKind : byte
{
    View,
    Click,
    Ping,
    Custom,
    Login,
}

/// <summary>An event.</summary>
/// <param name="Number">What its id is made of; the same when it comes again.</param>
/// <param name="Visitor">Who.</param>
/// <param name="AtMs">When, since the beginning.</param>
/// <param name="Page">Where.</param>
/// <param name="Kind">What.</param>
/// <param name="IsAgain">Whether it came before.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct PlannedEvent(int Number, int Visitor, int AtMs, short Page, PlannedKind Kind, bool IsAgain);

/// <summary>Ids that look like those that nobody has chosen.</summary>
static class RandomId
{
    public static Guid Of(ulong number)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes, Mixed(number));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Mixed(number + 0x5851_f42d_4c95_7f2d));
        return new Guid(bytes);
    }

    // The finishing steps of SplitMix64.
    static ulong Mixed(ulong x)
    {
        x += 0x9e37_79b9_7f4a_7c15;
        x = (x ^ (x >> 30)) * 0xbf58_476d_1ce4_e5b9;
        x = (x ^ (x >> 27)) * 0x94d0_49bb_1331_11eb;
        return x ^ (x >> 31);
    }
}
