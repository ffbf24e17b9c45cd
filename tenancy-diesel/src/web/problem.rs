use std::borrow::Cow;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde::Serialize;
use serde_json::{Map, Value};
use tenancy_core::resolve::ResolveError;
use tenancy_core::tenant::TenantStatus;

use crate::error::{Error, is_lock_timeout, is_statement_timeout};

/// What a client may read about an error: a problem document after RFC 9457.
///
/// The text form is a contract: `code` is stable and meant for programs, `detail` for people and may change.
/// Nothing here names a schema, a statement or what PostgreSQL said; [`log`](Self::log) tells the operator.
///
/// | status | code | when |
/// |---|---|---|
/// | 400 | `tenant_required` | the request names no tenant |
/// | 400 | `tenant_invalid` | a source of the tenant's name makes no sense |
/// | 403 | `tenant_conflict` | two sources name different tenants |
/// | 403 | `tenant_suspended`, `tenant_archived`, `tenant_inactive` | the tenant is not served |
/// | 404 | `tenant_unknown` | there is no such tenant |
/// | 404 | `not_found` | a query found nothing, or a scoped id is another tenant's: nobody can tell these apart |
/// | 409 | `tenant_taken` | a sign-up under a slug that is taken |
/// | 409 | `conflict` | a unique constraint stands in the way |
/// | 422 | `name_invalid` | a sign-up under a name that breaks a rule |
/// | 429 | `tenant_limit` | the tenant uses all connections that it may hold; with `Retry-After` |
/// | 500 | `internal` | everything else |
/// | 503 | `busy` | every connection is in use, or somebody else held what the request needs until it gave up; with `Retry-After` |
/// | 503 | `timeout` | a statement took longer than it may; with `Retry-After` |
/// | 503 | `unavailable` | the database is away; with `Retry-After` |
///
/// ```
/// use tenancy_diesel::{Error, web::Problem};
///
/// let problem = Problem::from(&Error::NoTenantNamed);
/// assert_eq!(
///     serde_json::to_string(&problem).unwrap(),
///     r#"{"type":"about:blank","title":"Bad Request","status":400,"code":"tenant_required","#.to_owned()
///         + r#""detail":"The request names no tenant."}"#
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'static, str>>,
    #[serde(flatten)]
    more: Map<String, Value>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl Problem {
    /// The media type of the document.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// A problem with an HTTP status and a code for programs.
    pub fn new(status: u16, code: impl Into<Cow<'static, str>>) -> Self {
        Self {
            // RFC 9457, section 4.2.1: the status says all there is to say about the type.
            r#type: "about:blank",
            title: title(status),
            status,
            code: code.into(),
            detail: None,
            more: Map::new(),
            retry_after: None,
        }
    }

    /// What people may read about this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// A further member of the document. One that the document has already is not overwritten.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        if !["type", "title", "status", "code", "detail"].contains(&member) {
            self.more.insert(member.to_owned(), value.into());
        }
        self
    }

    /// After how many seconds it makes sense to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The code for programs.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The value of `Retry-After`, in seconds.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after
    }

    /// Tells the operator what really happened, with a severity that fits: it is an error when the service is
    /// to blame, a warning when it is overloaded, and otherwise of interest only while debugging.
    pub fn log(&self, error: &dyn std::error::Error) {
        let (status, code) = (self.status, self.code());
        let reason = Chain(error);
        match (status, code) {
            (_, "busy" | "timeout" | "tenant_limit") => tracing::warn!(status, code, "{reason}"),
            (500.., _) => tracing::error!(status, code, "{reason}"),
            _ => tracing::debug!(status, code, "{reason}"),
        }
    }
}

/// An error and what caused it.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut last = self.0.to_string();
        f.write_str(&last)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // Some parents print their source already.
            if !last.contains(&text) {
                write!(f, ": {text}")?;
            }
            last = text;
            source = cause.source();
        }
        Ok(())
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::NoTenantNamed => Self::new(400, "tenant_required").detail("The request names no tenant."),
            // The rules of names are no secret; what broke them was sent by the client.
            Error::Resolve(ResolveError::Invalid { .. } | ResolveError::Repeated { .. }) => {
                Self::new(400, "tenant_invalid").detail(sentence(error))
            }
            Error::Resolve(_) => Self::new(400, "tenant_invalid"),
            Error::TenantsDiffer { .. } => {
                Self::new(403, "tenant_conflict").detail("The request names two different tenants.")
            }
            Error::UnknownTenant(_) | Error::Dropping(_) => {
                Self::new(404, "tenant_unknown").detail("There is no such tenant.")
            }
            Error::NotActive(not_active) => {
                let (code, detail) = match not_active.status {
                    TenantStatus::Suspended => ("tenant_suspended", "The tenant is suspended."),
                    TenantStatus::Archived => ("tenant_archived", "The tenant is archived."),
                    _ => ("tenant_inactive", "The tenant is not active."),
                };
                Self::new(403, code).detail(detail)
            }
            Error::Name(_) => Self::new(422, "name_invalid").detail(sentence(error)),
            Error::AlreadyExists(_) => Self::new(409, "tenant_taken").detail("The name is taken."),
            // A schema that belongs to nobody stands in the way: to the client the name is taken as well.
            Error::SchemaTaken(_) => Self::new(409, "tenant_taken").detail("The name is taken."),
            Error::TenantLimit { .. } => Self::new(429, "tenant_limit")
                .detail("The tenant does too much at once. Please try again.")
                .retry_after(1),
            Error::PoolExhausted { .. } | Error::TenantBusy(_) => busy(),
            Error::Unreachable(_) | Error::NotInitialized => unavailable(),
            // To the letter what an unknown row says: that another tenant has one is none of the client's business.
            Error::WrongTenant(_) => Self::from(&DieselError::NotFound),
            Error::Query { source, .. } => Self::from(source),
            _ => internal(),
        }
    }
}

impl From<&DieselError> for Problem {
    fn from(error: &DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::new(404, "not_found").detail("There is no such thing."),
            DieselError::BrokenTransactionManager => unavailable(),
            error if is_lock_timeout(error) => busy(),
            error if is_statement_timeout(error) => {
                Self::new(503, "timeout").detail("It took too long. Please try again.").retry_after(1)
            }
            DieselError::DatabaseError(kind, _) => match kind {
                DatabaseErrorKind::UniqueViolation => {
                    Self::new(409, "conflict").detail("There is one like this already.")
                }
                DatabaseErrorKind::SerializationFailure => busy(),
                DatabaseErrorKind::ClosedConnection => unavailable(),
                _ => internal(),
            },
            _ => internal(),
        }
    }
}

fn busy() -> Problem {
    Problem::new(503, "busy").detail("Too much is going on. Please try again.").retry_after(1)
}

fn unavailable() -> Problem {
    Problem::new(503, "unavailable")
        .detail("The service is away for a moment. Please try again.")
        .retry_after(5)
}

fn internal() -> Problem {
    Problem::new(500, "internal").detail("Something went wrong on our side.")
}

/// Errors are lower case without a full stop; details are sentences.
fn sentence(error: &Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => text,
    }
}

/// The reason phrases of RFC 9110 and RFC 6585 that a service meets.
fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        500.. => "Internal Server Error",
        _ => "Client Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenancy_core::name::{SchemaName, TenantSlug};

    fn json(error: &Error) -> String {
        serde_json::to_string(&Problem::from(error)).unwrap()
    }

    #[test]
    fn what_postgresql_says_and_schemas_stay_inside() {
        let source = || DieselError::QueryBuilderError("secret".into());
        let schema = SchemaName::parse("tenant_secret").unwrap();
        for error in [
            Error::Query { doing: "secret", source: source() },
            Error::Unreachable("secret".to_owned()),
            Error::SchemaTaken(schema.clone()),
            Error::SchemaMissing { slug: TenantSlug::parse("secret").unwrap(), schema: schema.clone() },
            Error::Registry { slug: "secret".to_owned(), reason: "secret".to_owned() },
            Error::Migration { migration: "secret".to_owned(), schema, reason: "secret".to_owned() },
            Error::Migrations("secret".to_owned()),
        ] {
            assert!(!json(&error).contains("secret"), "{}", json(&error));
        }
    }

    #[test]
    fn a_name_that_breaks_a_rule_says_which_one() {
        let error = Error::from(TenantSlug::parse("a b").unwrap_err());
        assert_eq!(
            json(&error),
            r#"{"type":"about:blank","title":"Unprocessable Content","status":422,"code":"name_invalid","detail":"`a b` contains ' ': only a-z, 0-9 and _ are allowed."}"#
        );
    }

    #[test]
    fn what_passes_is_worth_another_try_and_names_nobody() {
        let slug = || TenantSlug::parse("secret").unwrap();
        let limit = Error::TenantLimit { slug: slug(), limit: 7, waited: std::time::Duration::from_secs(5) };
        for (error, status, code) in [(Error::TenantBusy(slug()), 503, "busy"), (limit, 429, "tenant_limit")]
        {
            let problem = Problem::from(&error);
            assert_eq!((problem.status(), problem.code()), (status, code));
            assert_eq!(problem.retry_after_seconds(), Some(1));
            assert!(!json(&error).contains("secret"));
        }
    }

    #[test]
    fn members_of_the_document_cannot_be_overwritten() {
        let problem = Problem::new(422, "invalid").with("status", 200).with("errors", vec!["name"]);
        let value = serde_json::to_value(&problem).unwrap();
        assert_eq!(value["status"], 422);
        assert_eq!(value["errors"][0], "name");
    }
}
