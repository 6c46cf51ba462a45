using Microsoft.ML.OnnxRuntime;

namespace Orchestrator.Decisioning.Models.Onnx;

/// <summary>Opens graphs, on one thread each: lanes score beside each other, and a row is small.</summary>
static class OnnxSessions
{
    /// <summary>Opens a model's graph, and checks that it takes and gives what the model says.</summary>
    /// <exception cref="InvalidDataException">It is no graph, or another one.</exception>
    public static InferenceSession Open(OnnxModel model)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        InferenceSession session;
        try
        {
            session = new InferenceSession(model.Onnx, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"The graph cannot be loaded: {e.Message}", e);
        }
        if (Problem(session, model) is not { } problem)
            return session;
        session.Dispose();
        throw new InvalidDataException(problem);
    }

    static string? Problem(InferenceSession session, OnnxModel model)
    {
        if (session.InputMetadata.Count != 1 || !session.InputMetadata.TryGetValue(model.InputTensor, out var input))
            return $"The graph's inputs are {string.Join(", ", session.InputMetadata.Keys)}; {model.InputTensor} alone is expected";
        if (!IsFloats(input) || !IsRow(input.Dimensions, model.Inputs.Count))
            return $"The graph's input is not a row of {model.Inputs.Count} 32-bit floats";
        if (!session.OutputMetadata.TryGetValue(model.OutputTensor, out var output))
            return $"The graph's outputs are {string.Join(", ", session.OutputMetadata.Keys)}; {model.OutputTensor} is expected";
        return IsFloats(output) ? null : $"The graph's output {model.OutputTensor} is not of 32-bit floats (a classifier of scikit-learn has to be exported with zipmap=False)";
    }

    static bool IsFloats(NodeMetadata node) => node.OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR && node.ElementType == typeof(float);

    // What is not fixed is -1.
    static bool IsRow(int[] dimensions, int inputs) => dimensions is [1 or -1, var width] && (width == -1 || width == inputs);
}
