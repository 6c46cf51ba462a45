using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Benchmarks.Handbook;

/// <summary>
/// All that a decision computes, as a lane does it: the features of a payment of <see cref="DecisionStream"/>, the model's score, what rules look at, and the rules, with
/// a deadline. Payments are drawn some at a time, so that drawing them can be left out of what is measured.
/// </summary>
sealed class DecisionWork
{
    /// <summary>How many are drawn at a time: as few as stay near the processor, where a message that was just read stands too.</summary>
    public const int Batch = 256;

    const int TrainRows = 40_000;
    const long Deadline = 1_000_000_000;

    static readonly string[] Channels = ["web", "mobile", "pos", "pos"];
    static readonly TransactionKind[] Kinds = [TransactionKind.Card, TransactionKind.Card, TransactionKind.Transfer, TransactionKind.CashOut];

    readonly FeaturePlan _plan = FeaturePlan.Standard;
    readonly FeatureEngine _engine;
    readonly TreeScorer _scorer;
    readonly RuleSetEvaluator _rules;
    readonly ListsSnapshot _lists = FiftyRules.Lists();
    readonly MessageFields _fields;
    readonly RuleInput _input;
    readonly RuleSlot _firstFeature;
    readonly float[] _missing;
    readonly DecisionStream _stream = new();
    readonly FeatureEvent[] _events = new FeatureEvent[Batch];
    readonly TransactionSubmitted[] _messages = new TransactionSubmitted[Batch];
    readonly float[] _vectors;
    readonly double[] _scores = new double[Batch];

    public DecisionWork()
    {
        _engine = new FeatureEngine(_plan);
        _scorer = new TreeScorer(Model(_plan), _plan.Schema);
        // A feature of a field's name is that field.
        var features = _plan.Schema.Definitions.Skip(1).ToList();
        var schema = MessageFields.SchemaWith(features.Select(d => new RuleField(d.Name, RuleType.Number)));
        var rules = FiftyRules.Compile(
            schema, "account_count_30d", "account_mean_30d", "account_deviation_30d", "account_count_1h", new ScoreCombination(CombineMode.Max, 1));
        _rules = new RuleSetEvaluator(rules, TimeProvider.System);
        _fields = new MessageFields(schema);
        _input = new RuleInput(schema);
        _firstFeature = schema[features[0].Name];
        _missing = [.. features.Select(d => d.Measure == Measure.AmountDeviations ? float.NaN : FeatureDefinition.Missing)];
        _vectors = new float[Batch * _plan.Schema.Length];
    }

    /// <summary>What holds the memory.</summary>
    public FeatureEngine Engine => _engine;

    /// <summary>How many rules held, of all that were looked at.</summary>
    public long Matched { get; private set; }

    /// <summary>Fills memory with as many payments.</summary>
    public void Fill(int payments, CancellationToken stop)
    {
        for (var i = 0; i < payments; i++)
        {
            stop.ThrowIfCancellationRequested();
            _engine.Observe(_stream.Next(), [], _vectors);
        }
    }

    /// <summary>Draws the next ones.</summary>
    public void Draw()
    {
        for (var i = 0; i < Batch; i++)
        {
            _events[i] = _stream.Next();
            _messages[i] = Message(_events[i]);
        }
    }

    /// <summary>The features of one.</summary>
    public void Features(int i) => _engine.Observe(_events[i], [], Vector(i));

    /// <summary>The model's score of its features.</summary>
    public double Model(int i) => _scores[i] = _scorer.Score(Vector(i)).Probability;

    /// <summary>What rules look at, and the rules.</summary>
    public RuleSetTotals Rules(int i)
    {
        var message = _messages[i];
        _fields.Fill(_input, message, message.OccurredAt);
        _input.SetNumbers(_firstFeature, Vector(i)[1..], _missing);
        var totals = _rules.Evaluate(_input, new RuleSetMoment(_lists, message.OccurredAt, _scores[i] * 1_000, TimeProvider.System.GetTimestamp() + Deadline));
        Matched += totals.Matched;
        return totals;
    }

    /// <summary>All of it.</summary>
    public RuleSetTotals Decide(int i)
    {
        Features(i);
        Model(i);
        return Rules(i);
    }

    Span<float> Vector(int i) => _vectors.AsSpan(i * _plan.Schema.Length, _plan.Schema.Length);

    // One in fifty goes to somebody on the list, a quarter is cash, half have a device and a third a merchant.
    static TransactionSubmitted Message(in FeatureEvent e)
    {
        var dice = KeyHash.Of(e.Id, 7);
        return new TransactionSubmitted(
            new Guid((int)e.Id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            $"account-{e.Account % DecisionStream.Accounts:000000}",
            dice % 50 == 0 ? FiftyRules.Mule((int)(dice >> 8 & 0xffff)) : $"account-{e.Destination % DecisionStream.Accounts:000000}",
            e.Amount,
            "EUR",
            Kinds[dice >> 32 & 3],
            DateTimeOffset.FromUnixTimeMilliseconds(e.AtMs),
            (dice >> 34) % 3 == 0 ? $"shop-{dice >> 48}" : null,
            Channel: Channels[dice >> 40 & 3],
            DeviceId: (dice >> 44 & 1) == 0 ? $"device-{e.Device % DecisionStream.Devices:000000}" : null,
            Latitude: e.Latitude,
            Longitude: e.Longitude);
    }

    /// <summary>Two hundred trees, grown from payments whose outcome can be learnt.</summary>
    internal static TreeModel Model(FeaturePlan plan)
    {
        var rows = LabelledRows.Replay(new DecisionStream().Labelled(TrainRows * 4), plan, e => e.Id > TrainRows * 3);
        return TreeTrainer.Grow(rows, new TrainingOptions { LearningRate = 0.1 }, "measured");
    }
}
