use crate::blueprint::Deparsed;
use crate::blueprint::render::Writer;

/// A column whose values are copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedColumn {
    /// Its name.
    pub name: String,
    /// How a value of the source becomes one of the clone.
    pub by: CopiedBy,
}

/// How a value of the source becomes one of the clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopiedBy {
    /// It is the same: its type stands outside of the schema, or is a domain over such a type.
    Value,
    /// By its text: its type stands in the schema, so the clone's is another. This is the array type over it.
    ///
    /// A cast between the type and `text` may be a function of the user's. An array has none, and its text is made and
    /// read by the element's own input and output functions; it also tells NULL from a row of NULLs.
    Text(Deparsed),
    /// By its text, as it is an array of such a type itself.
    ArrayText(Deparsed),
    /// By the name of what it refers to: the clone's own, where it refers to something in the schema.
    Name(NamedObject),
}

/// What a value refers to, by the types that PostgreSQL has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedObject {
    /// `regclass`.
    Relation,
    /// `regtype`.
    Type,
    /// `regproc`, a function that has its name for itself.
    Routine,
    /// `regconfig`.
    TextSearchConfiguration,
    /// `regdictionary`.
    TextSearchDictionary,
    /// `regcollation`.
    Collation,
    /// `regnamespace`.
    Schema,
}

impl NamedObject {
    /// Its catalogue, and therein the columns of its name and of its schema; then its type.
    fn catalogue(self) -> Option<[&'static str; 4]> {
        Some(match self {
            Self::Relation => ["pg_class", "relname", "relnamespace", "regclass"],
            Self::Type => ["pg_type", "typname", "typnamespace", "regtype"],
            Self::Routine => ["pg_proc", "proname", "pronamespace", "regproc"],
            Self::TextSearchConfiguration => ["pg_ts_config", "cfgname", "cfgnamespace", "regconfig"],
            Self::TextSearchDictionary => ["pg_ts_dict", "dictname", "dictnamespace", "regdictionary"],
            Self::Collation => ["pg_collation", "collname", "collnamespace", "regcollation"],
            Self::Schema => return None,
        })
    }

    fn write(self, column: &str, out: &mut Writer<'_>) {
        let Some([catalogue, name, namespace, data_type]) = self.catalogue() else {
            out.sql("CASE WHEN source.").ident(column).sql("::pg_catalog.oid OPERATOR(pg_catalog.=) ");
            out.template_oid().sql("::pg_catalog.oid THEN ").schema_oid();
            out.sql(" ELSE source.").ident(column).sql(" END");
            return;
        };
        // What the clone has not got by that name, or not yet, is an error of the cast.
        out.sql("coalesce((SELECT pg_catalog.format('%I.%I', ").schema_literal().sql(", named.").sql(name);
        out.sql(")::pg_catalog.").sql(data_type).sql(" FROM pg_catalog.").sql(catalogue);
        out.sql(" named WHERE named.oid OPERATOR(pg_catalog.=) source.").ident(column);
        out.sql("::pg_catalog.oid AND named.").sql(namespace).sql(" OPERATOR(pg_catalog.=) ").template_oid();
        out.sql("::pg_catalog.oid), source.").ident(column).sql(")");
    }
}

impl CopiedColumn {
    /// The value, from a row that is called `source`.
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        match &self.by {
            CopiedBy::Value => {
                out.sql("source.").ident(&self.name);
            }
            CopiedBy::Text(array) => {
                out.sql("((ARRAY[source.").ident(&self.name).sql("]::pg_catalog.text)::").deparsed(array);
                out.sql(")[1]");
            }
            CopiedBy::ArrayText(array) => {
                out.sql("(source.").ident(&self.name).sql("::pg_catalog.text)::").deparsed(array);
            }
            CopiedBy::Name(object) => object.write(&self.name, out),
        }
    }
}
