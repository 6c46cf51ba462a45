namespace Orchestrator.Api.Security;

/// <summary>What somebody may be, as tokens say it. Everybody may be several.</summary>
public static class Roles
{
    /// <summary>Another program: publishes transactions and accounts, asks for decisions, reads what became of them.</summary>
    public const string Service = "service";

    /// <summary>Looks into alerts, cases and held transactions.</summary>
    public const string CaseWorker = "case_worker";

    /// <summary>Approves what case workers propose, assigns and does many at once.</summary>
    public const string Supervisor = "supervisor";

    /// <summary>Writes rules, models and lists, looks at decisions, backtests and reports.</summary>
    public const string Analyst = "analyst";

    /// <summary>Keeps it running: parked messages, sagas, projections, jobs.</summary>
    public const string Operator = "operator";

    /// <summary>Reads everything, changes nothing.</summary>
    public const string Auditor = "auditor";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Service, CaseWorker, Supervisor, Analyst, Operator, Auditor];
}
