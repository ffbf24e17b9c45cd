use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Bool, Integer, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::{Grant, GrantTarget, Grantee, Grants, LaterObjects, Privilege};
use tenancy_core::blueprint::{Object, ObjectId};

use super::letter::{self, Letter};
use crate::blueprint::catalog::Catalog;
use crate::blueprint::finding::Finding;
use crate::blueprint::inventory::Inventory;
use crate::blueprint::{CaptureError, class};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Oid)]
    class: u32,
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Integer)]
    sub: i32,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = Nullable<Text>)]
    column_name: Option<String>,
    #[diesel(sql_type = Text)]
    privilege: String,
    #[diesel(sql_type = Bool)]
    grantable: bool,
    #[diesel(sql_type = Bool)]
    revoke: bool,
    #[diesel(sql_type = Oid)]
    grantee: u32,
    #[diesel(sql_type = Text)]
    grantee_name: String,
    #[diesel(sql_type = Bool)]
    is_owner: bool,
    #[diesel(sql_type = Nullable<Text>)]
    role_name: Option<String>,
    #[diesel(sql_type = Bool)]
    role_is_owner: bool,
    #[diesel(sql_type = Bool)]
    may: bool,
}

impl Letter for Privilege {
    const CATALOGUE: &'static str = "aclexplode";

    fn read(keyword: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|privilege| privilege.keyword() == keyword)
    }
}

impl Letter for LaterObjects {
    const CATALOGUE: &'static str = "pg_default_acl.defaclobjtype";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "r" => Some(Self::Tables),
            "S" => Some(Self::Sequences),
            "f" => Some(Self::Routines),
            "T" => Some(Self::Types),
            _ => None,
        }
    }
}

/// Rights on everything, and default privileges.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    let rows = catalog.rows::<Row>("read who may do what in the template", include_str!("grants.sql"))?;
    for rows in rows.chunk_by(|a, b| (a.class, a.oid, a.sub) == (b.class, b.oid, b.sub)) {
        let row = &rows[0];
        let id = ObjectId { class: row.class, oid: row.oid };
        let mut changes: Vec<Grant> = Vec::new();
        for row in rows {
            // What the library gives a tenant on its own schema, it gives every tenant.
            if Some(row.grantee) == catalog.tenants.own {
                continue;
            }
            if let Some((reason, remedy)) = row.refusal(catalog) {
                inventory.refused.push(Finding::new(id, &reason, remedy).of_column(row.sub));
                break;
            }
            row.add_to(&mut changes)?;
        }
        let title =
            format!("{}.{}", catalog.shown(&row.target), row.column_name.as_deref().unwrap_or_default());
        let object = Grants { on: row.on(catalog)?, changes };
        if row.class == class::DEFAULT_ACL {
            inventory.add(Object::new(Some(id), format!("{title}{:?}", row.role_name), object));
        } else if !object.changes.is_empty() {
            let mut object = Object::new(None, title, object);
            object.needs.push(id);
            inventory.add(object);
        }
    }
    Ok(())
}

impl Row {
    fn on(&self, catalog: &Catalog<'_>) -> Result<GrantTarget, CaptureError> {
        if let Some(role) = &self.role_name {
            let role = if self.role_is_owner { Grantee::Owner } else { Grantee::Role(role.clone()) };
            return Ok(GrantTarget::Later(letter::read(&self.target)?, role));
        }
        if self.class == class::NAMESPACE {
            return Ok(GrantTarget::Schema);
        }
        let target = catalog.deparsed(&self.target)?;
        Ok(match &self.column_name {
            Some(column) => GrantTarget::Column(target, column.clone()),
            None => GrantTarget::Object(target),
        })
    }

    fn add_to(&self, changes: &mut Vec<Grant>) -> Result<(), CaptureError> {
        let privilege = letter::read(&self.privilege)?;
        let grantee = match self.grantee {
            0 => Grantee::Public,
            _ if self.is_owner => Grantee::Owner,
            _ => Grantee::Role(self.grantee_name.clone()),
        };
        match changes.last_mut() {
            Some(last)
                if (last.revoke, last.grant_option, &last.grantee)
                    == (self.revoke, self.grantable, &grantee) =>
            {
                last.privileges.push(privilege);
            }
            _ => changes.push(Grant {
                revoke: self.revoke,
                privileges: vec![privilege],
                grantee,
                grant_option: self.grantable,
            }),
        }
        Ok(())
    }

    /// Why a clone must not have it: with it, one tenant would reach what is another's.
    fn refusal(&self, catalog: &Catalog<'_>) -> Option<(String, &'static str)> {
        if !self.may {
            let role = self.role_name.as_deref().unwrap_or_default();
            return Some((
                format!("they are those of {role}, which whoever clones may not act as"),
                "set them for the owner of the schema",
            ));
        }
        if self.revoke {
            return None;
        }
        let remedy = "REVOKE it in the template: a tenant's role gets its rights on the tenant's own schema";
        if catalog.tenants.is_one(self.grantee) {
            let reason = format!(
                "it has grants to {}, with which one tenant would have rights on what is another's",
                self.grantee_name
            );
            return Some((reason, remedy));
        }
        // Functions and types are everybody's unless told otherwise, and out of reach without rights on the schema.
        let holds_rows = matches!(self.kind.as_str(), "n" | "r" | "s" | "c")
            || self.kind == "D" && matches!(self.target.as_str(), "r" | "S");
        (catalog.tenants.installed && self.grantee == 0 && holds_rows).then(|| {
            (
                "it has grants to PUBLIC, with which one tenant would have rights on what is another's"
                    .to_owned(),
                remedy,
            )
        })
    }
}
