using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// Statements that go to the server together and take effect together or not at all, for one answer: no transaction is begun or committed, since
/// what is sent in one piece is one. So the server itself counts the rows that a statement must affect, and refuses all when the count is wrong.
/// </summary>
internal static class CommitBatch
{
    const string WrongRows = "OR001"; // as messaging.expect_rows raises it

    /// <summary>One statement.</summary>
    /// <param name="Command">The statement. It is changed when rows are expected of it.</param>
    /// <param name="ExpectedRows">How many rows it must affect, or find; any number when null.</param>
    /// <param name="Unmet">What another number means; told what the server says.</param>
    internal sealed record Step(NpgsqlBatchCommand Command, int? ExpectedRows = null, Func<string, Exception>? Unmet = null)
    {
        public static Step Of(UnitWrite write)
        {
            var text = write.Command.CommandText;
            return new Step(write.Command, write.ExpectedRows, counts => new LostRaceException(text, counts, write.Invariant));
        }
    }

    /// <summary>Executes all of <paramref name="steps"/>, or throws and nothing is written, unless the answer did not come: then nobody knows.</summary>
    public static async Task ExecuteAsync(NpgsqlDataSource database, IReadOnlyList<Step> steps, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].ExpectedRows is { } rows)
                Expect(rows, steps[i].Command, i);
            batch.BatchCommands.Add(steps[i].Command);
        }
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == WrongRows)
        {
            throw steps[int.Parse(e.ConstraintName!, CultureInfo.InvariantCulture)].Unmet!(e.MessageText);
        }
    }

    static void Expect(int rows, NpgsqlBatchCommand command, int step)
    {
        var text = command.CommandText;
        var counted = text.AsSpan().TrimStart().StartsWith("select", StringComparison.OrdinalIgnoreCase) ? text : text + "\nreturning 1";
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = rows, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = step, NpgsqlDbType = NpgsqlDbType.Integer });
        var last = command.Parameters.Count;
        command.CommandText = $"with counted as (\n{counted}\n)\nselect messaging.expect_rows(count(*), ${last - 1}, ${last}) from counted";
    }
}
