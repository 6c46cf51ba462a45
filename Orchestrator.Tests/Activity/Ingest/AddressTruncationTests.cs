using System.Net;
using Orchestrator.Api.Activity.Ingest;

namespace Orchestrator.Tests.Activity.Ingest;

/// <summary>What is left of addresses.</summary>
public sealed class AddressTruncationTests
{
    [Theory]
    [InlineData("203.0.113.77", "none", "203.0.113.77")]
    [InlineData("203.0.113.77", "last_octet", "203.0.113.0")]
    [InlineData("::ffff:203.0.113.77", "last_octet", "203.0.113.0")]
    [InlineData("2001:db8:1234:5678:9abc:def0:1234:5678", "last_octet", "2001:db8:1234::")]
    [InlineData("fe80::1%3", "none", "fe80::1")]
    [InlineData("203.0.113.77", "drop", null)]
    [InlineData(null, "none", null)]
    public void Address_when_it_is_truncated_tells_a_network_at_most(string? address, string how, string? left) =>
        Assert.Equal(left, AddressTruncation.Apply(address is null ? null : IPAddress.Parse(address), how));
}
