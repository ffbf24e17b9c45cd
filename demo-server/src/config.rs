//! The settings, from the environment.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

use subtle::ConstantTimeEq as _;

/// The settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `PORT`; Rocket's own setting (`ROCKET_PORT`, 8000) when absent.
    pub port: Option<u16>,
    /// `DATABASE_URL`; an embedded server is started when absent.
    pub database_url: Option<String>,
    /// `OPERATOR_URL`: the same database as the login that creates and migrates tenants, when requests have another.
    pub operator_url: Option<String>,
    /// `TENANCY_DATA_DIR`: where the embedded server keeps its data.
    pub data_dir: Option<PathBuf>,
    /// `POOL_SIZE`: connections for tenants' requests, 10 when absent.
    pub pool_size: u32,
    /// `TENANCY_DOMAIN`: tenants are its subdomains; `localhost` when absent.
    pub domain: String,
    /// `TENANCY_ALLOW_HEADER`: whether `X-Tenant-ID` may name the tenant. Anybody can send it, so it is for
    /// development: on in debug builds, off in release builds, unless set.
    pub allow_header: bool,
    /// `ADMIN_TOKEN`: what opens `/admin`. A debug build makes a random one when it is absent.
    pub admin_token: AdminToken,
    /// Whether the token was made up, so that somebody has to be told.
    pub admin_token_is_new: bool,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable holds something else than it should.
    #[error("{variable} is `{value}`: {expected}")]
    Invalid {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// A release build without a token would have an open or an unusable `/admin`.
    #[error(
        "ADMIN_TOKEN is not set: a release build needs one, of at least 16 characters (openssl rand -hex 16)"
    )]
    NoAdminToken,
    /// The token is too easy to guess.
    #[error("ADMIN_TOKEN is too short: use at least 16 characters (openssl rand -hex 16)")]
    WeakAdminToken,
    /// No random token could be made.
    #[error("read /dev/urandom")]
    Random(#[source] io::Error),
}

impl Config {
    /// The settings of this process.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the variable and what it should hold.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(cfg!(not(debug_assertions)), |name| std::env::var(name).ok())
    }

    /// The settings that `variables` holds, for a release or a debug build. An empty variable is an absent one.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn read(
        is_release: bool,
        variables: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let read = |name| variables(name).map(|v| v.trim().to_owned()).filter(|value| !value.is_empty());
        let token = match read("ADMIN_TOKEN") {
            Some(token) if is_release && token.len() < 16 => return Err(ConfigError::WeakAdminToken),
            Some(token) => Some(AdminToken(token)),
            None if is_release => return Err(ConfigError::NoAdminToken),
            None => None,
        };
        Ok(Self {
            port: number("PORT", read("PORT"), "a port from 0 to 65535")?,
            database_url: read("DATABASE_URL"),
            operator_url: read("OPERATOR_URL"),
            data_dir: read("TENANCY_DATA_DIR").map(PathBuf::from),
            pool_size: match number("POOL_SIZE", read("POOL_SIZE"), "a number from 1 to 1000")? {
                None => 10,
                Some(size @ 1..=1000) => size,
                Some(size) => return Err(invalid("POOL_SIZE", size.to_string(), "a number from 1 to 1000")),
            },
            domain: domain(read("TENANCY_DOMAIN").unwrap_or_else(|| "localhost".to_owned()))?,
            allow_header: match read("TENANCY_ALLOW_HEADER").as_deref() {
                None => !is_release,
                Some("true" | "1") => true,
                Some("false" | "0") => false,
                Some(other) => {
                    return Err(invalid("TENANCY_ALLOW_HEADER", other.to_owned(), "true or false"));
                }
            },
            admin_token_is_new: token.is_none(),
            admin_token: token.map_or_else(AdminToken::random, Ok)?,
        })
    }

    /// Where a tenant's desk is. On a domain of one's own a proxy in front is assumed, which does TLS.
    pub fn url_of(&self, label: &str, port: u16) -> String {
        let domain = &self.domain;
        let is_local = domain == "localhost" || domain.ends_with(".localhost");
        if is_local { format!("http://{label}.{domain}:{port}") } else { format!("https://{label}.{domain}") }
    }
}

fn invalid(variable: &'static str, value: String, expected: &'static str) -> ConfigError {
    ConfigError::Invalid { variable, value, expected }
}

fn number<T: std::str::FromStr>(
    variable: &'static str,
    value: Option<String>,
    expected: &'static str,
) -> Result<Option<T>, ConfigError> {
    value.map(|text| text.parse().map_err(|_| invalid(variable, text, expected))).transpose()
}

fn domain(domain: String) -> Result<String, ConfigError> {
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if domain.split('.').all(label) {
        Ok(domain.to_ascii_lowercase())
    } else {
        Err(invalid("TENANCY_DOMAIN", domain, "a domain like example.com, without scheme, port and path"))
    }
}

/// What opens `/admin`.
#[derive(Clone)]
pub struct AdminToken(String);

impl AdminToken {
    fn random() -> Result<Self, ConfigError> {
        let mut bytes = [0; 16];
        File::open("/dev/urandom")
            .and_then(|mut file| file.read_exact(&mut bytes))
            .map_err(ConfigError::Random)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Whether `given` is the token. How long it takes says nothing but whether the lengths are equal.
    pub fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// The token itself, to be shown to whoever started the server.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Without the token.
impl std::fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AdminToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(is_release: bool, variables: &[(&str, &str)]) -> Result<Config, String> {
        let find = |name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Config::read(is_release, find).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_set_is_enough_for_development() {
        let config = read(false, &[]).unwrap();
        assert!(config.allow_header && config.admin_token_is_new);
        assert_eq!(config.admin_token.reveal().len(), 32);
        assert_eq!(config.url_of("acme", 8000), "http://acme.localhost:8000");
    }

    #[test]
    fn a_release_needs_a_token_and_ignores_the_header() {
        assert!(read(true, &[]).unwrap_err().contains("ADMIN_TOKEN is not set"));
        assert!(read(true, &[("ADMIN_TOKEN", "  ")]).unwrap_err().contains("ADMIN_TOKEN is not set"));
        assert!(read(true, &[("ADMIN_TOKEN", "short")]).unwrap_err().contains("too short"));
        let config =
            read(true, &[("ADMIN_TOKEN", "0123456789abcdef"), ("TENANCY_DOMAIN", "Example.com")]).unwrap();
        assert!(!config.allow_header && !config.admin_token_is_new);
        assert!(config.admin_token.is("0123456789abcdef") && !config.admin_token.is("0123456789abcdeF"));
        assert_eq!(config.url_of("acme", 8000), "https://acme.example.com");
        assert!(!format!("{config:?}").contains("0123456789abcdef"));
    }

    #[test]
    fn a_setting_that_makes_no_sense_is_named() {
        for (name, value) in [
            ("PORT", "http"),
            ("POOL_SIZE", "0"),
            ("POOL_SIZE", "many"),
            ("TENANCY_DOMAIN", "http://example.com"),
            ("TENANCY_DOMAIN", "example.com:80"),
            ("TENANCY_ALLOW_HEADER", "perhaps"),
        ] {
            let error = read(false, &[(name, value)]).unwrap_err();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }
}
