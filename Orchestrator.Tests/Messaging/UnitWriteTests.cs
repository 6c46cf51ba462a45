using CsCheck;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Tests.Messaging;

public sealed class UnitWriteTests
{
    [Fact]
    public void Rows_when_units_write_the_same_kind_do_become_one_command_with_all_of_them()
    {
        var merged = UnitWrite.Merged([
            [Rows("a", 2, [1, 2], ["x", null], [[1], []])],
            [Rows("a", 1, [3], [null], [[2, 3]])],
            [Rows("a", 0, [], [], [])],
        ]);

        var (command, expectedRows, isRows, _) = Assert.Single(merged);
        Assert.Equal("a", command.CommandText);
        Assert.Equal(3, expectedRows);
        Assert.True(isRows);
        Assert.Equal([1, 2, 3], Assert.IsType<int[]>(command.Parameters[0].Value));
        Assert.Equal(["x", null, null], Assert.IsType<string?[]>(command.Parameters[1].Value));
        Assert.Equal([[1], [], [2, 3]], Assert.IsType<byte[][]>(command.Parameters[2].Value));
        Assert.Equal(NpgsqlDbType.Array | NpgsqlDbType.Bytea, command.Parameters[2].NpgsqlDbType);
    }

    [Fact]
    public void Commands_when_they_are_of_several_kinds_do_come_in_the_order_of_their_first_appearance() =>
        Assert.Equal(["a", "b", "c", "d"], Texts(UnitWrite.Merged([[Row("a"), Row("b")], [Row("a"), Row("c")], [Row("b"), Row("d")]])));

    [Fact]
    public void Commands_when_a_unit_brings_one_between_others_do_make_room_for_it() =>
        Assert.Equal(["insert", "update", "events"], Texts(UnitWrite.Merged([[Row("update"), Row("events")], [Row("insert"), Row("update")], [Row("insert"), Row("events")]])));

    [Fact]
    public void Commands_when_units_have_them_the_other_way_round_do_stay_in_each_units_order() =>
        Assert.Equal(["b", "a", "b"], Texts(UnitWrite.Merged([[Row("a"), Row("b")], [Row("b"), Row("a")]])));

    [Fact]
    public void Commands_when_they_are_one_units_do_not_become_one() =>
        Assert.Equal(["a", "a"], Texts(UnitWrite.Merged([[Row("a"), Row("a")]])));

    [Fact]
    public void Commands_when_they_are_not_rows_do_stay_apart() =>
        Assert.Equal(["a", "a", "a"], Texts(UnitWrite.Merged([[Row("a")], [new UnitWrite(new NpgsqlBatchCommand("a"), null, false)], [new UnitWrite(new NpgsqlBatchCommand("a"), 1, false)]])));

    [Fact]
    public void Commands_when_only_some_must_affect_a_number_of_rows_are_counted_apart()
    {
        var merged = UnitWrite.Merged([[Rows("a", 1, [1])], [Rows("a", null, [2])], [Rows("a", 1, [3])], [Rows("a", null, [4])]]);
        Assert.Equal([2, null], merged.Select(w => w.ExpectedRows));
    }

    [Fact]
    public void Commands_when_they_are_merged_again_are_new_ones()
    {
        var alone = new UnitWrite(new NpgsqlBatchCommand("b") { Parameters = { new() { Value = 5 } } }, null, false);
        IReadOnlyList<UnitWrite>[] units = [[Rows("a", 1, [1]), alone]];
        var (first, second) = (UnitWrite.Merged(units), UnitWrite.Merged(units));
        Assert.Empty(Commands(first).Intersect(Commands(second)).Union(Commands(first).Intersect(Commands(units[0]))));
        Assert.Equal(5, second[1].Command.Parameters[0].Value);
    }

    [Fact]
    public void Commands_when_any_units_are_merged_do_keep_every_row_and_every_units_order() =>
        Gen.Select(Gen.Int[0, 4], Gen.Bool, (kind, counts) => (Kind: kind, Counts: counts || kind == Apart)).List[0, 5].List[0, 6].Sample(units =>
        {
            var merged = UnitWrite.Merged(units.Select((writes, unit) => (IReadOnlyList<UnitWrite>)writes.ConvertAll(w =>
                Rows($"{w.Kind}", w.Counts ? 1 : null, [unit]) with { IsRows = w.Kind != Apart })));
            for (var unit = 0; unit < units.Count; unit++)
                Assert.Equal(units[unit].Select(w => $"{w.Kind}"), Texts(merged.Where(w => Numbers(w).Contains(unit))));
            Assert.Equal(units.Sum(u => u.Count), merged.Sum(w => Numbers(w).Length));
            Assert.Equal(units.Sum(u => u.Count(w => w.Counts)), merged.Sum(w => w.ExpectedRows ?? 0));
            Assert.DoesNotContain(merged, w => !w.IsRows && Numbers(w).Length > 1);
        });

    const int Apart = 4;

    static UnitWrite Row(string text) => Rows(text, 1, [0]);

    static UnitWrite Rows(string text, int? expectedRows, int[] numbers) =>
        new(new NpgsqlBatchCommand(text) { Parameters = { new() { Value = numbers } } }, expectedRows, true);

    static UnitWrite Rows(string text, int? expectedRows, int[] numbers, string?[] notes, byte[][] bodies) => new(
        new NpgsqlBatchCommand(text)
        {
            Parameters =
            {
                new NpgsqlParameter<int[]> { TypedValue = numbers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
                new() { Value = notes },
                new() { Value = bodies, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            },
        }, expectedRows, true);

    static int[] Numbers(UnitWrite write) => (int[])write.Command.Parameters[0].Value!;

    static IEnumerable<string> Texts(IEnumerable<UnitWrite> writes) => writes.Select(w => w.Command.CommandText);

    static IEnumerable<NpgsqlBatchCommand> Commands(IEnumerable<UnitWrite> writes) => writes.Select(w => w.Command);
}
