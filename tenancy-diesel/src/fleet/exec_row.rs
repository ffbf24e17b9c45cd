use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::RawValue;

/// A row of an operator's query: its columns in the order of the query, each value as PostgreSQL's JSON for it.
///
/// The values stay text, so a `numeric` keeps all its digits. As JSON, a row is an object.
#[derive(Debug, Clone)]
pub struct ExecRow(Vec<(String, Box<RawValue>)>);

impl ExecRow {
    /// The columns' names and values.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), &**value))
    }
}

impl Serialize for ExecRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for ExecRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = ExecRow;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row as a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ExecRow, A::Error> {
                let mut columns = Vec::new();
                while let Some(column) = map.next_entry()? {
                    columns.push(column);
                }
                Ok(ExecRow(columns))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_keeps_its_columns_order_and_its_numbers_digits() {
        let text = r#"{"z":1,"total":12345678901234567.890,"a":null}"#;
        let row: ExecRow = serde_json::from_str(text).unwrap();
        assert_eq!(row.columns().map(|(name, _)| name).collect::<Vec<_>>(), ["z", "total", "a"]);
        assert_eq!(serde_json::to_string(&row).unwrap(), text);
    }
}
