//! Two companies with something to look at.

use diesel::prelude::*;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{Error, ListTenants, NewTenant, Tenancy};

use crate::error::ApiError;
use crate::models::{Customer, Message, MessageRole, Ticket, TicketStatus};

/// A company to begin with.
struct Example {
    slug: &'static str,
    name: &'static str,
    tickets: &'static [ExampleTicket],
}

struct ExampleTicket {
    customer: &'static str,
    email: &'static str,
    issue: &'static str,
    status: TicketStatus,
    messages: &'static [(MessageRole, &'static str)],
}

const EXAMPLES: [Example; 2] = [
    Example {
        slug: "acme",
        name: "Acme, Inc.",
        tickets: &[
            ExampleTicket {
                customer: "Wile E. Coyote",
                email: "wile@desert.example",
                issue: "The rocket skates only go backwards",
                status: TicketStatus::Open,
                messages: &[
                    (MessageRole::User, "I fitted them as the leaflet says. I am now in the wrong canyon."),
                    (MessageRole::System, "Ticket received."),
                ],
            },
            ExampleTicket {
                customer: "Marvin",
                email: "marvin@mars.example",
                issue: "Where is the kaboom?",
                status: TicketStatus::Pending,
                messages: &[
                    (MessageRole::User, "There was supposed to be an earth-shattering kaboom."),
                    (MessageRole::Agent, "Could you check that the fuse is lit?"),
                ],
            },
        ],
    },
    Example {
        slug: "globex",
        name: "Globex Corporation",
        tickets: &[
            ExampleTicket {
                customer: "Homer Simpson",
                email: "homer@springfield.example",
                issue: "My hammock has not arrived",
                status: TicketStatus::Open,
                messages: &[(MessageRole::User, "I was promised hammocks.")],
            },
            ExampleTicket {
                customer: "Frank Grimes",
                email: "frank@springfield.example",
                issue: "Please change the name on my badge",
                status: TicketStatus::Solved,
                messages: &[
                    (MessageRole::User, "It says Grimey."),
                    (MessageRole::Agent, "A new one is on its way."),
                ],
            },
        ],
    },
];

/// Makes the examples when there are no tenants at all.
pub(crate) fn seed_if_empty(tenancy: &Tenancy) -> Result<(), Error> {
    let any = ListTenants { limit: Some(1), ..ListTenants::default() };
    if !tenancy.registry().list(&any)?.is_empty() {
        return Ok(());
    }
    for example in &EXAMPLES {
        let slug = TenantSlug::parse(example.slug)?;
        match tenancy.provisioner().create(&NewTenant::new(slug.clone()).name(example.name)) {
            Ok(_) => {}
            // Another replica started at the same moment; it seeds.
            Err(Error::AlreadyExists(_)) => continue,
            Err(error) => return Err(error),
        }
        let mut conn = tenancy.connect(&tenancy.tenant(&slug)?)?;
        let filled = conn.transaction(|conn| example.tickets.iter().try_for_each(|ticket| ticket.add(conn)));
        match filled {
            Err(ApiError::Tenancy(error)) => return Err(error),
            Err(ApiError::Problem(problem)) => tracing::warn!(?problem, "example data refused"),
            Ok(()) => {}
        }
    }
    Ok(())
}

impl ExampleTicket {
    fn add(&self, conn: &mut PgConnection) -> Result<(), ApiError> {
        let customer = Customer::create(conn, self.customer, self.email)?;
        let ticket = Ticket::create(conn, customer.id, self.issue, self.status)?;
        for (role, content) in self.messages {
            Message::create(conn, ticket.id, *role, content)?;
        }
        Ok(())
    }
}
