//! What `doctor` and `check` have in common: findings as people and machines read them.

use serde::Serialize;
use tenancy_diesel::{Diagnosis, Finding, MendedBy, Severity};

use crate::output::printable;
use crate::words;

/// How many subjects and statements of one finding people are shown; machines get all.
const SHOWN: usize = 10;

/// What a machine is told.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    healthy: bool,
    #[serde(flatten)]
    diagnosis: &'a Diagnosis,
}

impl<'a> Document<'a> {
    pub(crate) fn of(diagnosis: &'a Diagnosis) -> Self {
        Self { healthy: diagnosis.is_healthy(), diagnosis }
    }
}

/// Every finding with its statements, then the sum.
pub(crate) fn text(diagnosis: &Diagnosis) -> String {
    let mut text: String = diagnosis.findings.iter().map(paragraph).collect();
    text.push_str(&sum(diagnosis));
    text
}

fn paragraph(finding: &Finding) -> String {
    let mut text = format!("{}: {}  [{}]\n", finding.severity, finding.what, finding.code);
    for subject in finding.subjects.iter().take(SHOWN) {
        text.push_str(&format!("    {}\n", printable(subject, false)));
    }
    text.push_str(&more(finding.subjects.len()));
    text.push_str(&format!("  why: {}\n  what to do: {}\n", finding.why, finding.remedy));
    if finding.mend().len() > 0 {
        let by = match finding.by {
            MendedBy::Operator => "",
            MendedBy::Owner => ", as the owner role or a superuser",
            MendedBy::Superuser => ", as a superuser",
        };
        let safe = if finding.safe_to_fix { "; --fix runs it" } else { "" };
        text.push_str(&format!("  in SQL{by}{safe}:\n"));
        for statement in finding.mend().take(SHOWN) {
            text.push_str(&format!("    {};\n", printable(statement, false)));
        }
        text.push_str(&more(finding.mend().len()));
    }
    text.push('\n');
    text
}

fn more(all: usize) -> String {
    if all > SHOWN { format!("    and {} more (--json has all)\n", all - SHOWN) } else { String::new() }
}

/// `1 critical, 2 warnings in 46 checks`
fn sum(diagnosis: &Diagnosis) -> String {
    let count = |severity| diagnosis.findings.iter().filter(|finding| finding.severity == severity).count();
    let told: Vec<String> = [
        (count(Severity::Critical), "critical fault"),
        (count(Severity::Warning), "warning"),
        (count(Severity::Advice), "piece of advice"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, one)| words::count(number, one).replace("piece of advices", "pieces of advice"))
    .collect();
    let checks = words::count(diagnosis.checked.len(), "check");
    match (diagnosis.is_healthy(), told.is_empty()) {
        (_, true) => format!("healthy: {checks}, nothing found"),
        (true, false) => format!("healthy: {checks}, {}", told.join(", ")),
        (false, _) => format!("{} in {checks}", told.join(", ")),
    }
}
