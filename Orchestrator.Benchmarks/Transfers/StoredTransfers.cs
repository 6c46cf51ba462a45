using Npgsql;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Transfers;

/// <summary>Completed transfers of the past, written by SQL: the rows that each has left in the sagas, the ledger and the inbox.</summary>
static class StoredTransfers
{
    public const string Count = "select count(*) from sagas.transaction";

    const int AtOnce = 100_000;
    const int Accounts = 20_000;

    static readonly string Id = OrderedId("'saga'");

    static readonly string[] Rows =
    [
        $$"""
        insert into sagas.transaction (transaction_id, version, state, source_account_id, destination_account_id, amount_minor, currency, kind,
            verdict, score, cancel_requested, hold_id, submitted_at, step_at, repeats, updated_at, ended_at, timeline)
        select {{Id}}, 5, 'Completed', 'stored-' || i % {{Accounts}}, 'stored-' || (i + 1) % {{Accounts}}, 1000, 'EUR', 'Transfer',
            'Approve', 0, false, gen_random_uuid(), t, t, 0, t, t,
            (select jsonb_agg(jsonb_build_object('at', t, 'what', what)) from unnest(array['submitted', 'assessed', 'hold_placed', 'credited', 'hold_captured']) what)
        from generate_series($1, $2) i, lateral (select timestamptz '2025-01-01' + i * interval '20 ms' as t) at
        """,
        // Hold, credit and capture; the ids of the commands follow from the transaction by a hash, and so have no order.
        $"""
        insert into ledger.event (account_id, version, type, amount_minor, command_id, transaction_id, hold_id, contra_account_id, contra_version, effective_at, recorded_at)
        select 'stored-' || i % {Accounts}, i / {Accounts} * 3 + step, (array[2, 5, 3])[step], 1000, gen_random_uuid(), {Id},
            case step when 3 then gen_random_uuid() end, case when step > 1 then 'clearing:EUR:999' end, case when step > 1 then i::bigint * 2 + step - 1 end, t, t
        from generate_series($1, $2) i, generate_series(1, 3) step, lateral (select timestamptz '2025-01-01' + i * interval '20 ms' as t) at
        """,
    ];

    // What the saga and the ledger have taken: five and three messages. Decisioning keeps no inbox.
    static readonly string Inbox =
        $"""
        insert into messaging.inbox (group_id, message_id, seen_at)
        select g.group_id, {OrderedId("g.name || n::text")}, timestamptz '2025-01-01' + i * interval '20 ms'
        from generate_series($1, $2) i, messaging.lane_group g,
            lateral generate_series(1, case g.name when 'ledger' then 3 when 'decisioning' then 0 else 5 end) n
        """;

    /// <summary>Adds transfers until there are <paramref name="many"/>.</summary>
    /// <param name="servers">Where.</param>
    /// <param name="many">How many there are then.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="inbox">Whether with what the inbox remembers for some days.</param>
    public static async Task FillAsync(BenchServers servers, int many, CancellationToken stop, bool inbox = true)
    {
        var present = (int)await servers.ScalarAsync<long>(Count, stop);
        Progress.Write($"{present:N0} sagas are stored; adding {Math.Max(0, many - present):N0} with all that belongs to them");
        for (var from = present; from < many; from += AtOnce)
        {
            foreach (var statement in inbox ? [.. Rows, Inbox] : Rows)
            {
                await using var command = servers.Database.CreateCommand(statement);
                command.CommandTimeout = 0;
                command.Parameters.Add(new() { Value = from });
                command.Parameters.Add(new() { Value = Math.Min(many, from + AtOnce) - 1 });
                await command.ExecuteNonQueryAsync(stop);
            }
        }
        await servers.ExecuteAsync("vacuum analyze", stop);
        await servers.ExecuteAsync("checkpoint", stop);
    }

    // Ids that follow time, as version 7 has them, from before all that the load makes; an SQL expression of i and what tells kinds of ids apart.
    static string OrderedId(string kind) =>
        $"(lpad(to_hex(1600000000000 + i), 12, '0') || '7' || substr(md5({kind} || i), 1, 3) || '8' || substr(md5({kind} || i), 4, 15))::uuid";
}
