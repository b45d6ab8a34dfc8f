//! Test passwords become Argon2id hashes before anything else sees the rows.
//!
//! It must not keep, send or show a plain one.

use argon2::Argon2;
use argon2::PasswordHasher as _;

use crate::rows::{Form, Rows, Value};

/// Replaces the values of these columns by their hashes in the PHC string format. Null stays null.
pub(crate) fn hash_columns(rows: &mut Rows, columns: &[String]) -> Result<(), String> {
    let places: Vec<usize> =
        (0..rows.columns.len()).filter(|index| columns.contains(&rows.columns[*index])).collect();
    for row in &mut rows.rows {
        for &place in &places {
            let Some(value) = row.values.get_mut(place) else { continue };
            if let Some(plain) = value.to_text(Form::Text) {
                *value = Value::Text(hash(&plain)?);
            }
        }
    }
    Ok(())
}

/// With a salt of its own, and the parameters that the crate recommends: 19 MiB, two passes.
fn hash(plain: &str) -> Result<String, String> {
    let hash = Argon2::default().hash_password(plain.as_bytes()).map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::hash_columns;
    use crate::rows::{Form, Row, Rows, Value};
    use argon2::{Argon2, PasswordHash, PasswordVerifier as _};

    #[test]
    fn a_password_is_hashed_with_a_salt_of_its_own_and_null_stays_null() {
        let row = |value: Value| Row { line: 2, values: vec![Value::Text("ada".into()), value] };
        let password = Value::Text("correct horse".into());
        let mut rows = Rows {
            columns: vec!["name".into(), "password_hash".into()],
            rows: vec![row(password.clone()), row(password), row(Value::Null)],
        };
        hash_columns(&mut rows, &["password_hash".into()]).unwrap();
        let hashes: Vec<Option<String>> =
            rows.rows.iter().map(|row| row.values[1].to_text(Form::Text)).collect();
        assert_ne!(hashes[0], hashes[1]);
        assert_eq!(hashes[2], None);
        for hash in hashes.iter().flatten() {
            assert!(hash.starts_with("$argon2id$"), "{hash}");
            let parsed = PasswordHash::new(hash).unwrap();
            Argon2::default().verify_password(b"correct horse", &parsed).unwrap();
        }
    }
}
