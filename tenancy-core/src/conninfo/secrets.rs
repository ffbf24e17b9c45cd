use std::ops::Range;

/// Where a connection string holds passwords, so that messages can be shown without them.
///
/// libpq quotes what it could not read of a connection string, and a string that it could not read often has a
/// password with a character in it that should have been escaped, or a misspelt scheme. So this looks at the
/// text only, errs on the side of hiding, and never asks what the string means.
#[derive(Debug)]
pub struct Secrets<'a> {
    conninfo: &'a str,
    places: Vec<Range<usize>>,
}

impl<'a> Secrets<'a> {
    /// Finds the passwords in `conninfo`.
    pub fn of(conninfo: &'a str) -> Self {
        let mut places = Vec::new();
        let authority = conninfo.find("//").map_or(0, |slashes| slashes + 2);
        if let (Some(colon), Some(at)) = (conninfo[authority..].find(':'), conninfo.rfind('@')) {
            places.push(authority + colon + 1..at);
        }
        let is_url = conninfo.contains("//");
        for (key, _) in conninfo.match_indices("password") {
            let value = key + "password".len();
            let end =
                conninfo[value..].find('&').filter(|_| is_url).map_or(conninfo.len(), |end| value + end);
            places.push(value..end);
        }
        if !is_url && !conninfo.contains('=') {
            places.push(0..conninfo.len());
        }
        places.retain(|place| !place.is_empty());
        Self { conninfo, places }
    }

    /// `message` with `***` for each part in double quotes that the connection string has only where a password
    /// is.
    pub fn hide(&self, message: &str) -> String {
        message
            .split('"')
            .enumerate()
            .map(|(at, part)| if at % 2 == 1 && self.covers(part) { "***" } else { part })
            .collect::<Vec<_>>()
            .join("\"")
    }

    /// Whether `part` is in the connection string, and nowhere without touching a password.
    pub fn covers(&self, part: &str) -> bool {
        let mut found = self.conninfo.match_indices(part).peekable();
        !part.is_empty()
            && found.peek().is_some()
            && found.all(|(start, _)| {
                let end = start + part.len();
                self.places.iter().any(|place| start < place.end && place.start < end)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libpq_quotes_of_a_malformed_string_shows_no_password() {
        for (conninfo, message, shown) in [
            (
                "postgress://me:s3cret@localhost/db",
                r#"missing "=" after "postgress://me:s3cret@localhost/db" in connection info string"#,
                r#"missing "=" after "***" in connection info string"#,
            ),
            (
                "postgres://me:s3%zzcret@localhost/db",
                r#"invalid percent-encoded token: "s3%zzcret""#,
                r#"invalid percent-encoded token: "***""#,
            ),
            (
                "postgres://me:s3@cret@localhost/db",
                r#"could not translate host name "cret@localhost" to address"#,
                r#"could not translate host name "***" to address"#,
            ),
            (
                "postgres://localhost/db?password=s3%zzcret&sslmode=disable",
                r#"invalid percent-encoded token: "s3%zzcret""#,
                r#"invalid percent-encoded token: "***""#,
            ),
            ("host=localhost password=s3 cret", r#"missing "=" after "cret""#, r#"missing "=" after "***""#),
            ("s3cret", r#"missing "=" after "s3cret""#, r#"missing "=" after "***""#),
        ] {
            assert_eq!(Secrets::of(conninfo).hide(message), shown, "{conninfo}");
        }
    }

    #[test]
    fn what_is_no_secret_stays_readable() {
        for (conninfo, message) in [
            ("postgres://me:some@db/app", r#"connection to "db" failed: role "me" does not exist"#),
            ("postgres://me:x@h:54x9/app", r#"invalid integer value "54x9" for connection option "port""#),
            ("host=nowhere password=x", r#"could not translate host name "nowhere" to address"#),
            ("postgres:///app", r#"database "app" does not exist"#),
        ] {
            assert_eq!(Secrets::of(conninfo).hide(message), message, "{conninfo}");
        }
    }
}
