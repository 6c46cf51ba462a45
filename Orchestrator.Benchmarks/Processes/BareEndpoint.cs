using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Messaging.Kafka;

[assembly: HostingStartup(typeof(BareEndpoint))]

namespace Orchestrator.Benchmarks.Processes;

/// <summary>
/// What the benchmark adds to the product's host: an address that takes a body, publishes as many bytes with the product's own producer, and answers the same to everybody once the
/// broker has them. What is left of a decision over HTTP without the decision.
/// </summary>
sealed class BareEndpoint : IHostingStartup, IStartupFilter
{
    public const string Path = "/bench/bare";
    public const string Topic = "bench-bare-answers";

    // As many as a decision's answer, and as many as what the broker is given of it.
    static readonly byte[] Answer = [.. "{\"text\":\""u8, .. Enumerable.Repeat((byte)'x', 600), .. "\"}"u8];
    static readonly byte[] Published = new byte[1_600];

    int _next;

    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services => services.AddSingleton<IStartupFilter>(this));

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var producer = app.ApplicationServices.GetRequiredService<KafkaProducer>();
        app.Use(rest => context => context.Request.Path == Path ? AnswerAsync(context, producer) : rest(context));
        next(app);
    };

    async Task AnswerAsync(HttpContext context, KafkaProducer producer)
    {
        while (await context.Request.BodyReader.ReadAsync(context.RequestAborted) is var read)
        {
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var partition = (int)((uint)Interlocked.Increment(ref _next) % Scenarios.CommonSettings.Partitions);
        if (!producer.TryProduce(new TopicPartition(Topic, partition), new Message<byte[], byte[]> { Value = Published }, report => written.TrySetResult(!report.Error.IsError))
            || !await written.Task)
        {
            throw new InvalidOperationException("the broker has not taken it");
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Answer.Length;
        await context.Response.BodyWriter.WriteAsync(Answer, context.RequestAborted);
    }
}
