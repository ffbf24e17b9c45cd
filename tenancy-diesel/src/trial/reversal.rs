use serde::Serialize;
use tenancy_core::structure::Difference;

/// Whether down undoes up: in the structure, which is what can be compared. Rows that up removed are not brought back by
/// any down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reversal {
    /// In what the schema after down differs from that before up.
    pub left: Vec<Difference>,
    /// In what the schema after the second up differs from that after the first.
    pub again: Vec<Difference>,
    /// Why it could not be reverted, or not be applied again.
    pub error: Option<String>,
}

impl Reversal {
    /// Whether up, down and up end where each of them should.
    pub fn is_exact(&self) -> bool {
        self.left.is_empty() && self.again.is_empty() && self.error.is_none()
    }
}
