using Microsoft.Extensions.Hosting;
using Orchestrator.Decisioning.Records;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>Keeps the names of the features before the first vector of them is published.</summary>
sealed class HistorySchemaKeeper(IFeatureSchemas schemas) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => schemas.KeepAsync(HistoryFeatures.Schema, HistoryFeatures.Names, cancellationToken);

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
