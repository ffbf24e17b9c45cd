//! Work in one transaction, whatever is pinned.

use diesel::result::Error as DieselError;
use diesel::{Connection as _, PgConnection};
use tenancy_core::isolation::{Access, Refusal, Scope};
use tenancy_core::tenant::ActiveTenant;

use crate::context::Context;
use crate::error::{Error, RunError};
use crate::session::Uncommitted;
use crate::turnstile::Permit;

/// Why work in a transaction gave no result.
pub(crate) enum Undone<E> {
    /// No transaction could be had, or the work did what a pinned transaction cannot have.
    Tenancy(Error),
    /// The work itself failed.
    Work(E),
    /// PostgreSQL refused to begin or to commit.
    Transaction(DieselError),
}

impl Context {
    /// Runs `work` in one transaction of `tenant`, and hands what came of it to `deliver` as soon as that is certain:
    /// a session's gate comes after it. Blocks.
    pub(crate) fn transact<T, E>(
        &self,
        tenant: &ActiveTenant,
        access: Access,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, Undone<E>> {
        let (tenant, permit) = self.admit_blocking(tenant).map_err(Undone::Tenancy)?;
        self.transact_admitted(&tenant, permit, access, work, |done| done)
    }

    /// The same with a permit that was waited for elsewhere.
    pub(crate) fn transact_admitted<T, E, R>(
        &self,
        tenant: &ActiveTenant,
        permit: Permit,
        access: Access,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
        deliver: impl FnOnce(Result<T, Undone<E>>) -> R,
    ) -> R {
        match self.scope {
            Scope::Session => match self.connect_admitted(tenant, permit) {
                Ok(mut conn) => {
                    let work = |conn: &mut PgConnection| work(conn).map_err(Undone::Work);
                    deliver(match access {
                        Access::Default => conn.transaction(work),
                        Access::ReadOnly => conn.build_transaction().read_only().run(work),
                    })
                }
                Err(error) => deliver(Err(Undone::Tenancy(error))),
            },
            Scope::Transaction => deliver(self.transact_pinned(tenant, permit, access, work)),
        }
    }

    fn transact_pinned<T, E>(
        &self,
        tenant: &ActiveTenant,
        permit: Permit,
        access: Access,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, Undone<E>> {
        let mut lent =
            self.lend(tenant, permit, |pool, plan| pool.begun(plan, access)).map_err(Undone::Tenancy)?;
        let loan = &mut lent.loan;
        match work(loan.conn()) {
            Ok(result) => match loan.commit() {
                Ok(()) => Ok(result),
                Err(Uncommitted::Refused(refusal)) => {
                    Err(Undone::Tenancy(Error::NotCommitted { slug: lent.tenant.slug.clone(), refusal }))
                }
                Err(Uncommitted::Query(source)) => Err(Undone::Transaction(source)),
            },
            // What it did after that was not undone, which its own error does not tell.
            Err(_) if loan.has_ended() => {
                loan.roll_back();
                let refusal = Refusal::Ended;
                Err(Undone::Tenancy(Error::NotCommitted { slug: lent.tenant.slug.clone(), refusal }))
            }
            Err(error) => {
                loan.roll_back();
                Err(Undone::Work(error))
            }
        }
    }
}

impl<E> Undone<E> {
    /// For work whose error need not hold Diesel's.
    pub(crate) fn opaque(self) -> RunError<E> {
        match self {
            Self::Tenancy(error) => RunError::Tenancy(error),
            Self::Work(error) => RunError::Work(error),
            Self::Transaction(source) => {
                RunError::Tenancy(Error::Query { doing: "commit the transaction", source })
            }
        }
    }
}

impl<E: From<DieselError>> From<Undone<E>> for RunError<E> {
    /// As Diesel has it: a failed COMMIT is an error of the work.
    fn from(undone: Undone<E>) -> Self {
        match undone {
            Undone::Transaction(source) => Self::Work(source.into()),
            other => other.opaque(),
        }
    }
}

impl<E> From<DieselError> for Undone<E> {
    fn from(source: DieselError) -> Self {
        Self::Transaction(source)
    }
}
