using System.Text.Json.Serialization;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Casework.Links;

/// <summary>What a case has to do with.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Target">Its id.</param>
/// <param name="Source">Who says so: people, or the case's own alerts.</param>
/// <param name="LinkId">The link's id; none where it follows from the case's alerts.</param>
/// <param name="Note">Why, for people.</param>
/// <param name="AddedBy">Who added it.</param>
/// <param name="AddedAt">When, UTC.</param>
public sealed record CaseLink(
    LinkKind Kind, string Target, LinkSource Source, Guid? LinkId = null, string? Note = null, string? AddedBy = null, DateTimeOffset? AddedAt = null)
{
    /// <summary>The longest id of what is linked.</summary>
    public const int MaxTarget = 128;

    /// <summary>Adds an error unless <paramref name="target"/> can be the id of a <paramref name="kind"/>.</summary>
    public static void Check(LinkKind kind, string target, ContractErrors errors)
    {
        switch (kind)
        {
            case LinkKind.Account:
                errors.AccountId(target, "target");
                break;
            case LinkKind.Session:
                errors.Required(target, "target", MaxTarget);
                break;
            default:
                if (!Guid.TryParseExact(target, "D", out _))
                    errors.Add("invalid_id", "target", "a UUID");
                break;
        }
    }
}

/// <summary>What a case can have to do with.</summary>
[JsonConverter(typeof(NamedEnumConverter<LinkKind>))]
public enum LinkKind
{
    /// <summary>A transaction, by its id.</summary>
    [JsonStringEnumMemberName("transaction")] Transaction,

    /// <summary>A decision, by its transaction's id.</summary>
    [JsonStringEnumMemberName("decision")] Decision,

    /// <summary>A session of a customer, by whatever names it.</summary>
    [JsonStringEnumMemberName("session")] Session,

    /// <summary>Another account.</summary>
    [JsonStringEnumMemberName("account")] Account,

    /// <summary>Another case, by its id.</summary>
    [JsonStringEnumMemberName("case")] Case,
}

/// <summary>Who says that a case has to do with something.</summary>
[JsonConverter(typeof(NamedEnumConverter<LinkSource>))]
public enum LinkSource
{
    /// <summary>A person.</summary>
    [JsonStringEnumMemberName("person")] Person,

    /// <summary>One of the case's alerts is about it.</summary>
    [JsonStringEnumMemberName("alert")] Alert,

    /// <summary>A person has linked another case with this one.</summary>
    [JsonStringEnumMemberName("other_case")] OtherCase,
}

/// <summary>What became of adding a link.</summary>
public abstract record LinkResult
{
    /// <summary>It is there.</summary>
    /// <param name="Link">It.</param>
    /// <param name="Known">Whether it was there before.</param>
    public sealed record Linked(CaseLink Link, bool Known) : LinkResult;

    /// <summary>There is no such case.</summary>
    public sealed record NoCase : LinkResult;

    /// <summary>The case that it leads to is not there, or is this one.</summary>
    public sealed record NoTarget : LinkResult;

    /// <summary>The case has as many as it may have.</summary>
    public sealed record Full : LinkResult;
}
