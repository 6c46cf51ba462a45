using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Transactions.Requests;

/// <summary>InitProducerId 0 to 4: gives an idempotent producer its number, and a transactional one its number and epoch. From version 2 on it is flexible.</summary>
internal sealed class InitProducerIdHandler(BrokerNode node, TransactionCoordinator transactions) : TransactionHandler(node, transactions, ApiKey.InitProducerId, 4)
{
    const short FirstFlexible = 2;
    const short FirstWithFormer = 3;
    const short FirstWithFenced = 4;

    public override bool IsFlexible(short version) => version >= FirstFlexible;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var id = IsFlexible(version) ? body.CompactNullableString() : body.NullableString();
        var timeout = TimeSpan.FromMilliseconds(body.Int32());
        var former = version >= FirstWithFormer && (body.Int64(), body.Int16()) is var (producerId, epoch) && producerId >= 0 ? (producerId, epoch) : ((long, short)?)null;
        if (IsFlexible(version))
            body.SkipTags();

        var injected = Node.Faults.Next(ApiKey.InitProducerId);
        var grant = injected != KafkaError.None ? ProducerGrant.Refused(injected)
            : id is null ? new ProducerGrant(KafkaError.None, Node.NextProducerId(), 0)
            : Transactions.Take(id, timeout, former);

        NoThrottle(answer);
        answer.Error(Known(grant.Error, version, FirstWithFenced));
        answer.Int64(grant.ProducerId);
        answer.Int16(grant.Epoch);
        if (IsFlexible(version))
            answer.NoTags();
    }
}
