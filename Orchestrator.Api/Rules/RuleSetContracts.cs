using System.Text.Json;
using Orchestrator.Api.Versions;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Api.Rules;

/// <summary>Stores a rule set as a draft. It never changes again: another content is another version.</summary>
/// <param name="Version">Its name: lower-case letters, digits and <c>_ . -</c>, at most 64.</param>
/// <param name="Content">What it says.</param>
/// <param name="Reason">Why; kept for ever, at most 500 characters.</param>
public sealed record CreateRuleSetRequest(string Version, RuleSetContent Content, string Reason)
{
    internal ContractErrors Validate()
    {
        var errors = new ContractErrors();
        if (!CompiledRuleSet.IsVersionName(Version) || Version == BuiltInRuleSet.Name)
            errors.Add("invalid_version", "version", "1 to 64 lower-case letters, digits and _ . -, beginning with a letter or digit; not built-in");
        errors.Required(Reason, "reason", VersionRequests.MaxReason);
        return errors;
    }
}

/// <summary>Evaluates a rule set on values of the caller's own. Nothing is decided and nothing kept.</summary>
/// <param name="Input">Names and their values: numbers, texts, true or false, times as texts. What is not named is missing.</param>
/// <param name="Unavailable">Names whose values could not be read: rules that need them count by their defaults.</param>
/// <param name="ModelScore">The score of a model, 0 to 1000.</param>
/// <param name="At">The present, by which entries of lists have expired or not, UTC; now unless said.</param>
public sealed record TestRuleSetRequest(
    IReadOnlyDictionary<string, JsonElement> Input, IReadOnlyList<string>? Unavailable = null, double? ModelScore = null, DateTimeOffset? At = null);

/// <summary>A rule set.</summary>
/// <param name="Version">Its name.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Revision">One more with each change of state; the ETag.</param>
/// <param name="Hash">SHA-256 of its content.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="CreatedAt">When, UTC.</param>
/// <param name="Content">What it says.</param>
/// <param name="Log">What was done with it, the first at the top.</param>
public sealed record RuleSetView(
    string Version, VersionState State, int Revision, string Hash, string Author, DateTimeOffset? CreatedAt, RuleSetContent Content, IReadOnlyList<VersionLogEntry> Log)
{
    internal static RuleSetView Of(StoredRuleSet stored)
    {
        var (version, state, revision, hash, author, createdAt, _) = stored.Summary;
        return new RuleSetView(version, state, revision, hash, author, createdAt, stored.Content, stored.Log);
    }

    internal static RuleSetView BuiltIn { get; } = new(
        BuiltInRuleSet.Name, VersionState.Live, 0, RuleSetJson.Hash(BuiltInRuleSet.Content), "the product", null, BuiltInRuleSet.Content, []);
}

/// <summary>A name that rules may use.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Type">number, text, boolean or time.</param>
/// <param name="Description">What it says.</param>
public sealed record RuleNameView(string Name, string Type, string Description);
