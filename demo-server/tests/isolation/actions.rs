//! One action for each route, called like it; what stands in brackets tells two of one route apart.

use std::future::Future;
use std::pin::Pin;

use rocket::http::Method::{self, Delete, Get, Patch, Post};
use serde_json::json;
use tenancy_diesel::testing::{AsTasks, Interleaver, Observed, Probe};

use crate::service::{FRONT, Service, host};

type Check = Interleaver<AsTasks>;
type Answer = Pin<Box<dyn Future<Output = Observed> + Send>>;

pub(crate) fn all(check: Check, service: &Service) -> Check {
    operators(everybodys(tickets(customers(check, service), service), service), service)
}

/// A request to the tenant's host.
fn desk(
    service: &Service,
    method: Method,
    request: impl Fn(&Service, &Probe) -> (String, String) + Send + Sync + 'static,
) -> impl Fn(Probe) -> Answer + Send + Sync + 'static {
    let service = service.clone();
    move |probe| {
        let (service, (path, body)) = (service.clone(), request(&service, &probe));
        Box::pin(async move { service.ask(method, &host(probe.slug()), &path, &body).await })
    }
}

/// A request to the host that is nobody's.
fn front(
    service: &Service,
    method: Method,
    request: impl Fn(&Probe) -> (String, String) + Send + Sync + 'static,
) -> impl Fn(Probe) -> Answer + Send + Sync + 'static {
    let service = service.clone();
    move |probe| {
        let (service, (path, body)) = (service.clone(), request(&probe));
        Box::pin(async move { service.ask(method, FRONT, &path, &body).await })
    }
}

fn plain(path: &str) -> (String, String) {
    (path.to_owned(), String::new())
}

fn customers(check: Check, service: &Service) -> Check {
    check
        .reads("GET /api/customers", desk(service, Get, |_, _| plain("/api/customers?limit=100")))
        .reads(
            "GET /api/customers/<id>",
            desk(service, Get, |service, probe| {
                plain(&format!("/api/customers/{}", service.customers[probe.slug()]))
            }),
        )
        .calls("GET /api/customers/<id> (of another tenant)", strangers_customer(service))
        .writes(
            "POST /api/customers",
            desk(service, Post, |_, probe| {
                let text = probe.text();
                let body = json!({"name": text, "email": format!("{text}@example.com")});
                ("/api/customers".to_owned(), body.to_string())
            }),
        )
}

/// The right answer is 404, so that is the success.
fn strangers_customer(service: &Service) -> impl Fn(Probe) -> Answer + Send + Sync + 'static {
    let service = service.clone();
    move |probe| {
        let service = service.clone();
        Box::pin(async move {
            let other = service.customers.iter().find(|(slug, _)| *slug != probe.slug()).unwrap().1;
            let path = format!("/api/customers/{other}");
            service.ask(Get, &host(probe.slug()), &path, "").await.expect_status(404)
        })
    }
}

fn tickets(check: Check, service: &Service) -> Check {
    let status = |probe: &Probe| ["open", "pending", "solved", "closed"][probe.pick(4)];
    check
        .reads("GET /", desk(service, Get, |_, _| plain("/")))
        .reads("GET /api/tickets", desk(service, Get, |_, _| plain("/api/tickets")))
        .reads("GET /api/tickets/<id>", desk(service, Get, |_, _| plain("/api/tickets/1")))
        .writes(
            "POST /api/tickets",
            desk(service, Post, |service, probe| {
                let customer = service.customers[probe.slug()];
                let body = json!({"customer_id": customer, "issue": probe.text(), "status": "open"});
                ("/api/tickets".to_owned(), body.to_string())
            }),
        )
        .reads(
            "PATCH /api/tickets/<id>",
            desk(service, Patch, move |_, probe| {
                // The next change overwrites the text, so that this is no write that stays.
                let body = json!({"issue": probe.text(), "status": status(probe)});
                ("/api/tickets/2".to_owned(), body.to_string())
            }),
        )
        .reads(
            "GET /api/tickets/<ticket>/messages",
            desk(service, Get, |_, _| plain("/api/tickets/1/messages")),
        )
        .writes(
            "POST /api/tickets/<ticket>/messages",
            desk(service, Post, |_, probe| {
                let role = ["user", "agent", "system"][probe.pick(3)];
                let body = json!({"role": role, "content": probe.text()});
                ("/api/tickets/1/messages".to_owned(), body.to_string())
            }),
        )
}

fn everybodys(check: Check, service: &Service) -> Check {
    check
        .calls("GET / (of the service)", front(service, Get, |_| plain("/")))
        .calls("GET /healthz", front(service, Get, |_| plain("/healthz")))
        .calls("GET /readyz", front(service, Get, |_| plain("/readyz")))
        .calls(
            "POST /signup",
            front(service, Post, |probe| {
                let body = json!({"name": "Newcomer", "subdomain": format!("newcomer-{}", probe.number())});
                ("/signup".to_owned(), body.to_string())
            }),
        )
}

fn operators(check: Check, service: &Service) -> Check {
    let made = |probe: &Probe| {
        let body = json!({"name": "Made", "slug": format!("made_{}", probe.number())});
        ("/admin/tenants".to_owned(), body.to_string())
    };
    let of_the_tenant = |probe: &Probe| format!("/admin/tenants/{}", probe.slug());
    check
        .operates("GET /admin/tenants", front(service, Get, |_| plain("/admin/tenants?limit=100")))
        .operates("POST /admin/tenants", front(service, Post, made))
        .operates("GET /admin/tenants/<slug>", front(service, Get, move |probe| plain(&of_the_tenant(probe))))
        .operates(
            "PATCH /admin/tenants/<slug>",
            front(service, Patch, move |probe| {
                (of_the_tenant(probe), json!({"plan": format!("plan {}", probe.number())}).to_string())
            }),
        )
        .operates("DELETE /admin/tenants/<slug>", come_and_go(service))
}

/// Deletes a tenant that is made for it.
fn come_and_go(service: &Service) -> impl Fn(Probe) -> Answer + Send + Sync + 'static {
    let service = service.clone();
    move |probe| {
        let service = service.clone();
        Box::pin(async move {
            let slug = format!("gone_{}", probe.number());
            let body = json!({"name": "Gone", "slug": slug}).to_string();
            let made = service.ask(Post, FRONT, "/admin/tenants", &body).await;
            let deleted = service.ask(Delete, FRONT, &format!("/admin/tenants/{slug}"), "").await;
            made.and(deleted)
        })
    }
}
