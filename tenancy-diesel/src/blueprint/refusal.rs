use std::fmt;

/// Something in the template that a clone would lose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// What it is, as PostgreSQL describes it.
    pub object: String,
    /// Why it cannot be carried.
    pub reason: String,
    /// What can be done about it.
    pub remedy: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.object, self.reason, self.remedy)
    }
}
