using System.Buffers;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Tests.Streams;

/// <summary>A processor of some version: its snapshots say which, and it reads those of its own and of older ones.</summary>
sealed class VersionedProcessor(StreamProcessor inner, byte version) : StreamProcessor
{
    bool _isMarked;

    public override void Process(in StreamMessage message, StreamOutput output) => inner.Process(message, output);

    public override void Replay(in StreamMessage message, in StreamAnswer answer) => inner.Replay(message, answer);

    public override void BeginSnapshot()
    {
        _isMarked = false;
        inner.BeginSnapshot();
    }

    public override bool Snapshot(IBufferWriter<byte> writer)
    {
        if (!_isMarked)
            writer.Write([version]);
        _isMarked = true;
        return inner.Snapshot(writer);
    }

    public override void GiveUpSnapshot() => inner.GiveUpSnapshot();

    public override void Restore(Stream snapshot)
    {
        if (snapshot.ReadByte() is var written && written > version)
            throw new SnapshotOfOtherVersionException($"version {written}; this process reads {version}");
        inner.Restore(snapshot);
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }
}
