//! The first page: the service's, or a tenant's desk.

use rocket::http::Status;
use rocket::{Route, State, get, routes};
use tenancy_diesel::web::Problem;
use tenancy_diesel::web::rocket::CurrentTenant;
use tenancy_diesel::{Error, TenantDb};

use crate::config::Config;
use crate::html::{HtmlPage, escape};
use crate::models::{OpenTicket, Ticket};

pub(super) fn routes() -> Vec<Route> {
    routes![home]
}

/// How many tickets the desk shows.
const SHOWN: i64 = 25;

#[get("/")]
async fn home(
    db: Result<TenantDb, &Error>,
    tenant: Result<CurrentTenant, &Error>,
    config: &State<Config>,
    rocket: &rocket::Config,
) -> HtmlPage {
    let (db, tenant) = match (db, tenant) {
        (Ok(db), Ok(tenant)) => (db, tenant),
        (Err(Error::NoTenantNamed), _) => return welcome(config, rocket.port),
        (Err(error), _) | (_, Err(error)) => return sorry(error),
    };
    match db.run(|conn| Ticket::to_answer(conn, SHOWN)).await {
        Ok(tickets) => desk(&tenant.name, &tenant.slug.host_label(), config, rocket.port, &tickets),
        Err(error) => {
            let error = error.into();
            Problem::from(&error).log(&error);
            sorry(&error)
        }
    }
}

fn welcome(config: &Config, port: u16) -> HtmlPage {
    let here = match config.domain.as_str() {
        "localhost" => format!("http://localhost:{port}"),
        domain => format!("https://{domain}"),
    };
    let (acme, globex) = (config.url_of("acme", port), config.url_of("globex", port));
    let initech = config.url_of("initech", port);
    let lines = [
        "# What Acme's customers are waiting for. Globex sees only its own.".to_owned(),
        format!("curl {acme}/api/tickets"),
        format!("curl {globex}/api/tickets"),
        String::new(),
        "# A company signs up: its own schema, a moment later.".to_owned(),
        format!("curl {here}/signup -d '{{\"name\": \"Initech\", \"subdomain\": \"initech\"}}'"),
        String::new(),
        "# Its first customer; take the id from the answer for the first ticket.".to_owned(),
        format!(
            "curl {initech}/api/customers -d '{{\"name\": \"Milton\", \"email\": \"milton@initech.example\"}}'"
        ),
        format!(
            "curl {initech}/api/tickets -d '{{\"customer_id\": \"…\", \"issue\": \"My stapler is gone\"}}'"
        ),
        format!(
            "curl {initech}/api/tickets/1/messages -d '{{\"role\": \"agent\", \"content\": \"Which colour?\"}}'"
        ),
        format!("curl -X PATCH {initech}/api/tickets/1 -d '{{\"status\": \"solved\"}}'"),
    ];
    let body = format!(
        "<p>Every company on this server has a PostgreSQL schema of its own. \
         None of the handlers behind these addresses knows.</p>\n\
         <h2>Two desks to look at</h2>\n<p><a href=\"{acme}\">{acme}</a><br><a href=\"{globex}\">{globex}</a></p>\n\
         <h2>Things to try</h2>\n<pre tabindex=\"0\"><code>{}</code></pre>\n\
         <p class=\"quiet\">Lists come in pages: <code>?limit=20&amp;after=…</code>. \
         <a href=\"/healthz\">/healthz</a> and <a href=\"/readyz\">/readyz</a> tell how the service is.</p>\n",
        escape(&lines.join("\n")),
        acme = escape(&acme),
        globex = escape(&globex),
    );
    HtmlPage::new(Status::Ok, "Support desk", &body)
}

fn desk(name: &str, label: &str, config: &Config, port: u16, tickets: &[OpenTicket]) -> HtmlPage {
    let url = escape(&config.url_of(label, port));
    let list = if tickets.is_empty() {
        "<p>Nobody is waiting for an answer. Enjoy the quiet.</p>\n".to_owned()
    } else {
        let rows: String = tickets
            .iter()
            .map(|ticket| {
                format!(
                    "<tr><td><a href=\"/api/tickets/{id}\">#{id}</a></td><td>{}</td><td>{}</td>\
                     <td><span class=\"status\">{}</span></td></tr>\n",
                    escape(&ticket.issue),
                    escape(&ticket.customer),
                    ticket.status.as_str(),
                    id = ticket.id,
                )
            })
            .collect();
        format!(
            "<table>\n<thead><tr><th scope=\"col\">Ticket</th><th scope=\"col\">Issue</th>\
             <th scope=\"col\">Customer</th><th scope=\"col\">Status</th></tr></thead>\n\
             <tbody>\n{rows}</tbody>\n</table>\n"
        )
    };
    let more =
        if tickets.len() as i64 == SHOWN { format!("The {SHOWN} oldest are shown. ") } else { String::new() };
    let body = format!(
        "<p class=\"quiet\">Tickets that wait for an answer, the oldest first.</p>\n{list}\
         <p class=\"quiet\">{more}All of them: <a href=\"/api/tickets\">{url}/api/tickets</a></p>\n"
    );
    HtmlPage::new(Status::Ok, name, &body)
}

fn sorry(error: &Error) -> HtmlPage {
    let problem = Problem::from(error);
    let (title, text) = match problem.code() {
        "tenant_unknown" => {
            ("Nobody lives here", "No company has signed up under this name yet. It may be yours.")
        }
        "tenant_suspended" => ("Closed for now", "This desk is suspended."),
        "tenant_archived" => ("Closed", "This desk is archived."),
        "tenant_invalid" | "tenant_conflict" => ("Whose desk?", "This address names no company."),
        _ => ("One moment", "The desk is not available right now. Please try again."),
    };
    HtmlPage::new(Status::new(problem.status()), title, &format!("<p>{text}</p>\n"))
}
