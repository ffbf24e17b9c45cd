use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Body, Deparsed, Doubt, Settings, Stage};
use crate::name::SchemaName;

/// A function, window function or procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    /// Its name.
    pub name: String,
    /// Its parameters with names, modes and defaults.
    pub arguments: Deparsed,
    /// What it returns; none for a procedure.
    pub result: Option<Deparsed>,
    /// The types that the language converts by transforms.
    pub transforms: Vec<Deparsed>,
    /// Its language.
    pub language: String,
    /// What PostgreSQL may rely on.
    pub traits: RoutineTraits,
    /// Its SET clauses.
    pub settings: Settings,
    /// What it does.
    pub body: RoutineBody,
}

/// What PostgreSQL may rely on when it calls a function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoutineTraits {
    /// Whether it is a window function.
    pub window: bool,
    /// Whether its result can change.
    pub volatility: Volatility,
    /// Whether it may run in parallel.
    pub parallel: ParallelSafety,
    /// Whether it is NULL where an argument is.
    pub strict: bool,
    /// Whether it runs with its owner's rights.
    pub security_definer: bool,
    /// Whether it tells nothing about its arguments but its result.
    pub leakproof: bool,
    /// What a call costs, where it is not what the language says.
    pub cost: Option<Deparsed>,
    /// How many rows it returns, where they are not 1,000.
    pub rows: Option<Deparsed>,
    /// The function that helps to plan it.
    pub support: Option<Deparsed>,
}

/// Whether the result of a function can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Volatility {
    /// With every call.
    #[default]
    Volatile,
    /// Not within a statement.
    Stable,
    /// Never.
    Immutable,
}

/// Whether a function may run in parallel workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ParallelSafety {
    /// Not at all.
    #[default]
    Unsafe,
    /// In the leader only.
    Restricted,
    /// Anywhere.
    Safe,
}

/// What a function does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoutineBody {
    /// Text in its language; a symbol for `c` and `internal`.
    Text(Body),
    /// A symbol of a library: the library, and the symbol.
    Library(String, Body),
    /// `RETURN ...` or `BEGIN ATOMIC ... END`, bound when it was made.
    Bound(Deparsed),
}

impl ParallelSafety {
    pub(super) fn keyword(self) -> Option<&'static str> {
        match self {
            Self::Unsafe => None,
            Self::Restricted => Some("RESTRICTED"),
            Self::Safe => Some("SAFE"),
        }
    }
}

impl Routine {
    /// What cannot be decided about it by reading.
    pub fn doubts(&self, template: &SchemaName) -> Vec<Doubt> {
        let body = match &self.body {
            RoutineBody::Text(body) | RoutineBody::Library(_, body) => body.doubts(),
            RoutineBody::Bound(_) => &[],
        };
        [self.settings.doubts(template), body.to_vec()].concat()
    }
}

impl RoutineTraits {
    fn write(&self, out: &mut Writer<'_>) {
        out.sql(if self.window { " WINDOW" } else { "" });
        out.sql(match self.volatility {
            Volatility::Volatile => "",
            Volatility::Stable => " STABLE",
            Volatility::Immutable => " IMMUTABLE",
        });
        if let Some(parallel) = self.parallel.keyword() {
            out.sql(" PARALLEL ").sql(parallel);
        }
        out.sql(if self.strict { " STRICT" } else { "" });
        out.sql(if self.security_definer { " SECURITY DEFINER" } else { "" });
        out.sql(if self.leakproof { " LEAKPROOF" } else { "" });
        for (option, value) in [(" COST ", &self.cost), (" ROWS ", &self.rows), (" SUPPORT ", &self.support)]
        {
            if let Some(value) = value {
                out.sql(option).deparsed(value);
            }
        }
    }
}

impl Render for Routine {
    fn stage(&self) -> Stage {
        Stage::Routine
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql(if self.result.is_some() { "CREATE FUNCTION " } else { "CREATE PROCEDURE " });
        out.name(&self.name).sql("(").deparsed(&self.arguments).sql(")");
        if let Some(result) = &self.result {
            out.sql(" RETURNS ").deparsed(result);
        }
        if !self.transforms.is_empty() {
            out.sql(" TRANSFORM ").list(&self.transforms, |out, transform| {
                out.sql("FOR TYPE ").deparsed(transform);
            });
        }
        out.sql(" LANGUAGE ").ident(&self.language);
        self.traits.write(out);
        self.settings.write(out);
        match &self.body {
            RoutineBody::Text(body) => out.sql(" AS ").body(body),
            RoutineBody::Library(library, symbol) => out.sql(" AS ").literal(library).sql(", ").body(symbol),
            RoutineBody::Bound(sql) => out.sql("\n").deparsed(sql),
        };
        out.end();
    }
}
