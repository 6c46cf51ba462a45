using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Orchestrator.Messaging.MassTransit.Sagas;

/// <summary>
/// The table of a saga, derived from its EF Core mapping: the set-based statements, and delegates between columns and properties that are
/// compiled once. EF Core's model is used, its context is not.
/// </summary>
public sealed class SagaTable<TSaga> where TSaga : class, ILaneSaga, new()
{
    readonly SagaColumn<TSaga>[] _columns;
    readonly string _insert;
    readonly string _update;
    readonly string _delete;

    /// <summary>Derives the statements from <paramref name="map"/>.</summary>
    /// <exception cref="InvalidOperationException">The mapping has no table, or its key is not the correlation id alone.</exception>
    public SagaTable(IEntityTypeConfiguration<TSaga> map)
    {
        using var context = new MapContext(map);
        var entity = context.Model.FindEntityType(typeof(TSaga))!;
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)
            ?? throw new InvalidOperationException($"{typeof(TSaga).Name} is not mapped to a table");
        if (entity.FindPrimaryKey()?.Properties is not [{ Name: nameof(ILaneSaga.CorrelationId) }])
            throw new InvalidOperationException($"{typeof(TSaga).Name} must have its correlation id as key");
        _columns = [.. entity.GetProperties().Select(p => SagaColumn<TSaga>.Of(p, table))];
        Name = table.Schema is null ? Quoted(table.Name) : $"{Quoted(table.Schema)}.{Quoted(table.Name)}";

        var id = Column(nameof(ILaneSaga.CorrelationId));
        var version = Column(nameof(ILaneSaga.Version));
        var names = string.Join(", ", _columns.Select(c => Quoted(c.Name)));
        var arrays = string.Join(", ", _columns.Select((c, i) => $"${i + 1}::{c.StoreType}[]"));
        var assignments = string.Join(", ", _columns.Where(c => c != id).Select(c => $"{Quoted(c.Name)} = u.{Quoted(c.Name)}"));
        SelectSql = $"select {names} from {Name} where {Quoted(id.Name)} = any($1)";
        _insert = $"insert into {Name} ({names}) select {names} from unnest({arrays}) as u ({names})";
        _update = $"update {Name} as t set {assignments} from unnest({arrays}) as u ({names}) "
            + $"where t.{Quoted(id.Name)} = u.{Quoted(id.Name)} and t.{Quoted(version.Name)} = u.{Quoted(version.Name)} - 1";
        _delete = $"delete from {Name} as t using unnest($1::uuid[], $2::integer[]) as u (id, version) "
            + $"where t.{Quoted(id.Name)} = u.id and t.{Quoted(version.Name)} = u.version";
    }

    /// <summary>The table's quoted name with its schema.</summary>
    public string Name { get; }

    /// <summary>Selects instances by an array of ids, <c>$1</c>; <see cref="Read"/> reads its rows.</summary>
    public string SelectSql { get; }

    /// <summary>The columns' quoted names, in the order in which <see cref="Read"/> reads them.</summary>
    public string ColumnNames => string.Join(", ", _columns.Select(c => Quoted(c.Name)));

    /// <summary>The instance in the reader's current row.</summary>
    public TSaga Read(NpgsqlDataReader row)
    {
        var saga = new TSaga();
        for (var i = 0; i < _columns.Length; i++)
            _columns[i].Read(saga, row, i);
        return saga;
    }

    /// <summary>Inserts all of <paramref name="sagas"/>, each with its version as it is.</summary>
    public NpgsqlBatchCommand Insert(IReadOnlyList<TSaga> sagas) => WithColumns(_insert, sagas);

    /// <summary>Updates all of <paramref name="sagas"/>, each only if the stored version is one below its own.</summary>
    public NpgsqlBatchCommand Update(IReadOnlyList<TSaga> sagas) => WithColumns(_update, sagas);

    /// <summary>Deletes all of <paramref name="sagas"/>, each only if the stored version is its own.</summary>
    public NpgsqlBatchCommand Delete(IReadOnlyList<TSaga> sagas) => new(_delete)
    {
        Parameters =
        {
            new() { Value = sagas.Select(s => s.CorrelationId).ToArray() },
            new() { Value = sagas.Select(s => s.Version).ToArray() },
        },
    };

    NpgsqlBatchCommand WithColumns(string sql, IReadOnlyList<TSaga> sagas)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var column in _columns)
            command.Parameters.Add(column.Parameter(sagas));
        return command;
    }

    SagaColumn<TSaga> Column(string property) =>
        _columns.FirstOrDefault(c => string.Equals(c.Property, property, StringComparison.Ordinal))
        ?? throw new InvalidOperationException($"{typeof(TSaga).Name}.{property} is not mapped");

    static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    // Only a context makes a model whose columns have types; it is asked for the model and never for data.
    sealed class MapContext(IEntityTypeConfiguration<TSaga> map) : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder options) =>
            options.UseNpgsql().EnableServiceProviderCaching(false);

        protected override void OnModelCreating(ModelBuilder model) => model.ApplyConfiguration(map);
    }
}
