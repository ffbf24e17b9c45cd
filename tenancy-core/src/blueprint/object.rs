use super::Definition;

/// What PostgreSQL's `pg_depend` calls an object: the OID of its catalogue and its OID therein.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// The catalogue (`pg_class`, `pg_type`, ...).
    pub class: u32,
    /// The row of the catalogue.
    pub oid: u32,
}

/// One thing that stands in a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What others call it when they need it; `None` for what nothing can need (a comment).
    pub id: Option<ObjectId>,
    /// Its name, by which objects of one [`Stage`](super::Stage) are ordered and which messages show.
    pub name: String,
    /// What must stand before it. What is not in the blueprint is outside of the schema and stands already.
    pub needs: Vec<ObjectId>,
    /// What must stand before it is *complete*: a shell of it can be created without.
    pub late: Vec<ObjectId>,
    /// Whether creating it may run functions whose bodies are text, and so resolve names by the path of whoever runs
    /// them: an index that calls one, a materialized view.
    pub runs_text: bool,
    /// What it is.
    pub definition: Definition,
}

impl Object {
    /// An object that needs nothing yet.
    pub fn new(id: Option<ObjectId>, name: impl Into<String>, definition: impl Into<Definition>) -> Self {
        Self {
            id,
            name: name.into(),
            needs: Vec::new(),
            late: Vec::new(),
            runs_text: false,
            definition: definition.into(),
        }
    }
}
