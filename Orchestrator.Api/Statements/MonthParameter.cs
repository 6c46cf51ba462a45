using Orchestrator.Contracts;
using Orchestrator.Ledger.Statements;

namespace Orchestrator.Api.Statements;

/// <summary>Months in addresses and queries.</summary>
static class MonthParameter
{
    /// <summary>The month; null, and an error for <paramref name="field"/>, when it is none.</summary>
    public static Month? Read(string text, string field, ContractErrors errors)
    {
        if (Month.TryParse(text, out var month))
            return month;
        errors.Add("invalid_month", field, "a month such as 2026-03, from 1970-01 to 2200-12");
        return null;
    }
}
