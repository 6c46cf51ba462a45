namespace Orchestrator.Messaging.Streams;

/// <summary>What became of an asked message.</summary>
public abstract record StreamReply
{
    StreamReply()
    {
    }

    /// <summary>It is answered, and the broker has the answer: whoever asks the same again gets the same.</summary>
    /// <param name="Answer">The answer as it was published.</param>
    /// <param name="IsRepeated">Whether it was asked before, and is answered as it was then.</param>
    public sealed record Answered(StreamAnswer Answer, bool IsRepeated) : StreamReply;

    /// <summary>It was answered before, and the lane does not remember the answer any more.</summary>
    public sealed record AnsweredBefore : StreamReply;

    /// <summary>It is not answered.</summary>
    /// <param name="Why">The reason.</param>
    public sealed record Refused(StreamRefusal Why) : StreamReply;
}

/// <summary>Why an asked message is not answered.</summary>
public enum StreamRefusal
{
    /// <summary>This process does not run the lane of its key, or not yet, or it pauses: another may, or this one shortly. Nothing was decided.</summary>
    LaneNotHere,

    /// <summary>Too many answers of the lane wait for the broker. Nothing was decided.</summary>
    TooMany,

    /// <summary>It was taken, and nobody knows whether its answer was written. Asked again it gets that answer if it was.</summary>
    NotPublished,

    /// <summary>The processor failed, or had no answer to it. Nothing was decided.</summary>
    Failed,
}
