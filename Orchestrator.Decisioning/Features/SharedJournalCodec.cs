using System.Buffers;

namespace Orchestrator.Decisioning.Features;

/// <summary>Entries of a <see cref="SharedJournal"/> as bytes, in blocks.</summary>
static class SharedJournalCodec
{
    const int MaxEntryBytes = 10 + 10 + sizeof(uint) + 2 + ((KeyKinds.Count - 1) * sizeof(ulong));
    const int MaxEntries = 1024;

    /// <summary>The most bytes of a block.</summary>
    public const int MaxBytes = sizeof(ushort) + (MaxEntries * MaxEntryBytes);

    const EventMarks Possible = EventMarks.High | EventMarks.VeryHigh | EventMarks.Fraud;

    /// <summary>A block of so many entries begins.</summary>
    /// <returns>Where the frame stands.</returns>
    public static int Begin(ArrayBufferWriter<byte> frames, int count)
    {
        var start = PartitionSnapshot.BeginFrame(frames, PartitionSnapshot.JournalFrame);
        new ByteWriter(frames).Number(count);
        return start;
    }

    public static void Write(ArrayBufferWriter<byte> frames, in SharedEvent e, uint tag, EventMarks marks)
    {
        var writer = new ByteWriter(frames);
        writer.Number(e.AtMs);
        writer.Number(e.Amount);
        writer.Fixed(tag);
        writer.Byte((byte)marks);
        byte present = 0;
        for (var i = 0; i < KeyKinds.Count - 1; i++)
            present |= (byte)(e.Keys[i] == 0 ? 0 : 1 << i);
        writer.Byte(present);
        for (var i = 0; i < KeyKinds.Count - 1; i++)
        {
            if (e.Keys[i] != 0)
                writer.Fixed(e.Keys[i]);
        }
    }

    /// <summary>Reads a block into a journal.</summary>
    /// <returns>How many entries it had.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a block.</exception>
    public static int Read(SharedJournal journal, ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var count = reader.Count(MaxEntries);
        for (var left = count; left > 0; left--)
        {
            var e = new SharedEvent { AtMs = reader.Number(FeatureEngine.MaxTimeMs - 1), Amount = reader.Number(FeatureEvent.MaxAmount) };
            var tag = reader.Fixed32();
            e.Marks = (EventMarks)reader.Byte();
            var present = reader.Byte();
            if ((e.Marks & ~Possible) != EventMarks.None || present >> (KeyKinds.Count - 1) != 0)
                throw new InvalidDataException("An event of shared keys with marks or keys that do not exist");
            for (var i = 0; i < KeyKinds.Count - 1; i++)
                e.Keys[i] = (present & (1 << i)) != 0 ? Present(reader.Fixed64()) : 0;
            journal.Add(e, tag);
        }
        if (!reader.IsAtEnd)
            throw new InvalidDataException("A block of shared events goes on after its end");
        return count;
    }

    static ulong Present(ulong key) => key != 0 ? key : throw new InvalidDataException("A shared key that cannot be");
}
