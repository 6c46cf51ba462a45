using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Api.Submissions;

/// <summary>Forgets submissions older than <see cref="ApiOptions.SubmissionDays"/>.</summary>
public sealed class SubmissionPruner(NpgsqlDataSource database, IOptions<ApiOptions> options, TimeProvider time, ILogger<SubmissionPruner> logger)
    : Pruner(database, Delete, options.Value.SubmissionDays, time, logger)
{
    const string Delete = """
        delete from api.submission where submission_id = any(array(
            select submission_id from api.submission where created_at < $1 limit $2 for update skip locked))
        """;
}
