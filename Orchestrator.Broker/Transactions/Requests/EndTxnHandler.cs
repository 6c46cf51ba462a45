using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Transactions.Requests;

/// <summary>EndTxn 0 to 2: commit, or abort.</summary>
internal sealed class EndTxnHandler(BrokerNode node, TransactionCoordinator transactions) : TransactionHandler(node, transactions, ApiKey.EndTxn, 2)
{
    const short FirstWithFenced = 2;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var outcome = Transactions.End(ReadProducer(body), isCommit: body.Boolean());
        NoThrottle(answer);
        answer.Error(Known(outcome, version, FirstWithFenced));
    }
}
