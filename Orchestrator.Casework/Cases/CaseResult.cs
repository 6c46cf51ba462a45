namespace Orchestrator.Casework.Cases;

/// <summary>What became of a change.</summary>
public abstract record CaseResult
{
    /// <summary>It is done.</summary>
    public sealed record Done(CaseFile Case) : CaseResult
    {
        /// <summary>Whether it was done before: the request has come again, and this is its first answer.</summary>
        public bool Replayed { get; init; }
    }

    /// <summary>The request's key was used for another request.</summary>
    public sealed record KeyReused : CaseResult;

    /// <summary>There is no such case.</summary>
    public sealed record NotFound : CaseResult;

    /// <summary>The case has changed since it was looked at.</summary>
    public sealed record Stale(CaseFile Case) : CaseResult;

    /// <summary>It is not done, for a reason of <see cref="CaseRefusals"/>.</summary>
    public sealed record Refused(string Reason, CaseFile? Case) : CaseResult;
}
