using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Streams;

/// <summary>The broker has not taken an answer, or nobody knows whether it has: the lane is opened anew.</summary>
internal sealed class AnswerRefusedException(LaneId lane) : Exception($"{lane}: an answer was not published");

/// <summary>Another process answers what this lane answers: it has taken the lane while the database was away.</summary>
internal sealed class LaneElsewhereException(LaneId lane) : Exception($"{lane}: somebody else writes among its answers");

/// <summary>A topic's stored position is not in Kafka any more.</summary>
internal sealed class LostInputException(string topic) : Exception($"{topic} holds no message at the stored position any more")
{
    public string Topic { get; } = topic;
}
