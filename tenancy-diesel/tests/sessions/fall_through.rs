//! A table that the template has and a tenant lacks must not be answered from a shared schema.

use tenancy_diesel::core::isolation::SharedSchemas;
use tenancy_diesel::{Error, NewTenant};

use crate::notes::{slug, try_owners};
use crate::world::World;

/// A template with notes, its tenant acme, and notes in `public`.
fn world() -> World {
    let world = World::new(2);
    world.sql(
        "CREATE TABLE base_template.notes (id int, owner text);
         CREATE TABLE public.notes (id int, owner text); INSERT INTO public.notes VALUES (1, 'everybody');
         GRANT SELECT ON public.notes TO PUBLIC",
    );
    world.tenancy.init().unwrap();
    world.tenancy.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
    world
}

#[test]
fn a_missing_table_that_public_has_is_an_error_in_debug_builds() {
    let world = world();
    let acme = world.find("acme");
    assert_eq!(try_owners(&mut world.conn(&acme)).unwrap(), [] as [&str; 0]);
    world.sql("DROP TABLE tenant_acme.notes");
    // Who was told that all is well believes it for a while.
    let other = world.another(|builder| builder.detect_fall_through(true));
    for _ in 0..2 {
        match other.connect(&acme) {
            Err(Error::SchemaIncomplete { slug, relation, shared }) => {
                assert_eq!((slug.as_str(), relation.as_str(), shared.as_str()), ("acme", "notes", "public"));
            }
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("queries would be answered from public"),
        }
    }
    world.sql("ALTER TABLE public.notes RENAME TO notes_shared");
    // PostgreSQL's own error.
    let refused = try_owners(&mut other.connect(&acme).unwrap()).unwrap_err();
    assert!(refused.to_string().contains("relation \"notes\" does not exist"), "{refused}");
}

#[test]
fn debug_builds_detect_it_unless_told_otherwise() {
    let world = world();
    world.sql("DROP TABLE tenant_acme.notes");
    let acme = world.find("acme");
    assert_eq!(world.another(|builder| builder).connect(&acme).is_err(), cfg!(debug_assertions));
    let careless = world.another(|builder| builder.detect_fall_through(false));
    assert_eq!(try_owners(&mut careless.connect(&acme).unwrap()).unwrap(), ["everybody"]);
}

#[test]
fn without_shared_schemas_nothing_falls_through() {
    let world = world();
    world.sql("DROP TABLE tenant_acme.notes");
    let acme = world.find("acme");
    let alone =
        world.another(|builder| builder.shared_schemas(SharedSchemas::none()).detect_fall_through(true));
    let refused = try_owners(&mut alone.connect(&acme).unwrap()).unwrap_err();
    assert!(refused.to_string().contains("does not exist"), "{refused}");
}

#[test]
fn a_refused_tenant_costs_nobody_a_connection() {
    let world = world();
    world.sql("DROP TABLE tenant_acme.notes");
    world.tenant("globex");
    let (acme, globex) = (world.find("acme"), world.find("globex"));
    for _ in 0..5 {
        assert!(world.another(|builder| builder.detect_fall_through(true)).connect(&acme).is_err());
    }
    assert_eq!(try_owners(&mut world.conn(&globex)).unwrap(), ["globex"]);
}
