using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Contracts.Decisions;

/// <summary>The bounds of a decision's parts. A list may hold null where JSON says so: that is refused, too.</summary>
static class DecisionChecks
{
    public static void Score(int score, string field, ContractErrors errors)
    {
        if (score is < 0 or > FraudAssessed.MaxScore)
            errors.Add("score_out_of_range", field, $"from 0 to {FraudAssessed.MaxScore}");
    }

    public static void Instant(DateTimeOffset? instant, string field, ContractErrors errors)
    {
        if (instant is { } given)
            errors.Instant(given, field);
    }

    public static void Reasons(IReadOnlyList<FraudReason> reasons, ContractErrors errors)
    {
        if (TooMany(reasons.Count, FraudAssessed.MaxFindings, "reasons", errors))
            return;
        foreach (var reason in reasons)
        {
            if (reason is null)
                errors.Add("missing_field", "reasons", "no null among them");
            else
                Finding(reason.Rule, reason.Contribution, reason.Sentence, "reasons", errors);
        }
    }

    public static void Rules(IReadOnlyList<RuleFinding>? rules, ContractErrors errors)
    {
        if (rules is null || TooMany(rules.Count, FraudAssessed.MaxFindings, "rules", errors))
            return;
        foreach (var rule in rules)
        {
            if (rule is null)
                errors.Add("missing_field", "rules", "no null among them");
            else
                Finding(rule.Rule, rule.Contribution, rule.Sentence, "rules", errors);
        }
    }

    public static void Degraded(IReadOnlyList<string>? reasons, ContractErrors errors)
    {
        if (reasons is null || TooMany(reasons.Count, FraudAssessed.MaxDegraded, "degraded", errors))
            return;
        foreach (var reason in reasons)
        {
            if (!IsName(reason))
                errors.Add("invalid_name", "degraded", $"1 to {FraudAssessed.MaxName} lower-case letters, digits and _");
        }
    }

    public static void Transaction(TransactionSubmitted? transaction, FraudAssessed decision, ContractErrors errors)
    {
        if (transaction is null)
            return;
        if (transaction.TransactionId != decision.TransactionId || !string.Equals(transaction.SourceAccountId, decision.SourceAccountId, StringComparison.Ordinal))
            errors.Add("other_transaction", "transaction", "the transaction that is decided");
        transaction.Validate(errors);
    }

    static void Finding(string? name, int contribution, string? sentence, string field, ContractErrors errors)
    {
        errors.Required(name, $"{field}.rule", FraudAssessed.MaxName);
        if (contribution is < -FraudAssessed.MaxScore or > FraudAssessed.MaxScore)
            errors.Add("contribution_out_of_range", $"{field}.contribution", $"from -{FraudAssessed.MaxScore} to {FraudAssessed.MaxScore}");
        errors.Text(sentence, $"{field}.sentence", FraudAssessed.MaxSentence);
    }

    static bool TooMany(int count, int most, string field, ContractErrors errors)
    {
        if (count > most)
            errors.Add("too_many_entries", field, $"at most {most}");
        return count > most;
    }

    static bool IsName(string? name)
    {
        if (name is not { Length: > 0 and <= FraudAssessed.MaxName })
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')
                return false;
        }
        return true;
    }
}
