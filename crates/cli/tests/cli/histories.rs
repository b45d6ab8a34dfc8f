//! The table of broken histories in `crates/cli/HISTORIES.md`: what each command says of each, and how it ends.
//!
//! Every line of the page is run here. `UPDATE_EXPECT=1` writes it anew.

use crosstrack_testkit::dump_with_data;
use expect_test::expect_file;

use crate::program::Ran;
use crate::scene::Scene;

/// The commands, in an order in which only the last may change something.
const COMMANDS: [&str; 5] = ["up", "plan", "status", "status --check", "down"];

/// A history that is broken in one way.
struct History {
    /// The word for it.
    word: &'static str,
    /// What happened.
    what: &'static str,
    /// The tracks in which it can happen.
    tracks: &'static [&'static str],
    /// How each command ends.
    exits: [i32; 5],
    /// Breaks a history of two migrations that are applied.
    break_it: fn(&Scene, &str),
}

const BOTH: &[&str] = &["auth", "cms"];

const HISTORIES: [History; 6] = [
    History {
        word: "edited",
        what: "The file of an applied migration is no longer what was run.",
        tracks: BOTH,
        exits: [3, 3, 0, 1, 0],
        break_it: |scene, track| {
            migration(scene, track, "20250103000000_second", "create table second ();\n");
        },
    },
    History {
        word: "missing",
        what: "The files of an applied migration are gone.",
        tracks: BOTH,
        exits: [3, 3, 0, 1, 3],
        break_it: |scene, track| remove(scene, track, "20250103000000_second"),
    },
    History {
        word: "late",
        what: "A migration that is not applied is older than one that is.",
        tracks: BOTH,
        exits: [3, 3, 0, 1, 0],
        break_it: |scene, track| {
            migration(scene, track, "20250102000000_between", "create table between_ ();\n");
        },
    },
    History {
        word: "duplicate",
        what: "Two migrations have one version.",
        tracks: BOTH,
        exits: [3, 3, 0, 1, 3],
        break_it: |scene, track| migration(scene, track, "20250103000000_other", "create table other ();\n"),
    },
    History {
        word: "failed",
        what: "The ledger says of a migration that it failed; only sqlx's can.",
        tracks: &["cms"],
        exits: [3, 3, 0, 1, 0],
        break_it: |scene, _| {
            scene.database.sql("update _sqlx_migrations set success = false where version = 20250103000000");
        },
    },
    History {
        word: "failed",
        what: "A script outside a transaction stopped in the middle, and no longer begins with what was done.",
        tracks: BOTH,
        exits: [3, 3, 0, 1, 3],
        break_it: |scene, track| {
            let halves = "-- no-transaction\ncreate table one ();\ncreate nothing;\n";
            migration(scene, track, "20250104000000_halves", halves);
            if track == "auth" {
                scene.write("auth/20250104000000_halves/metadata.toml", "run_in_transaction = false\n");
            }
            scene.run("up").exits(4);
            migration(scene, track, "20250104000000_halves", &halves.replace("one", "another"));
        },
    },
];

fn migration(scene: &Scene, track: &str, label: &str, forward: &str) {
    let backward = "drop table if exists second;\n";
    if track == "auth" {
        scene.diesel(label, forward, backward);
    } else {
        scene.sqlx(label, forward, backward);
    }
}

fn remove(scene: &Scene, track: &str, label: &str) {
    if track == "auth" {
        scene.remove(&format!("auth/{label}"));
    } else {
        scene.remove(&format!("cms/{label}.up.sql"));
        scene.remove(&format!("cms/{label}.down.sql"));
    }
}

/// What the page says of a history: a line for each command, and the way on.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    lines: Vec<String>,
    way_on: String,
}

fn say(history: &History, track: &str) -> Said {
    let scene = Scene::new();
    migration(&scene, track, "20250101000000_first", "create table first (id int);\n");
    migration(&scene, track, "20250103000000_second", "create table second (id int);\n");
    scene.run("up").exits(0);
    (history.break_it)(&scene, track);
    let before = dump_with_data(&scene.database);
    let general = |text: &str| text.replace(&format!("{track}/"), "TRACK/");
    let mut lines = Vec::new();
    let findings = scene.run("status --format json").document()["findings"].clone();
    assert_eq!(findings.as_array().unwrap().len(), 1, "{}: {findings:#}", history.word);
    assert_eq!(findings[0]["kind"], history.word);
    for (command, code) in COMMANDS.into_iter().zip(history.exits) {
        if command == "down" {
            assert_eq!(dump_with_data(&scene.database), before, "{}: something was touched", history.word);
        }
        let ran = scene.run(command).exits(code);
        let said = general(&first_line(&ran)).replace('|', "\\|");
        lines.push(format!("| {} | `{command}` | {code} | {said} |\n", history.word));
    }
    Said { lines, way_on: general(findings[0]["hint"].as_str().unwrap()) }
}

/// The first line that is about the history: the error, or else the first that names a migration in its trouble.
fn first_line(ran: &Ran) -> String {
    let transcript = ran.transcript();
    let is_about_it = |line: &&str| {
        let word = line.trim_start().split(' ').next().unwrap_or_default();
        ["error:", "edited", "missing", "late", "duplicate", "failed", "Reverted"].contains(&word)
    };
    let line = transcript.lines().skip(1).find(is_about_it);
    let line = line.unwrap_or_else(|| panic!("nothing is said:\n{transcript}"));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The tables of the page, between its marks.
fn tables() -> String {
    let said: Vec<Said> = std::thread::scope(|scope| {
        let sayings: Vec<_> = HISTORIES
            .iter()
            .map(|history| {
                scope.spawn(move || {
                    let mut said = history.tracks.iter().map(|track| say(history, track));
                    let first = said.next().unwrap();
                    said.for_each(|other| assert_eq!(other, first, "the tracks differ"));
                    first
                })
            })
            .collect();
        sayings.into_iter().map(|saying| saying.join().unwrap()).collect()
    });
    let mut text = String::from("| history | what happened | the way on |\n|---|---|---|\n");
    for (history, said) in HISTORIES.iter().zip(&said) {
        let way_on = said.way_on.split_once(": ").unwrap().1;
        text += &format!("| {} | {} | {way_on} |\n", history.word, history.what);
    }
    text += "\n| history | command | exits with | says |\n|---|---|---|---|\n";
    for said in &said {
        text.extend(said.lines.iter().map(String::as_str));
    }
    text
}

#[test]
fn the_page_says_what_the_program_says() {
    const BEGIN: &str = "<!-- begin: written by the tests -->\n";
    const END: &str = "<!-- end -->\n";
    let page = include_str!("../../HISTORIES.md");
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    expect_file!["../../HISTORIES.md"].assert_eq(&format!("{before}{BEGIN}{}{END}{after}", tables()));
}
