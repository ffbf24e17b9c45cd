/// A schema as one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The sum of the hashes of what the catalogues say of each object, and how many there are.
    pub(super) sum: String,
    pub(super) count: i64,
    /// Whether the schema's own name stands somewhere: then the number depends on it, or hides it.
    pub(super) named: bool,
}

impl Digest {
    /// Whether two schemas are the same for certain. They may be even if this says no.
    pub fn proves(&self, other: &Self) -> bool {
        self.sum == other.sum && self.count == other.count && !self.named && !other.named
    }
}
