using System.Globalization;
using Microsoft.Extensions.Options;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Jobs;

/// <summary>Has parked messages taken again: the lane that owns each does it, in its order. What was asked for before is not asked for twice.</summary>
sealed class ParkedRedriveJob(ParkedMessages parked, ParkedSchedules schedules, IOptions<JobOptions> options, TimeProvider time)
{
    const string Actor = "job parked-redrive";

    // Most passing faults never park anything: the lane waits. These come out of code that waits for others.
    static readonly string[] Passing =
    [
        "System.TimeoutException", "System.IO.IOException", "System.Net.Sockets.SocketException", "System.Net.Http.HttpRequestException",
        "System.Threading.Tasks.TaskCanceledException", "System.OperationCanceledException",
    ];

    static readonly TimeSpan Rest = TimeSpan.FromMinutes(10);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var (asked, kept) = (0, 0);
        // Asked for first and noted then: should it end in between, asking again asks for nothing twice.
        foreach (var (scheduleId, causeId, actor) in await schedules.DueAsync(cancellationToken))
        {
            var count = await parked.RequestCauseAsync(causeId, ParkedRequest.Redrive, actor, cancellationToken);
            await schedules.DoneAsync(scheduleId, count, cancellationToken);
            (asked, kept) = (asked + count, kept + 1);
        }
        var passing = 0;
        foreach (var cause in await parked.CausesAsync(cancellationToken))
        {
            if (cause.ExceptionType is { } type && Passing.Contains(type, StringComparer.Ordinal))
                passing += await RedriveAsync(cause.CauseId, cancellationToken);
        }
        return string.Create(CultureInfo.InvariantCulture, $"kept {kept} appointments with {asked} messages; asked for {passing} whose cause was a passing one");
    }

    // A few times and with rests: what fails the same way again and again is for people.
    async Task<int> RedriveAsync(string causeId, CancellationToken cancellationToken)
    {
        var asked = 0;
        foreach (var message in await parked.PageAsync(causeId, after: 0, ParkedMessages.MaxPage, cancellationToken))
        {
            if (message.Requested is null && message.Attempts <= options.Value.TransientRedrives && message.ParkedAt + (Rest * Math.Max(1, message.Attempts)) <= time.GetUtcNow()
                && await parked.RequestAsync(message.ParkedId, ParkedRequest.Redrive, Actor, cancellationToken))
            {
                asked++;
            }
        }
        return asked;
    }
}
