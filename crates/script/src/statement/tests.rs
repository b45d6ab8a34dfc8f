//! What a statement is, case by case; wherever a full grammar understands the script, it must agree.

use super::{cut, grammar, pieces, statements};
use crate::refusal::SplitError;
use expect_test::expect;

/// The texts of the statements.
fn texts(sql: &str) -> Vec<&str> {
    assert_grammar_agrees(sql);
    statements(sql).unwrap().iter().map(|statement| statement.text).collect()
}

fn assert_grammar_agrees(sql: &str) {
    if let Some(separators) = grammar::separators(sql) {
        let by_grammar = cut(sql, |token| separators.contains(&token.start));
        assert_eq!(pieces(sql), by_grammar, "scanner and grammar differ: {sql}");
    }
}

fn refusal(sql: &str) -> SplitError {
    statements(sql).expect_err(sql)
}

#[test]
fn semicolons_separate_statements() {
    assert_eq!(texts("select 1; select 2;"), ["select 1", "select 2"]);
    assert_eq!(texts("select 1;\nselect 2"), ["select 1", "select 2"]);
    assert_eq!(texts("select 1 ; ; ;;select 2;;"), ["select 1", "select 2"]);
}

#[test]
fn a_script_without_statements_has_none() {
    for sql in ["", " \n", ";", "\u{feff}", "-- a", "/* a; b */ -- c", "\u{feff}-- a\n;\n-- b\n"] {
        assert_eq!(texts(sql), [""; 0], "{sql:?}");
    }
}

#[test]
fn comments_around_a_statement_do_not_belong_to_it() {
    assert_eq!(texts("-- before; a\nselect /* in; */ 1 -- after\n; -- end;"), ["select /* in; */ 1"]);
}

#[test]
fn a_semicolon_in_quotes_or_comments_separates_nothing() {
    for statement in [
        "select 'a;b'",
        "select 'a'';b'",
        r"select E'\';b'",
        r"select E'a\\', 1",
        r"select e'it''s \'; quoted'",
        r"select 'ends in a backslash \', 1",
        r"select U&'\0061;'",
        "select B'1', X'1F', N';'",
        "select \"a;\"\"b\" from \"c;\"",
        "select $$a;b$$",
        "select $a$ $$;$$ $b$;$b$ $aa$;$aa$ $a$",
        "select $ä$;$ä$",
        "select a$b from c",
        "select 1 /* a; /* nested; */ still; */ + 2",
        "select 1 -- a; 'b\n + 2",
        "do $$ begin perform 1; end; $$",
    ] {
        assert_eq!(texts(&format!("{statement}; select 2")), [statement, "select 2"]);
    }
}

#[test]
fn the_actions_of_a_rule_are_one_statement() {
    let rule = "create rule r as on insert to a do also (insert into b values (1); delete from c)";
    assert_eq!(texts(&format!("{rule};select 2;")), [rule, "select 2"]);
}

#[test]
fn the_elements_of_a_schema_are_one_statement() {
    let schema = "create schema s\n create table a (b int)\n create view v as select b from a";
    assert_eq!(texts(&format!("{schema};\nselect 2;")), [schema, "select 2"]);
}

#[test]
fn the_body_of_a_routine_is_one_statement() {
    for statement in [
        "create function f() returns int language sql begin atomic select 1; select 2; end",
        "create or replace procedure p(a int) language sql BEGIN ATOMIC insert into t values (a); END",
        "create function f(a int) returns int begin atomic select case a when 1 then case when a > 0 then 1 end end; end",
        "create function f() returns int begin atomic select 1 as end; select t.case from t; end",
        "create function f() returns int return 1",
        "create function begin() returns int language sql as 'select 1;'",
        "create function f() returns int begin /* ; */ atomic end",
        "create function f() returns int begin atomic select 1 end; select 2; end",
        "create function f(a int, begin atomic) returns int return 1",
    ] {
        assert_eq!(texts(&format!("{statement}; select 2")), [statement, "select 2"]);
    }
}

#[test]
fn begin_is_a_statement_outside_a_routine() {
    assert_eq!(texts("begin; select case when true then 1 end; end;").len(), 3);
    assert_eq!(texts("create table a (b int); begin; end; select 2").len(), 4);
}

#[test]
fn windows_line_endings_and_a_byte_order_mark_are_no_part_of_a_statement() {
    let sql = "\u{feff}-- a\r\nselect 1;\r\n\r\nselect\r\n2;\r\n";
    assert_eq!(texts(sql), ["select 1", "select\r\n2"]);
    let lines: Vec<usize> = statements(sql).unwrap().iter().map(|statement| statement.line).collect();
    assert_eq!(lines, [2, 4]);
}

#[test]
fn a_position_in_a_statement_becomes_one_in_the_script() {
    let sql = "\u{feff}-- ä😀\nselect 'ä';\n\n select ä.b\n from c;";
    let second = statements(sql).unwrap()[1];
    assert_eq!((second.line, &sql[second.start..second.start + 6]), (4, "select"));
    let position = crate::position_of_character(sql, second.characters_before + 8);
    assert_eq!((position.line, position.column, position.text.as_str()), (4, 9, " select ä.b"));
}

#[test]
fn what_is_not_terminated_makes_one_statement_of_the_rest() {
    for rest in [
        "select 'a; select 3;",
        "select \"a; b",
        "select $$ ; ",
        "select $a$ ; $b$;",
        "select (1; 2;",
        "/* a; select 2;",
        "select 2 /* a /* b */; select 3;",
    ] {
        let sql = format!("select 1; {rest}");
        assert_eq!(texts(&sql), ["select 1", rest], "{rest}");
    }
}

#[test]
fn what_the_grammar_does_not_know_is_split_all_the_same() {
    for sql in ["frobnicate the database; select 1", "create tabel a (); select 1", ") ; ]"] {
        assert_eq!(grammar::separators(sql), None, "{sql}");
        assert_eq!(texts(sql).len(), 2, "{sql}");
    }
}

#[test]
fn a_forgotten_semicolon_is_left_to_the_server_to_find() {
    assert_eq!(texts("create table a (b int) drop table c;"), ["create table a (b int) drop table c"]);
}

#[test]
fn commands_of_psql_are_refused() {
    let error = refusal("select 1;\n  \\connect other\nselect 2;");
    expect![[r"
        line 2 is a command of psql, not SQL: `\connect other`
        remove the line or write it as SQL; in a dump made by pg_dump, leave out what starts with a backslash"]]
    .assert_eq(&format!("{error}\n{}", error.hint()));
    assert_eq!(error.position().column, 3);
    assert!(matches!(refusal("\u{feff}\\set a 1"), SplitError::PsqlCommand { .. }));
    assert!(matches!(refusal("select (\n\\d"), SplitError::PsqlCommand { .. }));
}

#[test]
fn a_backslash_in_quotes_is_no_command() {
    assert_eq!(texts("select '\n\\d a', $$\n\\d$$ -- \n/*\n\\d */;").len(), 1);
}

#[test]
fn data_in_the_script_is_refused() {
    let error = refusal("select 1;\n\nCOPY public.a (b, c)\nFROM stdin;\n1\tit's\n\\.\n");
    expect![[r"
        line 3 copies data from the script itself, which only psql can do: `COPY public.a (b, c)`
        write the rows as INSERT statements (`pg_dump --inserts` does), or load them outside the migration"]]
    .assert_eq(&format!("{error}\n{}", error.hint()));
    assert!(matches!(refusal("copy a from stdin with (format csv);"), SplitError::CopyFromStdin { .. }));
}

#[test]
fn other_copies_are_not_refused() {
    for sql in ["copy a from '/tmp/a'", "copy a to stdout", "copy (select 1 from stdin) to '/tmp/a'"] {
        assert_eq!(texts(sql), [sql]);
    }
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    for unit in
        ["(", "not ", "case when ", "/*", "create function f() begin atomic case ", "union with for row, "]
    {
        let sql = format!("select 1; {}", unit.repeat(100_000));
        assert_eq!(statements(&sql).unwrap().len(), 2, "{unit}");
    }
}

#[test]
fn a_large_script_is_split() {
    let sql = "insert into a values (1, 'b;');\n".repeat(100_000);
    let found = statements(&sql).unwrap();
    assert_eq!((found.len(), found[99_999].line), (100_000, 100_000));
}

/// The pieces that matter to splitting.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "$$",
    "$a$",
    "$",
    "/*",
    "*/",
    "--",
    "\n",
    "\r\n",
    "\\",
    "E'",
    "U&\"",
    ";",
    ";",
    "(",
    ")",
    "[",
    "]",
    " ",
    "a",
    "ä",
    "😀",
    "\0",
    "\u{feff}",
    "1",
    ".5e",
    "create ",
    "function ",
    "begin ",
    "atomic ",
    "case ",
    "end ",
    "as ",
    "select ",
    "drop table ",
    "delete from ",
    "where ",
    "cascade",
    "alter table ",
    "do $$",
    "copy ",
    "from ",
    "stdin",
    "-- crosstrack: ",
    "requires ",
    "allow ",
    "lock_timeout ",
    ",",
    "=",
];

/// Scripts made of pieces, the same in every run.
fn random_scripts() -> impl Iterator<Item = String> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % limit
    };
    (0..5_000).map(move |_| (0..next(40)).map(|_| PIECES[next(PIECES.len())]).collect())
}

#[test]
fn between_statements_stand_only_semicolons_comments_and_white_space() {
    for sql in random_scripts() {
        let mut end = 0;
        for statement in pieces(&sql) {
            assert_eq!(&sql[statement.start..][..statement.text.len()], statement.text);
            assert_eq!(pieces(&sql[end..statement.start]), [], "{sql:?}");
            assert_eq!(statement.characters_before, sql[..statement.start].chars().count());
            assert_eq!(statement.line, crate::position_of_byte(&sql, statement.start).line);
            end = statement.start + statement.text.len();
        }
        assert_eq!(pieces(&sql[end..]), [], "{sql:?}");
    }
}

#[test]
fn no_text_is_too_strange_to_be_read() {
    for sql in random_scripts() {
        assert_grammar_agrees(&sql);
        for statement in pieces(&sql) {
            crate::needs_no_transaction(statement.text);
            crate::concurrent_index(statement.text);
        }
        let _either = statements(&sql).map_err(|error| error.to_string());
        let _either = crate::directives(&sql).map_err(|error| format!("{error}{}", error.hint()));
        crate::own_transaction_control(&sql);
        crate::hazards(&sql);
        crate::position_of_byte(&sql, sql.len() / 2);
    }
}
