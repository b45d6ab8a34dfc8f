//! What holds for the statements of every script.

use crosstrack_model::Hazard;
use crosstrack_script::{
    Statement, concurrent_index, hazards, kept_by_session, loses_nothing, needs_no_transaction,
    own_transaction_control, reaches_beyond_database, reindexed_concurrently, statements,
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
    reaches_beyond_database(sql);
    assert!(own_transaction_control(sql).is_none_or(|line| (1..=lines).contains(&line)));
    match statements(sql) {
        Ok(pieces) => hold_for_pieces(sql, &pieces),
        Err(error) => {
            let position = error.position();
            Place { line: position.line, column: position.column, shown: &position.text }.is_in(sql);
        }
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
