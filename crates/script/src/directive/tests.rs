//! Directives, good and bad, with the full text of every error.

use std::error::Error;
use std::time::Duration;

use super::{DIRECTIVES, HAZARDS, directives};
use crosstrack_model::{Directives, Hazard};
use expect_test::{Expect, expect};

fn requires(sql: &str) -> Vec<String> {
    directives(sql).unwrap().requires.iter().map(ToString::to_string).collect()
}

/// The error as a person sees it: what, why, the line with a caret, the hint.
fn check(sql: &str, expected: &Expect) {
    let error = directives(sql).unwrap_err();
    let cause = error.source().map(|cause| format!("\n  because {cause}")).unwrap_or_default();
    let position = error.position();
    let caret = " ".repeat(position.column - 1) + "^";
    let text = format!("{error}{cause}\n{}\n{caret}\n{}\n", position.text, error.hint());
    expected.assert_eq(&text);
}

#[test]
fn a_script_without_directives_says_nothing() {
    for sql in ["", "select 1;", "-- crosstracking: yes\n-- about crosstrack: irreversible\nselect 1;"] {
        assert_eq!(directives(sql).unwrap(), Directives::default(), "{sql}");
    }
}

#[test]
fn every_directive_can_stand_at_the_head() {
    let sql = "-- crosstrack: requires auth/20251019000000_init\n-- crosstrack: irreversible\n\
               -- crosstrack: lock_timeout 2s\n-- crosstrack: allow data-loss\ndrop table a;";
    let said = directives(sql).unwrap();
    assert_eq!(said.requires.len(), 1);
    assert!(said.irreversible);
    assert_eq!(said.lock_timeout, Some(Duration::from_secs(2)));
    assert_eq!(said.allow, ["data-loss"]);
}

#[test]
fn requirements_can_be_repeated_and_listed() {
    let sql = "-- crosstrack: requires auth/1, auth/2 cms/3,auth/1\n-- crosstrack: requires cms/4\n";
    assert_eq!(requires(sql), ["auth/1", "auth/2", "cms/3", "cms/4"]);
}

#[test]
fn other_comments_blank_lines_and_a_byte_order_mark_do_not_disturb() {
    let sql = "\u{feff}-- no-transaction\r\n\r\n/* why:\n-- crosstrack: nonsense\n*/ -- crosstrack: requires a/1\r\n\
               --crosstrack:requires a/2\r\n\t-- Crosstrack: requires a/3 \r\nselect 1;";
    assert_eq!(requires(sql), ["a/1", "a/2", "a/3"]);
}

#[test]
fn after_the_first_statement_a_comment_is_prose() {
    let sql = "-- crosstrack: requires a/1\nselect 1;\n-- crosstrack: nonsense\n";
    assert_eq!(requires(sql), ["a/1"]);
    assert_eq!(requires("select 1 -- crosstrack: nonsense\n"), [""; 0]);
}

#[test]
fn a_lock_timeout_has_a_unit() {
    for (text, milliseconds) in
        [("1ms", 1), ("500 ms", 500), ("2s", 2_000), ("3min", 180_000), ("0002s", 2_000)]
    {
        let said = directives(&format!("-- crosstrack: lock_timeout {text}")).unwrap();
        assert_eq!(said.lock_timeout, Some(Duration::from_millis(milliseconds)), "{text}");
    }
    for text in
        ["2", "0s", "0ms", "-1s", "2d", "2S", "s", "1.5s", "2s 3s", "2147484s", "99999999999999999999s"]
    {
        assert!(directives(&format!("-- crosstrack: lock_timeout {text}")).is_err(), "{text}");
    }
}

#[test]
fn every_hazard_can_be_allowed() {
    let statement = String::new();
    let hazards = [
        Hazard::NotTransactional,
        Hazard::OwnTransaction { line: 1 },
        Hazard::NoWayBack,
        Hazard::DataLoss { line: 1, statement: statement.clone() },
        Hazard::Cascade { line: 1, statement },
    ];
    for hazard in &hazards {
        // A new hazard fails to compile here and belongs into the list above.
        match hazard {
            Hazard::NotTransactional
            | Hazard::OwnTransaction { .. }
            | Hazard::NoWayBack
            | Hazard::DataLoss { .. }
            | Hazard::Cascade { .. } => {}
        }
        assert!(HAZARDS.contains(&hazard.as_str()), "{hazard:?}");
    }
    assert_eq!(HAZARDS.len(), hazards.len());
    let all = directives(&format!("-- crosstrack: allow {}", HAZARDS.join(", "))).unwrap();
    assert_eq!(all.allow, HAZARDS);
}

#[test]
fn an_unknown_directive_names_the_nearest_one() {
    check(
        "-- no-transaction\n--  crosstrack:  requries auth/1\n",
        &expect![[r"
            line 2, column 18: unknown directive `requries`
            --  crosstrack:  requries auth/1
                             ^
            did you mean `requires`?
        "]],
    );
    check(
        "-- crosstrack: Lock-Timeout 2s",
        &expect![[r"
            line 1, column 16: unknown directive `Lock-Timeout`
            -- crosstrack: Lock-Timeout 2s
                           ^
            did you mean `lock_timeout`?
        "]],
    );
}

#[test]
fn an_unknown_directive_that_is_near_to_none_lists_them() {
    check(
        "\u{feff}-- crosstrack: frobnicate",
        &expect![[r"
            line 1, column 16: unknown directive `frobnicate`
            -- crosstrack: frobnicate
                           ^
            the directives are `requires`, `irreversible`, `lock_timeout`, `lock_attempts`, `allow`
        "]],
    );
    check(
        "-- crosstrack:",
        &expect![[r"
            line 1, column 15: no directive follows `crosstrack:`
            -- crosstrack:
                          ^
            the directives are `requires`, `irreversible`, `lock_timeout`, `lock_attempts`, `allow`
        "]],
    );
}

#[test]
fn a_bad_reference_says_what_is_wrong_with_it() {
    check(
        "-- crosstrack: requires auth/1, 20251019000000",
        &expect![[r"
            line 1, column 33: cannot require `20251019000000`
              because `20251019000000` does not name a migration: write <track>/<version>, for example `auth/20251019000000`
            -- crosstrack: requires auth/1, 20251019000000
                                            ^
            write <track>/<version>, for example `auth/20251019000000_init`
        "]],
    );
}

#[test]
fn a_bad_lock_timeout_says_what_is_right() {
    check(
        "-- crosstrack: lock_timeout 5",
        &expect![[r"
            line 1, column 29: `5` is not a lock timeout
            -- crosstrack: lock_timeout 5
                                        ^
            write a number and `ms`, `s` or `min`, for example `2s`; from 1ms to 35791min
        "]],
    );
    check(
        "-- crosstrack: lock_timeout 5s\n-- crosstrack: lock_timeout 6s",
        &expect![[r"
            line 2, column 16: a second `lock_timeout`
            -- crosstrack: lock_timeout 6s
                           ^
            keep one of the two
        "]],
    );
}

#[test]
fn a_missing_or_superfluous_argument_is_an_error() {
    check(
        "-- crosstrack: requires ,\n",
        &expect![[r"
            line 1, column 16: nothing follows `requires`
            -- crosstrack: requires ,
                           ^
            write for example `-- crosstrack: requires auth/20251019000000_init`
        "]],
    );
    check(
        "-- crosstrack: irreversible because of ä",
        &expect![[r"
            line 1, column 29: `irreversible` stands alone
            -- crosstrack: irreversible because of ä
                                        ^
            write the reason as a comment on a line of its own
        "]],
    );
}

#[test]
fn an_unknown_hazard_names_the_nearest_one() {
    check(
        "-- crosstrack: allow cascade dataloss",
        &expect![[r"
            line 1, column 30: unknown hazard `dataloss`
            -- crosstrack: allow cascade dataloss
                                         ^
            did you mean `data-loss`?
        "]],
    );
    check(
        "-- crosstrack: allow everything",
        &expect![[r"
            line 1, column 22: unknown hazard `everything`
            -- crosstrack: allow everything
                                 ^
            the hazards are `data-loss`, `cascade`, `not-transactional`, `own-transaction`, `no-way-back`
        "]],
    );
}

#[test]
fn every_directive_that_needs_an_argument_has_an_example_that_is_right() {
    for directive in DIRECTIVES {
        if let Err(error) = directives(&format!("-- crosstrack: {directive}")) {
            let hint = error.hint();
            let example = hint.split('`').nth(1).unwrap();
            assert!(directives(example).is_ok() && example.contains(directive), "{example}");
        }
    }
}
