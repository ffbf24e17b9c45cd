//! The demo in process, with two sentinels.

use std::collections::BTreeMap;
use std::sync::Arc;

use demo_server::models::{Customer, Message, MessageRole, Ticket, TicketStatus};
use demo_server::{Config, Database};
use rocket::http::{ContentType, Header, Method};
use rocket::local::asynchronous::Client;
use rocket::tokio::runtime::Runtime;
use tenancy_diesel::embedded::{TestDatabase, test_server};
use tenancy_diesel::testing::{Observed, Sentinels};
use tenancy_diesel::{Tenancy, TenantSlug};
use uuid::Uuid;

pub(crate) const TOKEN: &str = "a token for tests only";

/// Without a tenant in its name.
pub(crate) const FRONT: &str = "localhost:8000";

#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) client: Arc<Client>,
    pub(crate) tenancy: Tenancy,
    pub(crate) sentinels: Sentinels,
    /// The planted customer of each.
    pub(crate) customers: Arc<BTreeMap<TenantSlug, Uuid>>,
}

impl Service {
    /// Few connections, so that each changes its tenant all the time.
    pub(crate) fn start(runtime: &Runtime) -> (Self, TestDatabase) {
        let database = test_server().fresh_database();
        let settings = [("ADMIN_TOKEN", TOKEN), ("POOL_SIZE", "3")];
        let find =
            |name: &str| settings.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        let config = Config::read(false, find).unwrap();
        let tenancy = demo_server::tenancy(&config, &Database::at(database.url())).unwrap();
        demo_server::prepare(&tenancy).unwrap();
        let sentinels = Sentinels::create(&tenancy, 2).unwrap();
        let mut customers = BTreeMap::new();
        sentinels
            .plant(&tenancy, |conn, sentinel| {
                let marker = sentinel.marker();
                let mut plant = || {
                    let customer = Customer::create(conn, marker, &format!("{marker}@example.com"))?;
                    let ticket = Ticket::create(conn, customer.id, marker, TicketStatus::Open)?;
                    // The first stays open, so that the desk has something to show; the second one changes.
                    Ticket::create(conn, customer.id, marker, TicketStatus::Open)?;
                    Message::create(conn, ticket.id, MessageRole::User, marker)?;
                    Ok::<_, demo_server::ApiError>(customer.id)
                };
                customers.insert(sentinel.slug().clone(), plant().unwrap());
                Ok::<_, tenancy_diesel::Error>(())
            })
            .unwrap();
        let rocket = demo_server::rocket(&config, tenancy.clone());
        let figment = rocket.figment().clone().merge(("log_level", "off"));
        let client = runtime.block_on(Client::untracked(rocket.configure(figment))).unwrap();
        let customers = Arc::new(customers);
        (Self { client: Arc::new(client), tenancy, sentinels, customers }, database)
    }

    /// Everything that a client sees of an answer.
    pub(crate) async fn ask(&self, method: Method, host: &str, path: &str, body: &str) -> Observed {
        let mut request = self.client.req(method, path).header(Header::new("Host", host.to_owned()));
        if path.starts_with("/admin") {
            request.add_header(Header::new("Authorization", format!("Bearer {TOKEN}")));
        }
        if !body.is_empty() {
            request = request.header(ContentType::JSON).body(body);
        }
        let answer = request.dispatch().await;
        let observed = Observed::new().status(answer.status().code);
        let headers = answer.headers().iter();
        let observed = headers
            .fold(observed, |observed, header| observed.header(header.name().as_str(), header.value()));
        observed.body(answer.into_bytes().await.unwrap_or_default())
    }
}

/// The host of a tenant's desk.
pub(crate) fn host(slug: &TenantSlug) -> String {
    format!("{}.{FRONT}", slug.host_label())
}
