//! libpq's connection strings: `host=db dbname='two words' password=se\'cret`.
//!
//! It must not fill in what is missing, and it must not show a word of the string: a password with a space in it would be
//! read as one.

use super::TargetError;
use super::parameters::Parameters;

/// The parameters that a string gives.
pub(super) fn parse(text: &str) -> Result<Parameters, TargetError> {
    let mut parameters = Parameters::default();
    let mut rest = text.trim_start();
    let mut is_behind_a_password = false;
    while !rest.is_empty() {
        let (parameter, after) = rest.split_once('=').ok_or(NO_EQUALS)?;
        let parameter = parameter.trim_end();
        if parameter.is_empty() || parameter.contains(char::is_whitespace) {
            return Err(NO_EQUALS);
        }
        let (value, after) = value(after.trim_start())?;
        match parameters.set(parameter, value) {
            // The name may be the second word of a password without quotes.
            Err(TargetError::UnknownParameter { .. }) if is_behind_a_password => return Err(UNKNOWN_BEHIND),
            other => other?,
        }
        is_behind_a_password = parameter.contains("password") || is_behind_a_password;
        rest = after.trim_start();
    }
    Ok(parameters)
}

const NO_EQUALS: TargetError = TargetError::KeyValue { what: "a word has no `=` behind it" };
const UNKNOWN_BEHIND: TargetError =
    TargetError::KeyValue { what: "an unknown parameter stands behind the password" };
const NO_END: TargetError = TargetError::KeyValue { what: "a quoted value has no end" };

/// A value and what follows it. A backslash takes the next character as it is, in quotes and without.
fn value(text: &str) -> Result<(String, &str), TargetError> {
    let quoted = text.strip_prefix('\'');
    let text = quoted.unwrap_or(text);
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((position, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted.is_some() => return Ok((value, &text[position + 1..])),
            _ if quoted.is_none() && character.is_whitespace() => return Ok((value, &text[position..])),
            _ => value.push(character),
        }
    }
    if quoted.is_some() { Err(NO_END) } else { Ok((value, "")) }
}
