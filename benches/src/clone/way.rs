//! The ways to make a clone, each timed alone, and dropped again outside of the time.

use std::cell::Cell;
use std::rc::Rc;

use anyhow::Result;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::blueprint::{capture, fingerprint};
use tenancy_diesel::core::name::SchemaName;
use tenancy_diesel::structure::{Reader, Subject};
use tenancy_diesel::{NewTenant, Tenancy};

use super::django::Django;
use super::dumped::Dumped;
use super::like;
use crate::measure::Way;
use crate::psql::Psql;
use crate::server::Database;
use crate::statements::statements;

pub(super) const SCRIPT: &str = "the rendered script, one batch";
const CREATE: &str = "`provisioner().create()`";
const SPARE: &str = "`provisioner().create()` with a spare";
const PSQL: &str = "the rendered script by `psql -1 -f`, with its start";
const REPLAY: &str = "its statements one by one";
const LIKE: &str = "`CREATE TABLE LIKE` per table";
const DUMP: &str = "`pg_dump`, `sed`, `psql`";
const DJANGO: &str = "django-tenants' clone";
const FINGERPRINT: &str = "alone: the fingerprint";
const PROOF: &str = "alone: the proof, template with a clone";
const CAPTURE: &str = "alone: the capture, when the template changed";

type Prepare<'a> = Box<dyn FnMut(&SchemaName) -> Result<String> + 'a>;
type Make<'a> = Box<dyn FnMut(&SchemaName, &str) -> Result<()> + 'a>;
type Undo<'a> = Box<dyn FnMut(&SchemaName) -> Result<()> + 'a>;

/// One way to make a clone.
pub(super) struct Maker<'a> {
    name: &'static str,
    numbers: Rc<Cell<u32>>,
    /// What is ready before the clock starts.
    prepare: Prepare<'a>,
    make: Make<'a>,
    undo: Undo<'a>,
}

impl<'a> Maker<'a> {
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Whether a lap of a large template takes so long that one must do.
    pub(super) fn is_slow(&self) -> bool {
        self.name == DJANGO
    }

    /// Makes a clone that stays.
    pub(super) fn keep(&mut self) -> Result<SchemaName> {
        let schema = next(&self.numbers)?;
        let prepared = (self.prepare)(&schema)?;
        (self.make)(&schema, &prepared)?;
        Ok(schema)
    }

    pub(super) fn drop(&mut self, schema: &SchemaName) -> Result<()> {
        (self.undo)(schema)
    }

    pub(super) fn into_way(mut self) -> Way<'a> {
        Way::parts([self.name], move |lap| {
            let schema = next(&self.numbers)?;
            let prepared = (self.prepare)(&schema)?;
            lap.start();
            (self.make)(&schema, &prepared)?;
            lap.mark();
            (self.undo)(&schema)
        })
    }
}

fn next(numbers: &Cell<u32>) -> Result<SchemaName> {
    numbers.set(numbers.get() + 1);
    Ok(SchemaName::parse(&format!("tenant_n{}", numbers.get()))?)
}

/// All of them, for the template of `tenancy`.
pub(super) fn all<'a>(
    database: &'a Database,
    tenancy: &'a Tenancy,
    django: Option<&'a mut Django>,
) -> Result<Vec<Maker<'a>>> {
    let template = tenancy.naming().template();
    let blueprint = Rc::new(capture(&mut database.connect()?, template)?);
    let numbers = Rc::new(Cell::new(0));
    let nothing = || -> Prepare<'a> { Box::new(|_| Ok(String::new())) };
    let drop_schema = || -> Result<Undo<'a>> {
        let mut conn = database.connect()?;
        Ok(Box::new(move |schema| Ok(conn.batch_execute(&format!("DROP SCHEMA {schema} CASCADE"))?)))
    };
    let maker = |name, prepare: Prepare<'a>, make: Make<'a>, undo: Undo<'a>| Maker {
        name,
        numbers: Rc::clone(&numbers),
        prepare,
        make,
        undo,
    };
    let rendered = || -> Prepare<'a> {
        let blueprint = Rc::clone(&blueprint);
        Box::new(move |schema| Ok(blueprint.render(schema).as_str().to_owned()))
    };

    let mut batch = database.connect()?;
    let script: Make<'a> = Box::new(move |_, sql| Ok(batch.batch_execute(&format!("BEGIN;\n{sql}COMMIT"))?));
    let create = || -> Make<'a> {
        Box::new(move |schema, _| {
            tenancy.provisioner().create(&NewTenant::new(slug(schema).parse()?))?;
            Ok(())
        })
    };
    let drop_tenant = || -> Undo<'a> {
        Box::new(move |schema| {
            tenancy.provisioner().drop(&slug(schema).parse()?)?;
            Ok(())
        })
    };
    let spare: Prepare<'a> = Box::new(move |_| {
        tenancy.spares().keep(1, |_| {})?;
        Ok(String::new())
    });
    let psql = Psql::find(database.url())?;
    let by_psql: Make<'a> = Box::new(move |_, sql| psql.run(&psql.write(sql)?));
    let mut single = database.connect()?;
    // Each statement commits, where `SET LOCAL` would do nothing.
    let replay: Make<'a> = Box::new(move |_, sql| {
        let script = sql.replace("SET LOCAL ", "SET ");
        Ok(statements(&script).into_iter().try_for_each(|sql| single.batch_execute(sql))?)
    });
    let mut conn = database.connect()?;
    let likes = like::script(&mut conn, template)?;
    let like: Make<'a> =
        Box::new(move |schema, _| Ok(conn.batch_execute(&likes.replace("%schema%", schema.as_str()))?));
    let dumped = Dumped::new(database.url());
    let dump: Make<'a> = Box::new(move |schema, _| dumped.clone(template, schema));

    let mut makers = vec![
        maker(SCRIPT, rendered(), script, drop_schema()?),
        maker(CREATE, nothing(), create(), drop_tenant()),
        maker(SPARE, spare, create(), drop_tenant()),
        maker(PSQL, rendered(), by_psql, drop_schema()?),
        maker(REPLAY, rendered(), replay, drop_schema()?),
        maker(LIKE, nothing(), like, drop_schema()?),
        maker(DUMP, nothing(), dump, drop_schema()?),
    ];
    if let Some(django) = django {
        let clone: Make<'a> = Box::new(move |schema, _| django.clone(template, schema));
        makers.push(maker(DJANGO, nothing(), clone, drop_schema()?));
    }
    Ok(makers)
}

/// What a sign-up consists of, and what it saves.
pub(super) fn parts<'a>(database: &Database, tenancy: &'a Tenancy) -> Result<Vec<Way<'a>>> {
    let template = tenancy.naming().template();
    let (mut print, mut read, mut prove) = (database.connect()?, database.connect()?, database.connect()?);
    let (blueprint, numbers) = (capture(&mut read, template)?, Cell::new(1_000_000));
    let mut reader = Reader::default();
    Ok(vec![
        // In the transaction of the clone, where PostgreSQL has forgotten its plans.
        Way::parts([PROOF], move |lap| {
            let schema = next(&numbers)?;
            prove.batch_execute(&format!("BEGIN;\n{}{}", blueprint.render(&schema), Reader::settings()))?;
            lap.start();
            let found = reader.compare(&mut prove, Subject::of(template), Subject::of(&schema))?;
            lap.mark();
            anyhow::ensure!(found.is_empty(), "the clone differs");
            Ok(prove.batch_execute("ROLLBACK")?)
        }),
        Way::new(FINGERPRINT, move || {
            fingerprint(&mut print, template)?;
            Ok(())
        }),
        Way::new(CAPTURE, move || {
            capture(&mut read, template)?;
            Ok(())
        }),
    ])
}

fn slug(schema: &SchemaName) -> &str {
    schema.as_str().trim_start_matches("tenant_")
}
