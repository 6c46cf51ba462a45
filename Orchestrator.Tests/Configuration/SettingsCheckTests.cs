using Microsoft.Extensions.Configuration;
using Orchestrator.Api.Settings;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Configuration;

public sealed class SettingsCheckTests
{
    [Theory]
    [InlineData("Messaging:MaxBatch", "abc", "bad_setting: Messaging:MaxBatch (Messaging__MaxBatch) is 'abc', but must be a whole number from 1 to 10,000; its default is 500")]
    [InlineData("Messaging:MaxBatch", "0", "bad_setting: Messaging:MaxBatch (Messaging__MaxBatch) is '0', but must be a whole number from 1 to 10,000; its default is 500")]
    [InlineData("messaging:maxbatch", "10001", "bad_setting: messaging:maxbatch (messaging__maxbatch) is '10001', but must be a whole number from 1 to 10,000; its default is 500")]
    [InlineData("Messaging:MaxBach", "5", "unknown_setting: Messaging:MaxBach (Messaging__MaxBach) is read by nobody; did you mean Messaging:MaxBatch?")]
    [InlineData("Messaging:Colour", "blue", "unknown_setting: Messaging:Colour (Messaging__Colour) is read by nobody")]
    [InlineData("Messaging:OnLostPosition", "Forget", "bad_setting: Messaging:OnLostPosition (Messaging__OnLostPosition) is 'Forget', but must be one of Halt, Earliest; its default is Halt")]
    [InlineData("Messaging:OnLostPosition", "1", "bad_setting: Messaging:OnLostPosition (Messaging__OnLostPosition) is '1', but must be one of Halt, Earliest; its default is Halt")]
    [InlineData("Sagas:Transaction:ReviewTimeout", "soon", "bad_setting: Sagas:Transaction:ReviewTimeout (Sagas__Transaction__ReviewTimeout) is 'soon', but must be a time as days.hours:minutes:seconds from 00:00:01 to 30.00:00:00; its default is 1.00:00:00")]
    [InlineData("Sagas:Transaction:AssessmentDefault", "Approve", "bad_setting: Sagas:Transaction:AssessmentDefault: must be Decline or Review: what nobody has assessed is never approved")]
    [InlineData("Activity:Ingest:IpTruncation", "half", "bad_setting: Activity:Ingest:IpTruncation (Activity__Ingest__IpTruncation) is 'half', but must be a text: none, last_octet, drop; its default is last_octet")]
    [InlineData("Api:AllowRemote", "perhaps", "bad_setting: Api:AllowRemote (Api__AllowRemote) is 'perhaps', but must be true or false; its default is false")]
    [InlineData("Casework:WebhookKey", "not-a-key", "bad_setting: Casework:WebhookKey: the key of webhooks is the base64 of 32 bytes")]
    [InlineData("Casework:Mail:Port", "0", "bad_setting: Casework:Mail:Port (Casework__Mail__Port) is '0', but must be a whole number from 1 to 65,535; its default is 587")]
    [InlineData("Casework:Mail:Pasword", "hunter2", "unknown_setting: Casework:Mail:Pasword (Casework__Mail__Pasword) is read by nobody; did you mean Casework:Mail:Password?")]
    [InlineData("Casework:QueueDueHours:fraud_review", "never", "bad_setting: Casework:QueueDueHours:fraud_review (Casework__QueueDueHours__fraud_review) is 'never', but must be a whole number")]
    [InlineData("Ledger:Assets:0:Scale", "many", "bad_setting: Ledger:Assets:0:Scale (Ledger__Assets__0__Scale) is 'many', but must be a whole number")]
    [InlineData("Ledger:Assets:0:Colour", "red", "unknown_setting: Ledger:Assets:0:Colour (Ledger__Assets__0__Colour) is read by nobody")]
    [InlineData("Authentication:Authority", "https://issuer.example", "bad_setting: Authentication:Audience is required with an Authority: tokens for others must open nothing here.")]
    [InlineData("Topics:transaction", "payments", "unknown_setting: Topics:transaction is no topic of ours; did you mean Topics:transactions?")]
    [InlineData("Topics:alerts", "no spaces", "bad_setting: Topics:alerts is 'no spaces', but a topic's name has 1 to 242 letters, digits and signs . _ -")]
    [InlineData("Topics:alerts", "cases", "bad_setting: Topics: two topics are called 'cases'; each needs a name of its own")]
    [InlineData("Kafka:FetchWaitMs", "0", "Kafka:FetchWaitMs is '0', but must be a whole number from 1 to 60,000")]
    [InlineData("Kafka:FetchWaitMs", "quick", "bad_setting: Kafka:FetchWaitMs is 'quick', but must be a whole number from 1 to 60,000")]
    [InlineData("Kafka:Profile", "Msk", "profile_without_servers: Kafka:Profile is Msk, but no broker is named and the embedded one would be taken; set ORCHESTRATOR_KAFKA to host:port,...")]
    [InlineData("Kafka:group.id", "mine", "kept_by_the_service: Kafka:group.id cannot be set, for guarantees rest on it; take it out")]
    [InlineData("ORCHESTRATOR_KAFA", "k:9092", "unknown_setting: ORCHESTRATOR_KAFA is read by nobody; did you mean ORCHESTRATOR_KAFKA?")]
    public void Setting_when_it_is_wrong_is_told_by_its_key_with_what_is_allowed(string key, string value, string problem) => Assert.Equal([problem], Problems((key, value)));

    [Fact]
    public void Settings_when_several_are_wrong_are_told_all_at_once() =>
        Assert.Equal(3, Problems(("Messaging:MaxBatch", "0"), ("Jobs:PollSecond", "1"), ("Api:DataDirectory", "")).Count);

    [Fact]
    public void Value_when_it_is_secret_is_never_told() =>
        Assert.All(Problems(("Casework:WebhookKey", "hunter2"), ("Sagas:Account:FingerprintKey", new string('7', 2_000)), ("Kafka:sasl.password", "hunter2"), ("Kafka:ssl.key.pem", "hunter2")), p =>
        {
            Assert.DoesNotContain("hunter2", p, StringComparison.Ordinal);
            Assert.DoesNotContain("7777", p, StringComparison.Ordinal);
        });

    [Fact]
    public void Settings_when_they_are_right_or_not_ours_are_taken() => Assert.Empty(Problems(
        ("Messaging:MaxBatch", "1"), ("Casework:Mail:To:fraud:0", "a@b.example"), ("Casework:Queues:anything", "general"), ("Activity:Funnels:0:Steps:2", "/cart"), ("Activity:Funnels:0:Name", "f"),
        ("Activity:Ingest:Keys:shop:Key", "123456789012"), ("Activity:Ingest:Keys:shop:Origins:0", "*"), ("Ledger:Assets:0:Code", "PEARL"), ("Ledger:Assets:0:Scale", "2"), ("Ledger:Assets:0:Name", "Pearls"),
        ("Topics:alerts", "pay.alerts"), ("Embedded:KafkaPort", "9092"), ("Kafka:client.rack", "a"), ("Decisioning:Features:Lateness", "2.00:00:00"), ("Jobs", "4"), ("KAFKA_PORT", "tcp://1"),
        ("ORCHESTRATOR_PORT", "1"), ("Logging:LogLevel:Default", "Warning"), ("Serilog:Anything", "x"), ("Authentication:RequireHttpsMetadata", "false")));

    [Fact]
    public void Options_when_a_class_has_a_section_are_in_the_catalogue()
    {
        Assert.All(SettingCatalog.Options, o => Assert.NotEmpty(o.Section));
        Assert.Contains(SettingCatalog.All, s => s.Path == "Casework:Mail:To:{name}:{n}");
        Assert.Contains(SettingCatalog.All, s => s.Path == "Decisioning:Features:MaxKeys");
        Assert.Contains(SettingCatalog.All, s => s.Path == "Api:Limits:PeoplePerSecond");
    }

    [Fact]
    public async Task Secrets_when_a_folder_has_them_are_settings_without_their_last_line_end()
    {
        var folder = await ScratchDirectory.CreateAsync("secrets");
        await File.WriteAllTextAsync(Path.Combine(folder, "Kafka__sasl.password"), "hunter2\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "ORCHESTRATOR_POSTGRES"), "Host=db", TestContext.Current.CancellationToken);

        var read = new ConfigurationBuilder().AddSecretFiles(folder).Build();

        Assert.Equal(("hunter2", "Host=db"), (KafkaSection.Read(read).Client["sasl.password"], read["ORCHESTRATOR_POSTGRES"]));
        Assert.Contains("is no folder", Assert.Throws<DirectoryNotFoundException>(() => new ConfigurationBuilder().AddSecretFiles(folder + "-gone")).Message, StringComparison.Ordinal);
        ScratchDirectory.Delete(folder);
    }

    [Fact]
    public void Page_when_settings_change_is_written_anew() => ApprovedText.Check("docs/configuration.md", ConfigurationPage.Text());

    static IReadOnlyList<string> Problems(params (string Key, string Value)[] settings) => SettingsCheck.Problems(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value, StringComparer.OrdinalIgnoreCase)).Build());
}
