using System.Text.Json.Serialization;

namespace Orchestrator.Contracts.Catalog;

/// <summary>An enum by its names alone: a number, which System.Text.Json would take whatever its value, is refused.</summary>
public sealed class NamedEnumConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
