using System.CommandLine;
using Orchestrator.Messaging.Schemas;

namespace Orchestrator.Cli.Publishing;

/// <summary>In which format messages are published.</summary>
static class WireFormatOption
{
    static readonly Option<string> Wire = new Option<string>("--wire-format")
    {
        Description = "In which format messages are published; avro and protobuf need --schema-registry",
        DefaultValueFactory = _ => "json",
    }.AcceptOnlyFromAmong("json", "avro", "protobuf");

    /// <summary>Adds it to a command.</summary>
    public static void AddTo(Command command) => command.Add(Wire);

    /// <summary>What was asked for.</summary>
    public static SchemaFormat Of(ParseResult parsed) => Enum.Parse<SchemaFormat>(parsed.GetValue(Wire)!, ignoreCase: true);
}
