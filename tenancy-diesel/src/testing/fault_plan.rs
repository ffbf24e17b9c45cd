use super::fault::Fault;

/// How often what goes wrong: each kind once in so many operations, never when 0.
///
/// * **Panics** strike at [`Probe::fault_point`](super::Probe::fault_point), and, with
///   [`panics_in_queries`](Self::panics_in_queries), wherever Diesel sends a statement.
/// * **Cancellations** are for async actions (`Interleaver::as_tasks`); an action on a
///   thread cannot be ended from outside.
/// * **Timeouts** and **kills** strike in the middle of statements: the kit locks a table of a sentinel for a
///   moment, waits for somebody to wait for it, and cancels that statement or kills that backend. Half of the kills
///   hit any connection of the database instead.
#[derive(Debug, Clone)]
#[must_use]
pub struct FaultPlan {
    once_in: [u32; 4],
    pub(super) in_queries: bool,
}

impl Default for FaultPlan {
    /// Panics and cancellations once in 20, timeouts and kills once in 40.
    fn default() -> Self {
        Self { once_in: [20, 20, 40, 40], in_queries: false }
    }
}

impl FaultPlan {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self { once_in: [0; 4], in_queries: false }
    }

    /// A panic once in so many operations.
    pub fn panics(self, operations: u32) -> Self {
        self.with(Fault::Panic, operations)
    }

    /// A cancellation once in so many operations.
    pub fn cancellations(self, operations: u32) -> Self {
        self.with(Fault::Cancellation, operations)
    }

    /// A statement ended once in so many operations.
    pub fn timeouts(self, operations: u32) -> Self {
        self.with(Fault::Timeout, operations)
    }

    /// A backend killed once in so many operations.
    pub fn kills(self, operations: u32) -> Self {
        self.with(Fault::Kill, operations)
    }

    /// Panics also where Diesel sends a statement, the library's own among them, so that services behind HTTP panic
    /// in their handlers without knowing of the kit. They strike once in so many statements as
    /// [`panics`](Self::panics) says for operations.
    ///
    /// For a service in this process whose pools connect to the same URL as the check. Diesel's default
    /// instrumentation is the kit's from then on: one that the application has set hears nothing of new
    /// connections.
    pub fn panics_in_queries(mut self) -> Self {
        self.in_queries = true;
        self
    }

    fn with(mut self, fault: Fault, operations: u32) -> Self {
        self.once_in[fault as usize] = operations;
        self
    }

    pub(super) fn once_in(&self, fault: Fault) -> u32 {
        self.once_in[fault as usize]
    }

    /// The kinds that are to occur.
    pub(super) fn planned(&self) -> impl Iterator<Item = Fault> + '_ {
        Fault::ALL.into_iter().filter(|fault| self.once_in(*fault) > 0)
    }
}
