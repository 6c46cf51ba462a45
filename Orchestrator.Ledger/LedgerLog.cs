using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Ledger;

/// <summary>What the ledger logs. Account ids appear masked.</summary>
static partial class LedgerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {Account} was not opened: {Reason}")]
    public static partial void OpenRefused(ILogger logger, string account, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Command} of account {Account} was refused: {Reason}")]
    public static partial void StatusRefused(ILogger logger, string command, string account, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Command} of account {Account} was dropped: its id {CommandId} was used for another command")]
    public static partial void IdReused(ILogger logger, string command, string account, Guid commandId);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Lane}: released; its chain ends at {Sequence} with {Hash}")]
    public static partial void ChainHead(ILogger logger, LaneId lane, long sequence, string hash);

    /// <summary>The last four characters, the rest hidden.</summary>
    public static string Masked(string accountId) => accountId.Length > 4 ? $"***{accountId[^4..]}" : "***";
}
