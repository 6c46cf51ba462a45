using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Orchestrator.Api.Activity;

/// <summary>A file that this program has in itself, as browsers get it: as it stands or compressed, and not again while it is the same.</summary>
sealed class EmbeddedFile
{
    const string Zipped = "gzip";

    readonly string _contentType;
    readonly Form _plain;
    readonly Form _zipped;

    EmbeddedFile(string name, byte[] content)
    {
        Name = name;
        _contentType = Path.GetExtension(name) switch
        {
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/html; charset=utf-8",
        };
        var hash = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16));
        _plain = new Form(content, new EntityTagHeaderValue($"\"{hash}\""));
        _zipped = new Form(Zip(content), new EntityTagHeaderValue($"\"{hash}-{Zipped}\""));
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Reads it, once, when the program starts.</summary>
    public static EmbeddedFile Read(string name)
    {
        using var stream = typeof(EmbeddedFile).Assembly.GetManifestResourceStream($"activity/{name}")!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return new EmbeddedFile(name, content.ToArray());
    }

    /// <summary>The file, or that it is the one the browser has.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="cacheControl">How long browsers may keep it.</param>
    public IResult Answer(HttpContext context, string cacheControl)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = cacheControl;
        headers.Vary = HeaderNames.AcceptEncoding;
        var form = _plain;
        if (context.Request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding.Value.Equals(Zipped, StringComparison.OrdinalIgnoreCase) && encoding.Quality is not 0))
        {
            form = _zipped;
            headers.ContentEncoding = Zipped;
        }
        return TypedResults.Bytes(form.Bytes, _contentType, entityTag: form.Tag);
    }

    static byte[] Zip(byte[] content)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.SmallestSize))
            zip.Write(content);
        return zipped.ToArray();
    }

    sealed record Form(byte[] Bytes, EntityTagHeaderValue Tag);
}
