using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Orchestrator.Messaging.Configuration;

/// <summary>
/// The two ways into the one database. Lanes run a few fixed statements that find rows by keys, thousands of times a second; everything else asks
/// questions whose best plan depends on what is asked, so it keeps PostgreSQL's own judgement, and a pool that lanes cannot exhaust.
/// </summary>
public static class Databases
{
    const int ReadPool = 30;

    // Of lane groups, stream groups and projections, with what each keeps beside them; a test counts them.
    const int GroupSessions = 28;

    // The background's one, and those of jobs.
    const int Others = 7;

    /// <summary>The lanes' source; the only one where a host has but one.</summary>
    public static NpgsqlDataSource LaneDatabase(this IServiceProvider services) =>
        services.GetService<LaneDatabase>()?.Source ?? services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>A source under a name, by which the metrics of its pool are told apart: otherwise they would say the whole connection string.</summary>
    public static NpgsqlDataSource Create(string name, string connectionString) => new NpgsqlDataSourceBuilder(connectionString) { Name = name }.Build();

    /// <summary>How lanes connect: prepared statements, and plans that are kept.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="pool">
    /// The most connections. Npgsql hands out the one that has been idle longest, so all that were ever opened stay in use, each a server process
    /// with caches and mapped memory of its own: no more than work at once.
    /// </param>
    public static string LaneConnection(string connectionString, int pool)
    {
        var builder = Prepared(connectionString, pool);
        // All statements look rows up by keys in arrays of changing length: planning each anew cost a fifth of PostgreSQL's time. A plan that is kept
        // must not be the one that was best while the table was empty. What such a plan is thought to cost must not start the compiler.
        if (string.IsNullOrEmpty(builder.Options))
            builder.Options = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off";
        return builder.ConnectionString;
    }

    /// <summary>
    /// How the background commits: over one connection, and without waiting for the disk. What a crash of the database takes back then is a last
    /// moment of it, whole units together with the positions that they moved, and it is read and written again. Whoever waits for the disk does not wait
    /// for these too.
    /// </summary>
    public static string BackgroundConnection(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(LaneConnection(connectionString, pool: 1));
        builder.Options += " -c synchronous_commit=off";
        return builder.ConnectionString;
    }

    /// <summary>
    /// About how many connections a process with all roles opens at most: readers, lanes (what they decide at once, and a session for each group), commits, the background and jobs.
    /// </summary>
    /// <param name="processors">Of its machine.</param>
    public static int MostConnections(int processors) => ReadPool + (2 * processors) + GroupSessions + processors + Others;

    /// <summary>How everything else connects.</summary>
    public static string ReadConnection(string connectionString) => Prepared(connectionString, ReadPool).ConnectionString;

    static NpgsqlConnectionStringBuilder Prepared(string connectionString, int pool)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "orchestrator", MaxAutoPrepare = 200, AutoPrepareMinUsages = 2 };
        if (!connectionString.Contains("Pool Size", StringComparison.OrdinalIgnoreCase))
            builder.MaxPoolSize = pool;
        // Nothing changes a session's settings, and locks are released by name.
        builder.NoResetOnClose = true;
        return builder;
    }
}

/// <summary>The lanes' own sources; the one that is registered by its own type is for everything else.</summary>
/// <param name="Source">For what lanes read, and all else that they do.</param>
/// <param name="Commits">
/// For commits alone. They are most of the work, and few run at once: so they stay on few connections, and the server processes behind those find
/// what they need in the processor's caches. Spread over the pool of the rest, a small commit was measured to take twice as long.
/// </param>
/// <param name="Background">For commits that nobody waits for.</param>
public sealed record LaneDatabase(NpgsqlDataSource Source, NpgsqlDataSource Commits, NpgsqlDataSource Background) : IAsyncDisposable
{
    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Commits.DisposeAsync();
        await Background.DisposeAsync();
    }
}
