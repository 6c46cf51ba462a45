using System.Globalization;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>Reads credentials as AWS answers with them; pure.</summary>
internal static class CredentialAnswer
{
    /// <summary>As containers and machines are answered.</summary>
    /// <param name="from">Who has answered.</param>
    /// <param name="json">The answer.</param>
    /// <exception cref="IamException"><c>credentials_not_readable</c>.</exception>
    public static AwsCredentials FromJson(string from, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            string? Text(string name) => document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
            return Read(from, Text("AccessKeyId"), Text("SecretAccessKey"), Text("Token"), Text("Expiration"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What it says might be half a secret, so it is not told.
            throw NotReadable(from);
        }
    }

    /// <summary>As the Security Token Service answers.</summary>
    /// <param name="from">Who has answered.</param>
    /// <param name="xml">The answer.</param>
    /// <exception cref="IamException"><c>credentials_not_readable</c>.</exception>
    public static AwsCredentials FromXml(string from, string xml)
    {
        try
        {
            var credentials = XDocument.Parse(xml).Descendants().FirstOrDefault(e => e.Name.LocalName == "Credentials");
            string? Text(string name) => credentials?.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;
            return Read(from, Text("AccessKeyId"), Text("SecretAccessKey"), Text("SessionToken"), Text("Expiration"));
        }
        catch (XmlException)
        {
            throw NotReadable(from);
        }
    }

    static AwsCredentials Read(string from, string? id, string? secret, string? session, string? expires)
    {
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(secret))
            throw NotReadable(from);
        if (string.IsNullOrEmpty(expires))
            return new AwsCredentials(id, secret, session);
        return DateTimeOffset.TryParse(expires, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) ? new AwsCredentials(id, secret, session, end) : throw NotReadable(from);
    }

    static IamException NotReadable(string from) => new("credentials_not_readable", $"{from} has answered with something that is no credentials");
}
