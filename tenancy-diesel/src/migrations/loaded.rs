use diesel::migration::Migration as DieselMigration;
use diesel::pg::Pg;
use tenancy_core::fleet::{Direction, Migration};
use tenancy_core::migration::lint::MigrationText;
use tenancy_core::migration::{RUST_MARKER, Statement, ends_transaction, is_in_rust, stands_alone};

use super::recorder::{Recorder, Shown};
use super::{Action, RustMigration};
use crate::error::Error;

/// A migration, read. Workers share it by reference.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) transactional: bool,
    up: Half,
    down: Half,
}

/// One direction of it.
#[derive(Debug, Clone)]
enum Half {
    Here(Action),
    /// A function in Rust that this program does not have, and the comment that says so.
    Elsewhere(String),
    /// It does not run, for this reason.
    Refused {
        reason: String,
        sql: String,
    },
    /// There is no way in this direction.
    Missing,
}

impl Half {
    fn read(migration: &dyn DieselMigration<Pg>, direction: Direction, file: &str) -> Result<Self, Error> {
        let transactional = migration.metadata().run_in_transaction();
        Ok(match Recorder::read(migration, direction) {
            Shown::Nothing => Self::Missing,
            // An empty file, mostly.
            Shown::Refused(reason) => Self::Refused { reason, sql: String::new() },
            Shown::Sql(sql) => match is_in_rust(&sql) {
                Ok(true) => Self::Elsewhere(sql),
                // Asked before anything of it runs: what is behind the COMMIT would run with another path, as somebody else.
                Ok(false) => {
                    match ends_transaction(&sql).filter(|_| transactional).map(|end| ended(file, &end)) {
                        Some(reason) => Self::Refused { reason, sql },
                        None => Self::Here(Action::Sql(sql)),
                    }
                }
                Err(stray) => return Err(Error::Migrations(format!("{}/{file}: {stray}", migration.name()))),
            },
        })
    }
}

impl Half {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Here(Action::Sql(sql)) | Self::Elsewhere(sql) | Self::Refused { sql, .. } => Some(sql),
            Self::Here(Action::Function(_)) | Self::Missing => None,
        }
    }
}

fn ended(file: &str, end: &Statement<'_>) -> String {
    format!(
        "`{}` in line {} of its {file} ends the transaction in which it is recorded as done: leave that out, or set \
         `run_in_transaction = false` in its metadata.toml",
        end.text(),
        end.line()
    )
}

impl Loaded {
    /// Reads one of Diesel's.
    pub(super) fn read(migration: &dyn DieselMigration<Pg>) -> Result<Self, Error> {
        let name = migration.name().to_string();
        let up = Half::read(migration, Direction::Up, "up.sql")?;
        let down = match (&up, Half::read(migration, Direction::Down, "down.sql")?) {
            // Whether the function has a way down is known where it is registered.
            (Half::Elsewhere(_), Half::Missing) => Half::Elsewhere(String::new()),
            (Half::Elsewhere(_), down) => down,
            (_, Half::Elsewhere(_)) => {
                return Err(Error::Migrations(format!(
                    "{name}/down.sql says `{RUST_MARKER}`, and its up.sql does not: a function in Rust stands in \
                     up.sql first"
                )));
            }
            (_, down) => down,
        };
        let version = migration.name().version().to_string();
        let transactional = migration.metadata().run_in_transaction();
        Ok(Self { version, name, transactional, up, down })
    }

    /// One that is known as a function only.
    pub(super) fn function(migration: &RustMigration) -> Self {
        let down = migration.down.clone().map_or(Half::Missing, |down| Half::Here(Action::Function(down)));
        Self {
            version: migration.name.version().to_owned(),
            name: migration.name.to_string(),
            transactional: migration.transactional,
            up: Half::Here(Action::Function(migration.up.clone())),
            down,
        }
    }

    /// Whether this directory stands for that function.
    pub(super) fn is_place_of(&self, migration: &RustMigration) -> bool {
        matches!(self.up, Half::Elsewhere(_)) && self.name == migration.name.as_str()
    }

    /// Puts the function where its directory stands. A `down.sql` with SQL in it stays, unless the function has a way
    /// down.
    pub(super) fn fill(&mut self, migration: &RustMigration) {
        let mut function = Self::function(migration);
        if let (Half::Missing, Half::Here(_) | Half::Refused { .. }) = (&function.down, &self.down) {
            function.down = self.down.clone();
        }
        // Outside of a transaction if either says so: the other one would be wrong in a way that shows late.
        function.transactional &= self.transactional;
        *self = function;
    }

    /// What the catalogue says of it.
    pub(crate) fn described(&self) -> Migration {
        Migration {
            version: self.version.clone(),
            name: self.name.clone(),
            transactional: self.transactional,
        }
    }

    /// What to do, if that can be done here: ask before anything of it is applied.
    ///
    /// # Errors
    ///
    /// [`Error::MigrationElsewhere`], [`Error::MigrationRefused`].
    pub(crate) fn action(&self, direction: Direction) -> Result<&Action, Error> {
        let refused = |reason: &str| {
            Err(Error::MigrationRefused { migration: self.name.clone(), reason: reason.to_owned() })
        };
        match self.half(direction) {
            Half::Here(action) => Ok(action),
            Half::Elsewhere(_) => Err(Error::MigrationElsewhere(self.name.clone())),
            Half::Refused { reason, .. } => refused(reason),
            Half::Missing => refused("it has no way down (down.sql, or `RustMigration::with_down`)"),
        }
    }

    fn half(&self, direction: Direction) -> &Half {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }

    /// Its text, if it has one that can be run.
    pub(crate) fn sql(&self, direction: Direction) -> Option<&str> {
        match self.half(direction) {
            Half::Here(Action::Sql(sql)) => Some(sql),
            _ => None,
        }
    }

    /// Why its transaction must be one tenant's alone; `None` when it may go on to the next tenant. A function gets
    /// a connection of its own too: Diesel remembers on it what types are called in this tenant.
    pub(crate) fn stands_alone(&self, direction: Direction) -> Option<String> {
        if !self.transactional {
            return Some("it runs outside of a transaction".to_owned());
        }
        match self.sql(direction) {
            Some(sql) => stands_alone(sql).map(|alone| alone.to_string()),
            None => Some("it is a function in Rust".to_owned()),
        }
    }

    /// Its files, if they are what runs.
    pub(crate) fn text(&self) -> Option<MigrationText<'_>> {
        Some(MigrationText {
            name: &self.name,
            up: self.up.text()?,
            down: self.down.text(),
            transactional: self.transactional,
        })
    }
}
