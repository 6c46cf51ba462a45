using System.Collections.Concurrent;
using Orchestrator.Cli.Figures;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts.Accounts;

namespace Orchestrator.Cli.Publishing;

/// <summary>
/// Opens accounts before transactions use them. The two travel on different topics, and a transaction that overtakes its accounts is refused for ever. So it
/// waits until the service knows the last account of each partition: it takes a partition in order, so it knows the others then too. Where nobody
/// can be asked, it says so and goes on.
/// </summary>
public sealed class AccountOpening(TransactionPublisher publisher, LagGate gate, ServiceClient service, TimeProvider time)
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Publishes all of <paramref name="accounts"/> and waits until they are open.</summary>
    /// <param name="accounts">What to open.</param>
    /// <param name="sent">Called after each.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task OpenAsync(IEnumerable<OpenAccount> accounts, Action sent, CancellationToken cancellationToken)
    {
        var last = new ConcurrentDictionary<int, string>();
        foreach (var account in accounts)
        {
            await gate.PassAsync(cancellationToken);
            await publisher.PublishAsync(account, IdOf(account), cancellationToken, partition => last[partition] = account.AccountId);
            sent();
        }
        await publisher.FlushAsync(cancellationToken);
        await AwaitAsync(last.Values, cancellationToken);
    }

    /// <summary>The ce_id of opening an account with this body: the same body is the same message.</summary>
    public static Guid IdOf(OpenAccount account) =>
        NamedId.Of("open-account", $"{account.AccountId}/{account.Currency}/{account.InitialBalanceMinor}");

    async Task AwaitAsync(ICollection<string> accountIds, CancellationToken cancellationToken)
    {
        // A service that has answered before is there, even if it is too busy to answer now.
        if (gate.Latest is null && await service.FiguresAsync(cancellationToken) is null)
        {
            Terminal.Warn($"The service at {service.Api} is away: not waiting for the accounts to be open.");
            return;
        }
        var start = time.GetTimestamp();
        foreach (var accountId in accountIds)
        {
            while (!await service.HasAccountAsync(accountId, cancellationToken))
            {
                if (time.GetElapsedTime(start) > Patience)
                    throw new CommandException("accounts_not_open", $"Account {accountId} is not open after {Patience.TotalSeconds:0} s; see 'orchestrator parked groups' for why.");
                await Task.Delay(Interval, time, cancellationToken);
            }
        }
    }
}
