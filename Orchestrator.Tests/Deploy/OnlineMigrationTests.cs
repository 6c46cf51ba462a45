using Orchestrator.Messaging.Schema;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Deploy;

/// <summary>Migrations expand, and contract later: the rule, and that all migrations since it was made keep it.</summary>
public sealed class OnlineMigrationTests
{
    // Those until then came before anybody had anything to lose; they are as they are.
    const int LastBefore = 95;

    public static TheoryData<string> Migrations => [.. ApprovedText.FilesIn("migrations").Where(f => MigrationName.Parse(f).Number > LastBefore).DefaultIfEmpty("")];

    [Theory]
    [MemberData(nameof(Migrations))]
    public void Migration_when_older_versions_run_takes_nothing_away_and_holds_no_lock_for_long(string name)
    {
        if (name.Length > 0)
            Assert.Empty(OnlineMigration.Breaches(name, ApprovedText.Read($"migrations/{name}")));
    }

    [Theory]
    [InlineData("create table a.b (x bigint not null, y text); create index b_x on a.b (x); alter table a.b add unique (y);")]
    [InlineData("alter table a.b add column c text;")]
    [InlineData("alter table a.b add column c bigint not null default 0, add column d numeric(10, 2);")]
    [InlineData("alter table a.b add constraint c check (x > 0) not valid;")]
    [InlineData("alter table a.b drop constraint c; alter table a.b add constraint c check (x in (1, 2, 3)) not valid;")]
    [InlineData("alter table a.b alter column c drop not null;")]
    [InlineData("insert into a.b values (1, 'drop table a.b; --');")]
    [InlineData("create or replace function a.f() returns trigger language plpgsql as $$ begin update a.b set x = 1; return new; end $$;")]
    [InlineData("-- online: the table has a row for each model, and nobody has many\ncreate index b_x on a.b (x); update a.b set x = 1;")]
    [InlineData("/* drop table a.b; */ create schema c;")]
    public void Migration_when_it_adds_is_one_that_older_versions_bear(string sql) => Assert.Empty(OnlineMigration.Breaches("0100_more.sql", sql));

    [Theory]
    [InlineData("drops", "drop table a.b;")]
    [InlineData("drops", "drop index a.b_x;")]
    [InlineData("drops", "alter table a.b drop column c;")]
    [InlineData("drops", "alter table a.b drop c;")]
    [InlineData("drops", "alter table a.b drop constraint c;")]
    [InlineData("drops_default", "alter table a.b alter column c drop default;")]
    [InlineData("renames", "alter table a.b rename to d;")]
    [InlineData("renames", "alter table a.b rename column c to d;")]
    [InlineData("moves_schema", "alter table a.b set schema d;")]
    [InlineData("changes_type", "alter table a.b alter column c type bigint;")]
    [InlineData("changes_type", "alter table a.b alter c set data type numeric(10, 2);")]
    [InlineData("requires_value", "alter table a.b alter column c set not null;")]
    [InlineData("requires_value", "alter table a.b add column c text not null;")]
    [InlineData("requires_value", "alter table a.b add column c text,\n    add column d numeric(10, 2) not null;")]
    [InlineData("truncates", "truncate a.b;")]
    [InlineData("index_on_rows", "create index b_x on a.b (x);")]
    [InlineData("index_on_rows", "create unique index if not exists b_x on a.b using btree (x) where y is null;")]
    [InlineData("concurrently_in_transaction", "create index concurrently b_x on a.b (x);")]
    [InlineData("checks_rows", "alter table a.b add constraint c check (x > 0);")]
    [InlineData("checks_rows", "alter table a.b add foreign key (x) references a.c;")]
    [InlineData("checks_rows", "alter table a.b add primary key (x);")]
    [InlineData("rewrites_rows", "alter table a.b add column c uuid not null default gen_random_uuid();")]
    [InlineData("rewrites_rows", "alter table a.b add column c bigint generated always as identity;")]
    [InlineData("changes_rows", "update a.b set x = 1;")]
    [InlineData("changes_rows", "with old as (select 1) delete from a.b where x = 1;")]
    [InlineData("long_lock", "lock table a.b;")]
    public void Migration_when_it_would_harm_older_versions_is_told_how(string rule, string sql)
    {
        var breach = Assert.Single(OnlineMigration.Breaches("0100_more.sql", sql + " insert into a.c values ('it''s; $$ ');"));
        Assert.StartsWith(rule + ":", breach, StringComparison.Ordinal);
    }

    [Fact]
    public void Migration_when_it_contracts_says_so_in_its_name_and_its_header()
    {
        const string Sql = "-- What nobody reads any more.\n-- contract: since 0090, which moved it elsewhere\nalter table a.b drop column c;";
        Assert.Empty(OnlineMigration.Breaches("0100_contract_since_0090_less.sql", Sql));
        Assert.StartsWith("contract_name:", Assert.Single(OnlineMigration.Breaches("0100_less.sql", Sql)), StringComparison.Ordinal);
        Assert.StartsWith("contract_header:", Assert.Single(OnlineMigration.Breaches("0100_contract_since_0091_less.sql", Sql)), StringComparison.Ordinal);
        Assert.StartsWith("contract_since:", Assert.Single(OnlineMigration.Breaches("0090_contract_since_0090_less.sql", Sql)), StringComparison.Ordinal);
    }

    [Fact]
    public void Migration_when_it_contracts_holds_no_lock_for_long_either() =>
        Assert.StartsWith("index_on_rows:", Assert.Single(OnlineMigration.Breaches("0100_contract_since_0090_less.sql", "-- contract: since 0090\ncreate index b_x on a.b (x);")), StringComparison.Ordinal);
}
