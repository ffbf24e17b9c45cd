use tenancy_core::fleet::RunId;

/// A run, as the runner has it that opened or resumed it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hold {
    /// The run.
    pub(crate) id: RunId,
    /// How often it was begun. What an older attempt would write is refused: somebody else resumed the run, because
    /// its lock was free.
    pub(crate) attempt: i32,
}
