/// What is reverted, by what the template has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revert {
    /// So many of the newest migrations.
    Steps(usize),
    /// Whatever is newer than this version, which stays.
    To(String),
}

impl Default for Revert {
    /// The newest one.
    fn default() -> Self {
        Self::Steps(1)
    }
}
