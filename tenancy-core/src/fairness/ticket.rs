use crate::tenant::TenantId;

/// One that came for a connection. Tickets are numbered, so no two of one [`Turns`](super::Turns) are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    pub(super) tenant: TenantId,
    pub(super) number: u64,
}

impl Ticket {
    /// For whom.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }
}
