//! `tenancy runs prune`

use chrono::{TimeDelta, Utc};
use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Outcome;
use crate::words;

/// Forget runs that ended long ago
#[derive(Debug, Args)]
#[command(after_help = "\
The newest run stays, and so do those that can be resumed, however old they are.

Example:
  tenancy runs prune --older-than 90d")]
pub(crate) struct Prune {
    /// How long ago they ended: a whole number with h, d or w
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: TimeDelta,
}

impl Prune {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let before = Utc::now()
            .checked_sub_signed(self.older_than)
            .ok_or_else(|| anyhow::anyhow!("so long ago there was nothing"))?;
        let pruned = context.tenancy.runs().prune(before)?;
        context.out.result(&json!({ "pruned": pruned, "before": before }), || {
            format!("forgot {} that ended before {}", words::count(pruned, "run"), words::time(before))
        })?;
        Ok(Outcome::Fine)
    }
}

fn age(text: &str) -> Result<TimeDelta, String> {
    let parsed = || {
        let unit = text.chars().last()?;
        let number: i64 = text.strip_suffix(unit)?.parse().ok().filter(|number| *number >= 0)?;
        match unit {
            'h' => TimeDelta::try_hours(number),
            'd' => TimeDelta::try_days(number),
            'w' => TimeDelta::try_weeks(number),
            _ => None,
        }
    };
    parsed().ok_or_else(|| "a whole number with h, d or w, for example 90d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_hours_days_or_weeks() {
        assert_eq!(age("36h"), Ok(TimeDelta::hours(36)));
        assert_eq!((age("90d"), age("2w")), (Ok(TimeDelta::days(90)), Ok(TimeDelta::weeks(2))));
        for wrong in ["", "d", "90", "-1d", "1.5d", "9y", "9é", "99999999999999999999d", "9999999999999999w"]
        {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
