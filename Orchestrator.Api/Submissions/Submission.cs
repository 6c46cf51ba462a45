using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Submissions;

/// <summary>A request that publishes a message, ready to be accepted.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="Subject">The account's or transaction's id: it is asked for once.</param>
/// <param name="IdempotencyKey">The client's own key for the request, when it sent one.</param>
/// <param name="RequestHash">SHA-256 of what was asked for, in canonical form.</param>
/// <param name="Response">JSON to answer with, now and when the request is repeated.</param>
/// <param name="Message">What is published.</param>
/// <param name="OtherSubjects">What is asked for together with <paramref name="Subject"/>, by the same message: all of it is accepted, or none.</param>
public sealed record Submission(
    SubmissionKind Kind, string Subject, string? IdempotencyKey, byte[] RequestHash, string Response, OutgoingMessage Message,
    IReadOnlyList<string>? OtherSubjects = null)
{
    /// <summary>ce_source of what HTTP publishes.</summary>
    public const string Source = "/orchestrator/http";
}

/// <summary>What is asked for.</summary>
public sealed record SubmissionKind
{
    SubmissionKind(string name) => Name = name;

    /// <summary>As it is stored.</summary>
    public string Name { get; }

    public static SubmissionKind Account { get; } = new("account");

    public static SubmissionKind AccountChange { get; } = new("account_change");

    public static SubmissionKind Posting { get; } = new("posting");

    public static SubmissionKind Transaction { get; } = new("transaction");

    public static SubmissionKind Cancellation { get; } = new("cancellation");

    public static SubmissionKind Review { get; } = new("review");

    public static SubmissionKind Capture { get; } = new("capture");

    public static SubmissionKind Reversal { get; } = new("reversal");

    public static SubmissionKind SagaOperation { get; } = new("saga_operation");

    public static SubmissionKind Label { get; } = new("label");

    public static SubmissionKind Backtest { get; } = new("backtest");

    public static SubmissionKind ParkedEdit { get; } = new("parked_edit");

    public static SubmissionKind Redrive { get; } = new("redrive");

    public static SubmissionKind Replay { get; } = new("replay");
}

/// <summary>What became of a submission.</summary>
public abstract record SubmissionOutcome
{
    /// <summary>It is stored, and will be published.</summary>
    public sealed record Accepted(string Response) : SubmissionOutcome;

    /// <summary>It was accepted before; nothing is published again.</summary>
    public sealed record Repeated(string Response) : SubmissionOutcome;

    /// <summary>The key was used for another request.</summary>
    public sealed record KeyReused : SubmissionOutcome;

    /// <summary>A subject was asked for with other contents.</summary>
    public sealed record SubjectTaken(string Subject) : SubmissionOutcome;
}

/// <summary>Ids that follow from an Idempotency-Key, so that a client which lost an answer can find its transaction by the key alone.</summary>
public static class DerivedId
{
    /// <summary>A version 8 UUID (RFC 9562: of our own making) of the first bytes of SHA-256 over scope, a line feed and key.</summary>
    public static Guid Of(string scope, string key) => HashedId.Of($"{scope}\n{key}");
}
