-- Mail about cases: what is to be said to whom. Lines wait for the next mail to their recipient, so that however much happens nobody gets more than one a minute.
--
-- A line is written by whoever numbers events, in that transaction, and goes once its mail was taken. A recipient's row says when the next mail may be sent, and keeps two
-- processes from sending to one at once.
create table casework.mail_recipient (
    recipient text        primary key,
    next_at   timestamptz not null,
    attempts  integer     not null default 0
);

create table casework.mail_line (
    line_id   bigint      generated always as identity primary key,
    recipient text        not null references casework.mail_recipient,
    kind      text        collate "C" not null,
    line      text        not null,
    at        timestamptz not null
);

create index mail_line_recipient on casework.mail_line (recipient, line_id);
