using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Requests;

/// <summary>Which requests are answered in which versions. Version 3 is flexible, and a version that is not known is answered in the shape of 0.</summary>
internal sealed class ApiVersionsHandler(BrokerNode node, IReadOnlyDictionary<ApiKey, (short Min, short Max)> versions)
    : ImmediateHandler(node, ApiKey.ApiVersions, LowestVersion, HighestVersion)
{
    public const short LowestVersion = 0;
    public const short HighestVersion = 3;

    public override bool IsFlexible(short version) => version >= HighestVersion;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        answer.Error(version > HighestVersion ? KafkaError.UnsupportedVersion : KafkaError.None);
        if (version != HighestVersion)
        {
            answer.Array(versions, Write);
            if (version is 1 or 2)
                NoThrottle(answer);
            return;
        }
        answer.UnsignedVarInt((uint)versions.Count + 1);
        foreach (var one in versions)
        {
            Write(answer, one);
            answer.UnsignedVarInt(0); // tags
        }
        NoThrottle(answer);
        answer.UnsignedVarInt(0);
    }

    static void Write(KafkaWriter to, KeyValuePair<ApiKey, (short Min, short Max)> one)
    {
        to.Int16((short)one.Key);
        to.Int16(one.Value.Min);
        to.Int16(one.Value.Max);
    }
}
