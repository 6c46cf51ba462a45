using Microsoft.ML.OnnxRuntime;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Models.Onnx;

/// <summary>
/// A model that was made elsewhere, run by ONNX Runtime: an edge by which any trainer's models come in. The native library is loaded with the first of them, and
/// never where there are only trees. It cannot say why a score is as it is, and each score allocates a little. Sessions are freed when nobody scores with them
/// any more.
/// </summary>
public sealed class OnnxScoringModel : IScoringModel
{
    // Log-odds of 0 and 1 are not finite.
    const double Nearest = 1e-9;

    // How far the graph's answer to its example may be from the one where it was made: other processors add in another order.
    const double Tolerance = 1e-3;

    static readonly TimeSpan LongestCheck = TimeSpan.FromSeconds(2);

    readonly InferenceSession _session;
    readonly OnnxModel _model;
    readonly int[] _indexes;
    readonly string[] _inputNames;
    readonly string[] _outputNames;

    OnnxScoringModel(string version, OnnxModel model, InferenceSession session, FeatureSchema schema)
    {
        (Version, _model, _session) = (version, model, session);
        _indexes = [.. model.Inputs.Select(schema.IndexOf)];
        (_inputNames, _outputNames) = ([model.InputTensor], [model.OutputTensor]);
    }

    /// <inheritdoc />
    public string Version { get; }

    /// <inheritdoc />
    public DecisionThresholds Thresholds => _model.Thresholds;

    /// <summary>Loads the graph, and runs it: on zeros, and on the example if there is one.</summary>
    /// <exception cref="InvalidDataException">It is no graph, does not take or give what was said, or answers otherwise; the message says what.</exception>
    public static OnnxScoringModel Load(string version, OnnxModel model, FeatureSchema schema)
    {
        if (model.Onnx.AsSpan().IndexOf("location"u8) >= 0)
            throw new InvalidDataException("The graph speaks of a location, as one does whose weights are in other files: they have to be within");
        var session = OnnxSessions.Open(model);
        try
        {
            var scoring = new OnnxScoringModel(version, model, session, schema);
            var zeros = scoring.Checked(new float[model.Inputs.Count]);
            if (!(zeros is >= 0 and <= 1))
                throw new InvalidDataException($"The graph answers zeros with {zeros}; a probability is from 0 to 1");
            if (model.Example is { } example && scoring.Checked([.. example.Inputs]) is var answer && !(Math.Abs(answer - example.Probability) <= Tolerance))
                throw new InvalidDataException($"The graph answers its example with {answer} where {example.Probability} is expected: are its inputs in another order?");
            return scoring;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ModelScore Score(ReadOnlySpan<float> vector)
    {
        var row = new float[_indexes.Length];
        for (var i = 0; i < row.Length; i++)
            row[i] = vector[_indexes[i]];
        var probability = Math.Clamp(Probability(row), Nearest, 1 - Nearest);
        var raw = Math.Log(probability / (1 - probability));
        return new ModelScore(raw, _model.Calibration.Probability(raw));
    }

    /// <inheritdoc />
    public IReadOnlyList<FraudReason> Reasons(ReadOnlySpan<float> vector, int atMost) => [];

    // Not a number where the graph has none for this row: a lane that cannot score goes on without a score.
    double Probability(float[] row)
    {
        try
        {
            using var options = new RunOptions();
            return Run(row, options);
        }
        catch (Exception e) when (e is OnnxRuntimeException or InvalidDataException)
        {
            return double.NaN;
        }
    }

    // Terminating is asked for, and heard between two nodes of the graph.
    double Checked(float[] row)
    {
        using var options = new RunOptions();
        using var timer = new CancellationTokenSource(LongestCheck);
        using var stopping = timer.Token.Register(() => options.Terminate = true);
        try
        {
            return Run(row, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException(
                timer.IsCancellationRequested ? $"The graph takes longer than {LongestCheck.TotalSeconds} seconds" : $"The graph cannot be run: {e.Message}", e);
        }
    }

    double Run(float[] row, RunOptions options)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(row, [1, row.Length]);
        using var outputs = _session.Run(options, _inputNames, [input], _outputNames);
        var answer = outputs[0].GetTensorDataAsSpan<float>();
        return _model.OutputIndex < answer.Length
            ? answer[_model.OutputIndex]
            : throw new InvalidDataException($"The output {_model.OutputTensor} has {answer.Length} numbers, none at {_model.OutputIndex}");
    }
}
