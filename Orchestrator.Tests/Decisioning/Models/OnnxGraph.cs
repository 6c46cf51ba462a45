using System.Buffers.Binary;
using System.Text;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models.Onnx;

namespace Orchestrator.Tests.Decisioning.Models;

/// <summary>
/// ONNX graphs, written byte by byte as Protocol Buffers: a logistic regression as other trainers export it, input x weights + bias through a sigmoid. The
/// numbers are those of the fields in onnx.proto.
/// </summary>
static class OnnxGraph
{
    const int Float = 1;

    /// <summary>The model around a graph.</summary>
    public static OnnxModel Model(string name, IReadOnlyList<string> inputs, float[] weights, float bias, OnnxExample? example = null) => new()
    {
        Name = name,
        SchemaHash = FeaturePlan.Standard.Schema.Hash,
        Inputs = inputs,
        InputTensor = "features",
        OutputTensor = "probability",
        Onnx = Logistic(weights, bias),
        Example = example,
    };

    /// <summary>1 / (1 + exp(-(x * weights + bias))).</summary>
    public static byte[] Logistic(float[] weights, float bias, string operation = "Sigmoid") => Message(
        Number(1, 8),
        Bytes(7, Message(
            Bytes(1, Node("MatMul", ["features", "weights"], "product")),
            Bytes(1, Node("Add", ["product", "bias"], "sum")),
            Bytes(1, Node(operation, ["sum"], "probability")),
            Text(2, "logistic"),
            Bytes(5, Tensor("weights", [weights.Length, 1], weights)),
            Bytes(5, Tensor("bias", [1], [bias])),
            Bytes(11, Value("features", 1, weights.Length)),
            Bytes(12, Value("probability", 1, 1)))),
        Bytes(8, Message(Text(1, ""), Number(2, 13))));

    static byte[] Node(string operation, string[] inputs, string output) =>
        Message([.. inputs.Select(i => Text(1, i)), Text(2, output), Text(3, output), Text(4, operation)]);

    static byte[] Tensor(string name, long[] dimensions, float[] values)
    {
        var raw = new byte[values.Length * sizeof(float)];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(i * sizeof(float)), values[i]);
        return Message([.. dimensions.Select(d => Number(1, d)), Number(2, Float), Text(8, name), Bytes(9, raw)]);
    }

    static byte[] Value(string name, params long[] dimensions)
    {
        var shape = Message([.. dimensions.Select(d => Bytes(1, Message(Number(1, d))))]);
        return Message(Text(1, name), Bytes(2, Message(Bytes(1, Message(Number(1, Float), Bytes(2, shape))))));
    }

    static byte[] Message(params byte[][] fields) => [.. fields.SelectMany(f => f)];

    static byte[] Number(int field, long value) => [.. Variable((uint)field << 3), .. Variable((ulong)value)];

    static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    static byte[] Bytes(int field, byte[] value) => [.. Variable(((uint)field << 3) | 2), .. Variable((ulong)value.Length), .. value];

    static List<byte> Variable(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }
}
