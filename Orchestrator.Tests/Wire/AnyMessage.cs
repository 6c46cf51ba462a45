using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CsCheck;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas.Derived;

namespace Orchestrator.Tests.Wire;

/// <summary>
/// JSON of any value that a message's record can hold, drawn from its shape: edges of every kind of value often, what may be missing left out half the time. What the record's
/// own validation would refuse is drawn too; it has to travel all the same.
/// </summary>
static class AnyMessage
{
    /// <summary>One of some values.</summary>
    public static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static readonly Gen<string> Text = Gen.Frequency((1, Gen.Const("")), (1, Gen.Const("a\"b\\c\n\u0000\u001f/é€😀")), (6, Gen.String[0, 12])).Select(t => JsonSerializer.Serialize(t));

    static readonly Gen<string> Instant = Gen.Frequency(
        (1, AnyOf(DateTimeOffset.MinValue, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddTicks(-10), new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero))),
        // Whole microseconds, which all formats have.
        (3, Gen.Long[0, DateTimeOffset.MaxValue.Ticks / 10].Select(micros => new DateTimeOffset(micros * 10, TimeSpan.Zero)))).Select(t => JsonSerializer.Serialize(t));

    static readonly Gen<string> Date = Gen.OneOf(AnyOf(DateOnly.MinValue, DateOnly.MaxValue, new DateOnly(1970, 1, 1)), Gen.Int[0, DateOnly.MaxValue.DayNumber].Select(DateOnly.FromDayNumber))
        .Select(d => $"\"{d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}\"");

    static readonly Gen<string> Double = Gen.OneOf(
        AnyOf(0.0, -0.0, 1, -1, 0.1, double.Epsilon, double.MaxValue, double.MinValue, 1e300), Gen.Double[-1e9, 1e9]).Select(d => JsonSerializer.Serialize(d));

    /// <summary>The JSON as the contract's own serializer writes it.</summary>
    public static Gen<byte[]> Of(MessageContract contract) => Of(ShapeReader.Of(contract)).Select(json => Canonical(contract, System.Text.Encoding.UTF8.GetBytes(json)));

    /// <summary>A body, read and written again, so that what says the same is the same.</summary>
    public static byte[] Canonical(MessageContract contract, byte[] json) => JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(json, contract.Json), contract.Json);

    static Gen<string> Of(ContractShape shape) => shape switch
    {
        ScalarShape scalar => Of(scalar.Kind),
        EnumShape named => Gen.Int[0, named.Values.Count - 1].Select(i => $"\"{named.Values[i]}\""),
        ListShape list => Of(list.Items).Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
        MapShape map => Gen.Select(Text, Of(map.Values)).Array[0, 3].Select(entries => $"{{{string.Join(',', entries.DistinctBy(e => e.Item1).Select(e => $"{e.Item1}:{e.Item2}"))}}}"),
        RecordShape record => record.Fields.Aggregate(Gen.Const(ImmutableList<string>.Empty), (all, field) => Gen.Select(all, Field(field), (fields, next) => next is null ? fields : fields.Add(next)))
            .Select(fields => $"{{{string.Join(',', fields)}}}"),
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    static Gen<string?> Field(ShapeField field)
    {
        var value = Of(field.Shape).Select(v => (string?)$"\"{field.Name}\":{v}");
        return field.IsRequired ? value : Gen.OneOf(value, Gen.Const((string?)null));
    }

    static Gen<string> Of(ScalarKind kind) => kind switch
    {
        ScalarKind.Text => Text,
        ScalarKind.Uuid => Gen.Frequency((1, Gen.Const(Guid.Empty)), (4, Gen.Guid)).Select(g => $"\"{g}\""),
        ScalarKind.Instant => Instant,
        ScalarKind.Date => Date,
        ScalarKind.Int32 => Gen.OneOf(AnyOf(0, 1, -1, int.MinValue, int.MaxValue, 63, 64, -64, -65), Gen.Int).Select(n => $"{n}"),
        ScalarKind.Int64 => Gen.OneOf(AnyOf(0L, 1L, -1L, long.MinValue, long.MaxValue, 127L, 128L), Gen.Long).Select(n => $"{n}"),
        ScalarKind.Double => Double,
        ScalarKind.Boolean => Gen.Bool.Select(b => b ? "true" : "false"),
        ScalarKind.Bytes => Gen.Byte.Array[0, 20].Select(b => $"\"{Convert.ToBase64String(b)}\""),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
