use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use tenancy_core::isolation::TenantRoles;
use tenancy_core::script::Script;

use super::Provisioner;
use super::origin::Origin;
use crate::blueprint::{self, Undecided};
use crate::error::Error;
use crate::{locks, ownership};

impl Provisioner<'_> {
    /// Reads the template as the next sign-up would, and tells which of its functions name it in a way that reading
    /// cannot decide: a clone has them as they are, and they may reach into the template from there.
    ///
    /// Blocks for a few round trips, and up to 10 s for a migration of the template that is under way.
    ///
    /// # Errors
    ///
    /// [`Error::Capture`] with everything that a clone would lose, and the remedies; [`Error::Query`].
    pub fn examine_template(&self) -> Result<Vec<Undecided>, Error> {
        let template = self.context.naming.template();
        let mut conn = self.context.operation()?;
        conn.transaction(|conn| {
            let wait = Script::new(locks::PATIENCE)
                .script(&locks::template_shared(template))
                .script(&ownership::of(template));
            conn.batch_execute(wait.as_str()).map_err(Error::query("wait for the template"))?;
            self.blueprint(conn, Origin::Template(template), self.context.roles == TenantRoles::On)?;
            conn.batch_execute(ownership::AS_LOGIN).map_err(Error::query("act as the login again"))?;
            blueprint::doubts(conn, template).map_err(Error::query("read the functions of the template"))
        })
    }
}
