-- A unit of work is sent to the server in one piece, its commit included, so that a lane waits for one answer instead of three. What must be right
-- before it may commit is therefore checked here and not by the one who sent it: an error rolls all of it back.
create function messaging.expect_rows(actual bigint, expected bigint, step integer) returns text language plpgsql immutable as $$
begin
    if actual is distinct from expected then
        raise exception '% rows instead of %', actual, expected using errcode = 'OR001', constraint = step::text;
    end if;
    return 'as expected';
end
$$;

comment on function messaging.expect_rows is 'raises OR001 unless a statement affected, or found, as many rows as it must, and names the step that did not';
