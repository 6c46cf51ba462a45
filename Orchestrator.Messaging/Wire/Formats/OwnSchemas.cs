using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>
/// Learns the ids of our own schemas, and registers those that are not there, when the service starts: what is wrong with the registry is in the log before the first message needs it,
/// and no message waits for it where all is well.
/// </summary>
/// <param name="formats">The formats.</param>
/// <param name="options">How long pauses are.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears what the registry says.</param>
sealed partial class OwnSchemas(WireFormats formats, MessagingOptions options, TimeProvider time, ILogger<OwnSchemas> logger) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? said = null;
        for (var failures = 1; ; failures++)
        {
            try
            {
                await formats.ReadyAsync(stoppingToken);
                return;
            }
            catch (RegistryAwayException e)
            {
                if (!string.Equals(said, e.Detail, StringComparison.Ordinal))
                    NotThere(logger, e.Detail);
                said = e.Detail;
            }
            await Task.Delay(options.PauseAfter(failures), time, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Our schemas are not all known to the schema registry: {Detail}")]
    static partial void NotThere(ILogger logger, string detail);
}
