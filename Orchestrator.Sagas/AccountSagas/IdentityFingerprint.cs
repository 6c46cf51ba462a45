using System.Security.Cryptography;
using System.Text;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Names;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>
/// Stands for an applicant's identity: a keyed hash of the document, and of name and day of birth, each in a form in which the way it is written does not
/// matter. Neither can be read from it.
/// </summary>
static class IdentityFingerprint
{
    /// <summary>The fingerprints of what is known, in lower-case hexadecimal digits; none when there is too little.</summary>
    /// <param name="applicant">Who applies.</param>
    /// <param name="key">The secret.</param>
    public static IEnumerable<string> Of(Applicant applicant, string key)
    {
        if (applicant.DocumentNumber is { } number)
            yield return Hash(key, $"document:{applicant.DocumentCountry}:{string.Concat(number.Where(char.IsLetterOrDigit)).ToUpperInvariant()}");
        if (applicant.DateOfBirth is { } born && PersonName.Normalised(applicant.Name) is { Length: > 0 } name)
            yield return Hash(key, $"person:{born:yyyy-MM-dd}:{name}");
    }

    static string Hash(string key, string identity) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(identity)));
}
