use super::ParallelSafety;
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// An aggregate function: plain, ordered-set or hypothetical-set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// Its name.
    pub name: String,
    /// Its parameters, `ORDER BY` included; `*` when there are none.
    pub arguments: Deparsed,
    /// How it adds up.
    pub transition: Transition,
    /// How it adds up in a moving frame, and the function that takes a row out again.
    pub moving: Option<(Transition, Deparsed)>,
    /// How two states become one.
    pub combine: Option<Deparsed>,
    /// How a state leaves a worker.
    pub serialize: Option<Deparsed>,
    /// How it arrives.
    pub deserialize: Option<Deparsed>,
    /// The operator by which the first row in an index is the result.
    pub sort_operator: Option<Deparsed>,
    /// Whether it may run in parallel workers.
    pub parallel: ParallelSafety,
    /// Whether its direct arguments are a row that could be there.
    pub hypothetical: bool,
}

/// How an aggregate goes through its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The function that takes a row.
    pub function: Deparsed,
    /// The type of the state.
    pub state: Deparsed,
    /// The size of the state in bytes; 0 for PostgreSQL's guess.
    pub space: i32,
    /// The function that makes the result, and whether it takes the arguments too.
    pub last: Option<(Deparsed, bool)>,
    /// Whether that function changes the state.
    pub modifies: StateChange,
    /// The first state.
    pub initial: Option<String>,
}

/// Whether the last function of an aggregate changes the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateChange {
    /// It does not.
    ReadOnly,
    /// Not so that it could not be called again.
    Shareable,
    /// It does.
    ReadWrite,
}

impl Transition {
    fn write(&self, moving: bool, out: &mut Writer<'_>) {
        let option = |out: &mut Writer<'_>, name: &'static str| {
            out.sql(if moving { "M" } else { "" }).sql(name);
        };
        option(out, "SFUNC = ");
        out.deparsed(&self.function).sql(", ");
        option(out, "STYPE = ");
        out.deparsed(&self.state);
        if self.space != 0 {
            out.sql(", ");
            option(out, "SSPACE = ");
            out.number(self.space.into());
        }
        if let Some((function, extra)) = &self.last {
            out.sql(", ");
            option(out, "FINALFUNC = ");
            out.deparsed(function);
            if *extra {
                out.sql(", ");
                option(out, "FINALFUNC_EXTRA");
            }
        }
        out.sql(", ");
        option(out, "FINALFUNC_MODIFY = ");
        out.sql(match self.modifies {
            StateChange::ReadOnly => "READ_ONLY",
            StateChange::Shareable => "SHAREABLE",
            StateChange::ReadWrite => "READ_WRITE",
        });
        if let Some(initial) = &self.initial {
            out.sql(", ");
            option(out, "INITCOND = ");
            out.literal(initial);
        }
    }
}

impl Render for Aggregate {
    fn stage(&self) -> Stage {
        Stage::Routine
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE AGGREGATE ").name(&self.name).sql("(").deparsed(&self.arguments).sql(") (");
        self.transition.write(false, out);
        if let Some((moving, inverse)) = &self.moving {
            out.sql(", ");
            moving.write(true, out);
            out.sql(", MINVFUNC = ").deparsed(inverse);
        }
        for (option, value) in [
            (", COMBINEFUNC = ", &self.combine),
            (", SERIALFUNC = ", &self.serialize),
            (", DESERIALFUNC = ", &self.deserialize),
            (", SORTOP = ", &self.sort_operator),
        ] {
            if let Some(value) = value {
                out.sql(option).deparsed(value);
            }
        }
        if let Some(parallel) = self.parallel.keyword() {
            out.sql(", PARALLEL = ").sql(parallel);
        }
        out.sql(if self.hypothetical { ", HYPOTHETICAL)" } else { ")" }).end();
    }
}
