using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Api.Hosting;

/// <summary>How the HTTP side behaves. Section <c>Api</c>; validated at start.</summary>
public sealed class ApiOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Api";

    /// <summary>
    /// Whether to listen on addresses that other machines can reach without an <c>Authentication:Authority</c>. The built-in issuer gives tokens to everybody, so the
    /// default is to refuse to start on anything but loopback; set it only where something else keeps strangers out. With an authority it needs no leave.
    /// </summary>
    public bool AllowRemote { get; init; }

    /// <summary>The largest body of a request, in bytes. Default 64 KiB.</summary>
    [Range(1_024, 900_000)]
    public int MaxBodyBytes { get; init; } = 64 << 10;

    /// <summary>The largest statement that is imported, in bytes. Default 256 MiB. A few at a time are kept on disk while they are received.</summary>
    [Range(1_024, 8L << 30)]
    public long MaxStatementBytes { get; init; } = 256 << 20;

    /// <summary>
    /// How long accepted submissions are kept, in days: for so long an Idempotency-Key gives its first answer again. Default 7.
    /// Afterwards the transaction's id still protects it.
    /// </summary>
    [Range(1, 3_650)]
    public int SubmissionDays { get; init; } = 7;

    /// <summary>How long is kept who has read what, in days. Default 400; at least 30.</summary>
    [Range(30, 36_500)]
    public int AuditDays { get; init; } = 400;

    /// <summary>Origins such as <c>https://desk.example</c> whose pages may call the API from a browser. Default none.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>How long a request to decide waits for the decision, in milliseconds. Default 1,000; a decision takes one or two.</summary>
    [Range(1, 60_000)]
    public int DecisionDeadlineMs { get; init; } = 1_000;

    /// <summary>
    /// Whether a process that starts brings the database to its version. Default true. With false it refuses to start on a database that is older than it needs, and
    /// <c>orchestrator migrate --expand</c> comes first: where many processes are replaced one by one, and the service's user may not change the schema.
    /// </summary>
    public bool Migrate { get; init; } = true;

    /// <summary>Where the embedded PostgreSQL and the endpoints file live, relative to the working folder. Default <c>.data</c>.</summary>
    [Required]
    public string DataDirectory { get; init; } = ".data";
}
