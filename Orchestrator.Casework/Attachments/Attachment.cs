namespace Orchestrator.Casework.Attachments;

/// <summary>A file that people keep with a case.</summary>
/// <param name="AttachmentId">Its id.</param>
/// <param name="CaseId">The case.</param>
/// <param name="Name">What it is called.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Size">How many bytes.</param>
/// <param name="Sha256">Its SHA-256, hexadecimal in lower case.</param>
/// <param name="AddedBy">Who added it.</param>
/// <param name="AddedAt">When, UTC.</param>
/// <param name="RemovedBy">Who removed it; what it was stays.</param>
/// <param name="RemovedAt">When, UTC.</param>
/// <param name="RemovedReason">Why.</param>
public sealed record Attachment(
    Guid AttachmentId,
    Guid CaseId,
    string Name,
    string MediaType,
    int Size,
    string Sha256,
    string AddedBy,
    DateTimeOffset AddedAt,
    string? RemovedBy = null,
    DateTimeOffset? RemovedAt = null,
    string? RemovedReason = null);

/// <summary>What became of adding.</summary>
public abstract record AttachResult
{
    /// <summary>It is there.</summary>
    /// <param name="Attachment">It.</param>
    /// <param name="Known">Whether the case had the same file under the same name before.</param>
    public sealed record Attached(Attachment Attachment, bool Known) : AttachResult;

    /// <summary>There is no such case.</summary>
    public sealed record NoCase : AttachResult;

    /// <summary>The case has as many as it may have.</summary>
    public sealed record Full : AttachResult;
}
