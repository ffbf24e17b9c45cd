//! Slugs that nobody may take.
//!
//! A tenant called `www` would take over a host name that the service uses itself; one called `public` or
//! `base_template` would be mistaken for a schema; PostgreSQL keeps `pg_` for itself.

/// Every reserved slug, sorted. Slugs that start with `pg_` are reserved besides.
pub const RESERVED: &[&str] = &[
    "account",
    "accounts",
    "admin",
    "api",
    "app",
    "assets",
    "auth",
    "base_template",
    "billing",
    "blog",
    "cdn",
    "control",
    "dashboard",
    "default",
    "docs",
    "ftp",
    "global",
    "health",
    "healthz",
    "help",
    "imap",
    "information_schema",
    "internal",
    "localhost",
    "login",
    "mail",
    "metrics",
    "ns1",
    "ns2",
    "pop",
    "postgres",
    "postmaster",
    "public",
    "readyz",
    "register",
    "root",
    "security",
    "shared",
    "signup",
    "smtp",
    "ssl",
    "static",
    "status",
    "support",
    "system",
    "template",
    "tenancy",
    "tenant",
    "tenants",
    "test",
    "webmail",
    "webmaster",
    "www",
];

/// Whether `slug` is kept for the system.
pub fn is_reserved(slug: &str) -> bool {
    slug.starts_with("pg_") || RESERVED.binary_search(&slug).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_the_search_finds_everything() {
        assert!(RESERVED.is_sorted());
        assert!(RESERVED.iter().all(|slug| is_reserved(slug)));
    }
}
