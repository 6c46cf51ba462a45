namespace Orchestrator.Ledger.Deciding;

/// <summary>What the ledger makes of a command.</summary>
public abstract record LedgerDecision
{
    LedgerDecision()
    {
    }

    /// <summary>It takes effect.</summary>
    /// <param name="Events">What happens, in order; empty when there is nothing left to do.</param>
    public sealed record Accepted(params LedgerEvent[] Events) : LedgerDecision;

    /// <summary>Nothing happens.</summary>
    /// <param name="Reason">One of <see cref="Contracts.Ledger.LedgerRefusals"/>.</param>
    public sealed record Refused(string Reason) : LedgerDecision;
}
