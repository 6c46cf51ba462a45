using CsCheck;
using Orchestrator.Messaging.Inbox;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Messaging;

public sealed class PackedTests
{
    static readonly Gen<OutgoingMessage> AnyMessage =
        from text in Gen.String[Gen.Char['\u0001', '\ud7ff'], 0, 30].Array[4]
        from id in Gen.Guid
        from ticks in Gen.Long[0, DateTimeOffset.MaxValue.Ticks]
        from trace in Gen.Bool
        from body in Gen.Byte.Array[0, 50]
        select new OutgoingMessage(text[0], text[1], id, text[2], text[3], new DateTimeOffset(ticks, TimeSpan.Zero), trace ? text[0] : null, body);

    static readonly Gen<RawMessage> AnyRaw =
        from hasKey in Gen.Bool
        from key in Gen.Byte.Array[0, 20]
        from body in Gen.Byte.Array[0, 50]
        from headers in Gen.Select(Gen.String[Gen.Char['\u0001', '\ud7ff'], 0, 10], Gen.Byte.Array[0, 20], KeyValuePair.Create).Array[0, 5]
        select new RawMessage(hasKey ? key : null, body, headers);

    [Fact]
    public void Messages_when_packed_and_unpacked_are_the_same() => AnyMessage.List[0, 6].Sample(messages =>
        Assert.Equal(messages.Select(Comparable), PackedMessages.Unpack(PackedMessages.Pack(messages)).Select(Comparable)));

    [Fact]
    public void Messages_when_cut_short_or_damaged_do_say_so_by_name() =>
        Gen.Select(AnyMessage.List[1, 3], Gen.Double[0, 1], Gen.Byte).Sample((messages, where, value) =>
        {
            var packed = PackedMessages.Pack(messages);
            var cut = packed[..(int)(where * (packed.Length - 1))];
            var unpacked = Attempt(() => PackedMessages.Unpack(cut));
            // What ends just behind a message reads as fewer messages; that is all a cut may go unnoticed by.
            Assert.True(unpacked is null || unpacked.Count < messages.Count);
            packed[(int)(where * (packed.Length - 1))] = value;
            Attempt(() => PackedMessages.Unpack(packed));
        });

    [Fact]
    public void Raw_message_when_packed_and_unpacked_is_the_same() => AnyRaw.Sample(raw => Assert.Equal(Comparable(raw), Comparable(PackedRaw.Unpack(PackedRaw.Pack(raw)))));

    [Fact]
    public void Raw_message_when_cut_short_or_damaged_does_say_so_by_name() => Gen.Select(AnyRaw, Gen.Double[0, 1], Gen.Byte).Sample((raw, where, value) =>
    {
        var packed = PackedRaw.Pack(raw);
        Assert.Throws<InvalidDataException>(() => PackedRaw.Unpack(packed[..(int)(where * (packed.Length - 1))]));
        packed[(int)(where * (packed.Length - 1))] = value;
        Attempt(() => PackedRaw.Unpack(packed));
    });

    [Fact]
    public void Recent_ids_when_any_come_do_hold_the_last_different_ones_and_no_more() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[0, 15].Array[0, 60]).Sample((capacity, numbers) =>
        {
            var recent = new RecentIds(capacity);
            var model = new List<int>();
            foreach (var number in numbers)
            {
                recent.Add(LaneFixture.Id(number));
                if (!model.Contains(number))
                    model.Add(number);
                if (model.Count > capacity)
                    model.RemoveAt(0);
                Assert.All(Enumerable.Range(0, 16), n => Assert.Equal(model.Contains(n), recent.Contains(LaneFixture.Id(n))));
            }
        });

    static T? Attempt<T>(Func<T> unpack) where T : class
    {
        try
        {
            return unpack();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    static object Comparable(OutgoingMessage m) => (m with { Body = default }, Convert.ToHexString(m.Body.Span));

    static string Comparable(RawMessage raw) => string.Join('|',
        [raw.Key is null ? "none" : Convert.ToHexString(raw.Key), Convert.ToHexString(raw.Body), .. raw.Headers.Select(h => $"{h.Key}={Convert.ToHexString(h.Value)}")]);
}
