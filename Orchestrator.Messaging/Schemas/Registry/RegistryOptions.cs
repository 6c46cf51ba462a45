using System.ComponentModel.DataAnnotations;
using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>How much the registry holds, and what it asks of schemas. Section <c>Registry</c>; validated at start.</summary>
public sealed class RegistryOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Registry";

    /// <summary>What is asked of a subject's next version where neither the subject nor the whole registry has been told otherwise. Default <c>BACKWARD</c>.</summary>
    [Required]
    public string Compatibility { get; init; } = CompatibilityMode.Backward.Name();

    /// <summary>The most subjects. Default 5,000.</summary>
    [Range(1, 100_000)]
    public int MaxSubjects { get; init; } = 5_000;

    /// <summary>The most versions of a subject. Default 500.</summary>
    [Range(1, 10_000)]
    public int MaxVersions { get; init; } = 500;

    /// <summary>The longest schema, in characters. Default 262,144.</summary>
    [Range(1_000, 1_000_000)]
    public int MaxSchemaLength { get; init; } = 262_144;

    /// <summary>How many schemas one may speak of, those counted that they speak of in turn. Default 100.</summary>
    [Range(1, 1_000)]
    public int MaxReferences { get; init; } = 100;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CompatibilityModes.Parse(Compatibility) is null)
            yield return new ValidationResult($"{Section}:{nameof(Compatibility)} is one of {string.Join(", ", Enum.GetValues<CompatibilityMode>().Select(m => m.Name()))}.", [nameof(Compatibility)]);
    }
}
