//! The fields of a JSON body, checked one by one, so that a client learns of all mistakes at once.

use std::collections::BTreeSet;
use std::io;
use std::str::FromStr;

use rocket::serde::json::{self, Json};
use serde_json::{Map, Value};
use tenancy_diesel::web::Problem;

use crate::error::ApiError;

/// A body as Rocket hands it over.
pub(crate) type Body<'r> = Result<Json<Value>, json::Error<'r>>;

/// The fields of a body. Every method notes what is wrong and goes on; [`finish`](Self::finish) tells.
#[derive(Debug)]
pub(crate) struct Fields {
    object: Map<String, Value>,
    known: BTreeSet<&'static str>,
    errors: Vec<(String, String)>,
}

impl Fields {
    /// The fields of `body`.
    ///
    /// # Errors
    ///
    /// 413 when it is too long, 400 when it is no JSON, 422 when it is no object.
    pub(crate) fn of(body: Body<'_>) -> Result<Self, ApiError> {
        let value = match body {
            Ok(Json(value)) => value,
            Err(json::Error::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let problem = Problem::new(413, "too_large").detail("The body is longer than 64 KiB.");
                return Err(ApiError::Problem(problem));
            }
            Err(json::Error::Parse(_, error)) => {
                let problem =
                    Problem::new(400, "json_invalid").detail(format!("The body is no JSON: {error}."));
                return Err(ApiError::Problem(problem));
            }
            Err(json::Error::Io(_)) => {
                return Err(ApiError::Problem(
                    Problem::new(400, "bad_request").detail("The body cannot be read."),
                ));
            }
        };
        match value {
            Value::Object(object) => Ok(Self { object, known: BTreeSet::new(), errors: Vec::new() }),
            _ => Err(ApiError::Problem(Problem::new(422, "invalid").detail("The body is no JSON object."))),
        }
    }

    /// Notes that a field is wrong.
    pub(crate) fn wrong(&mut self, field: &'static str, message: impl Into<String>) {
        self.errors.push((field.to_owned(), message.into()));
    }

    /// A field that may be absent or null.
    pub(crate) fn value(&mut self, field: &'static str) -> Option<Value> {
        self.known.insert(field);
        self.object.remove(field).filter(|value| !value.is_null())
    }

    /// A text of 1 to `max` characters, without the white space around it.
    pub(crate) fn text(&mut self, field: &'static str, max: usize) -> String {
        self.required(field, |fields| fields.optional_text(field, max))
    }

    /// A text that may be absent.
    pub(crate) fn optional_text(&mut self, field: &'static str, max: usize) -> Option<String> {
        let text = match self.value(field)? {
            Value::String(text) => text.trim().to_owned(),
            _ => {
                self.wrong(field, "is no text");
                return None;
            }
        };
        if text.is_empty() {
            self.wrong(field, "is empty");
        } else if text.chars().count() > max {
            self.wrong(field, format!("is longer than {max} characters"));
        } else if text.contains('\0') {
            // PostgreSQL stores none.
            self.wrong(field, "contains a NUL character");
        } else {
            return Some(text);
        }
        None
    }

    /// A text that means something, `expected` in words.
    pub(crate) fn parsed<T: FromStr + Default>(&mut self, field: &'static str, expected: &str) -> T {
        self.required(field, |fields| fields.optional_parsed(field, expected))
    }

    /// The same for a text that may be absent.
    pub(crate) fn optional_parsed<T: FromStr>(&mut self, field: &'static str, expected: &str) -> Option<T> {
        let text = self.optional_text(field, 200)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(field, format!("is not {expected}"));
        }
        parsed
    }

    /// An e-mail address. The only proof is a mail that arrives, so little is asked of it.
    pub(crate) fn email(&mut self, field: &'static str) -> String {
        let text = self.text(field, 254);
        let is_address = text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
        if !text.is_empty() && (!is_address || text.contains(char::is_whitespace)) {
            self.wrong(field, "is no e-mail address");
        }
        text
    }

    /// What was noted.
    ///
    /// # Errors
    ///
    /// 422 with every mistake, among them fields that nobody asked for.
    pub(crate) fn finish(mut self) -> Result<(), ApiError> {
        let known = self.known.iter().copied().collect::<Vec<_>>().join(", ");
        for field in self.object.keys() {
            let shown: String = field.chars().take(80).collect();
            self.errors.push((shown, format!("is unknown (known are {known})")));
        }
        if self.errors.is_empty() { Ok(()) } else { Err(ApiError::fields(self.errors)) }
    }

    fn required<T: Default>(&mut self, field: &'static str, read: impl FnOnce(&mut Self) -> Option<T>) -> T {
        let noted = self.errors.len();
        let value = read(self);
        if value.is_none() && self.errors.len() == noted {
            self.wrong(field, "is missing");
        }
        value.unwrap_or_default()
    }
}
