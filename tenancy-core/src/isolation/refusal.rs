use std::fmt;

/// Why a pinned transaction was not committed, though its work succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The transaction that was pinned is over: the work ran COMMIT, ROLLBACK or their kin as SQL. What came after
    /// that ran on whatever session the pooler chose, for no tenant.
    Ended,
    /// `search_path` is no longer the tenant's.
    Path,
    /// Transactions inside the transaction, begun by hand, are still open.
    Nested,
    /// The work prepared statements with SQL's PREPARE.
    Prepare,
    /// The work declared a cursor WITH HOLD.
    HoldCursor,
    /// The work ran LISTEN.
    Listen,
    /// The work took an advisory lock of the session.
    SessionLock,
}

impl Refusal {
    /// The tokens by which the proof says what is wrong: it casts them to a number, and PostgreSQL's message quotes
    /// what is none, in whatever language.
    pub(super) const TOKENS: [(Self, &'static str); 4] = [
        (Self::Ended, "tenancy: ended"),
        (Self::Path, "tenancy: path"),
        (Self::Prepare, "tenancy: prepare"),
        (Self::HoldCursor, "tenancy: hold"),
    ];

    /// What a failed proof says, by PostgreSQL's message.
    pub fn of_message(message: &str) -> Option<Self> {
        // Without the quotation marks, which differ by language, too.
        Self::TOKENS.iter().find(|(_, token)| message.contains(token)).map(|(refusal, _)| *refusal)
    }

    /// Whether `statement`, or as much of it as is there, begins like one that needs a session of its own and that
    /// no catalogue shows before the commit: LISTEN takes effect with it, and PostgreSQL does not tell a session's
    /// advisory locks from a transaction's.
    pub fn of_statement(statement: &str) -> Option<Self> {
        let statement = statement.trim_start().to_ascii_lowercase();
        let mut words = statement.split_ascii_whitespace();
        match words.next()? {
            "listen" => Some(Self::Listen),
            "select" => {
                let called = words.next()?;
                let called = called.strip_prefix("pg_catalog.").unwrap_or(called);
                let session = ["pg_advisory_lock", "pg_try_advisory_lock"];
                session.iter().any(|lock| called.starts_with(lock)).then_some(Self::SessionLock)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ended => {
                "it ended its transaction itself (COMMIT, ROLLBACK), and what it did after that it did outside; or it \
                 reset all settings"
            }
            Self::Path => "it changed `search_path`",
            Self::Nested => "it left a savepoint open that it had begun by hand",
            Self::Prepare => "it ran PREPARE, whose statement belongs to a session",
            Self::HoldCursor => "it declared a cursor WITH HOLD, which belongs to a session",
            Self::Listen => "it ran LISTEN, which belongs to a session: listen on a connection of your own",
            Self::SessionLock => {
                "it took an advisory lock of the session: take one of the transaction (pg_advisory_xact_lock)"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_session_only_statement_is_seen() {
        let of = Refusal::of_statement;
        assert_eq!(of(" \n listen x"), Some(Refusal::Listen));
        for lock in
            ["pg_advisory_lock(1)", "pg_try_advisory_lock_shared($1)", "pg_catalog.pg_advisory_lock($1) -- "]
        {
            assert_eq!(of(&format!("SELECT {lock}")), Some(Refusal::SessionLock), "{lock}");
        }
        for harmless in [
            "SELECT pg_advisory_xact_lock(1)",
            "SELECT pg_try_advisory_xact_lock_shared(1)",
            "INSERT INTO notes (body) VALUES ('LISTEN')",
            "select 'pg_advisory_lock(1)'",
            "",
            "select",
        ] {
            assert_eq!(of(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn a_failed_proof_is_known_by_its_token_in_any_language() {
        for message in [
            "invalid input syntax for type integer: \"tenancy: path\"",
            "ungültige Eingabesyntax für Typ integer: »tenancy: path«",
        ] {
            assert_eq!(Refusal::of_message(message), Some(Refusal::Path));
        }
        assert_eq!(Refusal::of_message("division by zero"), None);
    }
}
