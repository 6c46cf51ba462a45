using System.Net;
using Confluent.SchemaRegistry;
using Orchestrator.Api.Security;
using Orchestrator.Tests.Api;

namespace Orchestrator.Tests.Schemas.Registry;

/// <summary>Every call that the official client has, against the running service.</summary>
[Collection(ApiCollection.Name)]
public sealed class RegistryClientTests(ApiFixture api)
{
    const string First = """{ "type": "record", "name": "Payment", "namespace": "reg", "fields": [ { "name": "id", "type": "string" } ] }""";
    const string Second = """{ "type": "record", "name": "Payment", "namespace": "reg", "fields": [ { "name": "id", "type": "string" }, { "name": "note", "type": "string", "default": "" } ] }""";
    const string Breaking = """{ "type": "record", "name": "Payment", "namespace": "reg", "fields": [ { "name": "id", "type": "string" }, { "name": "amount", "type": "long" } ] }""";

    [Fact]
    public async Task Client_when_it_registers_and_asks_is_answered_in_every_call()
    {
        const string subject = "reg-payments-value";
        using var client = await RegistryClients.WithTokenAsync(api, Roles.Operator, Roles.Service);

        var first = await client.RegisterSchemaWithResponseAsync(subject, Avro(First));
        var second = await client.RegisterSchemaAsync(subject, Avro(Second));

        Assert.Equal((1, first.Id), (first.Version, await client.RegisterSchemaAsync("reg-others-value", Avro(First))));
        Assert.True(second > first.Id);
        client.ClearCaches();
        Assert.Equal(first.Id, await client.RegisterSchemaAsync(subject, Avro(First)));
        client.ClearCaches();
        Assert.Equal(first.Id, await client.GetSchemaIdAsync(subject, Avro(First)));
        var looked = await client.LookupSchemaAsync(subject, Avro(Second), ignoreDeletedSchemas: true);
        Assert.Equal((2, second, subject), (looked.Version, looked.Id, looked.Subject));
        Assert.Contains("Payment", (await client.GetSchemaAsync(first.Id)).SchemaString, StringComparison.Ordinal);
        Assert.Equal(SchemaType.Avro, (await client.GetSchemaBySubjectAndIdAsync(subject, second)).SchemaType);
        Assert.Equal((await client.GetSchemaAsync(first.Id)).SchemaString, (await client.GetSchemaByGuidAsync(first.Guid)).SchemaString);
        Assert.Equal(second, (await client.GetRegisteredSchemaAsync(subject, 2)).Id);
        Assert.Equal((2, second), (await client.GetLatestSchemaAsync(subject)) is var latest ? (latest.Version, latest.Id) : default);
        Assert.Contains(subject, await client.GetAllSubjectsAsync());
        Assert.Equal([1, 2], await client.GetSubjectVersionsAsync(subject));
        Assert.True(await client.IsCompatibleAsync(subject, Avro(Second)));
        Assert.False(await client.IsCompatibleAsync(subject, Avro(Breaking)));
        Assert.Equal(Compatibility.Backward, await client.GetCompatibilityAsync());
        Assert.Equal(Compatibility.None, await client.UpdateCompatibilityAsync(Compatibility.None, subject));
        Assert.Equal(Compatibility.None, await client.GetCompatibilityAsync(subject));
        Assert.Equal(Compatibility.Backward, await client.UpdateCompatibilityAsync(Compatibility.Backward));
        Assert.True(await client.RegisterSchemaAsync(subject, Avro(Breaking)) > second);
    }

    [Fact]
    public async Task Client_when_it_sends_json_protobuf_and_what_is_said_about_them_gets_them_back()
    {
        using var client = await RegistryClients.WithPasswordAsync(api, Roles.Service);
        const string json = """{ "type": "object", "properties": { "id": { "type": "string" } }, "required": [ "id" ] }""";
        const string proto = "syntax = \"proto3\";\n\npackage reg;\n\n// A payment.\nmessage Payment {\n  string id = 1;\n}\n";
        var metadata = new Metadata(null, new Dictionary<string, string> { ["major"] = "1" }, null);

        var inJson = await client.RegisterSchemaAsync("reg-json", new Schema(json, [], SchemaType.Json, metadata, null));
        var inProtobuf = await client.RegisterSchemaAsync("reg-proto", new Schema(proto, [], SchemaType.Protobuf));

        client.ClearCaches();
        Assert.Equal(SchemaType.Json, (await client.GetSchemaAsync(inJson)).SchemaType);
        Assert.Equal((SchemaType.Protobuf, proto), (await client.GetSchemaAsync(inProtobuf)) is var found ? (found.SchemaType, found.SchemaString) : default);
        Assert.Equal(inJson, (await client.GetLatestWithMetadataAsync("reg-json", new Dictionary<string, string> { ["major"] = "1" }, ignoreDeletedSchemas: true)).Id);
        Assert.Equal("1", (await client.GetSchemaAsync(inJson)).Metadata.Properties["major"]);
        Assert.Equal(40403, (await Assert.ThrowsAsync<SchemaRegistryException>(() =>
            client.GetLatestWithMetadataAsync("reg-json", new Dictionary<string, string> { ["major"] = "2" }, ignoreDeletedSchemas: true))).ErrorCode);
    }

    [Fact]
    public async Task Client_when_it_is_refused_gets_the_code_that_it_knows()
    {
        using var client = await RegistryClients.WithTokenAsync(api, Roles.Service);
        await client.RegisterSchemaAsync("reg-refused", Avro(First));

        await ExpectAsync(40401, HttpStatusCode.NotFound, () => client.GetLatestSchemaAsync("reg-nothing"));
        await ExpectAsync(40402, HttpStatusCode.NotFound, () => client.GetRegisteredSchemaAsync("reg-refused", 7));
        await ExpectAsync(40403, HttpStatusCode.NotFound, () => client.GetSchemaAsync(int.MaxValue));
        await ExpectAsync(40403, HttpStatusCode.NotFound, () => client.LookupSchemaAsync("reg-refused", Avro(Second), ignoreDeletedSchemas: true));
        await ExpectAsync(40408, HttpStatusCode.NotFound, () => client.GetCompatibilityAsync("reg-refused"));
        await ExpectAsync(409, HttpStatusCode.Conflict, () => client.RegisterSchemaAsync("reg-refused", Avro(Breaking)));
        await ExpectAsync(42201, HttpStatusCode.UnprocessableEntity, () => client.RegisterSchemaAsync("reg-refused", Avro("""{ "type": "recrod" }""")));
        await ExpectAsync(40301, HttpStatusCode.Forbidden, () => client.UpdateCompatibilityAsync(Compatibility.Full, "reg-refused"));
        using var unknown = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = RegistryClients.Address(api), BasicAuthUserInfo = "whoever:no-token", MaxRetries = 1 });
        await ExpectAsync(40101, HttpStatusCode.Unauthorized, () => unknown.RegisterSchemaAsync("reg-refused", Avro(Second)));
    }

    static async Task ExpectAsync(int code, HttpStatusCode status, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<SchemaRegistryException>(call);
        Assert.Equal((code, status), (refused.ErrorCode, refused.Status));
    }

    static Schema Avro(string text) => new(text, [], SchemaType.Avro);
}
