using System.Globalization;
using System.Text;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>Names as the languages want them.</summary>
static class WireNames
{
    /// <summary>The namespace or package of a message: its name on the wire, so that no two versions of it share one.</summary>
    public static string Space(MessageContract contract) => contract.Name.Replace('-', '_');

    /// <summary>A field's name in Protobuf, whose name in JSON is the one it came from: amountMinor is amount_minor.</summary>
    public static string Snake(string camel)
    {
        var text = new StringBuilder(camel.Length + 4);
        foreach (var c in camel)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }

    /// <summary>Words in capitals, as Protobuf's named values have them.</summary>
    public static string Capitals(string name) => Snake(name).ToUpperInvariant();

    /// <summary>The name of an enum's value in Protobuf, where values of all enums share one room.</summary>
    /// <param name="named">The enum.</param>
    /// <param name="value">The value as JSON has it.</param>
    public static string ValueName(string named, string value) => $"{Capitals(char.ToLowerInvariant(named[0]) + named[1..])}_{value.ToUpperInvariant()}";

    /// <summary>A field's name as the beginning of a type's.</summary>
    public static string Pascal(string camel) => char.ToUpper(camel[0], CultureInfo.InvariantCulture) + camel[1..];

    /// <summary>Whether a type is declared in the schema already; notes it if not.</summary>
    /// <exception cref="SchemaException">Another type is, under the same name.</exception>
    public static bool IsDeclared(string name, Type type, Dictionary<string, Type> declared) =>
        !declared.TryAdd(name, type) && (declared[name] == type ? true : throw new SchemaException("repeated_name", $"{type} and {declared[name]} have the same name in one message"));
}
