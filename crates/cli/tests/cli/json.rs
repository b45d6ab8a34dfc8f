//! JSON for programs: every command's document has exactly the keys that `crates/report/JSON.md` explains.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::scene::Scene;

/// The sections of the page: for each heading the keys of its table, and its example.
fn page() -> BTreeMap<String, (BTreeSet<String>, Option<Value>)> {
    let page = include_str!("../../../report/JSON.md");
    let sections = page.split("\n## ").skip(1).map(|section| {
        let (heading, body) = section.split_once('\n').unwrap();
        let keys = body.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let example = body.split("```json\n").nth(1).and_then(|rest| rest.split("```").next());
        let example = example.map(|text| serde_json::from_str(text).unwrap());
        (heading.to_owned(), (keys.map(str::to_owned).collect(), example))
    });
    sections.collect()
}

/// The keys of a document, as the page writes them.
fn keys(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                keys(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(list) => {
            list.iter()
                .filter(|item| item.is_object())
                .for_each(|item| keys(item, &format!("{path}[]"), found));
        }
        _ => {}
    }
}

fn keys_of(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    keys(document, "", &mut found);
    found
}

/// Holds documents against a section of the page: together they have all its keys, and no others.
#[track_caller]
fn check(section: &str, documents: &[Value]) {
    let page = page();
    let (own, example) = &page[section];
    let (every, _) = &page["Every document"];
    let documented: BTreeSet<String> = own.union(every).cloned().collect();
    let written: BTreeSet<String> = documents.iter().flat_map(keys_of).collect();
    assert_eq!(
        written, documented,
        "the documents and the section `{section}` of crates/report/JSON.md differ"
    );
    let example = example.as_ref().unwrap();
    assert!(
        keys_of(example).is_subset(&documented),
        "the example of the section `{section}` has unknown keys"
    );
    assert!(every.is_subset(&keys_of(example)), "the example of the section `{section}` lacks keys");
}

fn document(scene: &Scene, line: &str) -> Value {
    let document = scene.run(&format!("{line} --format json")).document();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["command"], line.split(' ').next().unwrap());
    document
}

/// A scene in which a check finds something.
fn scene() -> Scene {
    let scene = Scene::with_migrations();
    scene.settle("path = \"auth\"", "path = \"auth\"\nindexes = \"auth/indexes.toml\"");
    scene.declare("[[phase]]\nname = \"verify\"\nchecks = [\"indexes\"]\n");
    scene.write(
        "auth/indexes.toml",
        "[[index]]\nname = \"users_id\"\ntable = \"users\"\ncolumns = [\"id\"]\n",
    );
    scene
}

#[test]
fn a_run_has_the_documented_keys() {
    let scene = scene();
    let part = document(&scene, "up --steps 3");
    assert_eq!(part["skipped_gates"][0], "verify");
    let failed = document(&scene, "up");
    assert_eq!(failed["outcome"], "no");
    let found = document(&scene, "up");
    assert_eq!((&found["outcome"], &found["run"]), (&"no".into(), &Value::Null));
    let down = document(&scene, "down --steps 2");
    assert_eq!(down["steps"].as_array().unwrap().len(), 2);
    let resolved = document(&scene, "resolve --applied cms/20250102000000");
    assert!(resolved["run"].is_number());
    scene.run("down --steps 4").exits(4);
    let nothing = document(&Scene::new(), "down");
    assert_eq!(nothing["outcome"], "done");
    let herbs = scene.read("cms/20250102000000_herbs.up.sql");
    scene.write("cms/20250102000000_herbs.up.sql", herbs.replace('\n', "\r\n"));
    let restamped = document(&scene, "up --to cms/20250102000000");
    check("A run", &[part, found, down, resolved, nothing, restamped]);
}

#[test]
fn a_plan_has_the_documented_keys() {
    let scene = scene();
    let whole = document(&scene, "plan");
    let part = document(&scene, "up --dry-run --steps 1");
    scene.run("up").exits(1);
    let back = document(&scene, "down --dry-run");
    assert_eq!(back["direction"], "down");
    assert_eq!(back["losses"][0]["amount"], 0);
    scene.write(
        "cms/20250104000000_formulas.down.sql",
        "drop table formulas;\nselect pg_read_file('nothing');\n",
    );
    let elsewhere = document(&scene, "down --dry-run");
    assert!(elsewhere["not_rehearsed"].is_string());
    scene.settle("path = \"cms\"\nrollback = \"automatic\"", "path = \"cms\"\nrollback = \"manual\"");
    let manual = document(&scene, "down");
    assert_eq!((&manual["outcome"], &manual["exit_code"]), (&"refused".into(), &3.into()));
    let herbs = scene.read("cms/20250102000000_herbs.up.sql");
    scene.write("cms/20250102000000_herbs.up.sql", herbs.replace('\n', "\r\n"));
    let restamped = document(&scene, "plan");
    assert_eq!(restamped["restamps"][0]["track"], "cms");
    check("A plan", &[whole, part, back, elsewhere, manual, restamped]);
}

#[test]
fn a_rehearsal_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.database.sql("insert into herbs values (null)");
    scene.sqlx(
        "20250105000000_strict",
        "alter table herbs alter id set not null;\nupdate herbs set id = id;\n",
        "select 1;\n",
    );
    scene.sqlx(
        "20250106000000_index",
        "create index herbs_id on herbs (id);\ndrop table formulas;\n",
        "select 1;\n",
    );
    scene.sqlx("20250107000000_bad", "select nothing;\n", "select 1;\n");
    let rehearsal = document(&scene, "plan --rehearse");
    assert_eq!((&rehearsal["outcome"], &rehearsal["base"]), (&"no".into(), &"copy".into()));
    assert_eq!(rehearsal["obstacles"][0]["certain"], true);
    check("A rehearsal", &[rehearsal]);
}

#[test]
fn a_status_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    scene.run("up --steps 3").exits(0);
    let status = document(&scene, "status");
    assert_eq!(
        (&status["pending"], &status["tracks"][1]["migrations"][1]["standing"]),
        (&1.into(), &"pending".into())
    );
    assert_eq!(document(&scene, "status --check")["outcome"], "no");
    scene.write("cms/20250102000000_herbs.up.sql", "create table herbs ();\n");
    let broken = document(&scene, "status");
    assert_eq!(broken["findings"][0]["kind"], "edited");
    check("status", &[status, broken]);
}

#[test]
fn a_verification_has_the_documented_keys() {
    let scene = scene();
    let missing = document(&scene, "verify");
    assert_eq!(missing["outcome"], "no");
    scene.run("up").exits(1);
    assert_eq!(document(&scene, "verify --fix")["mended"], 1);
    let passed = document(&scene, "verify");
    assert_eq!(passed["outcome"], "done");
    check("verify", &[missing, passed]);
}

#[test]
fn a_proof_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    assert_eq!(document(&scene, "prove")["proven"], 4);
    let short = "alter table herbs alter id type int using (id % 1000)::int;\n";
    scene.sqlx("20250104500000_short", "alter table herbs alter id type bigint;\n", short);
    scene.sqlx(
        "20250105000000_left",
        "alter table herbs add name text, alter id set default 1;\n",
        "alter table herbs add kind text;\n",
    );
    scene.sqlx("20250106000000_broken", "select 1;\nselect nothing;\n", "");
    scene.sqlx("20250107000000_after", "select 1;\n", "");
    let proof = document(&scene, "prove");
    assert_eq!(
        (&proof["not_proven"], &proof["not_reached"][0]),
        (&3.into(), &"cms/20250107000000_after".into())
    );
    assert_eq!(proof["migrations"][4]["verdict"], "harms-rows");
    assert!(proof["migrations"][4]["harm"][0].is_string());
    let differences = proof["migrations"][5]["differences"].as_array().unwrap();
    let changes: Vec<&Value> = differences.iter().map(|difference| &difference["change"]).collect();
    assert_eq!(changes, ["added", "added", "added"]);
    assert_eq!(proof["migrations"][6]["error"]["place"]["line"], 2);
    check("prove", &[proof]);
}

#[test]
fn drift_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    scene.declare("[drift]\nignore = [\"payload_*\"]\n");
    scene.sqlx("20250105000000_touching", "alter table users add bio text;\n", "");
    scene.run("up").exits(0);
    scene.database.sql("drop table sessions; alter table herbs add name text");
    let drift = document(&scene, "drift");
    let findings = drift["findings"].as_array().unwrap();
    let found: Vec<&Value> = findings.iter().map(|finding| &finding["what"]).collect();
    assert_eq!(found, ["missing", "touched", "added"]);
    assert_eq!((&findings[1]["track"], &findings[1]["by"]), (&"auth".into(), &"cms".into()));
    check("drift", &[drift]);
}

#[test]
fn a_creation_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    let created = document(&scene, "create new_accounts --track auth");
    assert!(scene.path(created["files"][0].as_str().unwrap()).is_file());
    check("create", &[created]);
}

#[test]
fn a_baseline_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    scene.database.sql("create table users (id bigint primary key)");
    let lacking = document(&scene, "baseline");
    assert_eq!((&lacking["outcome"], &lacking["run"]), (&"no".into(), &Value::Null));
    let unchecked = document(&scene, "baseline --unchecked");
    assert_eq!((&unchecked["checked"], &unchecked["claims"][0]["claim"]), (&false.into(), &"mark".into()));
    check("baseline", &[lacking, unchecked]);
}

#[test]
fn an_environment_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    let unmarked = document(&scene, "environment");
    assert_eq!((&unmarked["mark"], &unmarked["named_by"]), (&Value::Null, &"the default".into()));
    scene.run("up").exits(0);
    check("environment", &[unmarked, document(&scene, "environment")]);
}

#[test]
fn backups_have_the_documented_keys() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    let taken = document(&scene, "backup");
    let listed = document(&scene, "backup list");
    scene.write("broken.dump", "no backup at all");
    let checked = document(&scene, "backup check broken.dump");
    assert_eq!(checked["unsound"].as_array().map(Vec::len), Some(1));
    let pruned = document(&scene, "backup prune");
    assert_eq!(pruned["kept"], 1);
    check("backup", &[taken, listed, checked, pruned]);
    let table = document(&scene, "restore --table users");
    assert_eq!((&table["table"], &table["rows"]), (&"users".into(), &0.into()));
    check("restore", &[table, document(&scene, "restore --drop-old")]);
}

#[test]
fn a_database_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    let made = document(&scene, "create-database");
    assert_eq!(made["changed"], false);
    check("create-database and drop-database", &[made]);
}

#[test]
fn a_seeding_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.write("scripts/seeds/development/010_users.csv", "id\n1\n2\n");
    scene.write(
        "scripts/seeds/development/seeds.toml",
        "[[seed]]\nfile = \"010_users.csv\"\nkey = [\"id\"]\nrequired = true\n",
    );
    let missing = document(&scene, "seed --check");
    assert_eq!((&missing["outcome"], &missing["files"][0]["missing"][1]["line"]), (&"no".into(), &3.into()));
    check("seed --check", &[missing]);
    scene.database.sql("alter table users alter id add generated by default as identity");
    let fresh = document(&scene, "seed --fresh");
    assert_eq!((&fresh["created"], &fresh["files"][0]["copies"]), (&2.into(), &Value::Null));
    assert_eq!(fresh["files"][0]["sequences"][0]["next"], "3", "{fresh:#}");
    check("seed", &[fresh]);
}

#[test]
fn a_history_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    let none = document(&scene, "history");
    assert_eq!((&none["has_journal"], &none["total"]), (&false.into(), &0.into()));
    scene.run("up").exits(0);
    scene.run("down").exits(0);
    let history = document(&scene, "history --limit 1");
    assert_eq!((&history["total"], &history["runs"][0]["command"]), (&2.into(), &"down".into()));
    check("history", &[none, history]);
}

#[test]
fn an_examination_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    let healthy = document(&scene, "doctor");
    assert_eq!((&healthy["healthy"], &healthy["exit_code"]), (&true.into(), &0.into()));
    scene.write("cms/20250102000000_herbs.up.sql", "-- crosstrack: requires nothing\n");
    let broken = document(&scene, "doctor");
    assert_eq!((&broken["healthy"], &broken["exit_code"]), (&false.into(), &1.into()));
    check("doctor", &[healthy, broken]);
}

#[test]
fn a_server_has_the_documented_keys() {
    let scene = Scene::with_migrations();
    scene.declare("[server]\ndata = \"server\"\n");
    check("server", &[document(&scene, "server status"), document(&scene, "server stop")]);
}

#[test]
fn completions_have_the_documented_keys() {
    check("completions", &[document(&Scene::new(), "completions fish")]);
}

#[test]
fn a_problem_has_the_documented_keys_whatever_it_is() {
    let mut scene = Scene::with_migrations();
    scene.sqlx("20250105000000_broken", "select 1;\nselect nothing;\n", "");
    let failed = document(&scene, "up");
    assert_eq!(failed["error"]["place"]["line"], 2);
    assert_eq!(failed["error"]["place"]["text"], "select nothing;");
    let mut documents = vec![failed];
    for (line, outcome) in [
        ("up --track shop", "usage"),
        ("plan --to cms/1", "usage"),
        ("resolve --applied auth/20250101000000", "refused"),
        ("create ../x --track auth", "usage"),
        ("verify --config elsewhere.toml", "usage"),
        ("status --env nowhere", "usage"),
        ("server start --pg-bin nowhere", "unreachable"),
    ] {
        let document = document(&scene, line);
        assert_eq!(document["outcome"], outcome, "{line}: {document:#}");
        documents.push(document);
    }
    let lock = crate::waiting::hold_run_lock(&scene.database);
    documents.push(document(&scene, "down --wait-for-lock 0"));
    assert_eq!(documents.last().unwrap()["outcome"], "locked");
    drop(lock);
    scene.set("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing");
    documents.push(document(&scene, "status"));
    assert_eq!(documents.last().unwrap()["outcome"], "unreachable");
    check("A problem", &documents);
}
