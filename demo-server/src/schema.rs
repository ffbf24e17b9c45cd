//! A tenant's tables. No schema is named: the tenant decides.

use crate::models::sql_types::{MessageRole as MessageRoleType, TicketStatus as TicketStatusType};

diesel::table! {
    customers (id) {
        id -> Uuid,
        name -> Text,
        email -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::TicketStatusType;

    tickets (id) {
        id -> BigInt,
        customer_id -> Uuid,
        issue -> Text,
        status -> TicketStatusType,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::MessageRoleType;

    messages (id) {
        id -> BigInt,
        ticket_id -> BigInt,
        role -> MessageRoleType,
        content -> Text,
        created_at -> Timestamptz,
    }
}

diesel::joinable!(tickets -> customers (customer_id));
diesel::joinable!(messages -> tickets (ticket_id));
diesel::allow_tables_to_appear_in_same_query!(customers, tickets, messages);
