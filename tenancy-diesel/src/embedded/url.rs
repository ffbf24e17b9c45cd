//! Connection URLs and database names.

use super::error::EmbeddedError;
use super::password::HOST;

/// The URL of a database on a server of ours.
pub(super) fn connection_url(user: &str, password: &str, port: u16, database: &str) -> String {
    format!("postgres://{user}:{password}@{HOST}:{port}/{}", encode(database))
}

/// The same server, another database. Knows both forms that libpq takes: a URL and `key=value` pairs.
pub(super) fn with_database(url: &str, database: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // The last one of a repeated key counts.
        return format!("{url} dbname={database}");
    };
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let query = rest.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{authority}/{}{query}", encode(database))
}

/// Takes names that are the same quoted and unquoted, in SQL, in a URL and in a shell, so that nothing needs
/// escaping.
pub(super) fn check_database_name(name: &str) -> Result<(), EmbeddedError> {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let fits = (1..=63).contains(&name.len()) && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain && fits { Ok(()) } else { Err(EmbeddedError::DatabaseName { name: name.to_owned() }) }
}

/// Percent-encodes what may not stand in the path of a URL.
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

/// Quotes a word for a POSIX shell when it needs it.
pub(super) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_a_url_changes() {
        let with = |url| with_database(url, "t1");
        assert_eq!(with("postgres://u:p@h:1/old"), "postgres://u:p@h:1/t1");
        assert_eq!(with("postgresql://u:p@h"), "postgresql://u:p@h/t1");
        assert_eq!(with("postgres://h/old?sslmode=require"), "postgres://h/t1?sslmode=require");
        assert_eq!(with("postgres://h?host=/run/pg"), "postgres://h/t1?host=/run/pg");
        assert_eq!(with("postgres:///old?host=%2Frun"), "postgres:///t1?host=%2Frun");
        assert_eq!(with("host=h dbname=old"), "host=h dbname=old dbname=t1");
    }

    #[test]
    fn a_database_name_cannot_leave_its_place_in_a_url() {
        assert_eq!(
            connection_url("postgres", "pw", 5432, "a/b?c d"),
            "postgres://postgres:pw@127.0.0.1:5432/a%2Fb%3Fc%20d"
        );
    }

    #[test]
    fn database_names_that_need_quoting_are_refused() {
        for good in ["tenancy", "_a1", &"x".repeat(63)] {
            assert!(check_database_name(good).is_ok(), "{good}");
        }
        for bad in ["", "A", "1a", "a-b", "a\"b", "é", &"x".repeat(64)] {
            assert!(check_database_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn shell_words_survive_a_shell() {
        assert_eq!(shell_word("/a/b-c"), "/a/b-c");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }
}
