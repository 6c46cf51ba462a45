using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Transactions.Requests;

/// <summary>AddOffsetsToTxn 0 to 2: positions of a group will follow.</summary>
internal sealed class AddOffsetsToTxnHandler(BrokerNode node, TransactionCoordinator transactions) : TransactionHandler(node, transactions, ApiKey.AddOffsetsToTxn, 2)
{
    const short FirstWithFenced = 2;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var outcome = Transactions.AddGroup(ReadProducer(body), body.String());
        NoThrottle(answer);
        answer.Error(Known(outcome, version, FirstWithFenced));
    }
}
