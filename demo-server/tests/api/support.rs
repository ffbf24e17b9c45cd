//! A support desk on a database of its own.

use demo_server::{Config, Database};
use diesel::prelude::*;
use rocket::http::{ContentType, Header, Method, Status};
use rocket::local::blocking::Client;
use serde_json::Value;
use tenancy_diesel::Tenancy;
use tenancy_diesel::embedded::{TestDatabase, test_server};

pub(crate) const TOKEN: &str = "a token for tests only";

pub(crate) struct Desk {
    pub(crate) client: Client,
    pub(crate) tenancy: Tenancy,
    // Dropped last: the client still holds connections.
    pub(crate) database: TestDatabase,
}

/// An answer: status, headers of interest, and the body as JSON if it is some.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Status and code; the code only of a problem document.
    pub(crate) fn problem(&self) -> (u16, &str) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.body["status"], self.status);
        (self.status, self.body["code"].as_str().unwrap())
    }

    /// The fields that are wrong.
    pub(crate) fn fields(&self) -> Vec<&str> {
        assert_eq!(self.problem(), (422, "invalid"), "{}", self.text);
        self.body["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect()
    }
}

impl Desk {
    /// The two seeded tenants, acme and globex.
    pub(crate) fn open() -> Self {
        Self::with_pool(4)
    }

    pub(crate) fn with_pool(size: u32) -> Self {
        Self::configured(&[("POOL_SIZE", &size.to_string())])
    }

    pub(crate) fn configured(settings: &[(&str, &str)]) -> Self {
        // What the service logs is shown with a test that fails.
        let _ = tracing_subscriber::fmt().with_test_writer().with_max_level(tracing::Level::WARN).try_init();
        let database = test_server().fresh_database();
        let config = config(settings);
        let tenancy = demo_server::tenancy(&config, &Database::at(database.url())).unwrap();
        demo_server::prepare(&tenancy).unwrap();
        let rocket = demo_server::rocket(&config, tenancy.clone());
        let figment = rocket.figment().clone().merge(("log_level", "off")).merge(("workers", 2));
        let client = Client::untracked(rocket.configure(figment)).unwrap();
        Self { client, tenancy, database }
    }

    pub(crate) fn ask(&self, method: Method, host: &str, path: &str, body: &str) -> Answer {
        self.ask_with(method, host, path, body, &[])
    }

    pub(crate) fn ask_with(
        &self,
        method: Method,
        host: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request =
            self.client.req(method, path.to_owned()).header(Header::new("Host", host.to_owned()));
        for (name, value) in headers {
            request.add_header(Header::new((*name).to_owned(), (*value).to_owned()));
        }
        if !body.is_empty() {
            request = request.header(ContentType::JSON).body(body);
        }
        let response = request.dispatch();
        let status = response.status().code;
        let headers =
            response.headers().iter().map(|h| (h.name().to_string(), h.value().to_owned())).collect();
        let text = response.into_string().unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status, headers, body, text }
    }

    pub(crate) fn get(&self, tenant: &str, path: &str) -> Answer {
        self.ask(Method::Get, &format!("{tenant}.localhost:8000"), path, "")
    }

    pub(crate) fn post(&self, tenant: &str, path: &str, body: &str) -> Answer {
        self.ask(Method::Post, &format!("{tenant}.localhost:8000"), path, body)
    }

    pub(crate) fn patch(&self, tenant: &str, path: &str, body: &str) -> Answer {
        self.ask(Method::Patch, &format!("{tenant}.localhost:8000"), path, body)
    }

    pub(crate) fn sign_up(&self, name: &str, subdomain: &str) -> Answer {
        let body = serde_json::json!({"name": name, "subdomain": subdomain}).to_string();
        self.ask(Method::Post, "localhost:8000", "/signup", &body)
    }

    /// Adds a customer, and returns its id.
    pub(crate) fn customer(&self, tenant: &str, name: &str, email: &str) -> String {
        let body = serde_json::json!({"name": name, "email": email}).to_string();
        let answer = self.post(tenant, "/api/customers", &body);
        assert_eq!(answer.status, Status::Created.code, "{}", answer.text);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Opens a ticket, and returns its id.
    pub(crate) fn ticket(&self, tenant: &str, customer: &str, issue: &str) -> i64 {
        let body = serde_json::json!({"customer_id": customer, "issue": issue}).to_string();
        let answer = self.post(tenant, "/api/tickets", &body);
        assert_eq!(answer.status, Status::Created.code, "{}", answer.text);
        answer.body["id"].as_i64().unwrap()
    }

    /// Ends every connection and lets none in.
    pub(crate) fn shut_the_database(&self) {
        use diesel::connection::SimpleConnection as _;
        let mut admin = PgConnection::establish(&test_server().url("postgres")).unwrap();
        let name = self.database.name();
        admin
            .batch_execute(&format!(
                "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            ))
            .unwrap();
    }
}

fn config(settings: &[(&str, &str)]) -> Config {
    let find = |name: &str| settings.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    Config::read(false, |name| find(name).or_else(|| (name == "ADMIN_TOKEN").then(|| TOKEN.to_owned())))
        .unwrap()
}
