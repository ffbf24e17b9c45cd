use serde::{Deserialize, Serialize};

/// How many failures end a run. Without a limit, a failure concerns its tenant only.
///
/// ```
/// # use tenancy_core::fleet::ErrorBudget;
/// let budget = ErrorBudget { failures: None, percent: Some(10.0) };
/// assert!(!budget.is_spent(4, 50) && budget.is_spent(5, 50));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ErrorBudget {
    /// The run ends at so many failures.
    pub failures: Option<usize>,
    /// The run ends when so many of a hundred tenants of its plan failed.
    pub percent: Option<f64>,
}

impl ErrorBudget {
    /// A budget that the first failure spends.
    pub const ONE_FAILURE: Self = Self { failures: Some(1), percent: None };

    /// Whether the run ends when `failed` of `total` tenants did. It never does while none failed.
    pub fn is_spent(&self, failed: usize, total: usize) -> bool {
        failed > 0
            && (self.failures.is_some_and(|most| failed >= most)
                || self.percent.is_some_and(|percent| failed as f64 * 100.0 >= percent * total as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_nothing_is_spent() {
        assert!(!ErrorBudget::default().is_spent(1_000, 1_000));
    }

    #[test]
    fn whichever_limit_is_met_first_counts() {
        let budget = ErrorBudget { failures: Some(3), percent: Some(50.0) };
        assert!(!budget.is_spent(2, 5) && budget.is_spent(3, 100) && budget.is_spent(2, 4));
        assert!(!ErrorBudget { failures: Some(0), percent: Some(0.0) }.is_spent(0, 10), "nothing failed");
    }
}
