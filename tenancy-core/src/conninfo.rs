//! What a database URL says about hosts and encryption.
//!
//! libpq's default, `sslmode=prefer`, connects in plain text without a word when the server, or libpq itself,
//! has no TLS. So the transport is judged before anything is sent: a database on another machine needs
//! `sslmode=require` or stronger in the URL. Both forms of connection string are read (PostgreSQL manual,
//! 34.1.1), as far as hosts, `sslmode` and `service` are concerned; everything else is libpq's.

mod secrets;

use std::borrow::Cow;
use std::net::IpAddr;

pub use secrets::Secrets;

/// libpq's environment variables that bear on the transport; read by the caller.
#[derive(Debug, Clone, Default)]
pub struct LibpqEnvironment {
    /// `PGHOST`
    pub host: Option<String>,
    /// `PGHOSTADDR`
    pub hostaddr: Option<String>,
    /// `PGSSLMODE`
    pub sslmode: Option<String>,
    /// `PGSERVICE`
    pub service: Option<String>,
}

/// The parts of a connection string that decide whether it may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnInfo {
    hosts: Vec<String>,
    sslmode: Option<String>,
    service: Option<String>,
}

/// The connection would not be encrypted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the database on `{host}` is reached over a network, and `sslmode={sslmode}` would let tenants' data travel in \
     plain text: add `sslmode=require` (or `verify-full`) to the URL; the default libpq of this build has no TLS, so \
     also build with the feature `libpq-system` or `libpq-bundled-tls`"
)]
pub struct PlainText {
    /// The host.
    pub host: String,
    /// The mode in force.
    pub sslmode: String,
}

/// The same database as another login: `conninfo` with `user` and `password` put last, where libpq lets them win over
/// those before. Both must be plain (letters, digits, `_`): nothing is escaped.
pub fn with_login(conninfo: &str, user: &str, password: &str) -> String {
    match url_body(conninfo) {
        Some(_) => {
            let joint = if conninfo.contains('?') { '&' } else { '?' };
            format!("{conninfo}{joint}user={user}&password={password}")
        }
        None => format!("{conninfo} user={user} password={password}"),
    }
}

impl ConnInfo {
    /// Reads a URL (`postgres://...`) or a keyword string (`host=... dbname=...`).
    ///
    /// Never fails: what this cannot read counts as a host of its own, and is therefore not local.
    pub fn read(conninfo: &str, environment: &LibpqEnvironment) -> Self {
        let pairs = match url_body(conninfo) {
            Some(body) => url_pairs(body),
            None => keyword_pairs(conninfo),
        };
        let last = |name: &str| {
            pairs
                .iter()
                .rev()
                .find(|(key, value)| key == name && !value.is_empty())
                .map(|(_, value)| value.clone())
        };
        let list = |value: Option<String>| -> Vec<String> {
            value.unwrap_or_default().split(',').map(|host| host.trim().to_owned()).collect()
        };
        // libpq connects to the address where both are given, and to the host where the address is empty.
        let mut hosts = list(last("hostaddr").or_else(|| environment.hostaddr.clone()));
        if hosts.iter().any(String::is_empty) {
            hosts.extend(list(last("host").or_else(|| environment.host.clone())));
        }
        let service = last("service").or_else(|| environment.service.clone());
        // A service file's settings win over the environment's, and this does not read it.
        let sslmode = last("sslmode").or_else(|| environment.sslmode.clone().filter(|_| service.is_none()));
        Self { hosts, sslmode, service }
    }

    /// Refuses a connection that could travel over a network in plain text.
    ///
    /// # Errors
    ///
    /// [`PlainText`] with the first host that is not this machine.
    pub fn require_encryption(&self) -> Result<(), PlainText> {
        let sslmode = self.sslmode.as_deref().unwrap_or("prefer");
        if matches!(sslmode, "require" | "verify-ca" | "verify-full") {
            return Ok(());
        }
        let service = self.service.as_ref().map(|name| format!("service {name}"));
        let remote = service.or_else(|| self.hosts.iter().find(|host| !is_local(host)).cloned());
        match remote {
            Some(host) => Err(PlainText { host, sslmode: sslmode.to_owned() }),
            None => Ok(()),
        }
    }
}

/// Whether a host is this machine: a Unix socket, `localhost` or a loopback address.
fn is_local(host: &str) -> bool {
    host.is_empty()
        || host.starts_with(['/', '@'])
        || host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn url_body(conninfo: &str) -> Option<&str> {
    conninfo.strip_prefix("postgresql://").or_else(|| conninfo.strip_prefix("postgres://"))
}

type Pairs = Vec<(String, String)>;

/// As libpq reads it (`conninfo_uri_parse_options`): credentials end at the first `@`, unless a `/` comes before
/// it, and hosts end at the first `/` or `?` after them.
fn url_pairs(body: &str) -> Pairs {
    let rest = match body.find(['@', '/']) {
        Some(at) if body[at..].starts_with('@') => &body[at + 1..],
        _ => body,
    };
    let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let hosts: Vec<String> =
        authority.split(',').map(|host| decode(without_port(host)).into_owned()).collect();
    let mut pairs = vec![("host".to_owned(), hosts.join(","))];
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (decode(key).into_owned(), decode(value).into_owned()) {
            // JDBC's spelling, which libpq takes in URLs; as with all settings, the last one wins.
            (key, value) if key == "ssl" && value == "true" => {
                pairs.push(("sslmode".to_owned(), "require".to_owned()));
            }
            pair => pairs.push(pair),
        }
    }
    pairs
}

fn without_port(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => host.split(':').next().unwrap_or(host),
    }
}

fn keyword_pairs(conninfo: &str) -> Pairs {
    let mut pairs = Vec::new();
    let mut rest = conninfo.trim_start();
    while let Some((key, value)) = rest.split_once('=') {
        let (value, after) = keyword_value(value.trim_start());
        pairs.push((key.trim().to_owned(), value));
        rest = after.trim_start();
    }
    pairs
}

/// A value up to the next blank, or in single quotes; a backslash takes the next character as it is.
fn keyword_value(text: &str) -> (String, &str) {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut chars = text.char_indices().skip(usize::from(quoted));
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, next)| next)),
            '\'' if quoted => return (value, &text[at + 1..]),
            c if c.is_whitespace() && !quoted => return (value, &text[at..]),
            c => value.push(c),
        }
    }
    (value, "")
}

fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match hex {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(conninfo: &str) -> Option<String> {
        refused_in(conninfo, &LibpqEnvironment::default())
    }

    fn refused_in(conninfo: &str, environment: &LibpqEnvironment) -> Option<String> {
        ConnInfo::read(conninfo, environment).require_encryption().err().map(|refusal| refusal.host)
    }

    #[test]
    fn this_machine_needs_no_encryption() {
        for conninfo in [
            "postgres://u:p@localhost/db",
            "postgres://127.0.0.1:5433/db",
            "postgresql://[::1]:5432/db",
            "postgres:///db?host=/var/run/postgresql",
            "postgres://%2Fvar%2Frun%2Fpostgresql/db",
            "postgres:///db",
            "dbname=db",
            "host=/tmp dbname=db",
            "host='127.0.0.1' user=x",
            "",
        ] {
            assert_eq!(refused(conninfo), None, "{conninfo}");
        }
    }

    #[test]
    fn another_machine_without_encryption_is_refused_and_named() {
        for (conninfo, host) in [
            ("postgres://u:p@db.example.com/app", "db.example.com"),
            ("postgres://u:p%40x@10.0.0.7:5432/app?sslmode=prefer", "10.0.0.7"),
            ("postgres://localhost,db2.example.com/app", "db2.example.com"),
            ("postgres://localhost/app?host=db.example.com", "db.example.com"),
            ("postgres://localhost/app?hostaddr=10.0.0.7", "10.0.0.7"),
            ("host=db.example.com sslmode=disable", "db.example.com"),
            (r"host = 'db.ex\'ample.com' dbname=a", "db.ex'ample.com"),
            ("service=prod", "service prod"),
            ("postgres://db.example.com/app?ssl=true&sslmode=disable", "db.example.com"),
            ("postgres://:pa?ss@db.example.com/app", "db.example.com"),
            ("postgres://localhost:p?w@db.example.com/app", "db.example.com"),
            ("hostaddr=127.0.0.1, host=localhost,db.example.com", "db.example.com"),
            ("postgres://u:p@localhost.evil.org/app", "localhost.evil.org"),
        ] {
            assert_eq!(refused(conninfo).as_deref(), Some(host), "{conninfo}");
        }
    }

    #[test]
    fn encryption_that_is_demanded_is_enough() {
        for mode in ["require", "verify-ca", "verify-full"] {
            assert_eq!(refused(&format!("postgres://db.example.com/app?sslmode={mode}")), None);
            assert_eq!(refused(&format!("host=db.example.com sslmode={mode}")), None);
        }
    }

    #[test]
    fn the_environment_counts_where_the_string_is_silent() {
        let environment =
            LibpqEnvironment { host: Some("db.example.com".into()), ..LibpqEnvironment::default() };
        assert_eq!(refused_in("dbname=app", &environment).as_deref(), Some("db.example.com"));
        assert_eq!(refused_in("host=localhost", &environment), None);
        let encrypted = LibpqEnvironment { sslmode: Some("require".into()), ..environment };
        assert_eq!(refused_in("dbname=app", &encrypted), None);
        let host = refused_in("service=prod", &encrypted);
        assert_eq!(host.as_deref(), Some("service prod"), "the file may say otherwise, and wins");
    }
}
