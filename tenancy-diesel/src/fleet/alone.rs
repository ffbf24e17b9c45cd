//! One migration of one tenant: in a transaction of its own, or in none.

use std::time::Instant;

use diesel::PgConnection;
use diesel::connection::{Connection as _, SimpleConnection as _};
use tenancy_core::fleet::{Direction, RunnerName};
use tenancy_core::isolation::SharedSchemas;

use super::apply::{self, Failed};
use super::home::Home;
use super::member::Member;
use super::patience::Patience;
use super::session_name;
use super::target::Target;
use crate::bookkeeping;
use crate::error::{Error, is_lock_timeout};
use crate::ledger::{self, Entry, Step};
use crate::locks;
use crate::migrations::Loaded;
use crate::ownership;

/// What is done to the tenant.
pub(super) struct Alone<'a> {
    /// What the session is called.
    pub(super) name: &'a RunnerName,
    pub(super) shared: &'a SharedSchemas,
    pub(super) patience: Patience,
    pub(super) loaded: &'a Loaded,
    pub(super) direction: Direction,
    pub(super) record: Entry<'a>,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is done; `by_us`, or it was found done.
    Done { by_us: bool },
    /// There is no such tenant any more, or it has no schema of its own.
    Gone,
    /// Somebody else is in the way, or ended the connection.
    InTheWay(String),
    /// It failed, and is as it was before (unless the migration runs outside of a transaction).
    Failed(String),
}

/// What ends the work on a tenant before it is done.
enum End {
    Gone,
    Failed(Failed),
    Error(Error),
}

impl End {
    /// What went wrong, and whether somebody was in the way.
    fn told(self) -> (String, bool) {
        match self {
            Self::Gone => ("the tenant is gone".to_owned(), false),
            Self::Failed(Failed { error, in_the_way }) => (error.to_string(), in_the_way),
            Self::Error(error) => {
                let in_the_way = matches!(&error, Error::Query { source, .. } if is_lock_timeout(source));
                (error.to_string(), in_the_way)
            }
        }
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<diesel::result::Error> for End {
    fn from(error: diesel::result::Error) -> Self {
        Self::Error(Error::Query { doing: "migrate the tenant", source: error })
    }
}

impl Alone<'_> {
    /// Does it to `member`. `conn` may hold locks until it goes through the gate.
    ///
    /// # Errors
    ///
    /// Only what every other tenant would meet.
    pub(super) fn run(&self, conn: &mut PgConnection, member: &mut Member<'_>) -> Result<Outcome, Error> {
        let began = Instant::now();
        let result = match self.loaded.transactional {
            true => self.in_transaction(conn, member, began),
            false => self.outside(conn, member, began),
        };
        // Not the tenant's fault: a backend was ended, or the server is gone, which the next connection tells. Of a session
        // that ended in a transaction nothing stays; what ran outside of one may have been done.
        let lost = result.is_err() && self.loaded.transactional && conn.batch_execute("SELECT 1").is_err();
        match result {
            Ok(by_us) => Ok(Outcome::Done { by_us }),
            Err(End::Failed(Failed { error, .. }) | End::Error(error)) if lost => {
                Ok(Outcome::InTheWay(error.to_string()))
            }
            Err(End::Gone) => Ok(Outcome::Gone),
            Err(End::Error(error @ (Error::RunLost { .. } | Error::NotInitialized))) => Err(error),
            Err(end) => {
                let (error, in_the_way) = end.told();
                Ok(if in_the_way { Outcome::InTheWay(error) } else { Outcome::Failed(error) })
            }
        }
    }

    fn in_transaction(
        &self,
        conn: &mut PgConnection,
        member: &mut Member<'_>,
        began: Instant,
    ) -> Result<bool, End> {
        let mut ended = None;
        let result = conn.transaction(|conn| {
            let wait = session_name::name_transaction(self.name)
                .script(&self.patience.local())
                .script(&locks::migrating_locally(member.id));
            conn.batch_execute(wait.as_str()).map_err(Error::query("lock the tenant"))?;
            let by_us = self.is_to_be_done(conn, member)?;
            if by_us
                && let Err(failed) = apply::within(conn, self.target(member), self.loaded, self.direction)
            {
                if apply::depth(conn).is_none() {
                    ended = Some(failed);
                    return Err(End::Gone);
                }
                return Err(End::Failed(failed));
            }
            self.write(conn, member, by_us, began)?;
            Ok(by_us)
        });
        // Diesel has nothing to roll back then, and says only that.
        match ended {
            Some(failed) => Err(End::Failed(failed)),
            None => result,
        }
    }

    fn outside(&self, conn: &mut PgConnection, member: &mut Member<'_>, began: Instant) -> Result<bool, End> {
        // The lock is the session's; it is waited for as long as any.
        let wait = session_name::name_session(self.name)
            .script(&self.patience.session())
            .script(&locks::migrating(member.id));
        conn.batch_execute(wait.as_str()).map_err(Error::query("lock the tenant"))?;
        let by_us = self.is_to_be_done(conn, member)?;
        if by_us {
            apply::outside(conn, self.target(member), self.loaded, self.direction).map_err(End::Failed)?;
        }
        conn.transaction(|conn| {
            if by_us {
                let sql = self.target(member).written_down(self.direction, &self.loaded.version);
                conn.batch_execute(sql.as_str()).map_err(Error::query("record the migration"))?;
            }
            self.write(conn, member, by_us, began)?;
            Ok(by_us)
        })
    }

    fn target<'m>(&'m self, member: &'m Member<'_>) -> Target<'m> {
        Target { schema: &member.schema, slug: Some(&member.slug), shared: self.shared }
    }

    /// Finds the tenant, which nobody renames or drops from here on, and asks its schema, which has the last word.
    fn is_to_be_done(&self, conn: &mut PgConnection, member: &mut Member<'_>) -> Result<bool, End> {
        let Some(home) = Home::find(conn, member.id)? else { return Err(End::Gone) };
        (member.slug, member.schema) = (home.slug, home.schema);
        let has = home.applied.contains(&self.loaded.version);
        // Whatever else differs in the registry's row is put right with it.
        if home.applied != home.registered && !home.applied.is_empty() {
            let sql = ownership::of(&member.schema)
                .script(&bookkeeping::record(&member.schema, member.id))
                .sql(ownership::AS_LOGIN);
            conn.batch_execute(sql.as_str()).map_err(Error::query("bring the registry row up to date"))?;
        }
        Ok(has == (self.direction == Direction::Down))
    }

    /// Writes into the registry and the ledger; the transaction acts as the login.
    fn write(
        &self,
        conn: &mut PgConnection,
        member: &Member<'_>,
        by_us: bool,
        began: Instant,
    ) -> Result<(), Error> {
        if !by_us {
            // The registry's row is true already; the ledger's may be, when a commit was not heard of.
            return match member.is_last() {
                true => ledger::done_already(conn, self.record.hold, &[member.id]),
                false => Ok(()),
            };
        }
        let step = Step {
            tenant: member.id,
            milliseconds: began.elapsed().as_secs_f64() * 1e3,
            last: member.is_last(),
        };
        ledger::record(conn, self.record, &[step])
    }
}
