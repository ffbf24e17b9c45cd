use std::time::Duration;

use tenancy_core::fleet::Policy;
use tenancy_core::script::Script;

/// How long statements of a migration wait for locks and how long they take; PostgreSQL waits forever at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patience {
    lock: Duration,
    statement: Option<Duration>,
}

/// A reader of one tenant should not make those of all others in its group wait for longer.
const GROUP: Duration = Duration::from_millis(200);

impl Patience {
    /// Of a tenant that is alone in its transaction.
    pub(super) fn alone(policy: &Policy) -> Self {
        Self { lock: policy.lock_timeout, statement: policy.statement_timeout }
    }

    /// Of a group: whoever holds one of its tenants up holds up all.
    pub(super) fn together(policy: &Policy) -> Self {
        let tenth = policy.lock_timeout / 10;
        let lock = if tenth.is_zero() { GROUP } else { tenth.min(GROUP) };
        Self { lock, statement: policy.statement_timeout }
    }

    /// Of a migration outside of a transaction: it waits for whoever is there, and nobody waits for it. (Building an index
    /// concurrently waits for every older transaction.)
    pub(super) fn outside(policy: &Policy) -> Self {
        Self { lock: Duration::ZERO, statement: policy.statement_timeout }
    }

    /// Of who waits for the template lock: sign-ups wait behind it. Not the time of a statement that does something.
    pub(super) fn of_template_lock(policy: &Policy) -> Self {
        Self { lock: policy.lock_timeout, statement: None }
    }

    /// Until the end of the transaction.
    pub(super) fn local(self) -> Script {
        self.set("SET LOCAL ")
    }

    /// Until the gate.
    pub(super) fn session(self) -> Script {
        self.set("SET ")
    }

    fn set(self, word: &'static str) -> Script {
        let milliseconds = |duration: Duration| match duration.as_millis() {
            0 if !duration.is_zero() => 1,
            whole => i64::try_from(whole).unwrap_or(0),
        };
        Script::new(word)
            .sql("lock_timeout = ")
            .number(milliseconds(self.lock))
            .sql(";\n")
            .sql(word)
            .sql("statement_timeout = ")
            .number(self.statement.map_or(0, milliseconds))
            .sql(";\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(patience: Patience) -> Duration {
        patience.lock
    }

    #[test]
    fn a_group_is_less_patient_than_a_tenant_alone_and_never_waits_forever() {
        let policy =
            |milliseconds| Policy { lock_timeout: Duration::from_millis(milliseconds), ..Policy::default() };
        assert_eq!(lock(Patience::together(&policy(2_000))), Duration::from_millis(200));
        assert_eq!(lock(Patience::together(&policy(500))), Duration::from_millis(50));
        assert_eq!(lock(Patience::together(&policy(0))), GROUP);
        assert_eq!(lock(Patience::alone(&policy(0))), Duration::ZERO);
        let script = Patience::together(&policy(1)).local();
        assert!(script.as_str().contains("lock_timeout = 1;"), "not 0, which is forever: {script:?}");
    }
}
