namespace Orchestrator.Decisioning.Features;

/// <summary>By what events are grouped. The numbers are part of snapshots: never change one.</summary>
public enum KeyKind : byte
{
    /// <summary>The paying account, which in this product is the customer. One lane sees all of it.</summary>
    Account = 0,

    /// <summary>The receiving account. Payers of many lanes share it, as they share all kinds below.</summary>
    Destination = 1,

    /// <summary>The terminal.</summary>
    Terminal = 2,

    /// <summary>The merchant.</summary>
    Merchant = 3,

    /// <summary>The device.</summary>
    Device = 4,

    /// <summary>The IP address.</summary>
    Ip = 5,
}

/// <summary>The kinds of keys.</summary>
public static class KeyKinds
{
    /// <summary>How many there are.</summary>
    public const int Count = 6;

    /// <summary>Every kind, by its number.</summary>
    public static IReadOnlyList<KeyKind> All { get; } = Enum.GetValues<KeyKind>();

    /// <summary>The kind's name in texts.</summary>
    public static string Name(this KeyKind kind) => kind switch
    {
        KeyKind.Account => "account",
        KeyKind.Destination => "destination",
        KeyKind.Terminal => "terminal",
        KeyKind.Merchant => "merchant",
        KeyKind.Device => "device",
        KeyKind.Ip => "IP address",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };
}
