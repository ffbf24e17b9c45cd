//! An enum of PostgreSQL as an enum of Rust.

/// Declares an enum with its labels, and how it is read, written and shown.
macro_rules! pg_enum {
    ($(#[$meta:meta])* $name:ident: $sql_type:ty { $($(#[$variant_meta:meta])* $variant:ident = $label:literal,)+ }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize,
            diesel::deserialize::FromSqlRow, diesel::expression::AsExpression,
        )]
        #[diesel(sql_type = $sql_type)]
        pub enum $name { $($(#[$variant_meta])* #[serde(rename = $label)] $variant,)+ }

        impl $name {
            /// The labels, in order.
            pub const EXPECTED: &'static str = concat!("one of" $(, " ", $label)+);

            /// The label.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(label: &str) -> Result<Self, String> {
                match label {
                    $($label => Ok(Self::$variant),)+
                    other => Err(format!("`{other}` is not {}", Self::EXPECTED)),
                }
            }
        }

        impl diesel::serialize::ToSql<$sql_type, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                std::io::Write::write_all(out, self.as_str().as_bytes())?;
                Ok(diesel::serialize::IsNull::No)
            }
        }

        impl diesel::deserialize::FromSql<$sql_type, diesel::pg::Pg> for $name {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(std::str::from_utf8(value.as_bytes())?.parse()?)
            }
        }
    };
}

pub(super) use pg_enum;
