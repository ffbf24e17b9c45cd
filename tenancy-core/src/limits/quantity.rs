/// A text that is no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no limit: {expected}")]
pub struct BadLimit {
    /// The text.
    pub text: String,
    /// What was expected.
    pub expected: &'static str,
}

/// Units of one kind with their sizes; the first is the one that PostgreSQL counts in.
pub(super) type Units = [(&'static str, i64)];

/// A whole number and a unit, as PostgreSQL reads them, in the first unit; a number alone when `bare`.
pub(super) fn read(text: &str, units: &Units, bare: bool) -> Option<i32> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: i64 = number.parse().ok()?;
    let size = match unit.trim_start() {
        "" if bare || number == 0 => 1,
        unit => units.iter().find(|(name, _)| *name == unit)?.1,
    };
    i32::try_from(number.checked_mul(size)?).ok()
}

/// The number in the largest unit that leaves no rest.
pub(super) fn write(number: i32, units: &Units) -> String {
    let number = i64::from(number);
    match units.iter().rev().find(|(_, size)| number > 0 && number % size == 0) {
        Some((unit, size)) => format!("{}{unit}", number / size),
        None => number.to_string(),
    }
}
