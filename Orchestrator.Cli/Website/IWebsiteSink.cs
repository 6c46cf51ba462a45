using Orchestrator.Cli.Publishing;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Cli.Website;

/// <summary>Where events of the simulated website go.</summary>
public interface IWebsiteSink : IAsyncDisposable
{
    /// <summary>How many were given up or refused.</summary>
    long Failed { get; }

    /// <summary>The first thing that went wrong, when anything has.</summary>
    string? FirstError { get; }

    /// <summary>Sends an event; returns as soon as it is on the way.</summary>
    ValueTask SendAsync(ActivityRecorded message, CancellationToken cancellationToken);

    /// <summary>Waits until all that was sent is answered or given up.</summary>
    Task FlushAsync();
}

/// <summary>Straight into Kafka, as a website's own server does.</summary>
public sealed class KafkaWebsiteSink(TransactionPublisher publisher) : IWebsiteSink
{
    /// <inheritdoc />
    public long Failed => publisher.Failed + publisher.OnTheWay;

    /// <inheritdoc />
    public string? FirstError => publisher.FirstError;

    /// <inheritdoc />
    public ValueTask SendAsync(ActivityRecorded message, CancellationToken cancellationToken) => publisher.PublishAsync(message, message.EventId, cancellationToken);

    /// <inheritdoc />
    public Task FlushAsync() => publisher.FlushBrieflyAsync();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => publisher.DisposeAsync();
}
