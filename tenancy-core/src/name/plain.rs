use super::error::shown;
use super::{MAX_IDENTIFIER_BYTES, NameError};

/// Checks that `name` is an identifier without anything to quote: `^[a-z0-9_]+$`, at most 63 bytes, none that
/// PostgreSQL keeps for itself.
pub(super) fn check(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty { max: MAX_IDENTIFIER_BYTES });
    }
    if let Some(found) = name.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_')) {
        return Err(NameError::Character { name: shown(name), found });
    }
    if name.len() > MAX_IDENTIFIER_BYTES {
        return Err(NameError::TooLong { name: shown(name), length: name.len(), max: MAX_IDENTIFIER_BYTES });
    }
    if name.starts_with("pg_") {
        let reason = "PostgreSQL keeps names that start with pg_";
        return Err(NameError::ForeignSchema { name: name.to_owned(), reason });
    }
    Ok(())
}
