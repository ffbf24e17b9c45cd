//! One object of a shape, written as PostgreSQL would describe it.

use tenancy_core::blueprint::kind::*;
use tenancy_core::blueprint::{Body, Definition, Deparsed, Language, Sentinel, Settings};
use tenancy_core::name::SchemaName;

use crate::shapes::Part;

/// How many kinds of objects there are.
pub(crate) const KINDS: usize = 17;

/// Writes one object.
pub(crate) struct Hand<'a> {
    part: &'a Part,
    words: &'a [String],
    sentinel: &'a Sentinel,
}

impl<'a> Hand<'a> {
    pub(crate) fn new(part: &'a Part, words: &'a [String], sentinel: &'a Sentinel) -> Self {
        Self { part, words, sentinel }
    }

    pub(crate) fn word(&self, number: usize) -> String {
        self.words[self.part.words[number] % self.words.len()].clone()
    }

    pub(crate) fn flag(&self, bit: u32) -> bool {
        self.part.flags >> bit & 1 == 1
    }

    fn small(&self) -> i32 {
        self.part.number as i32
    }

    fn when<T>(&self, bit: u32, value: T) -> Option<T> {
        self.flag(bit).then_some(value)
    }

    /// As PostgreSQL would deparse it while the template bears the sentinel: `@` stands for a reference to the
    /// schema, `%` for word 1 as a name, `?` for word 2 as a text, `&` for a text that names word 3 in the schema.
    fn sql(&self, pattern: &str) -> Deparsed {
        let schema = self.sentinel.ident().to_string();
        let text = pattern
            .chars()
            .map(|c| match c {
                '@' => schema.clone(),
                '%' => quoted(&self.word(1)),
                '?' => literal(&self.word(2)),
                '&' => literal(&format!("{schema}.{}", quoted(&self.word(3)))),
                c => c.to_string(),
            })
            .collect::<String>();
        Deparsed::split(&text, self.sentinel).unwrap()
    }

    fn data_type(&self) -> Deparsed {
        self.sql(if self.flag(0) { "@.%" } else { "character varying(10)" })
    }

    fn collation(&self) -> Option<Deparsed> {
        self.when(1, self.sql("@.%"))
    }

    fn value(&self) -> Deparsed {
        self.sql(if self.flag(2) { "nextval(&::regclass) || ? || @.%(?)" } else { "?::text" })
    }

    fn parameters(&self) -> Vec<Parameter> {
        let parameter = Parameter { toast: self.flag(4), name: self.word(3), value: self.word(4) };
        if self.flag(3) {
            vec![parameter, Parameter::parse(false, &format!("x={}", self.word(4)))]
        } else {
            Vec::new()
        }
    }

    fn firing(&self) -> Firing {
        match self.part.flags >> 5 & 3 {
            0 => Firing::Origin,
            1 => Firing::Always,
            2 => Firing::Replica,
            _ => Firing::Disabled,
        }
    }

    fn options(&self) -> SequenceOptions {
        let number = self.part.number;
        SequenceOptions {
            start: number,
            increment: -1,
            min: i64::MIN,
            max: number,
            cache: 1,
            cycle: self.flag(7),
        }
    }

    fn settings(&self) -> ColumnSettings {
        ColumnSettings {
            statistics: self.when(8, self.small()),
            storage: self.when(9, Storage::External),
            compression: self.when(10, Compression::Lz4),
            parameters: self.parameters(),
        }
    }

    fn check(&self, validated: bool) -> Check {
        let definition = self.sql(if validated { "CHECK ((% <> ?))" } else { "CHECK ((% <> ?)) NOT VALID" });
        Check { name: self.word(5), definition, validated }
    }

    fn column(&self, name: usize) -> Column {
        Column {
            name: self.word(name),
            data_type: self.data_type(),
            collation: self.collation(),
            not_null: match self.part.flags >> 11 & 3 {
                0 => NotNull::No,
                1 => NotNull::Unnamed,
                _ => NotNull::Named { name: self.word(5), no_inherit: self.flag(21) },
            },
            value: match self.part.flags >> 13 & 3 {
                0 => ColumnValue::Null,
                1 => ColumnValue::Default(self.value()),
                2 => ColumnValue::Generated { expression: self.value(), stored: self.flag(15) },
                _ => ColumnValue::Identity {
                    always: self.flag(15),
                    sequence: self.word(4),
                    options: self.options(),
                    data_type: self.when(22, self.sql("smallint")),
                    persistence: self.when(23, Persistence::Unlogged),
                },
            },
            settings: self.settings(),
        }
    }

    fn column_override(&self) -> ColumnOverride {
        let Column { name, value, not_null, settings, .. } = self.column(2);
        let value = self.when(24, value);
        ColumnOverride { name, value, not_null: self.when(25, not_null), settings }
    }

    fn parentage(&self) -> Parentage {
        let tables = || vec![self.word(1), self.word(3)];
        match self.part.flags >> 26 & 7 {
            0 => Parentage::Typed(self.sql("@.%")),
            1 => Parentage::Inherits(tables()),
            2 => Parentage::Joins(tables()),
            3 => Parentage::Partition { of: self.word(1), bound: self.sql("FOR VALUES IN (?)") },
            _ => Parentage::None,
        }
    }

    fn index_settings(&self) -> IndexSettings {
        IndexSettings {
            tablespace: self.when(22, self.word(2)),
            statistics: vec![(1, self.small())],
            partition_of: self.when(23, self.word(3)),
            clustered: self.flag(17),
            replica_identity: self.flag(18),
        }
    }

    fn routine(&self, name: String) -> Routine {
        let template = SchemaName::parse("base_template").unwrap();
        // What is rewritten in a body has properties of its own.
        let body = Body::read(&self.word(2), &template, Language::Other, []);
        let settings = [format!("app.x={}", self.word(4)), "search_path=base_template, x".to_owned()];
        Routine {
            name,
            arguments: self.sql("% text DEFAULT ?"),
            result: self.when(0, self.sql("SETOF @.%")),
            transforms: if self.flag(1) { vec![self.data_type()] } else { Vec::new() },
            language: self.word(1),
            traits: RoutineTraits {
                window: self.flag(2),
                volatility: if self.flag(3) { Volatility::Immutable } else { Volatility::Stable },
                parallel: if self.flag(4) { ParallelSafety::Safe } else { ParallelSafety::Restricted },
                strict: self.flag(5),
                security_definer: self.flag(6),
                leakproof: self.flag(7),
                cost: self.when(8, self.sql("7")),
                rows: self.when(9, self.sql("3")),
                support: self.when(10, self.sql("@.%")),
            },
            settings: if self.flag(13) {
                Settings::read(settings.iter().map(String::as_str), &template)
            } else {
                Settings::default()
            },
            body: match self.part.flags >> 11 & 3 {
                0 => RoutineBody::Bound(self.sql("RETURN @.%(?)")),
                1 => RoutineBody::Library(self.word(3), body),
                _ => RoutineBody::Text(body),
            },
        }
    }

    pub(crate) fn definition(&self) -> Definition {
        let (name, table) = (self.word(0), self.word(1));
        let persistence = if self.flag(16) { Persistence::Unlogged } else { Persistence::Permanent };
        match self.part.kind {
            0 => EnumType { name, labels: vec![self.word(1), self.word(2)] }.into(),
            1 => {
                let attribute = |n| Attribute {
                    name: self.word(n),
                    data_type: self.data_type(),
                    collation: self.collation(),
                };
                CompositeType { name, attributes: vec![attribute(1), attribute(2)] }.into()
            }
            2 => Domain {
                name,
                base: self.data_type(),
                collation: self.collation(),
                default: self.when(19, self.value()),
                not_null: self.flag(20),
                checks: vec![self.check(true), self.check(false)],
            }
            .into(),
            3 => RangeType {
                name,
                subtype: self.data_type(),
                operator_class: self.when(19, self.sql("@.%")),
                collation: self.collation(),
                difference: self.when(20, self.sql("@.%")),
                multirange: self.sql("@.%"),
            }
            .into(),
            4 => {
                let owned_by = self.when(19, (table, self.word(2)));
                Sequence {
                    name,
                    persistence,
                    data_type: self.sql("bigint"),
                    options: self.options(),
                    owned_by,
                }
                .into()
            }
            5 => self.routine(name).into(),
            6 => Table {
                name,
                persistence,
                parentage: self.parentage(),
                columns: vec![self.column(1), self.column(2)],
                overrides: vec![self.column_override()],
                checks: vec![self.check(true)],
                validated: vec![self.word(4)],
                partition_key: self.when(29, self.sql("LIST (%, @.%(%))")),
                parameters: self.parameters(),
                access_method: self.when(30, self.word(2)),
                tablespace: self.when(31, self.word(3)),
                replica_identity: if self.flag(19) {
                    ReplicaIdentity::Full
                } else {
                    ReplicaIdentity::Nothing
                },
                row_security: RowSecurity { enabled: self.flag(20), forced: self.flag(21) },
            }
            .into(),
            7 => {
                let column = ViewColumn {
                    name: table,
                    data_type: self.data_type(),
                    collation: self.collation(),
                    default: self.when(19, self.value()),
                };
                View {
                    name,
                    columns: vec![column],
                    parameters: self.parameters(),
                    query: self.sql(" SELECT % AS %\n   FROM @.% t\n  WHERE % = ?"),
                }
                .into()
            }
            8 => MaterializedView {
                name,
                settings: vec![(table, self.settings())],
                parameters: self.parameters(),
                access_method: self.when(30, self.word(2)),
                tablespace: self.when(31, self.word(3)),
                query: self.sql(" SELECT ? AS % FROM @.%"),
                populated: self.flag(19),
            }
            .into(),
            9 => CopiedRows { table: name, columns: vec![table, self.word(2)] }.into(),
            10 => Constraint {
                kind: match self.part.flags >> 19 & 3 {
                    0 => ConstraintKind::Check,
                    1 => ConstraintKind::Indexed {
                        parameters: self.parameters(),
                        settings: self.index_settings(),
                    },
                    _ => ConstraintKind::ForeignKey {
                        to_partitioned: self.flag(21),
                        reserved: if self.flag(22) { vec![self.word(2), self.word(4)] } else { Vec::new() },
                        partitions: vec![PartitionConstraint {
                            table: self.word(2),
                            name: self.word(3),
                            definition: self.sql("FOREIGN KEY (%) REFERENCES @.%(%)"),
                        }],
                    },
                },
                table,
                name,
                definition: self.sql("FOREIGN KEY (%) REFERENCES @.%(%)"),
            }
            .into(),
            11 => Index {
                table,
                name,
                definition: self.sql("CREATE INDEX % ON @.% USING btree (%) WHERE (% = ?)"),
                settings: self.index_settings(),
            }
            .into(),
            12 => Statistics {
                name,
                definition: self.sql("CREATE STATISTICS @.% ON % FROM @.%"),
                target: self.when(19, self.small()),
            }
            .into(),
            13 => Rule {
                table,
                name,
                definition: self.sql("CREATE RULE % AS ON UPDATE TO @.% DO INSTEAD SELECT ?"),
                firing: self.firing(),
            }
            .into(),
            14 => Trigger {
                table,
                name,
                definition: self.sql("CREATE TRIGGER % BEFORE INSERT ON @.% EXECUTE FUNCTION @.%(?)"),
                firing: self.firing(),
                partitions: vec![PartitionTrigger {
                    table: self.word(3),
                    name: self.word(4),
                    firing: self.firing(),
                }],
            }
            .into(),
            15 => Policy {
                table,
                name,
                permissive: self.flag(19),
                command: PolicyCommand::Update,
                roles: vec![self.word(2), self.word(3)],
                using: self.when(20, self.sql("(% = ?)")),
                with_check: self.when(21, self.sql("(@.%(%))")),
            }
            .into(),
            _ => Comment { on: self.sql("COLUMN @.%.%"), text: self.word(2) }.into(),
        }
    }
}

/// PostgreSQL's `quote_identifier`, when a name needs quotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// PostgreSQL's `simple_quote_literal` (ruleutils.c).
fn literal(text: &str) -> String {
    let prefix = if text.contains('\\') { "E" } else { "" };
    format!("{prefix}'{}'", text.replace('\\', r"\\").replace('\'', "''"))
}
