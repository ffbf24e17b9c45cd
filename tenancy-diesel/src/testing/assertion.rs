/// Panics with the whole report unless the run proved that tenants are isolated.
///
/// It is also not enough that nothing was found: every action must have succeeded for every tenant, markers must
/// have been where they belong, tenants must have overlapped, and every planned fault must have occurred.
///
/// ```no_run
/// # fn check(check: tenancy_diesel::testing::Interleaver<tenancy_diesel::testing::OnThreads>) -> Result<(), tenancy_diesel::Error> {
/// use tenancy_diesel::assert_isolated;
/// assert_isolated!(check.run()?);
/// # Ok(())
/// # }
/// ```
#[macro_export]
macro_rules! assert_isolated {
    ($report:expr $(,)?) => {
        $crate::testing::IsolationReport::assert_isolated(&$report)
    };
}
