using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orchestrator.Messaging.Wire.Formats.Protobuf;

/// <summary>A message: between JSON and Protobuf's wire, both ways. What is written is in the order of the numbers.</summary>
/// <param name="name">Its name.</param>
/// <param name="slots">Its fields, in the order of their numbers.</param>
sealed class ProtobufRecord(string name, IReadOnlyList<ProtobufSlot> slots)
{
    readonly RecordFields _names = new(slots.Select(s => s.Name));

    /// <summary>Writes a message's fields.</summary>
    public void Write(JsonElement value, BinaryOutput output)
    {
        var found = ArrayPool<JsonElement>.Shared.Rent(slots.Count);
        try
        {
            _names.Find(value, name, found);
            for (var i = 0; i < slots.Count; i++)
                slots[i].Write(found[i], output);
        }
        finally
        {
            ArrayPool<JsonElement>.Shared.Return(found, clearArray: true);
        }
    }

    /// <summary>Reads a message.</summary>
    /// <exception cref="BadMessageException">The bytes are none, or not as its fields say.</exception>
    public void Read(ReadOnlySpan<byte> bytes, Utf8JsonWriter json)
    {
        var met = CollectionsMarshal.AsSpan(MeetAll(bytes));
        json.WriteStartObject();
        // Sorted by field, and for each as they came, so that each is written once, whatever the order.
        var next = 0;
        for (var i = 0; i < slots.Count; i++)
        {
            var from = next;
            while (next < met.Length && met[next].Slot == i)
                next++;
            slots[i].Read(met[from..next], bytes, json);
        }
        JsonValues.Bound(json);
        json.WriteEndObject();
    }

    List<ProtobufMet> MeetAll(ReadOnlySpan<byte> bytes)
    {
        var met = new List<ProtobufMet>();
        var isSorted = true;
        var input = new BinaryCursor(bytes, ProtobufValue.Code);
        var guess = 0;
        while (input.Left > 0)
        {
            var tag = input.Varint();
            guess = IndexOf(tag >> 3, guess);
            if (guess < 0)
            {
                PassOver((int)(tag & 7), ref input);
                guess = 0;
                continue;
            }
            var one = Meet(guess, slots[guess], slots[guess].WireType, (int)(tag & 7), ref input);
            isSorted &= met.Count == 0 || met[^1].Slot <= one.Slot;
            met.Add(one);
        }
        return isSorted ? met : [.. met.OrderBy(m => m.Slot)];
    }

    int IndexOf(ulong number, int guess)
    {
        for (var i = 0; i < slots.Count; i++)
        {
            var at = (guess + i) % slots.Count;
            if ((ulong)slots[at].Number == number)
                return at;
        }
        return -1;
    }

    /// <summary>Meets the list or map in the message that is made for it, where it has number 1.</summary>
    public static ReadOnlySpan<ProtobufMet> Meet(ReadOnlySpan<byte> wrapper, ProtobufSlot slot)
    {
        var met = new List<ProtobufMet>();
        var input = new BinaryCursor(wrapper, ProtobufValue.Code);
        while (input.Left > 0)
        {
            var tag = input.Varint();
            if (tag >> 3 == 1)
                met.Add(Meet(0, slot, slot.Many is ProtobufMany.Map ? ProtobufValue.Delimited : slot.Value.WireType, (int)(tag & 7), ref input));
            else
                PassOver((int)(tag & 7), ref input);
        }
        return CollectionsMarshal.AsSpan(met);
    }

    static ProtobufMet Meet(int index, ProtobufSlot slot, int expected, int wireType, ref BinaryCursor input)
    {
        var isPacked = slot.Many is ProtobufMany.List && wireType is ProtobufValue.Delimited && slot.Value.WireType is not ProtobufValue.Delimited;
        // Read on as if it were not there, as some do, an amount would be 0.
        return wireType == expected || isPacked ? Meet(index, wireType, ref input, isPacked) : throw input.Bad($"field {slot.Name} has wire type {wireType}");
    }

    /// <summary>Meets a value.</summary>
    public static ProtobufMet Meet(int slot, int wireType, ref BinaryCursor input, bool isPacked)
    {
        if (wireType is ProtobufValue.Delimited)
        {
            var length = input.Varint() is <= int.MaxValue and var said ? (int)said : throw input.Bad("a length of more than 31 bits");
            input.Take(length);
            return new ProtobufMet(slot, input.Position - length, length, isPacked);
        }
        var from = input.Position;
        PassOver(wireType, ref input);
        return new ProtobufMet(slot, from, input.Position - from, isPacked);
    }

    /// <summary>Passes over a value.</summary>
    public static void PassOver(int wireType, ref BinaryCursor input)
    {
        switch (wireType)
        {
            case ProtobufValue.Varint:
                input.Varint();
                break;
            case ProtobufValue.Fixed64:
                input.Take(sizeof(long));
                break;
            case ProtobufValue.Delimited:
                input.Take((long)input.Varint());
                break;
            case ProtobufValue.Fixed32:
                input.Take(sizeof(int));
                break;
            default:
                throw input.Bad($"wire type {wireType}");
        }
    }
}

/// <summary>A value of a field, where it was met.</summary>
/// <param name="Slot">Which field, by its place.</param>
/// <param name="Start">Where its bytes begin.</param>
/// <param name="Length">How many they are.</param>
/// <param name="IsPacked">Whether they are several numbers, one behind the other.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct ProtobufMet(int Slot, int Start, int Length, bool IsPacked)
{
    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> body) => body.Slice(Start, Length);
}
