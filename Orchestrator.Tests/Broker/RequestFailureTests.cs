using System.Net;
using System.Net.Sockets;
using Orchestrator.Broker;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Requests;
using Orchestrator.Broker.Server;
using Orchestrator.Broker.Topics;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

public sealed class RequestFailureTests
{
    [Fact]
    public async Task Request_when_its_handler_fails_is_told_and_its_connection_closed_and_others_are_served()
    {
        var told = new TaskCompletionSource<(string Request, Exception Failure)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new BrokerOptions { Failed = (request, failure) => told.TrySetResult((request, failure)) };
        using var topics = new TopicRegistry(options);
        var node = new BrokerNode(options, "cluster", topics, TimeProvider.System);
        await using var listener = new BrokerListener(node, new RequestRouter(node, [new FailingHandler(node)]), 0);

        using var failing = await AskAsync(listener.Port, ApiKey.ListGroups);
        Assert.Equal(0, await failing.ReceiveAsync(new byte[16]).WaitAsync(Eventually.Bound));
        var (asked, error) = await told.Task.WaitAsync(Eventually.Bound);
        Assert.Contains("ListGroups", asked, StringComparison.Ordinal);
        Assert.IsType<InvalidDataException>(error);

        using var served = await AskAsync(listener.Port, ApiKey.ApiVersions);
        Assert.NotEqual(0, await served.ReceiveAsync(new byte[16]).WaitAsync(Eventually.Bound));
    }

    [Fact]
    public void String_when_it_is_no_utf8_breaks_the_protocol() =>
        Assert.Throws<ProtocolException>(() => new KafkaReader(new byte[] { 0, 2, 0xff, 0xfe }).String());

    static async Task<Socket> AskAsync(int port, ApiKey api)
    {
        using var request = new KafkaWriter();
        request.Int32(0);
        request.Int16((short)api);
        request.Int16(0);
        request.Int32(1);
        request.String("client");
        request.PatchInt32(0, request.Length - 4);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        await socket.SendAsync(request.Written);
        return socket;
    }

    sealed class FailingHandler(BrokerNode node) : RequestHandler(node, ApiKey.ListGroups, 0, 0)
    {
        public override bool Handle(RequestContext request, KafkaReader body, KafkaWriter answer, CancellationToken closed) =>
            throw new InvalidDataException("as it must not be");
    }
}
