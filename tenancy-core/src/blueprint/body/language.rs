/// In what a body is written, as far as reading it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `sql` and `plpgsql`: PostgreSQL's own tokens.
    Sql,
    /// `c` and `internal`: the body is the name of a symbol.
    Symbol,
    /// Everything else: text that nobody here can read.
    Other,
}

impl Language {
    /// The language that PostgreSQL calls `name`.
    pub fn named(name: &str) -> Self {
        match name {
            "sql" | "plpgsql" => Self::Sql,
            "c" | "internal" => Self::Symbol,
            _ => Self::Other,
        }
    }
}
