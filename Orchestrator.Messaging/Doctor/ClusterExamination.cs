using System.Collections.Concurrent;
using Confluent.Kafka;
using Orchestrator.Messaging.Clusters;

namespace Orchestrator.Messaging.Doctor;

/// <summary>Looks at a cluster; it changes nothing.</summary>
public static class ClusterExamination
{
    /// <summary>The area's name.</summary>
    public const string Area = "kafka";

    /// <summary>All that there is to look at.</summary>
    /// <param name="client">How it is reached, as the service does.</param>
    /// <param name="plan">The topics as they should be.</param>
    /// <param name="bound">How long one answer may take.</param>
    /// <param name="time">This machine's clock.</param>
    public static IEnumerable<Examination> All(ClientConfig client, IReadOnlyList<TopicPlan> plan, TimeSpan bound, TimeProvider time)
    {
        yield return new(Area, "kafka_library", _ => Task.FromResult<IReadOnlyList<Finding>>([Loaded()]));
        yield return new(Area, "kafka_reachable", cancellationToken => LookAsync(client, plan, bound, time, cancellationToken));
    }

    static Finding Loaded()
    {
        try
        {
            return Finding.Ok("kafka_library", $"librdkafka {Library.VersionString} is loaded");
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or InvalidOperationException)
        {
            return Finding.Problem("kafka_library", $"librdkafka cannot be loaded: {e.GetBaseException().Message}", "Publish for this system (linux-x64, linux-musl-x64, ...), with what it needs: glibc 2.28 or musl.");
        }
    }

    static async Task<IReadOnlyList<Finding>> LookAsync(ClientConfig client, IReadOnlyList<TopicPlan> plan, TimeSpan bound, TimeProvider time, CancellationToken cancellationToken)
    {
        var said = new ConcurrentQueue<Error>();
        try
        {
            var state = await ClusterStateReader.ReadAsync(client, plan, bound / 3, time, said, cancellationToken);
            return [Finding.Ok("kafka_reachable", $"{client.BootstrapServers} answers"), .. ClusterJudgement.Of(state, plan)];
        }
        catch (KafkaException e)
        {
            return [Refused(said.FirstOrDefault(s => s.Code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.Local_Resolve) ?? e.Error, client.BootstrapServers)];
        }
        catch (InvalidOperationException e)
        {
            return [Finding.Problem("kafka_settings", e.Message, "Mend the client property that the text names.")];
        }
    }

    /// <summary>Why nobody answers, and what to do.</summary>
    internal static Finding Refused(Error error, string servers) => error.Code switch
    {
        ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed => Finding.Problem(
            "kafka_sign_in", $"{servers} refuses who signs in", "Check sasl.mechanism, user and password, and that the listener behind this port is the one for it."),
        ErrorCode.Local_Ssl => Finding.Problem(
            "kafka_tls", $"{servers}: TLS does not come about: {error.Reason}", "Check ssl.ca.location, the name in the server's certificate, and that the port speaks TLS."),
        ErrorCode.Local_Resolve => Finding.Problem("kafka_reachable", $"{servers}: the name is not known", "Check bootstrap.servers, and advertised.listeners of the brokers."),
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => Finding.Problem("kafka_acls", $"{servers}: not allowed: {error.Reason}", "Allow what 'orchestrator acls' prints."),
        _ => Finding.Problem(
            "kafka_reachable", $"{servers}: no broker answers ({error.Code})",
            "Check host and port, that brokers run, and that security.protocol is what the port speaks: one that expects TLS hangs up on who does not speak it."),
    };
}
