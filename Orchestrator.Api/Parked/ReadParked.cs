using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Parked;

/// <summary>Shows parked messages.</summary>
static class ReadParked
{
    const int MaxBodyText = 64 << 10;
    const int MaxExported = 10_000;

    // In memory at once; each may have a megabyte.
    const int ExportedTogether = 16;

    // Where what is hidden must not be found by looking for it, so many are looked at for one page.
    const int MaxLookedAt = 10_000;
    const int QueueShown = 20;
    const int EditsShown = 20;

    static readonly ResponseFormat Lines = new("jsonl", "application/x-ndjson");

    public static async Task<Results<Ok<ParkedPage>, ProblemHttpResult>> ListAsync(
        [AsParameters] ParkedQuery query, ParkedMessages parked, ParkedSearch search, CancellationToken cancellationToken, long after = 0, int limit = 100)
    {
        if (PageLimits.Refuse(after, limit, ParkedMessages.MaxPage) is { } refused)
            return refused;
        var errors = new ContractErrors();
        var filter = query.Read(errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var groups = filter.IsAll && after == 0 ? await ParkedShown.OfAsync(await parked.CausesAsync(cancellationToken), search, cancellationToken) : [];
        var (items, next) = await PageAsync(search, filter, after, limit, cancellationToken);
        return TypedResults.Ok(new ParkedPage(await parked.CountAsync(cancellationToken), groups, items, next is { } last ? $"{last}" : null));
    }

    public static async Task<Ok<ParkedGroups>> GroupsAsync(ParkedMessages parked, ParkedSearch search, CancellationToken cancellationToken) => TypedResults.Ok(new ParkedGroups(
        await parked.CountAsync(cancellationToken), await ParkedShown.OfAsync(await parked.CausesAsync(cancellationToken), search, cancellationToken)));

    public static async Task<Results<Ok<ParkedDetail>, ProblemHttpResult>> GetAsync(
        long id, ParkedMessages parked, ParkedSearch search, ParkedEdits edits, LaneMessageReader reader, CancellationToken cancellationToken)
    {
        if (await parked.FindAsync(id, cancellationToken) is not var (view, raw))
            return ApiProblem.Of(ProblemKinds.ParkedNotFound);
        var (body, encoding) = ParkedShown.Body(await reader.JsonOfAsync(raw, cancellationToken), view.Key, MaxBodyText);
        return TypedResults.Ok(new ParkedDetail(
            ParkedShown.Of(new ParkedFound(view, raw)),
            ParkedShown.Headers(raw, view.Key),
            body,
            raw.Body.Length,
            await parked.AuditAsync(id, cancellationToken),
            encoding,
            await search.QueueAsync(id, after: 0, QueueShown, cancellationToken),
            await edits.ListAsync(id, state: null, before: null, EditsShown, cancellationToken)));
    }

    public static async Task<Results<Ok<ParkedQueue>, ProblemHttpResult>> QueueAsync(
        long id, ParkedSearch search, CancellationToken cancellationToken, long after = 0, int limit = 100)
    {
        if (PageLimits.Refuse(after, limit, ParkedMessages.MaxPage) is { } refused)
            return refused;
        return await search.QueueAsync(id, after, limit, cancellationToken) is { } queue ? TypedResults.Ok(queue) : ApiProblem.Of(ProblemKinds.ParkedNotFound);
    }

    public static IResult Export(
        [AsParameters] ParkedQuery query, ParkedSearch search, LaneMessageReader reader, IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json, CancellationToken cancellationToken,
        long after = 0, int limit = 1_000)
    {
        if (PageLimits.Refuse(after, limit, MaxExported) is { } refused)
            return refused;
        var errors = new ContractErrors();
        var filter = query.Read(errors);
        return errors.None
            ? new TextPieces(Lines, LinesAsync(search, reader, filter, after, limit, json.Value.SerializerOptions, cancellationToken), $"parked-after-{after}.jsonl")
            : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }

    static async IAsyncEnumerable<string> LinesAsync(
        ParkedSearch search, LaneMessageReader reader, ParkedFilter filter, long after, int limit, JsonSerializerOptions json, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var written = 0; written < limit;)
        {
            var most = Math.Min(ExportedTogether, limit - written);
            var page = await search.PageAsync(filter, after, most, int.MaxValue, cancellationToken);
            foreach (var found in page)
            {
                (after, var shown) = (found.View.ParkedId, ParkedShown.Of(found));
                if (filter.Text is not null && !ParkedShown.Holds(shown, filter.Text))
                    continue;
                var raw = found.Raw!;
                var (body, encoding) = ParkedShown.Body(await reader.JsonOfAsync(raw, cancellationToken), found.View.Key, int.MaxValue);
                written++;
                yield return JsonSerializer.Serialize(new ParkedExportLine(shown, ParkedShown.Headers(raw, found.View.Key), body, encoding, raw.Body.Length), json) + "\n";
            }
            if (page.Count < most)
                yield break;
        }
    }

    static async Task<(IReadOnlyList<ParkedView> Items, long? Next)> PageAsync(
        ParkedSearch search, ParkedFilter filter, long after, int limit, CancellationToken cancellationToken)
    {
        var items = new List<ParkedView>();
        for (var lookedAt = 0; lookedAt < MaxLookedAt;)
        {
            var page = await search.PageAsync(filter, after, limit, ParkedShown.Look, cancellationToken);
            lookedAt += page.Count;
            foreach (var found in page)
            {
                (after, var shown) = (found.View.ParkedId, ParkedShown.Of(found));
                if (filter.Text is null || ParkedShown.Holds(shown, filter.Text))
                    items.Add(shown);
                if (items.Count == limit)
                    return (items, after);
            }
            if (page.Count < limit)
                return (items, null);
        }
        return (items, after);
    }
}
