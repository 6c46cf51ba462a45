using System.Globalization;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Sagas;

/// <summary>Ages in a query string, as people say them: <c>90s</c>, <c>30m</c>, <c>2h</c>, <c>7d</c>.</summary>
static class SagaAges
{
    const int MaxDays = 3_650;

    /// <summary>The instant that is so long ago; null when nothing is said. Adds an error when it is no age.</summary>
    public static DateTimeOffset? Ago(string? text, string field, DateTimeOffset now, ContractErrors errors)
    {
        if (text is null)
            return null;
        if (text.Length is >= 2 and <= 10 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var unit = text[^1] switch { 's' => TimeSpan.FromSeconds(1), 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), _ => TimeSpan.Zero };
            if (unit > TimeSpan.Zero && number <= TimeSpan.FromDays(MaxDays) / unit)
                return now - (number * unit);
        }
        errors.Add("invalid_age", field, "a number with s, m, h or d, as in 30m; at most ten years");
        return null;
    }
}
