/// Why a name was refused.
///
/// The messages are meant for the person who typed the name: they say which rule was broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The name has no characters.
    #[error("the name is empty: use 1 to {max} of a-z, 0-9 and _")]
    Empty {
        /// The longest name allowed, in bytes.
        max: usize,
    },
    /// The name is longer than PostgreSQL keeps once the prefix is in front of it.
    #[error(
        "`{name}` is {length} bytes long: at most {max} fit, because PostgreSQL cuts off longer schema names"
    )]
    TooLong {
        /// The name as it was given, shortened for display.
        name: String,
        /// Its length in bytes.
        length: usize,
        /// The longest name allowed, in bytes.
        max: usize,
    },
    /// The name contains something other than `a-z`, `0-9` and `_`.
    #[error("`{name}` contains {found:?}: only a-z, 0-9 and _ are allowed")]
    Character {
        /// The name as it was given, shortened for display.
        name: String,
        /// The first character that is not allowed.
        found: char,
    },
    /// The name is kept for the system.
    #[error("`{name}` is reserved: choose another name")]
    Reserved {
        /// The name as it was given.
        name: String,
    },
    /// The schema belongs to PostgreSQL, to this library or to everybody.
    #[error("`{name}` is no schema that a tenant may have: {reason}")]
    ForeignSchema {
        /// The name as it was given.
        name: String,
        /// Whose it is.
        reason: &'static str,
    },
}

/// Shortens hostile input before it enters a message.
pub(super) fn shown(name: &str) -> String {
    const SHOWN: usize = 80;
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.to_owned(),
    }
}
