//! `seed` and the values of every type: what the file has is what the table has, and a second run changes nothing.

use crate::scene::Scene;
use crate::seed::{also, declare};

/// A project with these tables and no seeds yet.
pub(crate) fn scene_of(tables: &str) -> Scene {
    let scene = Scene::new();
    scene.diesel("20250101000000_tables", tables, "select 1;\n");
    scene.run("up").exits(0);
    declare(&scene, "");
    scene
}

/// Seeds, and gives how many rows were created, changed and present.
#[track_caller]
pub(crate) fn seed(scene: &Scene) -> [u64; 3] {
    let document = scene.run("seed --format json").exits(0).document();
    ["created", "changed", "present"].map(|key| document[key].as_u64().unwrap())
}

pub(crate) const BY_ID: &str = "key = [\"id\"]\n";

/// The folder `05-json-seed-big-numbers` of the collected faults.
#[test]
fn numbers_of_json_keep_their_digits_and_a_string_is_a_string() {
    let scene = scene_of(
        "create table balances (id int primary key, amount numeric, price numeric, meta jsonb, raw json);",
    );
    let rows = r#"[
  {"id": 1, "amount": 123456789012345678901234567890, "price": 12345678901234.567891, "meta": {"n": 12345678901234567890123}, "raw": {"b": 1.10, "a": 2}},
  {"id": 2, "amount": 18446744073709551617, "price": 1.10, "meta": "42", "raw": null}
]
"#;
    also(&scene, "010_balances.json", rows, BY_ID);
    assert_eq!(seed(&scene), [2, 0, 0]);
    assert_eq!(
        scene
            .database
            .rows("select id, amount, price, meta, jsonb_typeof(meta), raw from balances order by id"),
        [
            r#"1|123456789012345678901234567890|12345678901234.567891|{"n": 12345678901234567890123}|object|{"b": 1.10, "a": 2}"#,
            r#"2|18446744073709551617|1.10|"42"|string|"#,
        ]
    );
    assert_eq!(seed(&scene), [0, 0, 2]);
}

#[test]
fn a_value_of_json_is_what_its_column_says() {
    let scene = scene_of(
        "create domain document as jsonb check (value is not null); create domain documents as jsonb[]; \
         create table things (id bigint primary key, exact numeric(20,4), small real, j jsonb, d document, js jsonb[], ds documents, \
         word text, flag bool, many int[], words text[], deep int[], boxes box[], spot point, span int4range, huge numeric);",
    );
    let rows = r#"[
{"id": 9223372036854775807, "exact": 9999999999999999.9999, "small": 1e3, "j": "abc", "d": 1.50, "js": ["a", [1, 2.0], null, {"k": 1e2}],
 "ds": [1], "word": "007", "flag": true, "many": [1, null], "words": ["NULL", null, "a\"b\\c", "", "x,y"], "deep": [[1, 2], [3, 4]],
 "boxes": ["(1,1),(0,0)", "(3,3),(2,2)"], "spot": "(1,2)", "span": "[1,5)", "huge": 1e400},
{"id": -5, "exact": -0, "small": 0.1, "j": [null, "1", 1.0], "d": "4\u0032", "js": [], "ds": null, "word": 1.10, "flag": false,
 "many": [], "words": "{a,b}", "deep": null, "boxes": null, "spot": null, "span": "empty", "huge": "NaN"},
{"id": 0, "exact": null, "small": null, "j": null, "d": false, "js": null, "ds": null, "word": {"a": 1.0},
 "flag": null, "many": null, "words": [], "deep": null, "boxes": null, "spot": null, "span": null, "huge": null}
]"#;
    also(&scene, "010_things.json", rows, BY_ID);
    assert_eq!(seed(&scene), [3, 0, 0]);
    assert_eq!(
        scene.database.rows(
            "select exact, small, j, d, js, word, many, words, deep, boxes, huge > 1e399 from things order by id"
        ),
        [
            r#"0.0000|0.1|[null, "1", 1.0]|"42"|{}|1.10|{}|{a,b}|||t"#,
            r#"|||false||{"a": 1.0}||{}|||"#,
            r#"9999999999999999.9999|1000|"abc"|1.50|{"\"a\"","[1, 2.0]",NULL,"{\"k\": 100}"}|007|{1,NULL}|{"NULL",NULL,"a\"b\\c","","x,y"}|{{1,2},{3,4}}|{(1,1),(0,0);(3,3),(2,2)}|t"#,
        ]
    );
    assert_eq!(seed(&scene), [0, 0, 3]);
}

/// The stored value differs, and the type's own comparison says no, or cannot be asked.
#[test]
fn what_is_stored_differently_is_changed_and_then_present() {
    let scene = scene_of(
        "create extension citext; create type pair as (a int, b text); create type mood as enum ('calm', 'busy'); \
         create type span as range (subtype = text); create domain label as citext; \
         create table kinds (id int primary key, v_json json, v_jsonb jsonb, v_xml xml, v_point point, v_float float8, v_char char(5), \
         v_citext citext, v_label label, v_numeric numeric, v_array text[], v_range numrange, v_span span, v_pair pair, v_interval interval, \
         v_bytes bytea, v_timetz timetz, v_box box, v_mood mood, v_multi int4multirange, v_path path, v_bit varbit, v_zone timestamptz, \
         v_points point[], v_pairs pair[], v_words tsvector, v_net inet, v_jsons json[]);",
    );
    let values = [
        ("v_json", r#"{"a": 1}"#, r#"{"a":1}"#),
        ("v_jsonb", r#"{"a": 1.0}"#, r#"{"a": 1.00}"#),
        ("v_xml", "<a/>", "<a></a>"),
        ("v_point", "(1,2)", "(1,2.0000000001)"),
        ("v_float", "-0", "0"),
        ("v_char", "ab", "ac"),
        ("v_citext", "Ada", "ada"),
        ("v_label", "Ada", "ADA"),
        ("v_numeric", "1.0", "1.00"),
        ("v_array", "{a,NULL}", "{A,NULL}"),
        ("v_range", "[1.0,2)", "[1.00,2)"),
        ("v_span", "[a,b)", "[a,b]"),
        ("v_pair", "(1,x)", "(1,)"),
        ("v_interval", "1 month", "30 days"),
        ("v_bytes", r"\x01", r"\x0100"),
        ("v_timetz", "10:00:00+02", "08:00:00+00"),
        ("v_box", "(2,2),(0,0)", "(4,1),(0,0)"),
        ("v_mood", "calm", "busy"),
        ("v_multi", "{[1,3)}", "{[1,3),[5,6)}"),
        ("v_path", "((0,0),(1,1))", "[(0,0),(1,1)]"),
        ("v_bit", "10", "100"),
        ("v_zone", "2026-01-01 00:00:00+00", "2026-01-01 00:00:00.000001+00"),
        ("v_points", "{\"(1,2)\"}", "{\"(2,1)\"}"),
        ("v_pairs", "{\"(1,x)\"}", "{\"(1,y)\"}"),
        ("v_words", "'a':1", "'a':2"),
        ("v_net", "10.0.0.1/24", "10.0.0.1/25"),
        ("v_jsons", r#"{"{\"a\": 1}"}"#, r#"{"{\"a\":1}"}"#),
    ];
    let line = |values: Vec<&str>| {
        let quoted = values.iter().map(|value| format!("\"{}\"", value.replace('"', "\"\"")));
        quoted.collect::<Vec<_>>().join(",")
    };
    let names: Vec<&str> = values.iter().map(|value| value.0).collect();
    let file = format!(
        "id,{}\n1,{}\n2{}\n",
        names.join(","),
        line(values.iter().map(|value| value.1).collect()),
        ",".repeat(values.len())
    );
    also(&scene, "010_kinds.csv", &file, BY_ID);
    assert_eq!(seed(&scene), [2, 0, 0]);
    assert_eq!(seed(&scene), [0, 0, 2]);
    for (name, declared, other) in values {
        let other = other.replace('\'', "''");
        scene.database.sql(&format!("update kinds set {name} = '{other}' where id = 1"));
        assert_eq!(seed(&scene), [0, 1, 1], "{name}: {other} is not {declared}");
        assert_eq!(seed(&scene), [0, 0, 2], "{name}");
        scene.database.sql(&format!("update kinds set {name} = null where id = 1"));
        assert_eq!(seed(&scene), [0, 1, 1], "{name}: null is not {declared}");
        scene.database.sql(&format!("update kinds set {name} = '{other}' where id = 2"));
        assert_eq!(seed(&scene), [0, 1, 1], "{name}: {other} is not null");
    }
    scene.database.sql("update kinds set v_float = 'NaN', v_char = 'ab   ', v_bytes = '\\x01' where id = 1");
    assert_eq!(seed(&scene), [0, 1, 1]);
    scene.database.sql("update kinds set v_char = 'ab   ' where id = 1");
    assert_eq!(seed(&scene), [0, 0, 2], "the padding of char(n) is no difference");
}

#[test]
fn the_operators_of_a_type_outside_of_the_search_path_are_found() {
    let scene = scene_of(
        "create schema extensions; create extension citext schema extensions; \
         create table people (email extensions.citext primary key, name extensions.citext);",
    );
    also(
        &scene,
        "010_people.csv",
        "email,name\nAda@example.org,Ada\n",
        "key = [\"email\"]\nrequired = true\n",
    );
    assert_eq!(seed(&scene), [1, 0, 0]);
    scene.database.sql("update people set email = 'ada@EXAMPLE.org', name = 'ADA'");
    assert_eq!(seed(&scene), [0, 1, 0]);
    assert_eq!(scene.database.rows("select email, name from people"), ["ada@EXAMPLE.org|Ada"]);
    scene.run("seed --check").exits(0);
}

#[test]
fn what_a_trigger_makes_of_a_row_is_present_the_second_time() {
    let scene = scene_of(
        "create table people (id int primary key, email text, city text); \
         create function lower_email() returns trigger language plpgsql as \
         $$ begin new.email := lower(new.email); return new; end $$; \
         create trigger lower_email before insert or update on people for each row execute function lower_email();",
    );
    also(&scene, "010_people.csv", "id,email,city\n1,Ada@Example.org,Rome\n", BY_ID);
    assert_eq!(seed(&scene), [1, 0, 0]);
    assert_eq!(seed(&scene), [0, 0, 1]);
}

#[test]
fn null_is_a_key_only_where_the_index_says_so() {
    let scene = scene_of(
        "create table names (id int generated by default as identity primary key, area text, name text); \
         create unique index names_key on names (area, name);",
    );
    also(&scene, "010_names.csv", "area,name\nx,a\n,b\n", "key = [\"area\", \"name\"]\nrequired = true\n");
    let ran = scene.run("seed --quiet").exits(4);
    assert!(ran.stderr.contains("010_names.csv:3:1"), "{}", ran.transcript());
    assert!(ran.stderr.contains("the key `area`, `name` is null in this one"), "{}", ran.transcript());
    scene
        .database
        .sql("drop index names_key; create unique index names_key on names (name, area) nulls not distinct");
    assert_eq!(seed(&scene), [2, 0, 0]);
    assert_eq!(seed(&scene), [0, 0, 2]);
    scene.run("seed --check").exits(0);
}
