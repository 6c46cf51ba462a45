using Microsoft.AspNetCore.Mvc;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Api.Rules;

/// <summary>What requests about rules and lists share.</summary>
static class RuleRequests
{
    /// <summary>A rule set of 500 rules and a thousand entries of a list are longer than other bodies.</summary>
    public static readonly RequestSizeLimitAttribute Large = new(RuleSetJson.MaxBytes);
}
