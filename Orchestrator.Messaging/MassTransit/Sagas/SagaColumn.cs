using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Npgsql;

namespace Orchestrator.Messaging.MassTransit.Sagas;

/// <summary>A column of a saga's table: its values of many instances as one array, and its value of one row into an instance.</summary>
abstract class SagaColumn<TSaga>(IProperty property, string name, string storeType)
{
    /// <summary>The column's name.</summary>
    public string Name => name;

    /// <summary>Its PostgreSQL type.</summary>
    public string StoreType => storeType;

    /// <summary>The property's name.</summary>
    public string Property => property.Name;

    public abstract NpgsqlParameter Parameter(IReadOnlyList<TSaga> sagas);

    public abstract void Read(TSaga saga, NpgsqlDataReader row, int ordinal);

    public static SagaColumn<TSaga> Of(IProperty property, StoreObjectIdentifier table)
    {
        var name = property.GetColumnName(table) ?? throw new InvalidOperationException($"{property.Name} has no column");
        var saga = Expression.Parameter(typeof(TSaga));
        var member = Expression.MakeMemberAccess(saga, property.PropertyInfo ?? (System.Reflection.MemberInfo?)property.FieldInfo!);
        var converter = property.GetTypeMapping().Converter;
        var toStore = converter is null ? member : ToStore(converter, member);
        var stored = Expression.Parameter(toStore.Type);
        var fromStore = converter is null ? stored : FromStore(converter, stored, member.Type);
        var type = typeof(SagaColumn<,>).MakeGenericType(typeof(TSaga), toStore.Type);
        return (SagaColumn<TSaga>)Activator.CreateInstance(
            type,
            property,
            name,
            property.GetColumnType(table),
            Expression.Lambda(typeof(Func<,>).MakeGenericType(typeof(TSaga), toStore.Type), toStore, saga).Compile(),
            Expression.Lambda(typeof(Action<,>).MakeGenericType(typeof(TSaga), stored.Type), Expression.Assign(member, fromStore), saga, stored).Compile())!;
    }

    static Expression ToStore(ValueConverter converter, Expression value)
    {
        var convert = converter.ConvertToProviderExpression;
        if (Nullable.GetUnderlyingType(value.Type) is { } underlying && convert.Parameters[0].Type == underlying)
        {
            var converted = Inlined(convert, Expression.Property(value, "Value"));
            var nullable = NullableOf(converted.Type);
            return Expression.Condition(Expression.Property(value, "HasValue"), Expression.Convert(converted, nullable), Expression.Default(nullable));
        }
        var direct = Inlined(convert, value);
        return value.Type.IsValueType
            ? direct
            : Expression.Condition(Expression.ReferenceEqual(value, Expression.Constant(null, value.Type)), Expression.Default(direct.Type), direct);
    }

    static Expression FromStore(ValueConverter converter, Expression stored, Type target)
    {
        var convert = converter.ConvertFromProviderExpression;
        if (convert.Parameters[0].Type == stored.Type && !stored.Type.IsValueType)
        {
            var value = Expression.Convert(Inlined(convert, stored), target);
            return Expression.Condition(Expression.ReferenceEqual(stored, Expression.Constant(null, stored.Type)), Expression.Default(target), value);
        }
        if (Nullable.GetUnderlyingType(stored.Type) is not null)
        {
            var value = Expression.Convert(Inlined(convert, Expression.Property(stored, "Value")), target);
            return Expression.Condition(Expression.Property(stored, "HasValue"), value, Expression.Default(target));
        }
        return Expression.Convert(Inlined(convert, stored), target);
    }

    static Type NullableOf(Type type) => type.IsValueType ? typeof(Nullable<>).MakeGenericType(type) : type;

    static Expression Inlined(LambdaExpression lambda, Expression argument) =>
        new Replacement(lambda.Parameters[0], argument).Visit(lambda.Body)!;

    sealed class Replacement(Expression from, Expression to) : ExpressionVisitor
    {
        public override Expression? Visit(Expression? node) => node == from ? to : base.Visit(node);
    }
}

/// <summary>A column whose values travel as <typeparamref name="TStored"/>.</summary>
sealed class SagaColumn<TSaga, TStored>(IProperty property, string name, string storeType, Func<TSaga, TStored> get, Action<TSaga, TStored> set)
    : SagaColumn<TSaga>(property, name, storeType)
{
    public override NpgsqlParameter Parameter(IReadOnlyList<TSaga> sagas)
    {
        var values = new TStored[sagas.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = get(sagas[i]);
        return new NpgsqlParameter { Value = values, DataTypeName = StoreType + "[]" };
    }

    public override void Read(TSaga saga, NpgsqlDataReader row, int ordinal) =>
        set(saga, row.IsDBNull(ordinal) ? default! : row.GetFieldValue<TStored>(ordinal));
}
