using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MimeKit;
using Npgsql;
using Orchestrator.Casework.Events;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Mail;

/// <summary>
/// Sends what waits, one mail to a recipient at a time with all that waits for them. Any number of processes may run it. What is not taken stays and is sent later, for a day;
/// casework never waits for it.
/// </summary>
public sealed partial class CaseMail(NpgsqlDataSource database, TimeProvider time, IOptions<CaseworkOptions> options, ILogger<CaseMail> logger)
{
    const int MaxLines = 200;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>One mail.</summary>
    /// <returns>1 when one was due, whether or not it was taken; else 0.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var mail = options.Value.Mail;
        if (mail is not { Host: { } host, From: { } from })
            return 0;
        var now = time.GetUtcNow();
        if (await TakeAsync(now, now.AddSeconds(mail.ApartSeconds), cancellationToken) is not var (recipient, attempts))
            return 0;
        await ForgetAsync(recipient, now - Longest, cancellationToken);
        var lines = await LinesAsync(recipient, cancellationToken);
        if (lines.Count == 0)
            return 1;
        try
        {
            await SendAsync(mail, host, from, recipient, lines, cancellationToken);
            await SentAsync(recipient, lines[^1].Id, cancellationToken);
        }
        catch (Exception e) when (e is SmtpCommandException or SmtpProtocolException or SocketException or IOException or AuthenticationException or ServiceNotAuthenticatedException
            or ServiceNotConnectedException or SslHandshakeException or NotSupportedException or TimeoutException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            NotSent(logger, lines.Count, attempts, e);
            await LaterAsync(recipient, time.GetUtcNow() + Wait(attempts), cancellationToken);
        }
        return 1;
    }

    /// <summary>How long after attempt number <paramref name="attempts"/> the next one comes.</summary>
    internal static TimeSpan Wait(int attempts) => TimeSpan.FromMinutes(Math.Min(30, 1 << Math.Min(attempts, 5)));

    // Whoever takes a recipient has until the next mail may be sent.
    async Task<(string Recipient, int Attempts)?> TakeAsync(DateTimeOffset now, DateTimeOffset next, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            update casework.mail_recipient set next_at = $2, attempts = attempts + 1 where recipient = (
                select recipient from casework.mail_recipient r
                where next_at <= $1 and exists (select from casework.mail_line l where l.recipient = r.recipient)
                order by next_at limit 1 for update skip locked)
            returning recipient, attempts
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(now), Statements.Of(next) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), row.GetInt32(1)) : null;
    }

    async Task<List<(long Id, string Kind, string Line)>> LinesAsync(string recipient, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select line_id, kind, line from casework.mail_line where recipient = $1 order by line_id limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(recipient), Statements.Of(MaxLines) });
        var lines = new List<(long, string, string)>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            lines.Add((rows.GetInt64(0), rows.GetString(1), rows.GetString(2)));
        return lines;
    }

    static async Task SendAsync(
        MailOptions options, string host, string from, string recipient, List<(long Id, string Kind, string Line)> lines, CancellationToken cancellationToken)
    {
        using var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(from));
        message.To.Add(MailboxAddress.Parse(recipient));
        message.Subject = Subject(lines);
        message.Body = new TextPart("plain") { Text = string.Join('\n', lines.Select(l => l.Line)) + '\n' };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        using var smtp = new SmtpClient { Timeout = (int)Timeout.TotalMilliseconds };
        var security = options.Security switch
        {
            MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
            MailSecurity.StartTls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.None,
        };
        await smtp.ConnectAsync(host, options.Port, security, limit.Token);
        if (options.User is { } user)
            await smtp.AuthenticateAsync(user, options.Password ?? "", limit.Token);
        await smtp.SendAsync(message, limit.Token);
        await smtp.DisconnectAsync(quit: true, limit.Token);
    }

    static string Subject(List<(long Id, string Kind, string Line)> lines)
    {
        var (opened, overdue) = (lines.Count(l => l.Kind == EventKinds.CaseOpened), lines.Count(l => l.Kind == EventKinds.CaseEscalated));
        List<string> said = [];
        if (overdue > 0)
            said.Add($"{overdue} overdue");
        if (opened > 0)
            said.Add($"{opened} new");
        if (lines.Count > opened + overdue)
            said.Add($"{lines.Count - opened - overdue} other");
        return $"Cases: {string.Join(", ", said)}";
    }

    Task SentAsync(string recipient, long last, CancellationToken cancellationToken) => RunAsync(
        """
        with sent as (delete from casework.mail_line where recipient = $1 and line_id <= $2)
        update casework.mail_recipient set attempts = 0 where recipient = $1
        """, cancellationToken, Statements.Of(recipient), Statements.Of(last));

    Task LaterAsync(string recipient, DateTimeOffset next, CancellationToken cancellationToken) => RunAsync(
        "update casework.mail_recipient set next_at = greatest(next_at, $2) where recipient = $1", cancellationToken, Statements.Of(recipient), Statements.Of(next));

    // What nobody has taken for a day is old news.
    Task ForgetAsync(string recipient, DateTimeOffset before, CancellationToken cancellationToken) => RunAsync(
        "delete from casework.mail_line where recipient = $1 and at < $2", cancellationToken, Statements.Of(recipient), Statements.Of(before));

    async Task RunAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "A mail with {Lines} lines was not taken, attempt {Attempt}; it is sent again later")]
    static partial void NotSent(ILogger logger, int lines, int attempt, Exception exception);
}
