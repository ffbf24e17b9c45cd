use std::ops::{Deref, DerefMut};

use diesel::PgConnection;

use crate::pools::Loan;

/// A connection of the control plane. Unqualified names find nothing but PostgreSQL's own, so every statement
/// names its schema. There is no conversion to or from a [`TenantConnection`](super::TenantConnection).
#[must_use = "the connection goes back to the pool when this is dropped"]
pub(crate) struct ControlConnection(Loan);

impl ControlConnection {
    pub(crate) fn new(loan: Loan) -> Self {
        Self(loan)
    }

    /// Code that is not this library's will run queries on it, in a tenant's schema: what the driver remembers of tables
    /// and types is forgotten now, and again when the connection goes back.
    pub(crate) fn forget(&mut self) {
        self.0.forget();
    }
}

impl Deref for ControlConnection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.0.conn_ref()
    }
}

impl DerefMut for ControlConnection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.0.conn()
    }
}
