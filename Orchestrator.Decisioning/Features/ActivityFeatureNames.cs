namespace Orchestrator.Decisioning.Features;

/// <summary>
/// The features of what an account's owner did before a payment, which <see cref="AccountActivity"/> supplies. They are missing where nothing was done within
/// <see cref="AccountActivity.CountsFor"/>, and in history that was never decided live.
/// </summary>
public static class ActivityFeatureNames
{
    /// <summary>Seconds from the owner's last login in the session to the payment.</summary>
    public const string SecondsSinceLogin = "activity_seconds_since_login";

    /// <summary>How many pages of the session were looked at before the payment.</summary>
    public const string PagesInSession = "activity_pages_in_session";

    /// <summary>1 when the session is on a device on which the owner was not seen before.</summary>
    public const string NewDevice = "activity_new_device";

    /// <summary>How many sessions there were in the hour before.</summary>
    public const string SessionsInHour = "activity_sessions_1h";

    /// <summary>What a feature is, for whoever writes rules; null where it is none of these.</summary>
    internal static string? Description(string name) => name switch
    {
        SecondsSinceLogin => "seconds since the account's owner logged in, in a session of the last 30 minutes",
        PagesInSession => "pages that the account's owner looked at before in the session of the last 30 minutes",
        NewDevice => "1 where the account's owner is on a device that was not seen before, 0 on a known one",
        SessionsInHour => "sessions of the account's owner in the hour before",
        _ => null,
    };
}
