using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Parking;

/// <summary>Why and how a message is parked.</summary>
internal static class ParkedStatus
{
    /// <summary>No retry can mend it; its key flows on.</summary>
    public const string Refused = "refused";

    /// <summary>It raised an error; its key waits.</summary>
    public const string Failed = "failed";

    /// <summary>It waits behind a failed message of its key.</summary>
    public const string Queued = "queued";
}

/// <summary>A message to be parked with the unit of work that takes it.</summary>
internal sealed record ParkedEntry(LaneMessage Message, string Status, ParkedCause Cause, int Attempts);

/// <summary>What is kept of an error: enough to group by and to understand, never the message's content.</summary>
internal sealed record ParkedCause(string? Code, string? ExceptionType, string? StackHash, string? Detail)
{
    const int MaxDetail = 2_000;

    public static ParkedCause None { get; } = new(null, null, null, null);

    public static ParkedCause Of(Exception exception)
    {
        var root = exception;
        while (root is not BadMessageException && root.InnerException is { } inner)
            root = inner;
        var code = root is BadMessageException bad ? bad.Code : "handler_failed";
        var detail = root.Message.Length > MaxDetail ? root.Message[..MaxDetail] : root.Message;
        return new ParkedCause(code, root.GetType().FullName, root is BadMessageException ? null : StackHashOf(root), detail);
    }

    // Methods without line numbers, so that the same fault groups together across builds.
    static string StackHashOf(Exception exception)
    {
        var frames = new StackTrace(exception, fNeedFileInfo: false).GetFrames()
            .Select(f => f.GetMethod()).Select(m => $"{m?.DeclaringType?.FullName}.{m?.Name}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', frames))).AsSpan(0, 8));
    }
}
