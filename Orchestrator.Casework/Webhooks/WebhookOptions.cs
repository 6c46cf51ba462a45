using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Casework.Webhooks;

/// <summary>Where webhooks may go, and how long they are tried. Section <c>Casework:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>Whether addresses may begin with http:// too. For trials on one machine; what is sent is readable on its way.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Whether they may lead to loopback, private and other addresses that are not of the public internet.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>How long an answer is waited for, seconds. 1 to 60.</summary>
    [Range(1, 60)]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>The most webhooks.</summary>
    [Range(1, 200)]
    public int MaxWebhooks { get; init; } = 50;

    /// <summary>A webhook that has failed for so long, and never succeeded between, is disabled; days.</summary>
    [Range(1, 30)]
    public int DisableAfterDays { get; init; } = 3;

    /// <summary>How long the old secret signs beside a new one, hours.</summary>
    [Range(0, 720)]
    public int SecretOverlapHours { get; init; } = 24;

    /// <summary>How long deliveries that have ended are kept, days.</summary>
    [Range(1, 365)]
    public int KeepDays { get; init; } = 30;
}
