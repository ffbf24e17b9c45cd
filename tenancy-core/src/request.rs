//! What a web adapter hands over about a request, free of any web framework.

use std::net::Ipv6Addr;

/// The parts of a request that can name a tenant.
///
/// Adapters fill it; [`crate::resolve`] reads it. Header names are compared without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestParts {
    host: Option<String>,
    path: String,
    headers: Vec<(String, String)>,
}

impl RequestParts {
    /// A request for `path` (without the query) at `host` (the `Host` header or `:authority`, port included).
    pub fn new(host: Option<&str>, path: &str) -> Self {
        Self { host: host.map(str::to_owned), path: path.to_owned(), headers: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The host without port and trailing dot, in lower case; `None` without a host.
    ///
    /// What is no host after RFC 3986, section 3.2.2, is none: a name must not be read out of
    /// `acme.example.com:80@globex.example.com` or `[acme.example.com]`, in which a proxy in front may have read
    /// another one.
    pub fn host(&self) -> Option<String> {
        let host = self.host.as_deref()?.trim();
        let (name, port) = match host.strip_prefix('[') {
            Some(bracketed) => {
                let (address, port) = bracketed.split_once(']')?;
                address.parse::<Ipv6Addr>().ok()?;
                (address, port)
            }
            None => host.split_at(host.find(':').unwrap_or(host.len())),
        };
        if !port.is_empty() && !port.strip_prefix(':')?.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        (!name.is_empty()).then_some(name)
    }

    /// The path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Every value of the header `name`.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_loses_port_dot_and_case() {
        for (host, name) in [
            ("Acme.Example.com:8000", Some("acme.example.com")),
            ("acme.example.com.", Some("acme.example.com")),
            ("[::1]:8000", Some("::1")),
            ("", None),
            (":80", None),
            ("acme.example.com:", Some("acme.example.com")),
            ("acme.example.com:80@globex.example.com", None),
            ("acme.example.com:x", None),
            ("[acme.example.com]", None),
            ("[::1]acme.example.com", None),
            ("[::1", None),
        ] {
            assert_eq!(RequestParts::new(Some(host), "/").host().as_deref(), name, "{host}");
        }
        assert_eq!(RequestParts::new(None, "/").host(), None);
    }
}
