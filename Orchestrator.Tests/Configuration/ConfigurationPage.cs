using System.Net;
using System.Text;
using System.Xml.Linq;
using Orchestrator.Api.Settings;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Tests.Configuration;

/// <summary>Writes docs/configuration.md from the classes of options and what their documentation says.</summary>
static class ConfigurationPage
{
    const string Head =
        """
        # Configuration

        Every setting of the service. This page is written from the code: a test says when it is not what the code says, and `ORCHESTRATOR_APPROVE=1` writes it anew.

        A setting comes from the command line (`--Messaging:MaxBatch 200`), else from a file of secrets, else from the environment (`Messaging__MaxBatch=200`, two underscores for each colon), else from
        `appsettings.json` beside the service, else it has its default. Where a path has `{name}` whoever writes it chooses a name; `{n}` counts from 0.

        All settings are checked before anything starts. One that is out of its bounds, contradicts another, or stands below one of these sections and is read by nobody, stops the start: the text names its
        key, its value unless it is secret, what is allowed, and what a misspelt one may have meant. All that is wrong is told at once:

            orchestrator: the configuration cannot be taken:
              bad_setting: Messaging:MaxBatch (Messaging__MaxBatch) is '0', but must be a whole number from 1 to 10,000; its default is 500
              unknown_setting: Messaging:MaxBach (Messaging__MaxBach) is read by nobody; did you mean Messaging:MaxBatch?

        ## Beside the sections

        | variable | |
        |---|---|
        | `ORCHESTRATOR_KAFKA` | Kafka's bootstrap servers, `host:port,...`; goes before `Kafka:bootstrap.servers`. Without either an embedded broker is started |
        | `ORCHESTRATOR_POSTGRES` | the database's connection string; goes before `ConnectionStrings:Orchestrator`. Without either a private PostgreSQL is started |
        | `ORCHESTRATOR_SECRETS` | a folder with a file for each secret, named as the variable would be: `ORCHESTRATOR_POSTGRES`, `Kafka__sasl.password`, `Casework__WebhookKey` |
        | `--roles`, `roles` | what this process does: some of `decisioning`, `sagas`, `ledger`, `casework`, `activity`, `http`; all by default |
        | `--urls`, `ASPNETCORE_URLS`, `Kestrel:Endpoints` | where it listens; `http://127.0.0.1:5080` by default. As ASP.NET Core has them |
        | `DOTNET_ENVIRONMENT` | `Production` by default; in `Development` a built-in issuer gives tokens to everybody ([security](design/security.md)) |
        | `Logging:LogLevel:...` | as .NET has it |

        """;

    /// <summary>The page.</summary>
    public static string Text()
    {
        var docs = Documentation();
        var page = new StringBuilder(Head.ReplaceLineEndings("\n")).Append('\n');
        foreach (var section in SettingCatalog.All.GroupBy(s => s.Section, StringComparer.Ordinal).OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            page.Append("## ").Append(section.Key).Append("\n\n");
            foreach (var (_, type) in SettingCatalog.Options.Where(o => o.Section == section.Key))
                page.Append(Summary(docs, "T:" + type.FullName)).Append("\n\n");
            page.Append("| setting | type and bounds | default | what it is |\n|---|---|---|---|\n");
            foreach (var setting in section)
                Row(page, setting, docs);
            if (section.Key == KafkaOptions.Section)
                page.Append("| `Kafka:{property}`, `Kafka:Client:{property}`<br>`Kafka__{property}` | what librdkafka takes | | Any client property by its own name, such as `security.protocol`; those that guarantees rest on are refused. Secrets come from the environment or from files. See [clusters](clusters.md). |\n");
            page.Append('\n');
        }
        page.Append("## Topics\n\nOther names for topics; copies of parked messages follow with `").Append(Topics.ParkedSuffix).Append("`.\n\n| setting | default |\n|---|---|\n");
        foreach (var topic in Topics.All)
            page.Append($"| `Topics:{topic}`<br>`Topics__{topic}` | `{topic}` |\n");
        return page.ToString();
    }

    static void Row(StringBuilder page, Setting setting, Dictionary<string, XElement> docs)
    {
        var isSecret = Secrets.IsSecret(setting.Path);
        page.Append($"| `{setting.Path}`<br>`{setting.Variable}` | {Escaped(SettingText.Kind(setting.Type) + (setting.Property.PropertyType == setting.Type || Nullable.GetUnderlyingType(setting.Property.PropertyType) == setting.Type ? SettingText.Bounds(setting.Property) : ""))}")
            .Append($" | {(setting.Default is { } text ? $"`{Escaped(text)}`" : "")} | ")
            .Append(Escaped(Summary(docs, $"P:{setting.Property.DeclaringType!.FullName}.{setting.Property.Name}")))
            .Append(isSecret ? " Secret: from the environment or a file." : "").Append(" |\n");
    }

    static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    static string Summary(Dictionary<string, XElement> docs, string member)
    {
        Assert.True(docs.TryGetValue(member, out var element), $"{member} says nothing of itself");
        return Plain(element!.Element("summary")!);
    }

    static Dictionary<string, XElement> Documentation() => Directory.GetFiles(AppContext.BaseDirectory, "Orchestrator.*.xml")
        .SelectMany(f => XDocument.Load(f).Descendants("member")).Where(m => m.Attribute("name") is not null && m.Element("summary") is not null)
        .DistinctBy(m => m.Attribute("name")!.Value, StringComparer.Ordinal).ToDictionary(m => m.Attribute("name")!.Value, StringComparer.Ordinal);

    // References become the last part of what they point at, code stays code.
    static string Plain(XElement element)
    {
        var text = string.Concat(element.Nodes().Select(n => n switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement e => $"`{e.Attribute("cref")?.Value.Split('.')[^1].Split('(')[0] ?? e.Attribute("name")?.Value ?? e.Value}`",
            _ => n.ToString(),
        }));
        return string.Join(' ', WebUtility.HtmlDecode(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
