namespace Orchestrator.Decisioning.Backtests;

/// <summary>A backtest cannot go on, for a reason that whoever asked for it can mend.</summary>
/// <param name="code">A stable name.</param>
/// <param name="detail">What is wrong, for people.</param>
public sealed class BacktestException(string code, string detail) : Exception($"{code}: {detail}")
{
    /// <summary>A stable name.</summary>
    public string Code { get; } = code;

    /// <summary>What is wrong, for people.</summary>
    public string Detail { get; } = detail;
}
