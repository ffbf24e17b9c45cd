use std::fmt;

use serde::{Serialize, Serializer};

use super::Severity::{self, Error, Hint, Warning};

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident $name:literal $severity:ident $remedy:literal;)+) => {
        /// What is looked for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[doc = $doc])+ $rule,)+
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$rule,)+];

            /// The stable name, by which a rule is allowed.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$rule => $name,)+ }
            }

            /// How much it matters, unless the place says otherwise.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$rule => $severity,)+ }
            }

            /// What to do instead.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$rule => $remedy,)+ }
            }
        }
    };
}

rules! {
    /// The text cannot be read.
    Unreadable "unreadable" Error
        "end the quote or comment: PostgreSQL refuses the whole text";
    /// A comment that is to allow something, and does not say what or why.
    BadAllowance "bad-allowance" Error
        "write `-- tenancy: allow <rule>: <reason>`, with a rule that there is and a reason for whoever reads it";
    /// An `up.sql` without a statement.
    EmptyUp "empty-up" Error
        "write what the migration does, or `-- tenancy: rust` if that is a function";
    /// BEGIN, COMMIT and the like.
    TransactionControl "transaction-control" Error
        "leave it out: each migration of each tenant has a transaction in which it is recorded too (or set \
         `run_in_transaction = false` in metadata.toml)";
    /// What PostgreSQL does not run in a transaction.
    RefusedInTransaction "refused-in-transaction" Error
        "put it into a migration of its own with `run_in_transaction = false` in metadata.toml";
    /// A value of an enum that is used in the transaction that adds it.
    EnumValueUsed "enum-value-used" Error
        "use the value in a later migration: PostgreSQL refuses one that is not committed";
    /// The session's path.
    SetsSearchPath "sets-search-path" Error
        "leave it out: the path is the tenant's, and names without a schema land there";
    /// As whom the session acts.
    SetsRole "sets-role" Error
        "leave it out: migrations act as the owner of the tenants' schemas, so that what they make belongs to it";
    /// The template, or some tenant, by name.
    NamesATenant "names-a-tenant" Error
        "leave the schema out: with it, every tenant's migration reaches into that one schema";
    /// A name with another schema.
    SchemaQualified "schema-qualified" Warning
        "leave the schema out, unless it is an object that tenants share: with it, the same one is meant in every tenant";
    /// An extension.
    Extension "extension" Error
        "a database has an extension once: create it once, in a shared schema (`public`), outside of tenants' migrations";
    /// What belongs to the database or the server.
    ClusterWide "cluster-wide" Error
        "do it once, outside of tenants' migrations: it is there once for all tenants, and the second one fails or \
         repeats it";
    /// A scan under the strongest lock.
    SetNotNull "set-not-null" Warning
        "first ADD CONSTRAINT .. CHECK (column IS NOT NULL) NOT VALID, in the next migration VALIDATE CONSTRAINT, then \
         SET NOT NULL, which finds the constraint and does not scan, then drop the constraint";
    /// A column that no row has a value for.
    AddNotNullColumn "add-not-null-column" Warning
        "give it a DEFAULT (a constant costs nothing), or add it without NOT NULL, fill it, and demand it later: a \
         tenant whose table has rows refuses this";
    /// A foreign key that is checked at once.
    ForeignKeyValidated "foreign-key-validated" Warning
        "add it NOT VALID, and VALIDATE CONSTRAINT in the next migration, which lets both tables be written";
    /// A check that is checked at once.
    CheckValidated "check-validated" Warning
        "add it NOT VALID, and VALIDATE CONSTRAINT in the next migration, which lets the table be written";
    /// An index that is built under the strongest lock.
    UniqueWithoutIndex "unique-without-index" Warning
        "build a unique index CONCURRENTLY in a migration outside of a transaction, then ADD CONSTRAINT .. USING INDEX";
    /// Another type for a column.
    ColumnTypeRewrites "column-type-rewrites" Warning
        "add a column of the new type, fill it in batches, and let the code change over; only longer varchar, varchar to \
         text and numeric of the same scale cost nothing";
    /// Plans that sessions keep.
    BreaksCachedPlans "breaks-cached-plans" Hint
        "no code that runs meanwhile should read it with SELECT *: its prepared statements fail once (`cached plan must \
         not change result type`; the guard then discards them)";
    /// A column with a value that differs from row to row.
    AddColumnRewrites "add-column-rewrites" Warning
        "add it without (a constant default costs nothing), set the default for new rows in a second statement, and fill \
         old rows in batches";
    /// The whole table is written anew.
    RewritesTable "rewrites-table" Warning
        "plan it for a quiet hour, tenant by tenant (`tenancy exec`), not in a migration of the fleet";
    /// An index that is built while nobody can write.
    IndexLocksWrites "index-locks-writes" Hint
        "right for small tables, where it takes milliseconds and shares the tenant's transaction; for large ones CREATE \
         INDEX CONCURRENTLY in a migration of its own with `run_in_transaction = false`";
    /// Several statements without a transaction around them.
    SeveralOutsideTransaction "several-outside-transaction" Warning
        "one statement per migration outside of a transaction: when a later one fails, the earlier ones stay done, and \
         the next run repeats them";
    /// An invalid index passes for one.
    ConcurrentlyIfNotExists "concurrently-if-not-exists" Hint
        "leave IF NOT EXISTS out: it is content with the invalid index that an earlier failure left (`tenancy migrate` \
         notices that and says which to drop, other tools do not)";
    /// A table goes, with its rows.
    DropTable "drop-table" Warning
        "its rows are gone in every tenant, down.sql brings back none: drop it one release after the last code that uses \
         it, with a backup";
    /// A column goes, with its values.
    DropColumn "drop-column" Warning
        "its values are gone in every tenant, and code that names it fails while versions are mixed: drop it one release \
         after the last code that uses it";
    /// Rows go.
    Truncate "truncate" Warning
        "its rows are gone in every tenant, down.sql brings back none";
    /// A name that running code uses.
    BreaksOldCode "breaks-old-code" Warning
        "while a fleet is migrated, old code meets new tenants and new code old ones: add the new name, let the code \
         change over, and drop the old one a release later (or leave a view of the old name)";
    /// Every row at once.
    WholeTable "whole-table" Warning
        "it locks every row until the tenant's transaction ends: say which rows (WHERE), or fill them in batches in a \
         migration in Rust outside of a transaction";
    /// A lock that is taken by hand.
    LockTable "lock-table" Warning
        "leave it out: each statement takes what it needs, with a timeout; a lock of one's own holds up every request \
         until the transaction ends";
    /// No way back.
    MissingDown "missing-down" Warning
        "write down.sql, so that `tenancy revert` works; where nothing can be undone, allow this with the reason";
}

impl Rule {
    /// The rule of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
