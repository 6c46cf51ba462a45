using Orchestrator.Api.Versions;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Lists;

namespace Orchestrator.Api.Rules;

/// <summary>Makes a list.</summary>
/// <param name="Name">Its name: lower-case letters, digits and <c>_</c>, at most 64.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Description">What is on it; at most 500 characters.</param>
public sealed record CreateListRequest(string Name, ListKind Kind, string Description)
{
    internal ContractErrors Validate()
    {
        var errors = new ContractErrors();
        if (Name.Length is 0 or > 64 || !Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            errors.Add("invalid_name", "name", "1 to 64 lower-case letters, digits and _");
        errors.Required(Description, "description", VersionRequests.MaxReason);
        return errors;
    }
}

/// <summary>Puts values on a list.</summary>
/// <param name="Entries">1 to 1,000, each value once. Of a value that is there already the expiry is changed.</param>
/// <param name="Reason">Why; kept for ever, at most 500 characters.</param>
public sealed record AddListEntriesRequest(IReadOnlyList<ListAddition> Entries, string Reason)
{
    internal ContractErrors Validate(DateTimeOffset now)
    {
        var errors = new ContractErrors();
        ListValues.Check([.. Entries.Select(e => e?.Value)], "entries", ".value", errors);
        for (var i = 0; errors.None && i < Entries.Count; i++)
        {
            if (Entries[i].ExpiresAt is { } expiry && (expiry <= now || expiry.Year > 2200))
                errors.Add("invalid_time", $"entries[{i}].expiresAt", "an instant to come, to 2200");
        }
        errors.Required(Reason, "reason", VersionRequests.MaxReason);
        return errors;
    }
}

/// <summary>Takes values off a list.</summary>
/// <param name="Values">1 to 1,000; what is not on it is passed over.</param>
/// <param name="Reason">Why; kept for ever, at most 500 characters.</param>
public sealed record RemoveListEntriesRequest(IReadOnlyList<string> Values, string Reason)
{
    internal ContractErrors Validate()
    {
        var errors = new ContractErrors();
        ListValues.Check(Values, "values", "", errors);
        errors.Required(Reason, "reason", VersionRequests.MaxReason);
        return errors;
    }
}

/// <summary>The list is so now.</summary>
/// <param name="Changed">How many entries are not as they were before.</param>
/// <param name="Version">The version of all lists from now on; decisions say which they looked into.</param>
public sealed record ListChanged(int Changed, long Version);

/// <summary>Checks values of lists.</summary>
static class ListValues
{
    const int MaxErrors = 20;

    public static void Check(IReadOnlyList<string?> values, string field, string suffix, ContractErrors errors)
    {
        if (values.Count is 0 or > ListStore.MaxBulk)
        {
            errors.Add("out_of_range", field, $"1 to {ListStore.MaxBulk}");
            return;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < values.Count && errors.All.Count < MaxErrors; i++)
        {
            errors.Required(values[i], $"{field}[{i}]{suffix}", ListEntries.MaxValueLength);
            if (values[i] is { } value && !seen.Add(value))
                errors.Add("repeated_value", $"{field}[{i}]{suffix}", "each value once");
        }
    }
}
