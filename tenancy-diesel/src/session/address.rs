/// Where sessions connect to, and as whom.
///
/// It is asked for each connection, so that a password that was changed meanwhile is the one that is used.
pub(crate) trait Address: Send + Sync {
    /// The database's URL; with the password, so it goes into no message.
    ///
    /// # Errors
    ///
    /// Why it is not known at this moment.
    fn url(&self) -> Result<String, String>;
}

/// One that never changes.
impl Address for String {
    fn url(&self) -> Result<String, String> {
        Ok(self.clone())
    }
}
