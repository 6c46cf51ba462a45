using Npgsql;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Customers;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Activity.Customers;

/// <summary>
/// Says by customer what is said by account or by visitor. A transaction costs it one message to the customer's lane; whose an account is stands in memory, and is asked for
/// once. What comes again becomes the same facts under the same ids, which whoever takes them drops.
/// </summary>
public sealed class CustomerFactsProcessor : LaneProcessor
{
    readonly AccountOwners _owners;

    /// <summary>The processor of a lane.</summary>
    /// <param name="database">Where owners are.</param>
    /// <param name="accountsInMemory">How many accounts it remembers.</param>
    public CustomerFactsProcessor(NpgsqlDataSource database, int accountsInMemory) => _owners = new AccountOwners(database, accountsInMemory);

    /// <inheritdoc />
    public override bool KnowsDuplicates => true;

    /// <inheritdoc />
    public override ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken) =>
        _owners.LoadAsync(messages.Select(AccountOf).OfType<string>(), cancellationToken);

    /// <inheritdoc />
    public override ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        switch (message.Body)
        {
            case TransactionCompleted completed:
                Take(completed, work);
                break;
            case CustomerObserved seen:
                Publish(CustomerFacts.Of(seen), work);
                break;
            case OpenAccount open:
                Own(open.AccountId, open.CustomerId, open.RequestedAt, work);
                break;
            case CustomerProfileUpdated update:
                Own(update.AccountId, update.CustomerId, update.UpdatedAt, work);
                Publish(CustomerFacts.Of(update), work);
                break;
            default:
                // Everything else on these topics is for others.
                break;
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override void Complete(UnitOfWork work) => _owners.Write(work);

    /// <inheritdoc />
    public override void Committed() => _owners.Committed();

    /// <inheritdoc />
    public override void RolledBack() => _owners.RolledBack();

    static string? AccountOf(LaneMessage message) => message.Body switch
    {
        TransactionCompleted completed => completed.SourceAccountId,
        OpenAccount open => open.AccountId,
        CustomerProfileUpdated update => update.AccountId,
        _ => null,
    };

    void Take(TransactionCompleted completed, UnitOfWork work)
    {
        if (WaitingFact.Of(completed) is not { } sent)
            return;
        var account = _owners.Of(completed.SourceAccountId);
        if (account.CustomerId is { } customer)
            Publish(CustomerFacts.Of(customer, account.AccountId, sent), work);
        else
            _owners.Wait(account, sent);
    }

    void Own(string accountId, string customerId, DateTimeOffset at, UnitOfWork work)
    {
        var account = _owners.Of(accountId);
        if (_owners.Own(account, customerId) is not { } waited)
            return;
        Publish(CustomerFacts.Opened(customerId, accountId, at), work);
        foreach (var sent in waited)
            Publish(CustomerFacts.Of(customerId, accountId, sent), work);
    }

    static void Publish(CustomerFact fact, UnitOfWork work) => work.Publish(fact, fact.FactId);
}
