//! What belongs to the whole database, who may do what with it, and comments, a statement at a time.

use crosstrack_testkit::TestDatabase;
use expect_test::expect;

use crate::support::{catalog, tells};

#[tokio::test]
async fn schemas_extensions_and_the_like() {
    let database = TestDatabase::new("whole");
    tells(
        &database,
        &[],
        &[
            "create schema shop",
            "create table shop.goods (id int primary key, price int)",
            "alter table shop.goods set schema public",
            "create function noted() returns event_trigger language plpgsql as 'begin end'",
            "create event trigger watch on ddl_command_end when tag in ('DROP TABLE') execute function noted()",
            "alter event trigger watch disable",
            "drop event trigger watch",
            "create publication everything for all tables",
            "create publication goods for table goods (id) where (id > 0)",
            "alter publication goods set table goods where (id > 1)",
            "create publication of_shop for tables in schema shop",
            "create text search dictionary plain (template = simple, accept = false)",
            "create text search configuration german_plain (copy = simple)",
            "alter text search configuration german_plain alter mapping for asciiword with plain",
            "create foreign data wrapper nothing",
            "create server elsewhere foreign data wrapper nothing options (host 'there')",
            "create foreign table far (id int) server elsewhere options (name 'near')",
        ],
        &expect![[r#"
            create schema shop
                schema `shop` added
            create table shop.goods (id int primary key, price int)
                table `shop.goods` added
                column `shop.goods.id` added
                column `shop.goods.price` added
                constraint `goods_pkey on shop.goods` added
                index `shop.goods_pkey` added
            alter table shop.goods set schema public
                table `public.goods` added
                table `shop.goods` removed
                column `public.goods.id` added
                column `public.goods.price` added
                column `shop.goods.id` removed
                column `shop.goods.price` removed
                constraint `goods_pkey on public.goods` added
                constraint `goods_pkey on shop.goods` removed
                index `public.goods_pkey` added
                index `shop.goods_pkey` removed
            create function noted() returns event_trigger language plpgsql as 'begin end'
                function `public.noted()` added
            create event trigger watch on ddl_command_end when tag in ('DROP TABLE') execute function noted()
                event trigger `watch` added
            alter event trigger watch disable
                event trigger `watch`: enabled origin -> no
            drop event trigger watch
                event trigger `watch` removed
            create publication everything for all tables
                publication `everything` added
            create publication goods for table goods (id) where (id > 0)
                publication `goods` added
            alter publication goods set table goods where (id > 1)
                publication `goods`: tables public.goods (id) where (id > 0) -> public.goods where (id > 1)
            create publication of_shop for tables in schema shop
                publication `of_shop` added
            create text search dictionary plain (template = simple, accept = false)
                text search dictionary `public.plain` added
            create text search configuration german_plain (copy = simple)
                text search configuration `public.german_plain` added
            alter text search configuration german_plain alter mapping for asciiword with plain
                text search configuration `public.german_plain`: mappings asciiword simple, word simple, numword simple, email simple, url simple, host simple, sfloat simple, version simple, hword_numpart simple, hword_part simple, hword_asciipart simple, numhword simple, asciihword simple, hword simple, url_path simple, file simple, float simple, int simple, uint simple -> asciiword public.plain, word simple, numword simple, email simple, url simple, host simple, sfloat simple, version simple, hword_numpart simple, hword_part simple, hword_asciipart simple, numhword simple, asciihword simple, hword simple, url_path simple, file simple, float simple, int simple, uint simple
            create foreign data wrapper nothing
                foreign-data wrapper `nothing` added
            create server elsewhere foreign data wrapper nothing options (host 'there')
                server `elsewhere` added
            create foreign table far (id int) server elsewhere options (name 'near')
                foreign table `public.far` added
                column `public.far.id` added
        "#]],
    )
    .await;
}

#[tokio::test]
async fn rights_owners_and_comments() {
    let database = TestDatabase::new("rights");
    let (clerk, owner) = (database.role("clerk", ""), database.role("owner", ""));
    let named = |sql: &str| sql.replace("[clerk]", &clerk).replace("[owner]", &owner);
    let statements = [
        "create table users (id int, name text); create function one() returns int language sql as 'select 1'",
        "alter table users owner to [owner]",
        "grant select on users to [clerk]",
        "grant insert on users to [clerk] with grant option",
        "revoke all on users from [clerk]",
        "grant update (name) on users to [clerk]",
        "revoke execute on function one() from public",
        "grant usage on schema public to [clerk]",
        "alter default privileges in schema public grant select on tables to [clerk]",
        "alter default privileges for role [owner] revoke execute on functions from public",
        "comment on table users is 'people'",
        "comment on column users.name is 'whole'",
        "comment on function one() is 'the one'",
        "comment on table users is null",
        "comment on schema public is 'ours'",
    ]
    .map(named);
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    tells(
        &database,
        &[(&clerk, "[clerk]"), (&owner, "[owner]")],
        &statements,
        &expect![[r#"
        create table users (id int, name text); create function one() returns int language sql as 'select 1'
            table `public.users` added
            column `public.users.id` added
            column `public.users.name` added
            function `public.one()` added
        alter table users owner to [owner]
            table `public.users`: owner developer -> [owner]
        grant select on users to [clerk]
            grant `to [clerk] on table public.users` added
        grant insert on users to [clerk] with grant option
            grant `to [clerk] on table public.users`: privileges SELECT -> INSERT with grant option, SELECT
        revoke all on users from [clerk]
            grant `to [clerk] on table public.users` removed
        grant update (name) on users to [clerk]
            grant `to [clerk] on table column public.users.name` added
        revoke execute on function one() from public
            grant `to PUBLIC on function public.one()` added
        grant usage on schema public to [clerk]
            grant `to [clerk] on schema public` added
        alter default privileges in schema public grant select on tables to [clerk]
            default grant `on tables by developer in schema public` added
        alter default privileges for role [owner] revoke execute on functions from public
            default grant `on functions by [owner]` added
        comment on table users is 'people'
            comment `on table public.users` added
        comment on column users.name is 'whole'
            comment `on table column public.users.name` added
        comment on function one() is 'the one'
            comment `on function public.one()` added
        comment on table users is null
            comment `on table public.users` removed
        comment on schema public is 'ours'
            comment `on schema public`: text standard public schema -> ours
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_not_modelled_is_named() {
    let database = TestDatabase::new("unmodelled");
    tells(
        &database,
        &[],
        &[
            "create operator class backwards for type int using btree as operator 1 >, operator 5 <, function 1 btint4cmp(int, int)",
            "create conversion ours for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
            "comment on conversion ours is 'as everywhere'",
            "create access method pile type table handler heap_tableam_handler",
            "create type later",
        ],
        &expect![[r#"
            create operator class backwards for type int using btree as operator 1 >, operator 5 <, function 1 btint4cmp(int, int)
                unmodelled object `operator class public.backwards USING btree` added
                unmodelled object `operator family public.backwards USING btree` added
            create conversion ours for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8
                unmodelled object `conversion public.ours` added
            comment on conversion ours is 'as everywhere'
                comment `on conversion public.ours` added
            create access method pile type table handler heap_tableam_handler
                unmodelled object `access method pile` added
            create type later
                unmodelled object `type public.later` added
        "#]],
    )
    .await;
    let catalog = catalog(&database).await;
    assert_eq!(catalog.unmodelled().count(), 5);
}
