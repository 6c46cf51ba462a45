using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Problems;

namespace Orchestrator.Api.Security;

/// <summary>Keeps one caller from taking the room of all: each has a bucket of its own, which goes when it is full again.</summary>
sealed class RateLimiting(IOptions<RateLimits> limits) : IConfigureOptions<RateLimiterOptions>
{
    // The buckets fill up ten times a second.
    static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);
    const int PeriodsPerSecond = 10;

    // Who has one address of the sixth version has all of its network.
    const int NetworkBytes = 8;

    /// <inheritdoc />
    public void Configure(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, Caller>(context => Partition(Of(context)));
        options.OnRejected = AnswerAsync;
    }

    RateLimitPartition<Caller> Partition(Caller caller)
    {
        var given = limits.Value;
        var (perSecond, burst) = caller.Kind is CallerKind.Service ? (given.ServicesPerSecond, given.ServicesBurst) : (given.PeoplePerSecond, given.PeopleBurst);
        return RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = perSecond / PeriodsPerSecond,
            ReplenishmentPeriod = Period,
            QueueLimit = 0,
        });
    }

    /// <summary>Whose bucket a request takes from.</summary>
    internal static Caller Of(HttpContext context) => context.User.Identity is { IsAuthenticated: true, Name: { } name }
        ? new Caller(context.User.IsInRole(Roles.Service) ? CallerKind.Service : CallerKind.Person, name)
        : new Caller(CallerKind.Address, Network(context.Connection.RemoteIpAddress));

    static string Network(IPAddress? address) => address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }
        ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes))
        : $"{address}";

    static async ValueTask AnswerAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var context = rejected.HttpContext;
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await context.RequestServices.GetRequiredService<IProblemDetailsService>().WriteAsync(
            new ProblemDetailsContext { HttpContext = context, ProblemDetails = ApiProblem.Details(ProblemKinds.TooManyRequests) });
    }
}

/// <summary>What somebody is known by.</summary>
enum CallerKind
{
    /// <summary>The address they come from: nobody has said who they are.</summary>
    Address,

    /// <summary>The name of a person.</summary>
    Person,

    /// <summary>The name of another program.</summary>
    Service,
}

/// <summary>Whose bucket it is.</summary>
/// <param name="Kind">What the name is.</param>
/// <param name="Name">The name.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct Caller(CallerKind Kind, string Name);
