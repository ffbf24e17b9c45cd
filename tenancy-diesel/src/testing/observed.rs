use std::fmt::{Debug, Display};

/// Everything that came out of an operation: what a client could see. All of it is searched for markers.
///
/// Anything that a client cannot see in plain text has to be made so first: bodies decompressed, encodings such as
/// base64 undone. Upper and lower case, and the hexadecimal form of bytes, are taken care of.
///
/// ```
/// use tenancy_diesel::testing::Observed;
/// let answer = Observed::new().status(200).header("Location", "/notes/1").body(r#"{"id":1}"#);
/// let answer: Observed = vec!["first note", "second note"].into();
/// let answer: Observed = Err::<String, _>("no such note").into(); // counts as failed, is searched all the same
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Observed {
    pub(super) parts: Vec<Part>,
    pub(super) failed: bool,
    status: Option<u16>,
}

/// A piece of it, and where it was.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) place: String,
    pub(super) bytes: Vec<u8>,
}

impl Observed {
    /// Nothing yet; a success.
    pub fn new() -> Self {
        Self::default()
    }

    /// The operation did not do what it was asked for.
    pub fn failed(mut self) -> Self {
        self.failed = true;
        self
    }

    /// This status, and no other, is the success: 404 for somebody else's id.
    pub fn expect_status(mut self, code: u16) -> Self {
        self.failed = self.status != Some(code);
        self
    }

    /// Both together; a success when both are.
    pub fn and(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self.failed |= other.failed;
        self
    }

    /// An HTTP status; 400 and above have [`failed`](Self::failed).
    pub fn status(mut self, code: u16) -> Self {
        self.failed |= code >= 400;
        self.status = Some(code);
        self.part("status", code.to_string())
    }

    /// A header.
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.part(&format!("header {name}"), value)
    }

    /// The body.
    pub fn body(self, body: impl AsRef<[u8]>) -> Self {
        self.part("body", body)
    }

    /// Anything else; `place` says in the report where it was.
    pub fn part(mut self, place: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.parts.push(Part { place: place.to_owned(), bytes: bytes.as_ref().to_vec() });
        self
    }

    /// Whatever `Debug` shows of a value.
    pub fn debug(value: &impl Debug) -> Self {
        Self::new().part("value", format!("{value:?}"))
    }
}

impl From<()> for Observed {
    fn from((): ()) -> Self {
        Self::new()
    }
}

impl From<&str> for Observed {
    fn from(text: &str) -> Self {
        Self::new().part("answer", text)
    }
}

impl From<String> for Observed {
    fn from(text: String) -> Self {
        Self::new().part("answer", text)
    }
}

impl<T: AsRef<str>> From<Vec<T>> for Observed {
    fn from(rows: Vec<T>) -> Self {
        let add =
            |observed: Self, (row, text): (usize, T)| observed.part(&format!("row {row}"), text.as_ref());
        rows.into_iter().enumerate().fold(Self::new(), add)
    }
}

/// The text of an error is searched, and so is what `Debug` shows of it.
impl<T: Into<Self>, E: Display + Debug> From<Result<T, E>> for Observed {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => value.into(),
            Err(error) => Self::new()
                .failed()
                .part("error", error.to_string())
                .part("error (debug)", format!("{error:?}")),
        }
    }
}
