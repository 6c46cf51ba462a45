using System.Runtime.InteropServices;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Cli.Website;

/// <summary>Something that a visitor did.</summary>
/// <param name="Second">When, in simulated seconds; never less than that of the one before.</param>
/// <param name="Visit">The number of the visit, from 0.</param>
/// <param name="Visitor">Who.</param>
/// <param name="Step">What.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct WebsiteEvent(double Second, long Visit, SimulatedVisitor Visitor, VisitStep Step);

/// <summary>What was done.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Page">On which page.</param>
/// <param name="CustomerId">The customer, once logged in.</param>
/// <param name="Referrer">The page or site before, of a view.</param>
/// <param name="Element">What was clicked.</param>
/// <param name="Name">What happened, of what the site names itself.</param>
/// <param name="AmountMinor">What a cart or a payment is worth.</param>
public sealed record VisitStep(
    ActivityType Type, SitePage Page, string? CustomerId = null, string? Referrer = null, string? Element = null, string? Name = null, long? AmountMinor = null);
