using Orchestrator.Messaging.Kafka.Iam;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Clusters.Iam;

public sealed class CredentialChainTests
{
    static readonly AwsCredentials Answered = new("ID", "KEY", "SESSION", new DateTimeOffset(2026, 5, 1, 18, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Credentials_when_a_process_is_told_where_they_are_are_found_there()
    {
        await using var listener = await CredentialListener.StartAsync();
        var folder = await ScratchDirectory.CreateAsync("iam");
        var (pod, jwt) = (Path.Combine(folder, "pod"), Path.Combine(folder, "jwt"));
        await File.WriteAllTextAsync(pod, "of the pod\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(jwt, "jwt+of/the=pod\n", TestContext.Current.CancellationToken);
        var instance = $"AWS_EC2_METADATA_SERVICE_ENDPOINT={listener.Address}";
        var container = $"AWS_CONTAINER_CREDENTIALS_FULL_URI={new Uri(listener.Address, "/container")}";
        var role = $"AWS_WEB_IDENTITY_TOKEN_FILE={jwt};AWS_ROLE_ARN=arn:aws:iam::1:role/pay;AWS_ENDPOINT_URL_STS={new Uri(listener.Address, "/sts")}";

        Assert.Equal(Answered, await FindAsync(instance));
        Assert.Equal(Answered, await FindAsync($"{container};AWS_CONTAINER_AUTHORIZATION_TOKEN=of the pod"));
        Assert.Equal(Answered, await FindAsync($"{container};AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={pod}"));
        Assert.Equal(Answered, await FindAsync(role));
        // What is said first is taken first.
        Assert.Equal(new AwsCredentials("A", "B"), await FindAsync($"AWS_ACCESS_KEY_ID=A;AWS_SECRET_ACCESS_KEY=B;{role};{container};{instance}"));
        Assert.Equal(new AwsCredentials("A", "B", "C"), await FindAsync("AWS_ACCESS_KEY_ID=A;AWS_SECRET_ACCESS_KEY=B;AWS_SESSION_TOKEN=C"));

        await RefusedAsync("credentials_refused", container);
        await RefusedAsync("credentials_refused", $"AWS_CONTAINER_CREDENTIALS_FULL_URI={new Uri(listener.Address, "/elsewhere")}");
        await RefusedAsync("credentials_not_readable", $"AWS_CONTAINER_CREDENTIALS_FULL_URI={new Uri(listener.Address, "/broken")}");
        await RefusedAsync("credentials_refused", role.Replace("role/pay", "role/other", StringComparison.Ordinal));
        ScratchDirectory.Delete(folder);
    }

    [Theory]
    [InlineData("AWS_ACCESS_KEY_ID=A", "half_a_key")]
    [InlineData("AWS_SECRET_ACCESS_KEY=hunter2", "half_a_key")]
    [InlineData("AWS_EC2_METADATA_DISABLED=true", "credentials_missing")]
    [InlineData("AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1", "credentials_unreachable")]
    [InlineData("AWS_WEB_IDENTITY_TOKEN_FILE=/nowhere/jwt", "role_missing")]
    [InlineData("AWS_WEB_IDENTITY_TOKEN_FILE=/nowhere/jwt;AWS_ROLE_ARN=r", "token_file_not_readable")]
    [InlineData("AWS_WEB_IDENTITY_TOKEN_FILE=/nowhere/jwt;AWS_ROLE_ARN=r;AWS_ENDPOINT_URL_STS=http://sts.example", "sts_address_not_allowed")]
    [InlineData("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://10.0.0.1/", "container_address_not_allowed")]
    [InlineData("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.2.evil.example/", "container_address_not_allowed")]
    [InlineData("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=http://evil.example/", "container_address_not_allowed")]
    [InlineData("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/;AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/nowhere/pod", "token_file_not_readable")]
    public Task Credentials_when_they_cannot_be_had_are_refused_by_name(string variables, string name) => RefusedAsync(name, variables);

    static async Task RefusedAsync(string name, string variables)
    {
        var message = (await Assert.ThrowsAsync<IamException>(() => FindAsync(variables))).Message;
        Assert.StartsWith(name + ": ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("KEY", message.Replace("_KEY", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
    }

    static Task<AwsCredentials> FindAsync(string variables)
    {
        var environment = variables.Split(';').Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1], StringComparer.Ordinal);
        return CredentialChain.Usual(name => environment.GetValueOrDefault(name), "eu-west-1").FindAsync(TestContext.Current.CancellationToken);
    }
}
