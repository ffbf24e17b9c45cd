//! What a support desk keeps.
//!
//! * [`Customer`]: somebody who asks.
//! * [`Ticket`]: what they ask, and where it stands ([`TicketStatus`]).
//! * [`Message`]: what was said about it, and by whom ([`MessageRole`]).

mod customer;
mod message;
mod pg_enum;
mod ticket;

pub use customer::Customer;
pub use message::{Message, MessageRole};
pub use ticket::{OpenTicket, Ticket, TicketChange, TicketStatus};

/// PostgreSQL's types. Every tenant has types of its own by these names.
pub mod sql_types {
    use diesel::query_builder::QueryId;
    use diesel::sql_types::SqlType;

    /// `ticket_status`.
    #[derive(Debug, SqlType, QueryId)]
    #[diesel(postgres_type(name = "ticket_status"))]
    pub struct TicketStatus;

    /// `message_role`.
    #[derive(Debug, SqlType, QueryId)]
    #[diesel(postgres_type(name = "message_role"))]
    pub struct MessageRole;
}
