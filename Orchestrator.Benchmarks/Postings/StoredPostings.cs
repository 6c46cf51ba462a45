using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Postings;

/// <summary>The ledger's past, written by SQL: accounts, and the events that posted transfers have left.</summary>
static class StoredPostings
{
    public const string CountEvents = "select count(*) from ledger.event";

    const int AtOnce = 500_000;
    const int Accounts = 20_000;

    /// <summary>Adds events of transfers between accounts of their own until there are <paramref name="many"/>.</summary>
    public static async Task FillEventsAsync(BenchServers servers, int many, CancellationToken stop)
    {
        var present = (int)await servers.ScalarAsync<long>(CountEvents, stop);
        Progress.Write($"{present:N0} events are stored; adding {Math.Max(0, many - present):N0}");
        var transfers = Math.Max(0, many - present) / 3;
        for (var from = 0; from < transfers; from += AtOnce)
        {
            // Hold, credit and capture. Two of the three command ids follow from the transfer by a hash, and so have no order.
            await FillAsync(
                servers,
                $"""
                insert into ledger.event (account_id, version, type, amount_minor, command_id, transaction_id, hold_id, contra_account_id, contra_version,
                    effective_at, recorded_at, counterparty_account_id)
                select 'stored-' || i % {Accounts}, i / {Accounts} * 3 + step, (array[2, 5, 3])[step], 1000, case step when 1 then id else gen_random_uuid() end, id,
                    case when step <> 2 then id end, case when step > 1 then 'clearing:EUR:999' end, case when step > 1 then i::bigint * 2 + step - 1 end, t, t,
                    'stored-' || (i + 1) % {Accounts}
                from generate_series($1, $2) i, generate_series(1, 3) step,
                    lateral (select timestamptz '2025-01-01' + i * interval '1 ms' as t,
                        (lpad(to_hex(1600000000000 + i), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid as id) at
                """,
                from, Math.Min(transfers, from + AtOnce) - 1, stop);
        }
        await servers.ExecuteAsync("vacuum analyze ledger.event", stop);
        await servers.ExecuteAsync("checkpoint", stop);
    }

    /// <summary>Adds accounts <c>loaded-0</c> and on.</summary>
    public static async Task FillAccountsAsync(BenchServers servers, int many, CancellationToken stop)
    {
        Progress.Write($"adding {many:N0} accounts");
        for (var from = 0; from < many; from += AtOnce)
        {
            await FillAsync(
                servers,
                """
                insert into ledger.account (account_id, kind, customer_id, currency, overdraft_minor, opened_at, version,
                    debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor)
                select 'loaded-' || i, 0, 'customer-' || i, 'EUR', 0, now(), 2, 0, 0, 0, 100000 from generate_series($1, $2) i
                """,
                from, Math.Min(many, from + AtOnce) - 1, stop);
        }
        await servers.ExecuteAsync("vacuum analyze ledger.account", stop);
        await servers.ExecuteAsync("checkpoint", stop);
    }

    static async Task FillAsync(BenchServers servers, string sql, int from, int to, CancellationToken stop)
    {
        await using var command = servers.Database.CreateCommand(sql);
        command.CommandTimeout = 0;
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        await command.ExecuteNonQueryAsync(stop);
    }
}
