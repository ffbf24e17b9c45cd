use super::super::Rule;
use super::super::cursor::Cursor;
use super::super::reading::Reading;
use crate::migration::Statement;

/// What a database or a server has once.
const ONCE: [&[&str]; 19] = [
    &["ROLE"],
    &["USER"],
    &["GROUP"],
    &["DATABASE"],
    &["TABLESPACE"],
    &["SCHEMA"],
    &["PUBLICATION"],
    &["SUBSCRIPTION"],
    &["SERVER"],
    &["EVENT", "TRIGGER"],
    &["FOREIGN", "DATA", "WRAPPER"],
    &["LANGUAGE"],
    &["TRUSTED", "LANGUAGE"],
    &["TRUSTED", "PROCEDURAL", "LANGUAGE"],
    &["PROCEDURAL", "LANGUAGE"],
    &["CAST"],
    &["ACCESS", "METHOD"],
    &["SYSTEM"],
    &["LARGE", "OBJECT"],
];

pub(super) fn look(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    let mut cursor = Cursor::of(statement);
    let verb = cursor.mark().to_ascii_uppercase();
    if cursor.eat_any(&["CREATE", "ALTER", "DROP"]) {
        cursor.eat(&["OR", "REPLACE"]);
        if cursor.is("EXTENSION") {
            return reading.warn_of(statement, Rule::Extension, format!("{verb} EXTENSION"));
        }
        if let Some(words) = ONCE.iter().find(|words| cursor.clone().eat(words)) {
            return reading.warn_of(statement, Rule::ClusterWide, format!("{verb} {}", words.join(" ")));
        }
        if cursor.eat(&["OWNED", "BY"]) {
            return reading.warn_of(statement, Rule::ClusterWide, "DROP OWNED reaches into every schema");
        }
        if cursor.eat(&["DEFAULT", "PRIVILEGES"]) {
            let what = "ALTER DEFAULT PRIVILEGES: each tenant's are made with it, for its own role";
            return reading.warn_of(statement, Rule::ClusterWide, what);
        }
    }
    if statement.begins(&["REASSIGN", "OWNED"]) {
        return reading.warn_of(statement, Rule::ClusterWide, "REASSIGN OWNED reaches into every schema");
    }
    if cursor.eat_any(&["GRANT", "REVOKE"]) {
        match cursor.find(&["ON"]) {
            None => reading.warn_of(statement, Rule::ClusterWide, format!("{verb} of a role")),
            Some(at) => {
                let mut on = cursor.from(at + 1);
                if on.eat_any(&["DATABASE", "TABLESPACE", "PARAMETER", "LANGUAGE"])
                    || on.eat(&["FOREIGN", "SERVER"])
                    || on.eat(&["FOREIGN", "DATA", "WRAPPER"])
                {
                    let kind = cursor.from(at + 1).mark().to_ascii_uppercase();
                    reading.warn_of(statement, Rule::ClusterWide, format!("{verb} ON {kind}"));
                }
            }
        }
    }
}
