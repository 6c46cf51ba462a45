-- What was accepted over HTTP. A row is written in the transaction that also stores the message to publish, so an accepted request is
-- never lost and a repeated one never published twice. The unique constraints decide races between requests that come at once.
--
-- The message is kept as it was published: when a Kafka cluster is lost with what nobody had read yet, it can be published again under its
-- old id, and whoever has taken it before drops it. Rows go by age (Api:SubmissionDays).
create schema api;

create table api.submission (
    submission_id   bigint generated always as identity primary key,
    kind            text        not null check (kind in ('account', 'transaction', 'cancellation')),
    subject         text        not null, -- the account's or transaction's id
    idempotency_key text,
    request_hash    bytea       not null, -- SHA-256 of what was asked for, in canonical form
    response        text        not null, -- JSON: the same request again gets it again
    topic           text        not null,
    message_key     text        not null,
    message_id      uuid        not null,
    message_type    text        not null,
    message         bytea       not null,
    created_at      timestamptz not null
);

create unique index submission_subject on api.submission (kind, subject);
create unique index submission_idempotency_key on api.submission (kind, idempotency_key) where idempotency_key is not null;
create index submission_created_at on api.submission using brin (created_at) with (pages_per_range = 32);

