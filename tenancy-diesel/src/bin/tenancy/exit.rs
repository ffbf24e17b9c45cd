//! How the process ends: 0 fine, 1 something failed or was found, 2 wrong usage.

use std::process::ExitCode;

use tenancy_diesel::Error;

use crate::output;

/// How a command that ran to its end went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything asked for is done.
    Fine,
    /// Something failed in a tenant, or was found; the command has reported it.
    Found,
}

impl Outcome {
    /// Fine or not.
    pub(crate) fn of(fine: bool) -> Self {
        if fine { Self::Fine } else { Self::Found }
    }
}

/// What was asked for makes no sense.
#[derive(Debug)]
pub(crate) struct Usage(String);

impl Usage {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Reports an error and chooses the exit code.
pub(crate) fn code(json: bool, result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) => {
            output::error(json, &told(&error));
            ExitCode::from(if is_usage(&error) { 2 } else { 1 })
        }
    }
}

/// The error and what caused it; a cause that the error quotes already is not repeated.
fn told(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// What clap had to say: help and version are fine, the rest is wrong usage.
pub(crate) fn refused(refusal: &clap::Error) -> ExitCode {
    let json = std::env::args().take_while(|argument| argument != "--").any(|argument| argument == "--json");
    if json && refusal.use_stderr() {
        let text = refusal.render().to_string();
        output::error(true, text.trim().trim_start_matches("error: "));
    } else {
        // Nobody may be listening any more.
        let _ = refusal.print();
    }
    ExitCode::from(if refusal.use_stderr() { 2 } else { 0 })
}

/// Names and URLs that no database could make right.
fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<Usage>() || matches!(error.downcast_ref::<Error>(), Some(Error::Name(_) | Error::PlainText(_)))
}
