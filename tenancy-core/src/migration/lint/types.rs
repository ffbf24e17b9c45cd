//! Types of columns, as far as their names say it.

use super::cursor::Cursor;
use crate::lexer::Kind;

/// A type by name, with its modifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ColumnType {
    name: String,
    modifiers: Vec<u32>,
}

/// Behind the type of a column.
const BEHIND: [&str; 15] = [
    "CONSTRAINT",
    "NOT",
    "NULL",
    "CHECK",
    "DEFAULT",
    "GENERATED",
    "UNIQUE",
    "PRIMARY",
    "REFERENCES",
    "COLLATE",
    "STORAGE",
    "COMPRESSION",
    "DEFERRABLE",
    "INITIALLY",
    "USING",
];

impl ColumnType {
    /// Steps over a type.
    pub(super) fn read(cursor: &mut Cursor<'_, '_>) -> Self {
        let mut words = Vec::new();
        let mut modifiers = Vec::new();
        while !cursor.is_done() && !cursor.is_any(&BEHIND) {
            if let Some(inner) = cursor.group() {
                modifiers = inner
                    .parts()
                    .iter()
                    .filter(|part| part.kind(part.at) == Some(Kind::Number))
                    .filter_map(|part| part.mark().parse().ok())
                    .collect();
                continue;
            }
            words.push(cursor.spelled(cursor.at).unwrap_or_else(|| cursor.mark().to_owned()));
            cursor.at += 1;
        }
        let name = match words.join(" ").as_str() {
            "character varying" => "varchar".to_owned(),
            "decimal" => "numeric".to_owned(),
            "bit varying" => "varbit".to_owned(),
            other => other.to_owned(),
        };
        Self { name, modifiers }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether a column of this type becomes one of type `new` without its rows being read.
    pub(super) fn widens_to(&self, new: &Self) -> bool {
        if self == new {
            return true;
        }
        let grows = |old: &[u32], new: &[u32]| match (old, new) {
            (_, []) => true,
            ([old], [new]) => new >= old,
            _ => false,
        };
        match (self.name.as_str(), new.name.as_str()) {
            ("varchar", "varchar") | ("varbit", "varbit") => grows(&self.modifiers, &new.modifiers),
            ("varchar", "text") => true,
            ("text", "varchar") => new.modifiers.is_empty(),
            ("numeric", "numeric") => match (self.modifiers.as_slice(), new.modifiers.as_slice()) {
                (_, []) => true,
                ([old], [new]) => new >= old,
                ([old, scale], [new, same]) => scale == same && new >= old,
                _ => false,
            },
            ("cidr", "inet") => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::Statements;

    fn read(text: &str) -> ColumnType {
        let statements = Statements::split(text).unwrap();
        ColumnType::read(&mut Cursor::of(statements.iter().next().unwrap()))
    }

    #[test]
    fn what_widens_is_told_from_what_is_written_anew() {
        for (old, new) in [
            ("varchar(10)", "varchar(20)"),
            ("VARCHAR(10) NOT NULL", "character varying"),
            ("varchar(10)", "text COLLATE \"C\""),
            ("text", "varchar"),
            ("numeric(8, 2)", "numeric(10,2)"),
            ("decimal(8,2)", "numeric"),
            ("cidr", "inet"),
            ("int", "int"),
        ] {
            assert!(read(old).widens_to(&read(new)), "{old} to {new}");
        }
        for (old, new) in [
            ("varchar(20)", "varchar(10)"),
            ("varchar", "varchar(10)"),
            ("text", "varchar(10)"),
            ("numeric(8,2)", "numeric(10,3)"),
            ("integer", "bigint"),
            ("text[]", "text"),
            ("timestamp", "timestamptz"),
        ] {
            assert!(!read(old).widens_to(&read(new)), "{old} to {new}");
        }
    }
}
