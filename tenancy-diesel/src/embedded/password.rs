//! The password of the server: random, made once per data directory, readable only by its owner.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::error::EmbeddedError;

/// The superuser that initdb makes. The conventional name, so that every tool's habits fit.
pub(super) const USER: &str = "postgres";

/// The address that the server listens on: this machine and nobody else.
pub(super) const HOST: &str = "127.0.0.1";

/// A password with 192 bits of entropy, of letters that need no escaping anywhere.
pub(super) fn generate() -> Result<String, EmbeddedError> {
    random_hex(24)
}

/// Random bytes in hexadecimal digits.
pub(super) fn random_hex(bytes: usize) -> Result<String, EmbeddedError> {
    let source = Path::new("/dev/urandom");
    let mut buffer = vec![0; bytes];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut buffer))
        .map_err(EmbeddedError::io("read", source))?;
    Ok(buffer.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes a file that nobody else can read, not even for a moment.
pub(super) fn write_private(path: &Path, text: &str) -> Result<(), EmbeddedError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(EmbeddedError::io("replace", path)(error));
        }
        _ => {}
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(EmbeddedError::io("write", path))
}

/// The file that keeps the password, in the format that `PGPASSFILE` wants (PostgreSQL manual, "The Password
/// File"). The port may change from run to run, so it is a wildcard.
pub(super) fn to_pgpass(password: &str) -> String {
    format!("{HOST}:*:*:{USER}:{password}\n")
}

/// Reads the password back.
pub(super) fn read(path: &Path) -> Result<String, EmbeddedError> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        other => other.map_err(EmbeddedError::io("read", path))?,
    };
    from_pgpass(&text)
        .map(str::to_owned)
        .ok_or_else(|| EmbeddedError::PasswordLost { path: path.to_path_buf() })
}

fn from_pgpass(text: &str) -> Option<&str> {
    let password = text.lines().next()?.rsplit(':').next()?;
    (password.len() >= 32 && password.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_survives_its_file() {
        let password = generate().unwrap();
        assert_eq!(password.len(), 48);
        assert_ne!(password, generate().unwrap());
        assert_eq!(from_pgpass(&to_pgpass(&password)), Some(password.as_str()));
    }

    #[test]
    fn a_damaged_file_is_not_a_password() {
        assert_eq!(from_pgpass(""), None);
        assert_eq!(from_pgpass("127.0.0.1:*:*:postgres:short\n"), None);
    }
}
