namespace Orchestrator.Messaging.Doctor;

/// <summary>Looks at one thing.</summary>
/// <param name="Area">Of what: <c>machine</c>, <c>kafka</c>, <c>postgres</c> or <c>service</c>.</param>
/// <param name="Name">Its name, under which it is told that it did not come to an end.</param>
/// <param name="LookAsync">Looks.</param>
public sealed record Examination(string Area, string Name, Func<CancellationToken, Task<IReadOnlyList<Finding>>> LookAsync)
{
    /// <summary>
    /// Makes all of them, one after the other, each within a bound: whatever hangs or fails is a finding, and the next goes on. One that does not heed its cancellation is left to
    /// the end of the process.
    /// </summary>
    public static async Task<IReadOnlyList<ExaminedArea>> RunAsync(IEnumerable<Examination> examinations, TimeSpan bound, TimeProvider time, CancellationToken cancellationToken)
    {
        var areas = new List<ExaminedArea>();
        foreach (var area in examinations.GroupBy(e => e.Area, StringComparer.Ordinal))
        {
            var findings = new List<Finding>();
            foreach (var examination in area)
                findings.AddRange(await examination.RunAsync(bound, time, cancellationToken));
            areas.Add(new ExaminedArea(area.Key, findings));
        }
        return areas;
    }

    async Task<IReadOnlyList<Finding>> RunAsync(TimeSpan bound, TimeProvider time, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // On a thread of its own: some libraries wait without giving their thread back.
        var looking = Task.Run(() => LookAsync(ending.Token), CancellationToken.None);
        try
        {
            return await looking.WaitAsync(bound, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            await ending.CancelAsync();
            return [Finding.Problem(Name, $"it did not answer within {bound.TotalSeconds:0.#} s", "Look whether it is reachable and how busy it is, or give it longer with --timeout.")];
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return [Finding.Problem(Name, $"it could not be looked at: {e.GetType().Name}: {e.Message}", "Mend what the text says, and look again.")];
        }
    }
}

/// <summary>All that was found in one area.</summary>
/// <param name="Area">Its name.</param>
/// <param name="Findings">In the order in which it was looked at.</param>
public sealed record ExaminedArea(string Area, IReadOnlyList<Finding> Findings)
{
    /// <summary>The worst of them.</summary>
    public FindingLevel Worst => Findings.Count == 0 ? FindingLevel.Ok : Findings.Max(f => f.Level);
}
