using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Api.Models;

/// <summary>Receives and checks model files, one at a time: one takes several times its size in memory.</summary>
public sealed class ModelUploads(FeaturePlan plan) : IDisposable
{
    readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Takes the body in, checks it, and lets <paramref name="use"/> have it.</summary>
    /// <exception cref="ApiProblemException">It is too large, of another type, no model, or one that does not fit this version of the service.</exception>
    public async Task<T> ReceiveAsync<T>(HttpContext context, Func<ModelFile, ReadOnlyMemory<byte>, Task<T>> use)
    {
        if (!context.Request.HasJsonContentType())
            throw new ApiProblemException(ProblemKinds.UnsupportedMediaType);
        await _turn.WaitAsync(context.RequestAborted);
        try
        {
            UploadPace.Set(context);
            var bytes = await RequestBody.ReadAsync(context, (int)Math.Clamp(context.Request.ContentLength ?? 0, 64 << 10, ModelFile.MaxBytes));
            return await use(Check(bytes, plan), bytes);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A file that fits this version of the service.</summary>
    /// <exception cref="ApiProblemException">It does not.</exception>
    public static ModelFile Check(ReadOnlyMemory<byte> bytes, FeaturePlan plan) =>
        ModelFile.TryRead(bytes, plan, out var file, out var error) ? file : throw new ApiProblemException(ProblemKinds.ModelInvalid, errors: [error.Value]);

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();
}
