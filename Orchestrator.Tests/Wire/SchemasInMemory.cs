using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Tests.Wire;

/// <summary>Schemas without a registry, for what is asked of formats alone; the way over a registry is proven elsewhere.</summary>
sealed class SchemasInMemory : ISchemaSource
{
    readonly Dictionary<int, (string Subject, SchemaFormat Format, string Text)> _schemas = [];

    /// <summary>Whether it answers.</summary>
    public bool IsAway { get; set; }

    /// <summary>How often it was asked.</summary>
    public int Asked { get; private set; }

    /// <summary>The subjects under which there is something.</summary>
    public IEnumerable<string> Subjects => _schemas.Values.Select(s => s.Subject);

    /// <summary>Adds a schema.</summary>
    /// <returns>Its id.</returns>
    public int Add(SchemaFormat format, string text, string subject = "somebody's")
    {
        _schemas.Add(_schemas.Count + 1, (subject, format, text));
        return _schemas.Count;
    }

    public async Task<RegisteredSchema?> FindAsync(int id)
    {
        await AskAsync();
        return _schemas.TryGetValue(id, out var schema) ? new RegisteredSchema(id, schema.Format, schema.Text) : null;
    }

    public async Task<int> IdOfAsync(string subject, SchemaFormat format, string text)
    {
        await AskAsync();
        var known = _schemas.FirstOrDefault(s => s.Value == (subject, format, text)).Key;
        return known > 0 ? known : Add(format, text, subject);
    }

    /// <summary>Formats over these schemas.</summary>
    public WireFormats Formats(TimeProvider? time = null, SubjectNaming subjects = SubjectNaming.Record, params (string Topic, SchemaFormat Format)[] topics) => new(
        MessageCatalog.Contracts,
        topics.ToDictionary(t => t.Topic, t => t.Format, StringComparer.Ordinal),
        subjects,
        Directory(time));

    /// <summary>A directory over these schemas.</summary>
    public SchemaDirectory Directory(TimeProvider? time = null, int capacity = 100) => new(this, capacity, new MessagingOptions(), time ?? TimeProvider.System, NullLogger.Instance);

    async Task AskAsync()
    {
        Asked++;
        await Task.Yield();
        if (IsAway)
            throw new RegistryAwayException("it was taken away");
    }
}
