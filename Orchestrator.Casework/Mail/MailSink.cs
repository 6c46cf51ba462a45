using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Casework.Events;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Mail;

/// <summary>Keeps what is to be said by mail: a line for each event and recipient. No account is named, only the case: mail is read by whoever gets hold of it.</summary>
public sealed class MailSink(IOptions<CaseworkOptions> options) : IEventSink
{
    /// <inheritdoc />
    public async Task AddAsync(NpgsqlConnection connection, IReadOnlyList<CaseEvent> events, CancellationToken cancellationToken)
    {
        var mail = options.Value.Mail;
        if (mail.Host is null)
            return;
        var lines = events.Where(e => mail.IsAbout(e.Kind))
            .SelectMany(e => mail.RecipientsOf(e.Queue).Select(to => (To: to, e.Kind, Line: Line(e), e.At))).ToList();
        if (lines.Count == 0)
            return;
        await Statements.ExecuteAsync(
            connection, "insert into casework.mail_recipient (recipient, next_at) select distinct recipient, $2 from unnest($1) as r (recipient) on conflict do nothing", cancellationToken,
            PgArray.Column(lines, NpgsqlDbType.Text, l => l.To), Statements.Of(lines[0].At));
        await Statements.ExecuteAsync(
            connection,
            """
            insert into casework.mail_line (recipient, kind, line, at)
            select recipient, kind, line, at from unnest($1, $2, $3, $4) with ordinality as l (recipient, kind, line, at, place) order by place
            """, cancellationToken,
            PgArray.Column(lines, NpgsqlDbType.Text, l => l.To), PgArray.Column(lines, NpgsqlDbType.Text, l => l.Kind), PgArray.Column(lines, NpgsqlDbType.Text, l => l.Line),
            PgArray.Column(lines, NpgsqlDbType.TimestampTz, l => l.At.UtcDateTime));
    }

    static string Line(CaseEvent happened)
    {
        var what = happened.Kind switch
        {
            EventKinds.AlertRaised => $"Alert {happened.Text("kind")}, score {happened.Body.GetProperty("score").GetInt32()}",
            EventKinds.CaseOpened => $"New case, priority {happened.Body.GetProperty("priority").GetInt32()}, due {happened.Text("dueAt")}",
            EventKinds.CaseEscalated => $"Overdue since {happened.Text("dueAt")}, {(happened.Text("assignee") is { } assignee ? $"looked into by {assignee}" : "nobody looks into it")}",
            EventKinds.CaseAssigned => happened.Text("assignee") is { } now ? $"Given to {now}" : "Given back",
            _ => $"Closed: {happened.Text("outcome")}",
        };
        return $"{happened.At:yyyy-MM-dd HH:mm:ss}Z  {happened.Queue}  {happened.CaseId}  {what}";
    }
}
