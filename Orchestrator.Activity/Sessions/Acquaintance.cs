using Orchestrator.Activity.Figures;

namespace Orchestrator.Activity.Sessions;

/// <summary>What is known of a session of somebody who is known. Most sessions have none.</summary>
sealed class Acquaintance
{
    Moment _namedAt = new(long.MinValue, 0);

    /// <summary>The customer whom the latest event names that names one.</summary>
    public string? CustomerId { get; private set; }

    /// <summary>The time of the last login; the lowest number when none was seen.</summary>
    public long LoginMs { get; private set; } = long.MinValue;

    /// <summary>The event time of the last observation; the lowest number before the first.</summary>
    public long ObservedMs { get; private set; } = long.MinValue;

    /// <summary>An event names a customer.</summary>
    public void Name(string customer, in Moment at)
    {
        if (_namedAt.IsBefore(at))
            (_namedAt, CustomerId) = (at, customer);
    }

    /// <summary>The customer has logged in.</summary>
    public void LogIn(long ms) => LoginMs = Math.Max(LoginMs, ms);

    /// <summary>An observation was made.</summary>
    public void Observe(long ms) => ObservedMs = Math.Max(ObservedMs, ms);

    /// <summary>What is known of another session is known of this one.</summary>
    public void Absorb(Acquaintance other)
    {
        if (other.CustomerId is { } customer)
            Name(customer, other._namedAt);
        LogIn(other.LoginMs);
        Observe(other.ObservedMs);
    }

    /// <summary>Writes all of it.</summary>
    public void Write(in StateWriter writer)
    {
        writer.Text(CustomerId);
        writer.Moment(_namedAt);
        writer.Number(LoginMs);
        writer.Number(ObservedMs);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Acquaintance Read(StateReader reader) => new()
    {
        CustomerId = reader.Text(),
        _namedAt = reader.Moment(),
        LoginMs = reader.Number(),
        ObservedMs = reader.Number(),
    };
}
