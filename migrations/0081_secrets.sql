-- Secrets that the processes of one installation share: what one of them has closed another opens. Each is made here, from 244 random bits, and never leaves the database but for their memory.
create table api.secret (
    name  text  primary key,
    value bytea not null check (octet_length(value) = 32)
);

comment on table api.secret is 'cursors: the key that closes cursors which hold what their reader may not see';

insert into api.secret (name, value) values ('cursors', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
