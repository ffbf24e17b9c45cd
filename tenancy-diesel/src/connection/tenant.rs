use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use diesel::PgConnection;
use tenancy_core::scoped::{InTenant, Scoped, WrongTenant};
use tenancy_core::tenant::ActiveTenant;

use crate::pools::Loan;
use crate::turnstile::Permit;

/// A connection pinned to one tenant. Unqualified names mean that tenant's tables until the drop.
///
/// It is a smart pointer to a `PgConnection`: pass `&mut conn` to functions that take `&mut PgConnection`, and
/// `&mut *conn` where a generic parameter has to be inferred (`.load(&mut *conn)`).
///
/// Dropping it runs the gate, which costs a round trip: the session is proved to be still the pinned one, wiped
/// and returned to the pool; a session that cannot be proved clean is discarded. What crosses neither way:
/// settings, role, temporary tables, cursors, advisory locks, LISTEN, sequences' last values, an open
/// transaction (it is rolled back).
///
/// While it is held the library neither drops nor renames the tenant: it waits for an advisory lock that the
/// session holds. A borrower that gives up all its locks (`pg_advisory_unlock_all()`, `DISCARD ALL`) gives up that
/// one too.
///
/// It stays on the thread that made it, so that it cannot be kept across an `await`:
///
/// ```compile_fail
/// fn send<T: Send>() {}
/// send::<tenancy_diesel::TenantConnection>();
/// ```
#[must_use = "the connection goes back to the pool when this is dropped"]
pub struct TenantConnection {
    // Fields are dropped in this order: the connection is back in the pool before somebody else is let in.
    loan: Loan,
    _permit: Permit,
    tenant: ActiveTenant,
    thread_bound: PhantomData<*const ()>,
}

impl TenantConnection {
    pub(crate) fn new(loan: Loan, tenant: ActiveTenant, permit: Permit) -> Self {
        Self { loan, _permit: permit, tenant, thread_bound: PhantomData }
    }

    /// The tenant that the connection is pinned to.
    pub fn tenant(this: &Self) -> &ActiveTenant {
        &this.tenant
    }

    /// Marks a value, such as the id of a row, as this tenant's.
    ///
    /// ```no_run
    /// # use diesel::prelude::*;
    /// # use tenancy_diesel::{Error, Scoped, Tenancy, TenantConnection, TenantSlug};
    /// # diesel::table! { tickets (id) { id -> Integer, issue -> Text, } }
    /// # fn example(tenancy: &Tenancy, slug: &TenantSlug) -> Result<(), Error> {
    /// let mut conn = tenancy.connect(&tenancy.tenant(slug)?)?;
    /// let id: i32 = tickets::table.select(tickets::id).first(&mut *conn)?;
    /// let ticket: Scoped<i32> = TenantConnection::scope(&conn, id);
    /// let id = TenantConnection::open(&conn, &ticket)?; // an error on any other tenant's connection
    /// let issue: String = tickets::table.find(id).select(tickets::issue).first(&mut *conn)?;
    /// # let _ = issue; Ok(())
    /// # }
    /// ```
    pub fn scope<T>(this: &Self, value: T) -> Scoped<T> {
        Scoped::new(&this.tenant, value)
    }

    /// The value, if it is this tenant's. Asks nobody: the tenant is compared with that of the pin.
    ///
    /// # Errors
    ///
    /// [`WrongTenant`] for a value of any other tenant, which is nothing to a client: `?` makes it an
    /// [`Error`](crate::Error) that the web adapters answer as they answer an unknown row.
    pub fn open<T: Clone>(this: &Self, scoped: &Scoped<T>) -> Result<T, WrongTenant> {
        scoped.in_tenant(&this.tenant).cloned()
    }
}

impl InTenant for TenantConnection {
    fn tenant(&self) -> &ActiveTenant {
        &self.tenant
    }
}

impl Deref for TenantConnection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.loan.conn_ref()
    }
}

impl DerefMut for TenantConnection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.loan.conn()
    }
}

impl fmt::Debug for TenantConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantConnection").field("tenant", &self.tenant.slug).finish_non_exhaustive()
    }
}
