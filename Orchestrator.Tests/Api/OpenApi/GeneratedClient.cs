using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace Orchestrator.Tests.Api.OpenApi;

/// <summary>A typed client in C# as others would generate it from the document, compiled and loaded.</summary>
static class GeneratedClient
{
    public const string Namespace = "Generated";
    public const string ClassName = "OrchestratorClient";

    /// <summary>The client's source.</summary>
    public static async Task<string> SourceAsync(string document)
    {
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = ClassName,
            InjectHttpClient = true,
            UseBaseUrl = false,
            GenerateOptionalParameters = true,
            CSharpGeneratorSettings =
            {
                Namespace = Namespace, GenerateNullableReferenceTypes = true, JsonLibrary = NJsonSchema.CodeGeneration.CSharp.CSharpJsonLibrary.SystemTextJson,
            },
        };
        return new CSharpClientGenerator(await OpenApiDocument.FromJsonAsync(document), settings).GenerateFile();
    }

    /// <summary>Its assembly.</summary>
    /// <exception cref="Xunit.Sdk.XunitException">It does not compile.</exception>
    public static Assembly Compile(string source)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"))
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            Namespace, [CSharpSyntaxTree.ParseText(source)], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var compiled = new MemoryStream();
        var errors = compilation.Emit(compiled).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(10).ToList();
        Assert.True(errors.Count == 0, string.Join('\n', errors));
        compiled.Position = 0;
        return new AssemblyLoadContext(Namespace).LoadFromStream(compiled);
    }
}
