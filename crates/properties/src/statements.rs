//! What holds for the statements of every script.

use crosstrack_model::Hazard;
use crosstrack_script::{
    Created, Reach, Statement, concurrent_index, created, hazards, kept_by_session, loses_nothing,
    needs_no_transaction, own_transaction_control, reach, reindexed_concurrently, statements,
};

use crate::place::Place;

/// Splitting loses nothing and changes nothing, and every place is right; or the refusal has a place in the script.
pub(crate) fn hold_for(input: &[u8]) {
    let Ok(sql) = std::str::from_utf8(input) else { return };
    let lines = sql.split('\n').count();
    for hazard in hazards(sql) {
        if let Hazard::DataLoss { line, .. } | Hazard::Cascade { line, .. } = hazard {
            assert!((1..=lines).contains(&line), "a hazard is in the script");
        }
    }
    if loses_nothing(sql) {
        let is_loss = |hazard: &Hazard| matches!(hazard, Hazard::DataLoss { .. } | Hazard::Cascade { .. });
        assert!(!hazards(sql).iter().any(is_loss), "what loses nothing has no such hazard");
    }
    created(sql);
    hold_for_reach(sql);
    assert!(own_transaction_control(sql).is_none_or(|line| (1..=lines).contains(&line)));
    match statements(sql) {
        Ok(pieces) => {
            // By itself, a piece may start with a byte-order mark that is part of a word in the script.
            let by_themselves = pieces.iter().filter(|piece| !piece.text.starts_with('\u{feff}'));
            let farthest = by_themselves.map(|piece| reach(piece.text)).max();
            assert!(farthest <= Some(reach(sql)), "a script reaches as far as its statements");
            hold_for_pieces(sql, &pieces);
        }
        Err(error) => {
            let position = error.position();
            Place { line: position.line, column: position.column, shown: &position.text }.is_in(sql);
        }
    }
}

/// A text that nothing runs reaches nothing.
fn hold_for_reach(sql: &str) {
    let is_closed_by_tag = !sql.contains("$of_the_claim$");
    let keeps_rules_of_quotes = !sql.to_lowercase().contains("standard_conforming_strings");
    if is_closed_by_tag && keeps_rules_of_quotes {
        let written = format!("insert into texts (text) values ($of_the_claim${sql} $of_the_claim$)");
        assert_eq!(reach(&written), Reach::Database, "a text is no statement");
        assert_eq!(created(&written), Created::default(), "a text creates nothing");
    }
}

fn hold_for_pieces(sql: &str, pieces: &[Statement<'_>]) {
    let mut end = 0;
    for piece in pieces {
        let between = &sql[end..piece.start];
        assert!(is_empty(between), "something is lost: {between:?}");
        end = piece.start + piece.text.len();
        assert_eq!(sql.get(piece.start..end), Some(piece.text), "a piece is a part of the script");
        assert!(!piece.text.is_empty());
        let before = &sql[..piece.start];
        assert_eq!(piece.line, before.matches('\n').count() + 1);
        assert_eq!(piece.characters_before, before.chars().count());
        hold_for_piece(piece);
    }
    assert!(is_empty(&sql[end..]), "something is lost at the end: {:?}", &sql[end..]);
}

/// A piece is one statement, by itself too.
fn hold_for_piece(piece: &Statement<'_>) {
    let text = piece.text;
    // Only the first of its line is psql's, and only the first of a script is a byte-order mark; by itself the piece is that.
    if !text.starts_with(['\\', '\u{feff}']) {
        let again = statements(text).expect("a piece of what can be sent can be sent");
        assert_eq!(again.iter().map(|piece| piece.text).collect::<Vec<_>>(), [text]);
    }
    needs_no_transaction(text);
    concurrent_index(text);
    reindexed_concurrently(text);
    kept_by_session(piece);
}

/// Whether nothing but semicolons, comments and white space is there.
fn is_empty(text: &str) -> bool {
    statements(text).is_ok_and(|pieces| pieces.is_empty())
}
