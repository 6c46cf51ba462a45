using System.CommandLine;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Cli.Connections;

/// <summary>
/// Where to connect to, shared by all commands. An option comes before its environment variable, that before what a running service has
/// left in .data/endpoints.json.
/// </summary>
public sealed class ConnectionOptions
{
    /// <summary>Where the API listens unless something else is said.</summary>
    public const string DefaultApi = "http://127.0.0.1:5080";

    readonly Option<string?> _kafka = new("--kafka")
    {
        Description = "Kafka's bootstrap servers [env: ORCHESTRATOR_KAFKA] [else: .data/endpoints.json]",
        HelpName = "host:port,...",
        Recursive = true,
    };

    readonly Option<string[]> _properties = new("--kafka-property")
    {
        Description = "Any client property of librdkafka, for instance security.protocol=SASL_SSL; may be repeated",
        HelpName = "name=value",
        Recursive = true,
        DefaultValueFactory = _ => [],
    };

    readonly Option<FileInfo?> _clientFile = new("--kafka-config")
    {
        Description = "A file of client properties, name=value a line, for what must not stand on a command line; Kafka__NAME in the environment does as well",
        HelpName = "client.properties",
        Recursive = true,
    };

    readonly Option<string?> _postgres = new("--postgres")
    {
        Description = "PostgreSQL's connection string [env: ORCHESTRATOR_POSTGRES] [else: .data/endpoints.json]",
        HelpName = "Host=...;Database=...",
        Recursive = true,
    };

    readonly Option<string?> _api = new("--api")
    {
        Description = $"The service's HTTP API [else: .data/endpoints.json, {DefaultApi}]",
        HelpName = "url",
        Recursive = true,
    };

    readonly Option<string?> _schemaRegistry = new("--schema-registry")
    {
        Description = "A Confluent-compatible schema registry, to show and publish messages in Avro and Protobuf [env: ORCHESTRATOR_SCHEMA_REGISTRY]",
        HelpName = "url",
        Recursive = true,
    };

    readonly Option<string?> _token = new("--token")
    {
        Description = "A token for the HTTP API [env: ORCHESTRATOR_TOKEN] [else: a development service on this machine is asked for one, with all roles, in the name of whoever is logged in]",
        HelpName = "jwt",
        Recursive = true,
    };

    /// <summary>Adds the options to the root, for all commands below it.</summary>
    public void AddTo(Command root)
    {
        root.Add(_kafka);
        root.Add(_properties);
        root.Add(_clientFile);
        root.Add(_postgres);
        root.Add(_api);
        root.Add(_token);
        root.Add(_schemaRegistry);
    }

    /// <summary>Client settings that name the brokers and carry the given properties.</summary>
    /// <exception cref="CommandException"><c>no_kafka</c>, <c>bad_kafka_property</c> or <c>bad_kafka_settings</c>.</exception>
    public ClientConfig Kafka(ParseResult parsed)
    {
        var options = KafkaSettings(parsed);
        if (!options.Client.ContainsKey("bootstrap.servers"))
            throw new CommandException("no_kafka", "No broker is known: give --kafka host:port or set ORCHESTRATOR_KAFKA, or start the service here.");
        return Client(options);
    }

    /// <summary>What clients of the command line are configured with.</summary>
    /// <exception cref="CommandException"><c>bad_kafka_settings</c>.</exception>
    internal static ClientConfig Client(KafkaOptions options)
    {
        try
        {
            return new ClientConfig(options.ClientConfig()) { ClientId = "orchestrator-cli" };
        }
        catch (InvalidOperationException e)
        {
            throw new CommandException("bad_kafka_settings", e.Message, e);
        }
    }

    /// <summary>Section <c>Kafka</c> of the environment, with what the command line says; it may name no broker.</summary>
    /// <exception cref="CommandException"><c>bad_kafka_property</c> or <c>bad_kafka_settings</c>.</exception>
    public KafkaOptions KafkaSettings(ParseResult parsed)
    {
        var options = ReadSection();
        var servers = FirstGiven(parsed.GetValue(_kafka), options.Client.GetValueOrDefault("bootstrap.servers"), () => Found().Kafka);
        if (servers is not null)
            options.Client["bootstrap.servers"] = servers;
        foreach (var property in FileProperties(parsed.GetValue(_clientFile)).Concat(parsed.GetValue(_properties) ?? []))
        {
            var (name, value) = property.Split('=', 2) is [{ Length: > 0 } n, var v]
                ? (n.Trim(), v.Trim())
                : throw new CommandException("bad_kafka_property", $"'{property.Split('=')[0]}' is not name=value");
            options.Client[name] = value;
        }
        return options;
    }

    /// <summary>The environment as the service reads it: variables with two underscores for a colon, and files of secrets.</summary>
    public static IConfiguration Settings() => new ConfigurationBuilder().AddEnvironmentVariables().AddSecretFiles().Build();

    static KafkaOptions ReadSection()
    {
        try
        {
            return KafkaSection.Read(Settings());
        }
        catch (Exception e) when (e is OptionsValidationException or DirectoryNotFoundException)
        {
            throw new CommandException("bad_kafka_settings", e.Message, e);
        }
    }

    static IEnumerable<string> FileProperties(FileInfo? file)
    {
        if (file is null)
            return [];
        return file.Exists
            ? File.ReadLines(file.FullName).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] is not ('#' or '!'))
            : throw new CommandException("file_not_found", $"{file.FullName} is not there");
    }

    /// <summary>Reads messages in every format; in JSON alone when no schema registry is given.</summary>
    /// <exception cref="CommandException"><c>bad_schema_registry</c>.</exception>
    public LaneMessageReader Reader(ParseResult parsed) =>
        new(MessageCatalog.Contracts, Registry(parsed) is { } registry ? WireFormats.Of(registry, MessageCatalog.Contracts, topic => topic) : null);

    /// <summary>Writes messages in a format, on whatever topic. A schema registry has to have our schemas already: a command line does not register any by the way.</summary>
    /// <exception cref="CommandException"><c>no_schema_registry</c> or <c>bad_schema_registry</c>.</exception>
    public WireFormats Writer(ParseResult parsed, SchemaFormat format)
    {
        if (format is SchemaFormat.Json)
            return WireFormats.JsonOnly;
        var options = Registry(parsed)
            ?? throw new CommandException("no_schema_registry", "Avro and Protobuf need a schema registry: give --schema-registry URL or set ORCHESTRATOR_SCHEMA_REGISTRY.");
        return WireFormats.In(format, options, MessageCatalog.Contracts);
    }

    // How to sign in and what subjects are called is read from the environment as the service reads it.
    FormatOptions? Registry(ParseResult parsed)
    {
        if (FirstGiven(parsed.GetValue(_schemaRegistry), Environment.GetEnvironmentVariable("ORCHESTRATOR_SCHEMA_REGISTRY"), () => null) is not { } url)
            return null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new CommandException("bad_schema_registry", $"'{url}' is not an http address");
        try
        {
            var options = Settings().GetSection(FormatOptions.Section).Get<FormatOptions>() ?? new FormatOptions();
            options.SchemaRegistry["Url"] = url;
            options.Topics.Clear();
            options.Register = false;
            return options;
        }
        catch (Exception e) when (e is InvalidOperationException or DirectoryNotFoundException)
        {
            throw new CommandException("bad_schema_registry", e.Message, e);
        }
    }

    /// <summary>The database's connection string.</summary>
    /// <exception cref="CommandException"><c>no_postgres</c>.</exception>
    public string Postgres(ParseResult parsed) =>
        PostgresIfKnown(parsed) ?? throw new CommandException("no_postgres", "No database is known: give --postgres or set ORCHESTRATOR_POSTGRES, or start the service here.");

    /// <summary>The same, or null where nobody says.</summary>
    public string? PostgresIfKnown(ParseResult parsed) => FirstGiven(parsed.GetValue(_postgres), Settings()["ORCHESTRATOR_POSTGRES"], () => Found().Postgres);

    /// <summary>The API, and in whose name it is called.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="name">The name that a development service gives a token in; null for whoever is logged in.</param>
    /// <exception cref="CommandException"><c>bad_api_address</c>.</exception>
    public ApiAccess Api(ParseResult parsed, string? name = null)
    {
        var address = FirstGiven(parsed.GetValue(_api), null, () => Found().Api) ?? DefaultApi;
        return Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new ApiAccess(uri, name ?? Environment.UserName, FirstGiven(parsed.GetValue(_token), Environment.GetEnvironmentVariable("ORCHESTRATOR_TOKEN"), () => null))
            : throw new CommandException("bad_api_address", $"'{address}' is not an http address");
    }

    static string? FirstGiven(string? option, string? environment, Func<string?> found) =>
        !string.IsNullOrWhiteSpace(option) ? option : !string.IsNullOrWhiteSpace(environment) ? environment : found();

    static Endpoints Found() => Endpoints.Find(Directory.GetCurrentDirectory());
}
