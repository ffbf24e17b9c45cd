use std::time::Duration;

use serde::Serialize;

use super::SubjectTrial;
use super::subject::milliseconds;

/// What the pending migrations would do to whom. Nothing of it was kept.
#[derive(Debug, Clone, Serialize)]
#[must_use = "what failed is in here, and nowhere else"]
pub struct TrialReport {
    /// The template, if it lacks a migration, and then the tenants, by slug.
    pub subjects: Vec<SubjectTrial>,
    /// How long it all took, in milliseconds.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub took: Duration,
}

impl TrialReport {
    /// Whether everything that was tried went well, and, if that was asked for, can be undone. What cannot be tried is no
    /// failure.
    pub fn is_success(&self) -> bool {
        self.subjects.iter().all(SubjectTrial::is_success)
    }
}
