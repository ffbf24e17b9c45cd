use std::fmt;

use super::dice::{Dice, random};

/// A text that occurs nowhere by chance: 24 lower-case letters and digits, which JSON, HTML, URLs and SQL leave
/// as they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Marker(String);

impl Marker {
    /// How long a marker is, in bytes.
    pub(super) const LENGTH: usize = 24;

    /// A new one.
    pub(super) fn random() -> Self {
        const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        // A letter first, so that it is never taken for a number.
        let mut text = String::from("m");
        while text.len() < Self::LENGTH {
            // Fresh entropy every few letters; one seed alone has less than the text.
            let mut dice = Dice::new(random(), text.len() as u64);
            for _ in 0..6.min(Self::LENGTH - text.len()) {
                text.push(char::from(LETTERS[dice.roll(LETTERS.len())]));
            }
        }
        Self(text)
    }

    /// The marker with the number of an operation: still found by whoever looks for the marker, and tells which
    /// operation wrote it.
    pub(super) fn numbered(&self, operation: u64) -> String {
        // The end keeps 12 and 123 apart.
        format!("{}n{operation}z", self.0)
    }

    /// The number that follows a marker, where one does.
    pub(super) fn number_in(rest: &str) -> Option<u64> {
        let (number, _) = rest.strip_prefix('n')?.split_once('z')?;
        number.parse().ok()
    }

    /// As text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// As PostgreSQL shows it in a `bytea`.
    pub(super) fn hex(&self) -> String {
        self.0.bytes().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_distinct_and_plain() {
        let all: std::collections::HashSet<_> = (0..1000).map(|_| Marker::random().to_string()).collect();
        assert_eq!(all.len(), 1000);
        assert!(all.iter().all(|marker| marker.len() == Marker::LENGTH
            && marker.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())));
    }

    #[test]
    fn an_operation_is_read_back() {
        let marker = Marker::random();
        let text = marker.numbered(123);
        assert_eq!(Marker::number_in(&text[Marker::LENGTH..]), Some(123));
        assert_eq!(Marker::number_in(""), None);
        assert_eq!(Marker::number_in("nobody knows"), None);
    }
}
