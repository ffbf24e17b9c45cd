//! Lists in pages: `?limit=&after=`, and a link to the next one.

use std::str::FromStr;

use rocket::http::Header;
use rocket::http::uri::fmt::{Query, UriDisplay};
use rocket::response::{self, Responder};
use rocket::serde::json::Json;
use rocket::{FromForm, Request, Response};
use serde::Serialize;

use crate::error::ApiError;

/// Which page is wanted.
#[derive(Debug, FromForm)]
pub(crate) struct Paging<'r> {
    limit: Option<&'r str>,
    after: Option<&'r str>,
}

impl Paging<'_> {
    /// How many, 1 to 100; 20 when absent.
    ///
    /// # Errors
    ///
    /// 422.
    pub(crate) fn limit(&self) -> Result<i64, ApiError> {
        match filter::<i64>("limit", self.limit, "a number from 1 to 100")? {
            None => Ok(20),
            Some(limit @ 1..=100) => Ok(limit),
            Some(_) => Err(ApiError::field("limit", "is not a number from 1 to 100")),
        }
    }

    /// The last one of the page before.
    ///
    /// # Errors
    ///
    /// 422.
    pub(crate) fn after<T: FromStr>(&self) -> Result<Option<T>, ApiError> {
        filter("after", self.after, "what `next` of another page says")
    }
}

/// A parameter of the query that may be absent; `expected` in words.
///
/// # Errors
///
/// 422.
pub(crate) fn filter<T: FromStr>(
    name: &'static str,
    value: Option<&str>,
    expected: &str,
) -> Result<Option<T>, ApiError> {
    let parse = |text: &str| text.parse().map_err(|_| ApiError::field(name, format!("is not {expected}")));
    value.map(parse).transpose()
}

/// A page, and where the next one is: in the body and in a `Link` header.
#[derive(Debug, Serialize)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> Page<T> {
    /// A page of `limit` out of `items`, of which there is one more when there is a next page. `path` and
    /// `filters` lead to it, `key` to the place where it begins.
    pub(crate) fn new(
        mut items: Vec<T>,
        limit: i64,
        path: &str,
        filters: &[(&str, Option<String>)],
        key: impl Fn(&T) -> String,
    ) -> Self {
        let limit_as_length = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_next = items.len() > limit_as_length;
        items.truncate(limit_as_length);
        let next = items.last().filter(|_| has_next).map(|last| {
            let filters: String = filters
                .iter()
                .filter_map(|(name, value)| Some(format!("&{name}={}", encode(value.as_deref()?))))
                .collect();
            format!("{path}?limit={limit}&after={}{filters}", encode(&key(last)))
        });
        Self { items, next }
    }
}

fn encode(value: &str) -> String {
    (&value as &dyn UriDisplay<Query>).to_string()
}

impl<'r, T: Serialize> Responder<'r, 'static> for Page<T> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let link = self.next.as_ref().map(|next| Header::new("Link", format!("<{next}>; rel=\"next\"")));
        let mut response = Response::build_from(Json(self).respond_to(request)?);
        if let Some(link) = link {
            response.header(link);
        }
        response.ok()
    }
}
