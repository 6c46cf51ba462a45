using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Orchestrator.Casework.Webhooks;

/// <summary>Delivers what is due. Any number of processes may run it: each delivery is one worker's at a time, and what a dead one had is due again after its lease.</summary>
public sealed partial class WebhookDeliveries(
    DeliveryStore deliveries, WebhookSender sender, WebhookSecrets secrets, TimeProvider time, IOptions<CaseworkOptions> options, ILogger<WebhookDeliveries> logger)
{
    const int OfEach = 4;
    const int AtOnce = 32;

    static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    DateTimeOffset _sweepAt;

    // Longer than all that is taken in one round can take: 200 webhooks with 4 each, 32 at once.
    TimeSpan Lease => TimeSpan.FromSeconds(30 + (options.Value.Webhooks.TimeoutSeconds * (options.Value.Webhooks.MaxWebhooks * OfEach / AtOnce + 1)));

    /// <summary>One round.</summary>
    /// <returns>How many were tried.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (!secrets.Available)
            return 0;
        await SweepAsync(cancellationToken);
        var taken = await deliveries.TakeAsync(time.GetUtcNow(), Lease, OfEach, cancellationToken);
        await Parallel.ForEachAsync(
            taken, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (delivery, token) => await DeliverAsync(delivery, token));
        return taken.Count;
    }

    // Once a minute.
    async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now < _sweepAt)
            return;
        _sweepAt = now.AddMinutes(1);
        if (await deliveries.GiveUpAsync(now - Longest, now, cancellationToken) is > 0 and var count)
            Waited(logger, count, Longest.Days);
    }

    async Task DeliverAsync(TakenDelivery taken, CancellationToken cancellationToken)
    {
        var answer = Opened(taken) is { } valid
            ? await sender.SendAsync(taken.Url, $"msg_{taken.DeliveryId:N}", taken.Body, valid, cancellationToken)
            : new WebhookAnswer(null, 0, null, "secret_not_readable");
        var now = time.GetUtcNow();
        var next = now + WebhookBackoff.After(taken.Attempt, taken.DeliveryId);
        if (await deliveries.SettleAsync(taken, answer, now, next, TimeSpan.FromDays(options.Value.Webhooks.DisableAfterDays), cancellationToken))
            Disabled(logger, taken.WebhookId, options.Value.Webhooks.DisableAfterDays);
        else if (answer.Error is not null && next is null)
            GivenUp(logger, taken.DeliveryId, taken.WebhookId, answer.Error);
    }

    // Another key than the one by which they were stored reads nothing.
    IReadOnlyList<byte[]>? Opened(TakenDelivery taken)
    {
        try
        {
            var secret = secrets.Open(taken.Secret, taken.WebhookId);
            return taken.PreviousSecret is null ? [secret] : [secret, secrets.Open(taken.PreviousSecret, taken.WebhookId)];
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "Webhook {WebhookId} has taken nothing for {Days} days and is disabled; enable it once its receiver answers")]
    static partial void Disabled(ILogger logger, Guid webhookId, int days);

    [LoggerMessage(LogLevel.Warning, "{Count} deliveries to webhooks that were due for {Days} days are given up")]
    static partial void Waited(ILogger logger, int count, int days);

    [LoggerMessage(LogLevel.Warning, "Delivery {DeliveryId} to webhook {WebhookId} is given up: {Error}")]
    static partial void GivenUp(ILogger logger, Guid deliveryId, Guid webhookId, string error);
}
