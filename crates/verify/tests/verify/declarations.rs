//! What is said of a file of declarations that has a mistake.

use crosstrack_verify::{ExpectationsError, read_expectations};

use crate::support::Declared;

/// The first line of the message, where it points, and the advice.
fn mistake(indexes: &str, constraints: &str) -> (String, String, Option<String>) {
    let error = read_expectations(&Declared::new("", indexes, constraints).tracks).unwrap_err();
    let ExpectationsError::Mistake(mistake) = error else { panic!("{error:?}") };
    let place = &mistake.place;
    (
        mistake.problem.to_string(),
        format!("{}:{}:{} {}", place.file.display(), place.line, place.column, place.text),
        mistake.hint,
    )
}

#[test]
fn an_unknown_key_is_shown_with_its_line_and_the_nearest_valid_word() {
    let (problem, place, hint) = mistake("[[index]]\nname = \"a\"\ncolums = [\"b\"]\n", "");
    assert_eq!(problem, "unknown key `colums` in `[[index]]`");
    assert_eq!(place, "indexes.toml:3:1 colums = [\"b\"]");
    assert_eq!(hint.unwrap(), "did you mean `columns`?");
    let (problem, ..) = mistake("", "[[foreign-key]]\n");
    assert_eq!(problem, "unknown key `foreign-key` in the file");
}

#[test]
fn a_wrong_type_or_word_is_shown_where_it_stands() {
    let (problem, place, _) = mistake("[[index]]\nname = \"a\"\ntable = \"t\"\ncolumns = \"b\"\n", "");
    assert_eq!(problem, "`columns` has to be a list in square brackets, not a text");
    assert!(place.starts_with("indexes.toml:4:11"), "{place}");
    let key = "[[foreign_key]]\ntable = \"t\"\ncolumns = [\"a\"]\nreferences = \"u\"\nreferenced_columns = [\"id\"]\n";
    let (problem, _, hint) = mistake("", &format!("{key}on_delete = \"casacde\"\n"));
    assert_eq!(problem, "unknown action `casacde`");
    assert_eq!(hint.unwrap(), "did you mean `cascade`?");
    let (problem, ..) = mistake("", &key.replace("[\"id\"]", "[\"id\", \"x\"]"));
    assert_eq!(problem, "`referenced_columns` has to be a list as long as `columns`, not a list of 2");
}

#[test]
fn a_second_declaration_of_the_same_object_names_the_first() {
    let index = "[[index]]\nname = \"a\"\ntable = \"t\"\ncolumns = [\"b\"]\n";
    let (problem, place, hint) = mistake(&format!("{index}{index}"), "");
    assert_eq!(problem, "`a` stands twice in `[[index]]`");
    assert!(place.starts_with("indexes.toml:6:8"), "{place}");
    assert_eq!(hint.unwrap(), "it is already declared in indexes.toml, line 2");
    let enum_type = "[[enum]]\nname = \"e\"\nvalues = [\"x\"]\n";
    assert_eq!(mistake("", &format!("{enum_type}{enum_type}")).0, "`e` stands twice in `[[enum]]`");
    assert_eq!(
        mistake("", &enum_type.replace("[\"x\"]", "[\"x\", \"x\"]")).0,
        "`x` stands twice in `values`"
    );
}

#[test]
fn what_would_make_a_wrong_statement_is_refused() {
    let index = |column: &str| format!("[[index]]\nname = \"a\"\ntable = \"t\"\ncolumns = [\"{column}\"]\n");
    for column in ["a, b", "lower(a", "(a"] {
        let (problem, ..) = mistake(&index(column), "");
        assert!(problem.contains("one column or expression in each text"), "{problem}");
    }
    let long = "x".repeat(64);
    assert_eq!(mistake(&index("a").replace("\"t\"", "\"a.b.c\""), "").0, "`a.b.c` is not a name");
    assert_eq!(
        mistake(&index("a").replace("\"t\"", &format!("\"{long}\"")), "").0,
        format!("`{long}` is not a name")
    );
    assert_eq!(mistake(&format!("{}method = \"B tree\"\n", index("a")), "").0, "`B tree` is not a name");
    assert_eq!(mistake("", "[[table]]\nname = \"t\"\nprimary_key = []\n").0, "`primary_key` is empty");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let mut tracks = Declared::new("", "", "").tracks;
    tracks[0].indexes = Some("/nowhere/indexes.toml".into());
    let error = read_expectations(&tracks).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the declarations of the track `shop` in `/nowhere/indexes.toml`"
    );
}
