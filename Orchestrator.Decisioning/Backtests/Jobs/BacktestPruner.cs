using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Decisioning.Backtests.Jobs;

/// <summary>Forgets backtests that ended longer ago than <see cref="BacktestJobsOptions.KeptDays"/>.</summary>
public sealed class BacktestPruner(NpgsqlDataSource database, BacktestJobsOptions options, TimeProvider time, ILogger<BacktestPruner> logger)
    : Pruner(database, Delete, options.KeptDays, time, logger)
{
    const string Delete = """
        delete from decisioning.backtest where number = any(array(
            select number from decisioning.backtest where ended_at < $1 order by ended_at limit $2 for update skip locked))
        """;
}
