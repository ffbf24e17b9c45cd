use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;
use tenancy_core::structure::{Change, Difference};

use super::Provisioner;
use super::captured::sees_all_rows;
use super::origin::Origin;
use crate::blueprint::{CaptureError, Fingerprint};
use crate::bookkeeping;
use crate::error::Error;
use crate::ownership;
use crate::structure::{Reader, Subject};

/// How often an origin is read anew because it changed under a clone of it.
const ATTEMPTS: usize = 3;

/// Where a clone that is not proved ends.
const BEFORE_THE_CLONE: &str = "tenancy_clone";

/// What a clone was made from.
pub(super) struct Cloned {
    /// The template as it was.
    pub(super) fingerprint: Fingerprint,
    /// Whether it has a bookkeeping of migrations.
    pub(super) is_recorded: bool,
}

impl Provisioner<'_> {
    /// Makes `schema` from `origin`, for a tenant whose `role` stands (if it has one), proves it, and goes back to the login. `recorded`
    /// is run behind it where the origin has a bookkeeping of migrations. The caller holds the origin's lock, shared, in
    /// a transaction.
    pub(super) fn clone_schema(
        &self,
        conn: &mut PgConnection,
        origin: Origin<'_>,
        schema: &SchemaName,
        role: Option<&str>,
        recorded: &Script,
    ) -> Result<Cloned, Error> {
        let grants = match role {
            Some(role) => ownership::grant(schema, role),
            None => Script::default(),
        };
        // What the proof compares with is the template as it is now, so what is remembered of it need not be: asking
        // first whether it changed would cost as much as the proof.
        let remembered =
            if self.prove_clones { self.remembered(conn, origin, role.is_some())? } else { None };
        let (mut fingerprint, mut blueprint) = match remembered {
            Some(remembered) => remembered,
            None => self.blueprint(conn, origin, role.is_some())?,
        };
        for _ in 0..ATTEMPTS {
            sees_all_rows(conn, &blueprint)?;
            let path = self.context.shared.search_path(schema);
            let mut clone = blueprint.render_granting(schema, &path, &grants);
            let is_recorded = blueprint.copies_rows_of(bookkeeping::TABLE);
            if is_recorded {
                clone = clone.sql("\n").script(recorded);
            }
            let cloned = Cloned { fingerprint, is_recorded };
            if !self.prove_clones {
                clone = clone.sql(ownership::AS_LOGIN);
                conn.batch_execute(clone.as_str()).map_err(Error::query("clone the schema"))?;
                return Ok(cloned);
            }
            let proof = self.run_and_prove(conn, &clone, origin, Subject { schema, role });
            let Err(refused) = proof else { return Ok(cloned) };
            // Either the clone is wrong, or the origin is another by now.
            let undo = Script::new("ROLLBACK TO SAVEPOINT ").sql(BEFORE_THE_CLONE);
            if conn.batch_execute(undo.as_str()).is_err() {
                return Err(refused);
            }
            let now = self.blueprint(conn, origin, role.is_some())?;
            if now.0 == cloned.fingerprint {
                return Err(refused);
            }
            (fingerprint, blueprint) = now;
        }
        Err(CaptureError::Changing { template: origin.schema().clone() }.into())
    }

    /// Runs the script, and compares what it made with the origin. The path and a few settings of the planner stay set
    /// for the rest of the transaction.
    fn run_and_prove(
        &self,
        conn: &mut PgConnection,
        clone: &Script,
        origin: Origin<'_>,
        made: Subject<'_>,
    ) -> Result<(), Error> {
        let script = Script::new("SAVEPOINT ")
            .sql(BEFORE_THE_CLONE)
            .sql(";\n")
            .script(clone)
            .script(&Reader::settings());
        conn.batch_execute(script.as_str()).map_err(Error::query("clone the schema"))?;
        let mut reader = self.context.reader.get();
        let expected = Subject { schema: origin.schema(), role: origin.role() };
        let differences = reader.compare(conn, expected, made)?;
        let differences = match origin.role() {
            Some(role) => without_rights_of(role, differences),
            None => differences,
        };
        self.context.reader.keep(reader);
        if !differences.is_empty() {
            return Err(Error::CloneDiffers { schema: made.schema.clone(), differences });
        }
        conn.batch_execute(ownership::AS_LOGIN).map_err(Error::query("act as the login again"))
    }
}

/// What was granted by hand to the role of the tenant that a clone is made from is not granted to anybody in the clone.
fn without_rights_of(role: &str, mut differences: Vec<Difference>) -> Vec<Difference> {
    let theirs = format!("{role}=");
    let of_others = |value: &Option<String>| -> Vec<String> {
        let lines = value.iter().flat_map(|value| value.lines()).filter(|line| !line.is_empty());
        lines.filter(|line| !line.starts_with(&theirs)).map(str::to_owned).collect()
    };
    differences.retain_mut(|difference| {
        let Change::Different { properties } = &mut difference.change else { return true };
        properties.retain(|change| {
            change.property != "privileges" || of_others(&change.expected) != of_others(&change.found)
        });
        !properties.is_empty()
    });
    differences
}

#[cfg(test)]
mod tests {
    use tenancy_core::structure::{ObjectName, PropertyChange};

    use super::*;

    #[test]
    fn only_the_rights_of_that_role_are_left_out() {
        let changed = |property: &str, expected: &str, found: &str| Difference {
            object: ObjectName { kind: "table".to_owned(), name: "t".to_owned() },
            change: Change::Different {
                properties: vec![PropertyChange {
                    property: property.to_owned(),
                    expected: Some(expected.to_owned()),
                    found: (!found.is_empty()).then(|| found.to_owned()),
                }],
            },
        };
        let left = |difference: &Difference| without_rights_of("acme", vec![difference.clone()]);
        assert_eq!(left(&changed("privileges", "\nacme=w/@\n@=r/@\n", "\n@=r/@\n")), []);
        assert_eq!(left(&changed("privileges", "\nacme=w/@\n", "")), []);
        for other in [
            changed("privileges", "\nacme2=w/@\n@=r/@\n", "\n@=r/@\n"),
            changed("privileges", "\nacme=w/@\n@=r/@\n", "\n@=rw/@\n"),
            changed("default", "acme=w", ""),
        ] {
            assert_eq!(left(&other), [other]);
        }
    }
}
