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

    /// <summary>How long a request to decide waits for the decision, in milliseconds. Default 1,000; a decision takes one or two.</summary>
    [Range(1, 60_000)]
    public int DecisionDeadlineMs { get; init; } = 1_000;

    /// <summary>Where the embedded PostgreSQL and the endpoints file live, relative to the working folder. Default <c>.data</c>.</summary>
    [Required]
    public string DataDirectory { get; init; } = ".data";
}
