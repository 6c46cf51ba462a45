using System.Buffers.Binary;

namespace Orchestrator.Contracts.Decisions;

/// <summary>
/// A vector of features as bytes: 32-bit floats, little endian, one after the other. Each float is written as its bits, so what is read is what was
/// written whatever it is: minus zero, and every kind of not-a-number, too.
/// </summary>
public static class FeatureVector
{
    /// <summary>The most numbers in a vector.</summary>
    public const int MaxLength = 4_096;

    /// <summary>The longest name of a schema.</summary>
    public const int MaxSchemaLength = 64;

    /// <summary>Writes a vector.</summary>
    /// <exception cref="ArgumentException">It is longer than <see cref="MaxLength"/>.</exception>
    public static byte[] Write(ReadOnlySpan<float> vector)
    {
        if (vector.Length > MaxLength)
            throw new ArgumentException($"a vector of {vector.Length} numbers; at most {MaxLength}", nameof(vector));
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(float)), BitConverter.SingleToInt32Bits(vector[i]));
        return bytes;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no vector.</exception>
    public static float[] Read(ReadOnlySpan<byte> bytes)
    {
        if (!IsVector(bytes.Length))
            throw new InvalidDataException($"a vector of {bytes.Length} bytes; a multiple of {sizeof(float)}, at most {MaxLength * sizeof(float)}");
        var vector = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            vector[i] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(float))..]));
        return vector;
    }

    internal static void Validate(string? schema, byte[]? features, ContractErrors errors)
    {
        errors.Text(schema, "featureSchema", MaxSchemaLength);
        if (features is null)
            return;
        if (!IsVector(features.Length))
            errors.Add("invalid_vector", "features", $"32-bit floats, at most {MaxLength}");
        if (string.IsNullOrWhiteSpace(schema))
            errors.Add("missing_field", "featureSchema", "what the numbers in features mean");
    }

    static bool IsVector(int bytes) => bytes % sizeof(float) == 0 && bytes <= MaxLength * sizeof(float);
}
