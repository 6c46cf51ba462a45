using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>A registry refuses something, by a code and in words that its clients know.</summary>
/// <param name="code">The code: an HTTP status, or one with two more digits.</param>
/// <param name="message">What is wrong, for people.</param>
public sealed class RegistryException(int code, string message) : Exception(message)
{
    /// <summary>The code, for instance 40401.</summary>
    public int Code { get; } = code;

    /// <summary>The HTTP status that goes with it.</summary>
    public int Status => Code < 1_000 ? Code : Code / 100;
}

/// <summary>Everything that a registry refuses. Codes and sentences are those of the Confluent Schema Registry.</summary>
public static class Refusals
{
    // What is wrong with a schema may be much; who reads it wants the beginning.
    const int MostDetails = 20;

    /// <summary>There is no such subject.</summary>
    public static RegistryException SubjectNotFound(string subject) => new(40401, $"Subject '{subject}' not found.");

    /// <summary>The subject has no such version.</summary>
    public static RegistryException VersionNotFound(string version) => new(40402, $"Version {version} not found.");

    /// <summary>There is no such schema.</summary>
    public static RegistryException SchemaNotFound(string? schema = null) => new(40403, schema is null ? "Schema not found" : $"Schema {schema} not found");

    /// <summary>The subject is deleted softly already.</summary>
    public static RegistryException SubjectIsDeleted(string subject) => new(40404, $"Subject '{subject}' was soft deleted. Set permanent=true to delete permanently");

    /// <summary>The subject must be deleted softly first.</summary>
    public static RegistryException SubjectIsNotDeleted(string subject) => new(40405, $"Subject '{subject}' was not deleted first before being permanently deleted");

    /// <summary>The version is deleted softly already.</summary>
    public static RegistryException VersionIsDeleted(string subject, int version) =>
        new(40406, $"Subject '{subject}' Version {version} was soft deleted. Set permanent=true to delete permanently");

    /// <summary>The version must be deleted softly first.</summary>
    public static RegistryException VersionIsNotDeleted(string subject, int version) =>
        new(40407, $"Subject '{subject}' Version {version} was not deleted first before being permanently deleted");

    /// <summary>The subject has no compatibility of its own.</summary>
    public static RegistryException CompatibilityNotConfigured(string subject) => new(40408, $"Subject '{subject}' does not have subject-level compatibility configured");

    /// <summary>The subject has no mode of its own.</summary>
    public static RegistryException ModeNotConfigured(string subject) => new(40409, $"Subject '{subject}' does not have subject-level mode configured");

    /// <summary>The schema cannot follow those before it.</summary>
    public static RegistryException Incompatible(string subject, IReadOnlyList<string> details) =>
        new(409, $"Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{string.Join("; ", details.Take(MostDetails))}{(details.Count > MostDetails ? $"; {details.Count - MostDetails} more" : "")}]");

    /// <summary>What was sent is no schema.</summary>
    public static RegistryException InvalidSchema(string why) => new(42201, why);

    /// <summary>That is no version's number.</summary>
    public static RegistryException InvalidVersion(string version) =>
        new(42202, $"The specified version '{version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"");

    /// <summary>There is no such compatibility.</summary>
    public static RegistryException InvalidCompatibility() =>
        new(42203, $"Invalid compatibility level. Valid values are {string.Join(", ", Enum.GetValues<CompatibilityMode>().Select(m => m.Name()))}");

    /// <summary>It is not done here.</summary>
    public static RegistryException NotPermitted(string why) => new(42205, why);

    /// <summary>Other schemas speak of it.</summary>
    public static RegistryException ReferenceExists(string subject, int version) => new(42206, $"One or more references exist to the schema {{subject={subject},version={version}}}.");

    /// <summary>That is no subject's name.</summary>
    public static RegistryException InvalidSubject(string subject) => new(42208, $"The specified subject '{subject}' is not a valid subject.");

    /// <summary>The schema is longer than may be.</summary>
    public static RegistryException TooLarge(int most) => new(42209, $"A schema has at most {most} characters.");
}
