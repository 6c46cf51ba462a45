using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Decisioning.Training;

/// <summary>How trees are grown.</summary>
public sealed record TrainingOptions
{
    /// <summary>How many trees.</summary>
    [Range(1, 5_000)]
    public int Trees { get; init; } = 200;

    /// <summary>How many leaves a tree may have.</summary>
    [Range(2, 64)]
    public int Leaves { get; init; } = 8;

    /// <summary>How much of each tree is believed.</summary>
    [Range(0.001, 1)]
    public double LearningRate { get; init; } = 0.03;

    /// <summary>The fewest rows of a leaf.</summary>
    [Range(1, 100_000)]
    public int LeastRows { get; init; } = 20;

    /// <summary>Which share of rows each tree is grown on.</summary>
    [Range(0.01, 1)]
    public double RowShare { get; init; } = 0.7;

    /// <summary>Which share of inputs each tree may look at.</summary>
    [Range(0.01, 1)]
    public double InputShare { get; init; } = 0.5;

    /// <summary>How strongly leaves are drawn towards zero.</summary>
    [Range(0, 1_000)]
    public double Ridge { get; init; } = 1;

    /// <summary>
    /// Into how many steps the values of an input are cut. The usual 255 cannot resolve the tail of amounts, where frauds are: most steps lie where most
    /// amounts are.
    /// </summary>
    [Range(2, 65_000)]
    public int Steps { get; init; } = 16_000;

    /// <summary>
    /// The trees are a mean of so many ensembles that differ by chance: with the same number of trees altogether, their mean errs less where frauds are few.
    /// </summary>
    [Range(1, 20)]
    public int Ensembles { get; init; } = 1;

    /// <summary>The same seed and rows give the same model.</summary>
    [Range(1, int.MaxValue)]
    public int Seed { get; init; } = 1;

    /// <summary>In how many parts rows are split, by account, to see how well scores fit outcomes that were not learnt.</summary>
    [Range(2, 20)]
    public int Folds { get; init; } = 3;

    /// <summary>What the model looks at; features that never vary in the rows are left out.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = ModelInputs.Standard;

    /// <summary>What errors cost, from which thresholds follow.</summary>
    public DecisionCosts Costs { get; init; } = new();
}
