//! `-- tenancy: allow <rule>: <reason>`

use super::Rule;
use crate::migration::statement::line_of;

/// What the comments of a text allow.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    pub(super) rules: Vec<Rule>,
    /// Comments that try to: their line, and what is wrong with them.
    pub(super) bad: Vec<(usize, String)>,
}

impl Allowed {
    /// `comments` are where they stand in `sql`.
    pub(super) fn read(sql: &str, comments: &[std::ops::Range<usize>]) -> Self {
        let mut allowed = Self::default();
        for comment in comments {
            let Some(text) = sql[comment.clone()].strip_prefix("--") else { continue };
            let Some(wish) = text.trim().strip_prefix("tenancy:").map(str::trim) else { continue };
            let Some(wish) =
                wish.strip_prefix("allow").filter(|rest| !rest.starts_with(char::is_alphanumeric))
            else {
                if wish != "rust" {
                    allowed
                        .bad
                        .push((line_of(sql, comment.start), format!("`tenancy: {wish}` means nothing")));
                }
                continue;
            };
            let (name, reason) = wish.split_once(':').unwrap_or((wish, ""));
            match Rule::named(name.trim()) {
                None => {
                    let wrong = format!("there is no rule `{}`", name.trim());
                    allowed.bad.push((line_of(sql, comment.start), wrong));
                }
                Some(rule) if !reason.contains(char::is_alphanumeric) => {
                    allowed.bad.push((line_of(sql, comment.start), format!("no reason to allow `{rule}`")));
                }
                Some(rule) => allowed.rules.push(rule),
            }
        }
        allowed
    }
}
