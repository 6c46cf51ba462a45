using System.CommandLine;
using Orchestrator.Cli.Output;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Cli.Train;

/// <summary>What it costs to be wrong, as options: thresholds follow from it.</summary>
sealed class CostOptions
{
    const double Most = 1_000_000;

    static readonly DecisionCosts Usual = new();

    readonly Option<double> _review = new("--review-cost") { Description = "What a person's look at one payment costs", DefaultValueFactory = _ => Usual.Review };
    readonly Option<double> _decline = new("--decline-cost") { Description = "What it costs to decline a genuine payment", DefaultValueFactory = _ => Usual.WronglyDeclined };
    readonly Option<double> _missed = new("--missed-cost") { Description = "What a fraud that is let through costs besides its amount", DefaultValueFactory = _ => Usual.Missed };

    readonly Option<double> _loss = new("--loss")
    {
        Description = "Which share of a fraud's amount is lost when it is let through, 0 to 1",
        DefaultValueFactory = _ => Usual.MissedShare,
    };

    readonly Option<double> _finds = new("--review-finds") { Description = "Which share of frauds a person recognises, 0 to 1", DefaultValueFactory = _ => Usual.ReviewFinds };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_review);
        command.Add(_decline);
        command.Add(_missed);
        command.Add(_loss);
        command.Add(_finds);
    }

    /// <summary>What was given.</summary>
    /// <exception cref="CommandException"><c>bad_option</c>: something is out of range.</exception>
    public DecisionCosts Of(ParseResult parsed)
    {
        var costs = new DecisionCosts
        {
            Review = parsed.GetValue(_review),
            WronglyDeclined = parsed.GetValue(_decline),
            Missed = parsed.GetValue(_missed),
            MissedShare = parsed.GetValue(_loss),
            ReviewFinds = parsed.GetValue(_finds),
        };
        if (!(costs is { Review: >= 0 and <= Most, WronglyDeclined: >= 0 and <= Most, Missed: >= 0 and <= Most }))
            throw new CommandException("bad_option", $"--review-cost, --decline-cost, --missed-cost: from 0 to {Most}");
        if (!(costs is { MissedShare: >= 0 and <= 1, ReviewFinds: >= 0 and <= 1 }))
            throw new CommandException("bad_option", "--loss, --review-finds: from 0 to 1");
        return costs;
    }
}
