using System.Text;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility;
using Orchestrator.Messaging.Schemas.History;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Schemas;

/// <summary>The committed history: what today's messages are, what is promised of them, and that what was published once is still read.</summary>
public sealed class SchemaHistoryTests : IDisposable
{
    const string Alert = "orchestrator.alert.raised.v1";

    readonly string _folder = Directory.CreateTempSubdirectory("orchestrator-schemas-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Names => [.. ContractCatalog.All.Select(c => c.Name)];

    /// <summary>Every version of every message: its name and number.</summary>
    public static TheoryData<string, int> Versions
    {
        get
        {
            var versions = new TheoryData<string, int>();
            foreach (var (name, version) in SchemaHistory.Committed.Names.SelectMany(n => SchemaHistory.Committed.Of(n).Select(v => (n, v))))
                versions.Add(name, version.Number);
            return versions;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Schemas_of_today_are_the_newest_version_and_every_version_keeps_what_is_promised(string name)
    {
        var review = SchemaReview.Of(Contract(name), SchemaHistory.Committed.Of(name));

        Assert.True(
            review.State is SchemaState.Accepted,
            $"{name} is {review.State}; where that is meant, `orchestrator schemas accept` writes the next version. {string.Join(Environment.NewLine, review.Breaches)}");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Message_of_every_version_is_still_taken(string name, int number)
    {
        var body = Encoding.UTF8.GetBytes(SchemaHistory.Committed.Of(name)[number - 1].Example);
        Assert.True(MessageCatalog.Contracts.Versions.TryFind(name, out var path));
        var key = Encoding.UTF8.GetBytes(path.Contract.Key(path.Read(body)!));

        var read = new LaneMessageReader(MessageCatalog.Contracts).Read(
            new RawMessage(key, body, [new("ce_id", "1"u8.ToArray()), new("ce_type", Encoding.UTF8.GetBytes(name))]), new MessageOrigin(path.Contract.Topic, 0), default);

        Assert.Null(read.Fault);
        Assert.NotNull(read.Body);
    }

    [Fact]
    public void History_of_the_build_is_that_of_the_repository_and_leaves_no_message_out()
    {
        var (built, committed) = (SchemaHistory.Committed, SchemaHistory.In(Path.Combine(ApprovedText.Root, SchemaHistory.Folder)));

        Assert.Equal(committed.Names, built.Names);
        Assert.All(committed.Names, name => Assert.Equal(committed.Of(name), built.Of(name)));
        Assert.DoesNotContain(SchemaReview.Of(ContractCatalog.All, built), r => r.State is not SchemaState.Accepted);
    }

    [Fact]
    public void Exceptions_from_the_default_name_messages_that_there_are() =>
        Assert.Empty(ContractModes.Exceptions.Keys.Except(ContractCatalog.All.Select(c => c.Name), StringComparer.Ordinal));

    [Fact]
    public void Version_when_only_words_change_is_none()
    {
        var newest = SchemaHistory.Committed.Of(Alert)[^1];
        var reworded = newest with { Json = newest.Json.Replace("\"description\": \"", "\"description\": \"So: ", StringComparison.Ordinal), Protobuf = "// So.\n" + newest.Protobuf };

        Assert.Equal(SchemaState.Accepted, SchemaReview.Of(Contract(Alert), [reworded]).State);
        Assert.Null(SchemaAcceptance.Next(Contract(Alert), [reworded]));
    }

    [Fact]
    public void Version_when_an_optional_field_is_added_is_accepted_as_the_next()
    {
        // As it was before one of its optional fields: the last line of the Protobuf file's first message, and the same in the other formats.
        var before = Earlier(withRequired: false);

        var next = SchemaAcceptance.Next(Contract(Merchant), [before])!;

        Assert.Equal((2, SchemaHistory.Committed.Of(Merchant)[0].Avro), (next.Number, next.Avro));
        Assert.Equal(SchemaState.Accepted, SchemaReview.Of(Contract(Merchant), [before, next]).State);
    }

    [Fact]
    public void Version_when_a_required_field_is_added_is_refused_by_name()
    {
        var refused = Assert.Throws<SchemaException>(() => SchemaAcceptance.Next(Contract(Merchant), [Earlier(withRequired: true)]));

        Assert.Equal("incompatible", refused.Code);
        Assert.Contains("required_property_added at #/properties/kind", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("field_without_default at TransactionSubmitted.kind", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Message_when_it_is_gone_and_nothing_follows_it_is_said()
    {
        var without = ContractCatalog.All.Where(c => c.Name != Alert).ToList();

        Assert.Equal((Alert, SchemaState.Gone), Assert.Single(SchemaReview.Of(without, SchemaHistory.Committed), r => r.State is not SchemaState.Accepted) is var gone ? (gone.Name, gone.State) : default);
        Assert.DoesNotContain(SchemaReview.Of([.. without, Contract(Alert) with { Name = "orchestrator.alert.raised.v2" }], SchemaHistory.Committed), r => r.State is SchemaState.Gone);
    }

    [Fact]
    public void History_when_written_is_read_again_and_never_written_over()
    {
        var version = SchemaHistory.Committed.Of(Alert)[0];
        SchemaHistory.Write(_folder, Alert, version);

        Assert.Equal(version, Assert.Single(SchemaHistory.In(_folder).Of(Alert)));
        Assert.Equal("version_exists", Assert.Throws<SchemaException>(() => SchemaHistory.Write(_folder, Alert, version)).Code);
    }

    [Fact]
    public void History_when_something_is_missing_or_foreign_is_refused_by_name()
    {
        SchemaHistory.Write(_folder, Alert, SchemaHistory.Committed.Of(Alert)[0] with { Number = 2 });
        Assert.Equal("version_missing", Code());
        Directory.Move(Path.Combine(_folder, Alert, "2"), Path.Combine(_folder, Alert, "1"));
        File.Delete(Path.Combine(_folder, Alert, "1", SchemaVersion.AvroFile));
        Assert.Equal("file_missing", Code());
        File.WriteAllText(Path.Combine(_folder, "notes.txt"), "");
        Assert.Equal("foreign_file", Code());
        Assert.Empty(SchemaHistory.In(Path.Combine(_folder, "nowhere")).Names);

        string Code() => Assert.Throws<SchemaException>(() => SchemaHistory.In(_folder)).Code;
    }

    const string Merchant = "orchestrator.transaction.submitted.v1";

    // The message before "capture" was added; where asked for, before "kind" was added, too.
    static SchemaVersion Earlier(bool withRequired)
    {
        var newest = SchemaHistory.Committed.Of(Merchant)[^1];
        var (json, avro) = (System.Text.Json.Nodes.JsonNode.Parse(newest.Json)!.AsObject(), System.Text.Json.Nodes.JsonNode.Parse(newest.Avro)!.AsObject());
        var proto = newest.Protobuf;
        foreach (var field in withRequired ? new[] { "capture", "kind" } : ["capture"])
        {
            json["properties"]!.AsObject().Remove(field);
            json["required"]!.AsArray().RemoveAll(r => r!.GetValue<string>() == field);
            avro["fields"]!.AsArray().RemoveAll(f => f!["name"]!.GetValue<string>() == field);
            proto = string.Join('\n', proto.Split('\n').Where(l => !l.Contains($" {field} = ", StringComparison.Ordinal)));
        }
        return newest with { Number = 1, Json = json.ToJsonString(), Avro = avro.ToJsonString(), Protobuf = proto };
    }

    static MessageContract Contract(string name) => ContractCatalog.All.Single(c => c.Name == name);
}
