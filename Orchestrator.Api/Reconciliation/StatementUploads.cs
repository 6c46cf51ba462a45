using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Reconciliation;

namespace Orchestrator.Api.Reconciliation;

/// <summary>
/// Receives statements: the body goes to a file without a name, so that a slow sender keeps no connection to the database, and neither memory nor
/// disk keeps what a process that died was receiving. A few at a time; others wait unread.
/// </summary>
public sealed class StatementUploads(IOptions<ApiOptions> options) : IDisposable
{
    const int AtOnce = 2;

    readonly SemaphoreSlim _turns = new(AtOnce, AtOnce);

    /// <summary>Takes the body in, then lets <paramref name="use"/> have it.</summary>
    /// <exception cref="ApiProblemException">It is too large, of another type, or no file.</exception>
    public async Task<T> ReceiveAsync<T>(HttpContext context, Func<ReceivedStatement, Task<T>> use)
    {
        await _turns.WaitAsync(context.RequestAborted);
        try
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                limit.MaxRequestBodySize = options.Value.MaxStatementBytes;
            UploadPace.Set(context);
            var (body, format, name) = await OpenAsync(context.Request, context.RequestAborted);
            await using var file = NewFile();
            await CopyAsync(body, file, context.RequestAborted);
            file.Position = 0;
            return await use(new ReceivedStatement(file, format, name));
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turns.Dispose();

    static async Task<(Stream Body, StatementFormat Format, string? Name)> OpenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw new ApiProblemException(ProblemKinds.UnsupportedMediaType);
        if (!type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return (request.Body, FormatOf(type, fileName: null), null);
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary))
            throw new ApiProblemException(ProblemKinds.BadRequest, "multipart/form-data needs a boundary");
        var parts = new MultipartReader(boundary, request.Body);
        while (await Reading(() => parts.ReadNextSectionAsync(cancellationToken)) is { } part)
        {
            if (ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition) && disposition.IsFileDisposition())
            {
                var name = Path.GetFileName(HeaderUtilities.RemoveQuotes(disposition.FileName).Value ?? "");
                return (part.Body, FormatOf(MediaTypeHeaderValue.TryParse(part.ContentType, out var partType) ? partType : null, name), name);
            }
        }
        throw new ApiProblemException(ProblemKinds.Invalid, errors: [new ContractError("missing_field", "file", "a part that is a file")]);
    }

    static StatementFormat FormatOf(MediaTypeHeaderValue? type, string? fileName) => type?.MediaType.Value?.ToLowerInvariant() switch
    {
        "text/csv" => StatementFormat.Csv,
        "application/xml" or "text/xml" => StatementFormat.Camt053,
        // Browsers know few types of files.
        _ when fileName is not null && Path.GetExtension(fileName).ToLowerInvariant() is ".csv" or ".xml" => StatementFormats.OfFile(fileName),
        _ => throw new ApiProblemException(ProblemKinds.UnsupportedMediaType, "text/csv, application/xml, or multipart/form-data with a file of these"),
    };

    FileStream NewFile()
    {
        var folder = Path.Combine(options.Value.DataDirectory, "uploads");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Path.GetRandomFileName());
        var only = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 64 << 10,
        };
        if (!OperatingSystem.IsWindows())
            only.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, only);
        File.Delete(path);
        return file;
    }

    static async Task CopyAsync(Stream body, FileStream file, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await Reading(() => body.ReadAsync(buffer, cancellationToken).AsTask())) > 0)
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        await file.FlushAsync(cancellationToken);
    }

    // What is wrong with the body's form is the sender's; a disk that is full is ours.
    static async Task<T> Reading<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            throw new ApiProblemException(ProblemKinds.BadRequest, "the body is no multipart/form-data, or it ended too early");
        }
    }
}

/// <summary>A statement that was received.</summary>
/// <param name="Content">All of it, from the start.</param>
/// <param name="Format">How it is written.</param>
/// <param name="FileName">What its sender calls it, where there is a name.</param>
public sealed record ReceivedStatement(Stream Content, StatementFormat Format, string? FileName);
