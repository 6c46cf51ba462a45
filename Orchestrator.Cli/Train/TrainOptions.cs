using Orchestrator.Cli.Publish;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Cli.Train;

/// <summary>What <c>train</c> was asked to do.</summary>
public sealed record TrainOptions
{
    /// <summary>The transactions; null for simulated ones.</summary>
    public PublishOptions? File { get; init; }

    /// <summary>Their labels (<c>transactionId,fraud</c>); null where the file has them itself.</summary>
    public string? LabelsPath { get; init; }

    /// <summary>Of simulated ones.</summary>
    public uint Seed { get; init; }

    /// <summary>Where the model goes.</summary>
    public required string Output { get; init; }

    /// <summary>How many days are learnt from.</summary>
    public int TrainDays { get; init; } = 28;

    /// <summary>How many days at the end are only tried; 0 for none.</summary>
    public int TestDays { get; init; } = 7;

    /// <summary>How trees are grown.</summary>
    public TrainingOptions Training { get; init; } = new();
}
