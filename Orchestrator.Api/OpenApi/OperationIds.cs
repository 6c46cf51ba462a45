using Microsoft.AspNetCore.Mvc.ApiExplorer;

namespace Orchestrator.Api.OpenApi;

/// <summary>Names operations by what they do and where, so that generated clients have methods people can guess: <c>PostTransactionsByIdCancel</c>.</summary>
static class OperationIds
{
    const string Version = "v1";

    public static string Of(ApiDescription operation) =>
        Capital(operation.HttpMethod!.ToLowerInvariant()) + string.Concat((operation.RelativePath ?? "").Split('/').Where(p => p is not ("" or Version)).Select(Segment));

    // {transactionId} is By its name; ids of one kind are told apart by where they stand.
    static string Segment(string part) => part[0] == '{'
        ? "By" + Capital(part.Trim('{', '}').Split(':')[0])
        : string.Concat(part.Split('-', '.', '_').Select(Capital));

    static string Capital(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..];
}
