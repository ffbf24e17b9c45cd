//! What is said when the server listens.

use std::fmt::Write as _;

use crate::config::Config;
use crate::database::Database;

/// Where everything is and what to try first. Holds the admin token when it was made up.
pub fn text(config: &Config, database: &Database, address: std::net::IpAddr, port: u16) -> String {
    let mut text = String::new();
    let acme = config.url_of("acme", port);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n  Support desk on http://{address}:{port}\n");
    let _ = writeln!(text, "  tenants   {acme}");
    let _ = writeln!(text, "            {}", config.url_of("globex", port));
    let _ = writeln!(text, "  try       curl {acme}/api/tickets");
    match database {
        Database::Embedded { server, .. } => {
            let _ = writeln!(text, "  database  embedded, data kept in {}", server.data_dir().display());
            let _ = writeln!(text, "  psql      {}", server.psql_hint());
        }
        Database::External { .. } => {
            let _ = writeln!(text, "  database  the one of DATABASE_URL");
        }
    }
    if config.admin_token_is_new {
        let _ = writeln!(
            text,
            "  admin     curl -H 'Authorization: Bearer {}' http://localhost:{port}/admin/tenants",
            config.admin_token.reveal()
        );
    }
    let _ = writeln!(text, "\n  Ctrl-C stops it.");
    text
}
