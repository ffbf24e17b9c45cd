use super::super::Rule;
use super::super::cursor::Cursor;
use super::super::reading::Reading;
use super::super::types::ColumnType;

/// Types that are a sequence.
const SERIAL: [&str; 6] = ["serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"];
/// Functions whose value differs from row to row; those of PostgreSQL and of uuid-ossp.
const VOLATILE: [&str; 14] = [
    "random",
    "random_normal",
    "gen_random_uuid",
    "uuidv4",
    "uuidv7",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "clock_timestamp",
    "timeofday",
    "nextval",
    "currval",
    "lastval",
    "gen_random_bytes",
];

/// `ADD [COLUMN] [IF NOT EXISTS] name type ..`, behind ADD.
pub(super) fn look(reading: &mut Reading<'_>, mut action: Cursor<'_, '_>, table: &str) {
    action.eat(&["COLUMN"]);
    action.eat_if_exists();
    let here = action;
    let Some(column) = action.simple_name() else { return };
    let kind = ColumnType::read(&mut action);
    let serial = SERIAL.contains(&kind.name());
    reading.history.set_type(table, &column, kind);
    if reading.history.is_new(table) {
        return;
    }
    let identity = action.has(&["AS", "IDENTITY"]);
    let generated = action.has(&["GENERATED"]);
    let default = action.find(&["DEFAULT"]);
    let volatile = default.and_then(|at| volatile(action.from(at)));
    let why = if serial {
        Some("a sequence fills it".to_owned())
    } else if identity {
        Some("an identity fills it".to_owned())
    } else if action.has(&["STORED"]) {
        Some("it is computed and stored".to_owned())
    } else {
        volatile.map(|function| format!("{function}() differs from row to row"))
    };
    if let Some(why) = why {
        let what = format!("column `{column}` writes `{table}` anew: {why}");
        reading.warn_at(&here, Rule::AddColumnRewrites, what);
    }
    let demanded = action.has(&["NOT", "NULL"]) || action.has(&["PRIMARY", "KEY"]);
    if demanded && default.is_none() && !generated && !serial {
        let what = format!("column `{column}` of `{table}` is NOT NULL, and old rows have no value for it");
        reading.warn_at(&here, Rule::AddNotNullColumn, what);
    }
    if action.has(&["REFERENCES"]) {
        let what = format!(
            "a foreign key of `{table}` is checked at once: nobody can write to both tables meanwhile"
        );
        reading.warn_at(&here, Rule::ForeignKeyValidated, what);
    }
    if action.has(&["CHECK"]) {
        let what = format!("a check reads all of `{table}`, and nobody can meanwhile");
        reading.warn_at(&here, Rule::CheckValidated, what);
    }
    if action.has(&["UNIQUE"]) || action.has(&["PRIMARY", "KEY"]) {
        let what = format!("an index of `{table}` is built, and nobody can read it meanwhile");
        reading.warn_at(&here, Rule::UniqueWithoutIndex, what);
    }
}

/// The first function behind DEFAULT that is volatile.
fn volatile(default: Cursor<'_, '_>) -> Option<String> {
    (default.at..default.end).find_map(|at| {
        let name = default.spelled(at)?;
        (default.source(at + 1) == "(" && VOLATILE.contains(&name.as_str())).then_some(name)
    })
}
