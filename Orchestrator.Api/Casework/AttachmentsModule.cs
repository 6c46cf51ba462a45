using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.OpenApi;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Casework;
using Orchestrator.Casework.Attachments;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Casework;

/// <summary>Attachments of cases over HTTP.</summary>
static class AttachmentsModule
{
    /// <summary>Maps /v1/cases/{id}/attachments.</summary>
    public static IEndpointRouteBuilder MapAttachments(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/cases/{caseId:guid}/attachments").WithTags("Cases").Allow(Roles.CaseWorker, Roles.Supervisor);
        group.MapPost("/", AddAsync)
            .WithSummary("Attaches a file to a case")
            .WithDescription(
                "The file as the body, with its `name` in the query and its type in Content-Type, or as multipart/form-data. PDF, PNG, JPEG, text (UTF-8), CSV and mails (EML), 10 MiB, 20 a case. " +
                "What its name and type say and what it is must agree. The same file under the same name again is the one that is there: 200 and Idempotency-Replayed.")
            .WithMetadata(FileBody.Instance)
            .Produces<Attachment>(201).Produces<Attachment>().ProducesProblems(400, 404, 409, 413, 415, 503);
        group.MapGet("/", ListAsync).Allow(Roles.CaseWorker, Roles.Supervisor, Roles.Auditor).Audited()
            .WithSummary("A case's attachments, oldest first, with those that were removed")
            .Produces<IReadOnlyList<Attachment>>().ProducesProblems(404, 503);
        group.MapGet("/{attachmentId:guid}/content", ContentAsync).Allow(Roles.CaseWorker, Roles.Supervisor, Roles.Auditor).Audited()
            .WithSummary("What is attached")
            .WithDescription("As a file to be kept, never to be shown in place. Its ETag is its SHA-256.")
            .Produces(200, contentType: "application/octet-stream").Produces(304).ProducesProblems(404, 503);
        group.MapDelete("/{attachmentId:guid}", RemoveAsync).Allow(Roles.Supervisor)
            .WithSummary("Removes an attachment, for a `reason`")
            .WithDescription("What was in it goes. Its name and hash, who removed it and why stay, here and in the log.")
            .Produces<Attachment>().ProducesProblems(400, 404, 503);
        return routes;
    }

    static async Task<IResult> AddAsync(
        Guid caseId, AttachmentUploads uploads, AttachmentStore attachments, HttpContext context, Actor actor, CancellationToken cancellationToken, string? name = null)
    {
        var file = await uploads.ReceiveAsync(context, name);
        if (AttachmentContent.Refuse(file.Name, file.MediaType, file.Content) is { } refused)
        {
            return refused == "unknown_media_type"
                ? ApiProblem.Of(ProblemKinds.UnsupportedMediaType, string.Join(", ", AttachmentContent.MediaTypes))
                : ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError(refused, refused.Contains("name", StringComparison.Ordinal) ? "name" : "content", Expected(refused))]);
        }
        var result = await attachments.AddAsync(caseId, file.Name!, file.MediaType, file.Content, actor.Name, cancellationToken);
        switch (result)
        {
            case AttachResult.Attached(var known, true):
                context.Response.Headers[Submissions.SubmissionResult.ReplayedHeader] = "true";
                return TypedResults.Ok(known);
            case AttachResult.Attached(var added, _):
                return TypedResults.Created($"/v1/cases/{caseId}/attachments/{added.AttachmentId}/content", added);
            case AttachResult.Full:
                return ApiProblem.Of(ProblemKinds.CaseFull, $"{AttachmentStore.MaxOfCase} attachments");
            default:
                return ApiProblem.Of(ProblemKinds.CaseNotFound);
        }
    }

    static async Task<IResult> ListAsync(Guid caseId, AttachmentStore attachments, CancellationToken cancellationToken) =>
        await attachments.ListAsync(caseId, cancellationToken) is { } list ? TypedResults.Ok(list) : ApiProblem.Of(ProblemKinds.CaseNotFound);

    static async Task<IResult> ContentAsync(
        Guid caseId, Guid attachmentId, AttachmentStore attachments, HttpContext context, [FromHeader(Name = "If-None-Match")] string? ifNoneMatch, CancellationToken cancellationToken)
    {
        if (await attachments.OpenAsync(caseId, attachmentId, cancellationToken) is not { } open)
            return ApiProblem.Of(ProblemKinds.AttachmentNotFound);
        return new AttachedFile(open, ifNoneMatch);
    }

    static async Task<IResult> RemoveAsync(
        Guid caseId, Guid attachmentId, AttachmentStore attachments, Actor actor, CancellationToken cancellationToken, string? reason = null)
    {
        var errors = new ContractErrors();
        errors.Required(reason, "reason", CaseChange.MaxReason);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await attachments.RemoveAsync(caseId, attachmentId, actor.Name, reason!, cancellationToken) is { } removed
            ? TypedResults.Ok(removed)
            : ApiProblem.Of(ProblemKinds.AttachmentNotFound);
    }

    static string Expected(string refused) => refused switch
    {
        "invalid_name" => $"1 to {AttachmentContent.MaxName} characters, none of them a slash or a control character",
        "name_mismatch" => "a name that ends as files of its type do",
        "empty_content" => "a file that is not empty",
        _ => "a file that is what its type says",
    };

    // Sent as the database gives it, under headers that let no browser show it in place.
    sealed class AttachedFile(OpenAttachment open, string? ifNoneMatch) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            await using var source = open;
            var (attachment, response) = (open.Attachment, httpContext.Response);
            var tag = $"\"{attachment.Sha256}\"";
            response.Headers.ETag = tag;
            response.Headers.CacheControl = "private, no-cache";
            response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
            response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            if (ifNoneMatch == tag)
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(attachment.Name);
            response.Headers.ContentDisposition = disposition.ToString();
            response.ContentType = attachment.MediaType;
            response.ContentLength = attachment.Size;
            await open.Content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }
}

/// <summary>Receives files that are to be attached: a few at a time, each whole, because what it is has to be seen first.</summary>
/// <param name="options">How large they may be.</param>
public sealed class AttachmentUploads(IOptions<CaseworkOptions> options) : IDisposable
{
    const int AtOnce = 4;

    // What multipart/form-data has around the file.
    const int AroundFile = 16 << 10;

    readonly SemaphoreSlim _turns = new(AtOnce, AtOnce);

    /// <summary>Takes a file in.</summary>
    /// <exception cref="ApiProblemException">It is too large, or no file.</exception>
    internal async Task<ReceivedFile> ReceiveAsync(HttpContext context, string? name)
    {
        await _turns.WaitAsync(context.RequestAborted);
        try
        {
            if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                limit.MaxRequestBodySize = options.Value.MaxAttachmentBytes + AroundFile;
            UploadPace.Set(context);
            return await ReadAsync(context.Request, name, context.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            throw new ApiProblemException(ProblemKinds.BadRequest, "the body is no multipart/form-data, or it ended too early");
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turns.Dispose();

    async Task<ReceivedFile> ReadAsync(HttpRequest request, string? name, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw new ApiProblemException(ProblemKinds.UnsupportedMediaType, string.Join(", ", AttachmentContent.MediaTypes));
        if (!type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return new ReceivedFile(name, Type(type), await ContentAsync(request.Body, cancellationToken));
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary))
            throw new ApiProblemException(ProblemKinds.BadRequest, "multipart/form-data needs a boundary");
        var parts = new Microsoft.AspNetCore.WebUtilities.MultipartReader(boundary, request.Body);
        while (await parts.ReadNextSectionAsync(cancellationToken) is { } part)
        {
            if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition) || !disposition.IsFileDisposition())
                continue;
            var given = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
            return new ReceivedFile(
                name ?? given.Value, MediaTypeHeaderValue.TryParse(part.ContentType, out var partType) ? Type(partType) : "", await ContentAsync(part.Body, cancellationToken));
        }
        throw new ApiProblemException(ProblemKinds.Invalid, errors: [new ContractError("missing_field", "file", "a part that is a file")]);
    }

    async Task<byte[]> ContentAsync(Stream body, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (content.Length + read > options.Value.MaxAttachmentBytes)
                throw new ApiProblemException(ProblemKinds.BodyTooLarge, $"at most {options.Value.MaxAttachmentBytes} bytes");
            content.Write(buffer, 0, read);
        }
        return content.ToArray();
    }

    static string Type(MediaTypeHeaderValue type) => type.MediaType.Value?.ToLowerInvariant() ?? "";
}

/// <summary>A file that was received.</summary>
sealed record ReceivedFile(string? Name, string MediaType, byte[] Content);
