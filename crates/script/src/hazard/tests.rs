//! Which statements are hazards, and how they are shown.

use super::hazards;

/// The hazards as `word line: statement`.
fn found(sql: &str) -> Vec<String> {
    hazards(sql).iter().map(|hazard| format!("{} | {hazard}", hazard.as_str())).collect()
}

/// The words of the hazards.
fn words(sql: &str) -> String {
    hazards(sql).iter().map(crosstrack_model::Hazard::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_hazard_shows_the_line_and_the_first_words() {
    let sql = "-- a\ncreate table a ();\n\ndrop table /* really */ b,\n\tc cascade; -- b\n";
    assert_eq!(
        found(sql),
        [
            "data-loss | destroys data, line 4: drop table b, c cascade",
            "cascade | drops what depends on it, line 4: drop table b, c cascade",
        ]
    );
}

#[test]
fn a_long_statement_is_cut() {
    let sql = format!("alter table a drop column {}ä, add b int", "x".repeat(33));
    assert_eq!(found(&sql), [format!("data-loss | destroys data, line 1: {}...", &sql[..61])]);
}

#[test]
fn statements_that_destroy_rows_are_data_loss() {
    for sql in [
        "drop table a",
        "DROP TABLE IF EXISTS a, b",
        "drop schema s",
        "drop database d",
        "drop owned by somebody",
        "truncate a",
        "truncate table a, b restart identity",
        "alter table a drop column b",
        "alter table a drop b",
        "alter table if exists only s.a drop column if exists b",
        "alter table a * drop b",
        "alter table a add c int check (c in (1, 2)), drop column b",
        "alter table \"drop\" drop \"constraint\"",
        "alter type t drop attribute a",
        "delete from a",
        "delete from only a returning (select 1 where true)",
        "delete from a using b",
        "with c as (select 1 where true) delete from a",
        "with c as (delete from a returning 1) select * from c where true",
    ] {
        assert_eq!(words(sql), "data-loss", "{sql}");
    }
}

#[test]
fn statements_that_drop_what_depends_are_cascades() {
    for sql in [
        "drop view v cascade",
        "drop materialized view v cascade",
        "drop function f(int, text) cascade",
        "drop index i cascade",
        "alter table a drop constraint b cascade",
        "alter domain d drop constraint c cascade",
        "alter table a alter column b drop not null, drop constraint c cascade, add d int",
    ] {
        assert_eq!(words(sql), "cascade", "{sql}");
    }
}

#[test]
fn statements_can_be_both() {
    for sql in [
        "drop table a cascade",
        "drop schema if exists s cascade",
        "truncate a cascade",
        "alter table a drop column b cascade",
        "drop type t cascade",
        "drop domain d cascade",
        "drop extension e cascade",
    ] {
        assert_eq!(words(sql), "data-loss cascade", "{sql}");
    }
}

#[test]
fn harmless_statements_are_no_hazard() {
    for sql in [
        "create table a (b int references c on delete cascade)",
        "alter table a add constraint b foreign key (c) references d on delete cascade",
        "alter table a drop constraint b, add constraint c foreign key (d) references e on update cascade",
        "alter table a alter column b drop default, alter c drop not null",
        "alter table a rename to \"drop\"",
        "drop index a",
        "drop view v",
        "drop materialized view v",
        "drop type t",
        "drop foreign table f",
        "alter foreign table f drop column a",
        "delete from a where b = 1",
        "delete from a using b where a.c = b.c",
        "with c as (delete from a where b) select 1",
        "with c as (select 'delete from a') select * from c",
        "grant delete, truncate on a to b",
        "comment on table a is 'drop table a cascade'",
        "-- drop table a",
        "create function f() returns void language sql as 'drop table a'",
        "create function f() returns void language sql begin atomic delete from a; end",
        "create trigger t after delete on a for each row execute function f()",
        "",
    ] {
        assert_eq!(words(sql), "", "{sql}");
    }
}

#[test]
fn the_statements_of_a_block_count_on_their_lines() {
    let sql = "select 1;\ndo language plpgsql $body$\ndeclare a int;\nbegin\n  drop table b;\n  if a > 0 then\n    \
               delete from c;\n  end if;\n  loop delete from d where e; end loop;\nend\n$body$;";
    assert_eq!(
        found(sql),
        [
            "data-loss | destroys data, line 5: drop table b",
            "data-loss | destroys data, line 7: delete from c",
        ]
    );
    assert_eq!(words("do $$ drop table"), "data-loss");
    assert_eq!(words("do 'begin drop table a; end'"), "");
    assert_eq!(words("do $$ begin execute 'drop table a'; raise notice 'truncate b'; end $$"), "");
}

#[test]
fn a_script_that_cannot_be_split_still_has_its_hazards() {
    assert_eq!(words("\\set a 1\n;drop table a;"), "data-loss");
}
