using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Versions;
using Orchestrator.Tests.Decisioning.Versions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.Models;

/// <summary>A database with models.</summary>
public abstract class ModelDatabase(TestInfrastructure infrastructure) : VersionsDatabase(infrastructure)
{
    protected ModelStore Models => new(Database, Time);

    protected ModelsWatch Watch(string? file = null) =>
        new(Database, SmallModels.Plan, new ModelsOptions { File = file }, Time, NullLogger<ModelsWatch>.Instance);

    /// <summary>Stores a draft of Ann's.</summary>
    /// <returns>Its version.</returns>
    protected async Task<string> DraftAsync(string name, double raw = 2)
    {
        var bytes = SmallModels.File(name, raw);
        var file = SmallModels.Read(bytes);
        Assert.IsType<VersionOutcome.Done>(await Models.CreateAsync(file, bytes, Ann, default));
        return file.Model.Version;
    }

    /// <summary>A version in shadow.</summary>
    protected async Task<string> ShadowAsync(string name, double raw = 2)
    {
        var version = await DraftAsync(name, raw);
        Assert.IsType<VersionOutcome.Done>(await Models.ToShadowAsync(version, null, Ann, default));
        return version;
    }

    /// <summary>A version that is live: uploaded by Ann, put in force by Ben.</summary>
    protected async Task<string> LiveAsync(string name, double raw = 2)
    {
        var version = await ShadowAsync(name, raw);
        Assert.IsType<VersionOutcome.Done>(await Models.ActivateAsync(version, null, Ben, default));
        return version;
    }
}
