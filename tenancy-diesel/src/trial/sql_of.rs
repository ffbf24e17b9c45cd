use diesel::QueryResult;
use diesel::connection::{BoxableConnection, SimpleConnection};
use diesel::pg::Pg;

use crate::fleet::Direction;
use crate::migrations::Loaded;

/// Takes down what it is to run, and runs nothing.
#[derive(Default)]
struct Recorder(String);

impl SimpleConnection for Recorder {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.0.push_str(query);
        self.0.push_str(";\n");
        Ok(())
    }
}

impl BoxableConnection<Pg> for Recorder {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn std::any::Any {
        self
    }
}

/// The SQL of a migration that is SQL; nothing when it has none in that direction, which it says when it is run.
pub(super) fn sql_of(loaded: &Loaded, direction: Direction) -> String {
    let mut recorder = Recorder::default();
    let recorded = match direction {
        Direction::Up => loaded.run(&mut recorder),
        Direction::Down => loaded.revert(&mut recorder),
    };
    recorded.map(|()| recorder.0).unwrap_or_default()
}
