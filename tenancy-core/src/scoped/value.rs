use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{InTenant, ParseScopedError, WrongTenant};
use crate::tenant::TenantId;

/// A value that means something in one tenant only, such as the id of a row; it remembers which.
///
/// It is made where the tenant is known, and its value comes out only before somebody who works in that tenant.
/// There is deliberately no `Deref`, no `map`, no comparison with a bare value and no conversion from one, and
/// Diesel takes it neither as a parameter nor from a row (a row does not say whose it is): each would be a way
/// around the check. With a type per table the compiler also tells ids of two tables apart.
///
/// ```
/// # use tenancy_core::tenant::{ActiveTenant, Tenant};
/// use tenancy_core::scoped::{Scoped, WrongTenant};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// struct TicketId(i32);
///
/// # fn example(acme: ActiveTenant, globex: ActiveTenant) -> Result<(), WrongTenant> {
/// let ticket = Scoped::new(&acme, TicketId(7));
/// assert_eq!(ticket.in_tenant(&acme)?, &TicketId(7));
/// assert!(ticket.in_tenant(&globex).is_err()); // not the ticket 7 of globex
/// # Ok(())
/// # }
/// ```
///
/// # Kept and brought back
///
/// In a session, a job queue or a URL it carries its tenant's id along: `{"tenant": "018f...", "value": 7}` in
/// serde's terms, `018f...:7` as text. Both forms are contracts. Neither is signed, so whoever holds one can change
/// it. That makes either a value of another tenant, which is refused wherever the request works, or another value of
/// the same tenant: whether *that* may be seen is for the application to decide, as with any id that a client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoped<T> {
    tenant: TenantId,
    value: T,
}

impl<T> Scoped<T> {
    /// A value of the tenant that `here` works in.
    pub fn new(here: &(impl InTenant + ?Sized), value: T) -> Self {
        Self { tenant: here.tenant().id, value }
    }

    /// Whose value it is: a worker that takes it from a queue looks this tenant up and works there.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The value, for somebody who works in its tenant.
    ///
    /// # Errors
    ///
    /// [`WrongTenant`] for everybody else.
    pub fn in_tenant(&self, here: &(impl InTenant + ?Sized)) -> Result<&T, WrongTenant> {
        self.check(here).map(|()| &self.value)
    }

    /// As [`in_tenant`](Self::in_tenant), and gives the value away.
    ///
    /// # Errors
    ///
    /// [`WrongTenant`] for everybody else.
    pub fn into_tenant(self, here: &(impl InTenant + ?Sized)) -> Result<T, WrongTenant> {
        self.check(here).map(|()| self.value)
    }

    fn check(&self, here: &(impl InTenant + ?Sized)) -> Result<(), WrongTenant> {
        let here = here.tenant();
        if here.id == self.tenant {
            return Ok(());
        }
        Err(WrongTenant { owner: self.tenant, used_in: here.id, slug: here.slug.clone() })
    }
}

/// `<tenant's id>:<value>`.
impl<T: fmt::Display> fmt::Display for Scoped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.tenant, self.value)
    }
}

/// The form that [`Display`](fmt::Display) writes, and no other spelling of the tenant's id.
impl<T: FromStr> FromStr for Scoped<T> {
    type Err = ParseScopedError<T::Err>;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (tenant, value) = text.split_once(':').ok_or(ParseScopedError::Tenant)?;
        let id = Uuid::try_parse(tenant).map_err(|_| ParseScopedError::Tenant)?;
        // One value has one text: a cache or a signature may rest on it.
        if id.to_string() != tenant {
            return Err(ParseScopedError::Tenant);
        }
        let value = value.parse().map_err(ParseScopedError::Value)?;
        Ok(Self { tenant: TenantId::from_uuid(id), value })
    }
}
