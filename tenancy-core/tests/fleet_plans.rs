//! Plans over a fleet, whatever its tenants have: everybody who needs something is in one wave, once, and in order.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tenancy_core::fleet::{Canaries, Catalog, FleetPlan, Migration, Policy, Subject};
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

fn slug(n: usize) -> TenantSlug {
    TenantSlug::parse(&format!("t{n}")).unwrap()
}

fn version(n: usize) -> String {
    format!("{:02}", n + 1)
}

fn catalog(order: &[usize]) -> Catalog {
    let migrations = order.iter().map(|&n| Migration {
        version: version(n),
        name: format!("{}_x", version(n)),
        transactional: n % 3 != 0,
    });
    Catalog::new(migrations.collect()).unwrap()
}

/// Tenants who have these migrations, in any order, of which some may be unknown to the catalogue.
fn subjects(applied: &[Vec<usize>]) -> Vec<Subject> {
    let subjects = applied.iter().enumerate().map(|(n, applied)| Subject {
        id: TenantId::from_uuid(Uuid::from_u128(n as u128)),
        slug: slug(n),
        schema: SchemaName::parse(&format!("tenant_t{n}")).unwrap(),
        applied: applied.iter().map(|&n| version(n)).collect(),
    });
    subjects.collect()
}

fn canaries() -> impl Strategy<Value = Canaries> {
    prop_oneof![
        Just(Canaries::None),
        (0..12_usize).prop_map(Canaries::Count),
        // Some of them do not exist, or need nothing.
        prop::collection::vec(0..40_usize, 0..5)
            .prop_map(|some| Canaries::Named(some.into_iter().map(slug).collect())),
    ]
}

prop_compose! {
    fn fleet()(size in 0..8_usize)(
        order in Just((0..size).collect::<Vec<_>>()).prop_shuffle(),
        applied in prop::collection::vec(prop::sample::subsequence((0..size + 2).collect::<Vec<_>>(), 0..=size + 2).prop_shuffle(), 0..30),
        canaries in canaries(),
        wave_size in prop::option::of(0..10_usize),
    ) -> (Vec<usize>, Vec<Vec<usize>>, Policy) {
        (order, applied, Policy { canaries, wave_size, ..Policy::default() })
    }
}

/// What each tenant is to do, by what the plan says.
fn lists(plan: &FleetPlan) -> BTreeMap<TenantId, Vec<String>> {
    let list = |tenant| plan.needed_by(tenant).iter().map(|migration| migration.version.clone()).collect();
    plan.tenants().map(|tenant| (tenant.id, list(tenant))).collect()
}

/// What they lack, as one would count it by hand.
fn lacking(size: usize, applied: &[Vec<usize>]) -> BTreeMap<TenantId, Vec<String>> {
    let each = applied.iter().enumerate().map(|(n, applied)| {
        let missing: Vec<String> = (0..size).filter(|m| !applied.contains(m)).map(version).collect();
        (TenantId::from_uuid(Uuid::from_u128(n as u128)), missing)
    });
    each.filter(|(_, missing)| !missing.is_empty()).collect()
}

fn assert_waves_are_right(plan: &FleetPlan, policy: &Policy) {
    let ids: Vec<TenantId> = plan.tenants().map(|tenant| tenant.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "nobody twice");
    assert_eq!((plan.len(), plan.is_empty()), (ids.len(), ids.is_empty()));
    assert!(plan.waves.iter().all(|wave| !wave.tenants.is_empty()));
    assert!(plan.waves.iter().skip(1).all(|wave| !wave.canary), "canaries go first, in one wave");
    let first = plan.waves.first().filter(|wave| wave.canary);
    match &policy.canaries {
        Canaries::None => assert!(first.is_none()),
        Canaries::Count(count) => {
            assert_eq!(first.map_or(0, |wave| wave.tenants.len()), (*count).min(ids.len()));
            // As many of the different lists as there is room for.
            let of = |tenants: &mut dyn Iterator<Item = &tenancy_core::fleet::TenantPlan>| {
                tenants.map(|tenant| plan.needed_by(tenant).to_vec()).fold(Vec::new(), |mut all, list| {
                    if !all.contains(&list) {
                        all.push(list);
                    }
                    all
                })
            };
            let (seen, all) =
                (first.map_or(0, |wave| of(&mut wave.tenants.iter()).len()), of(&mut plan.tenants()).len());
            assert_eq!(seen, all.min(*count));
        }
        Canaries::Named(named) => {
            let chosen: BTreeSet<_> =
                first.iter().flat_map(|wave| &wave.tenants).map(|tenant| tenant.slug.clone()).collect();
            let wanted: BTreeSet<_> = plan
                .tenants()
                .map(|tenant| tenant.slug.clone())
                .filter(|slug| named.contains(slug))
                .collect();
            assert_eq!(chosen, wanted);
        }
    }
    let rest: Vec<usize> =
        plan.waves.iter().filter(|wave| !wave.canary).map(|wave| wave.tenants.len()).collect();
    let size = policy.wave_size.unwrap_or(usize::MAX).max(1);
    if let Some((last, full)) = rest.split_last() {
        assert!(full.iter().all(|count| *count == size) && (1..=size).contains(last), "{rest:?} of {size}");
    }
    for wave in &plan.waves {
        // Those with the same list stand together, or they could not share transactions.
        let mut seen: Vec<&[Migration]> = Vec::new();
        for tenant in &wave.tenants {
            let list = plan.needed_by(tenant);
            if seen.last() != Some(&list) {
                assert!(!seen.contains(&list), "a list is interrupted");
                seen.push(list);
            }
        }
    }
}

proptest! {
    #[test]
    fn who_lacks_something_is_planned_once_with_exactly_that((order, applied, policy) in fleet()) {
        let plan = FleetPlan::up(&catalog(&order), subjects(&applied), &policy);
        prop_assert_eq!(lists(&plan), lacking(order.len(), &applied));
        assert_waves_are_right(&plan, &policy);
        let steps: usize = lacking(order.len(), &applied).values().map(Vec::len).sum();
        prop_assert_eq!(plan.steps(), steps);
        for tenant in plan.tenants() {
            let newest = applied[usize::try_from(tenant.id.as_uuid().as_u128()).unwrap()].iter().max().map(|&n| version(n));
            prop_assert_eq!(&tenant.from, &newest);
        }
    }

    #[test]
    fn down_is_the_mirror_of_up((order, applied, policy) in fleet()) {
        let catalog = catalog(&order);
        let up = FleetPlan::up(&catalog, subjects(&applied), &policy);
        // After it, everybody has what there is.
        let after: Vec<Vec<usize>> = applied.iter().map(|applied| {
            let mut all: BTreeSet<usize> = (0..order.len()).collect();
            all.extend(applied);
            all.into_iter().collect()
        }).collect();
        prop_assert!(FleetPlan::up(&catalog, subjects(&after), &policy).is_empty());
        // Of each tenant, what it got, in the opposite order; tenants with the same list stand alike.
        let down = lists(&FleetPlan::down(&catalog, &catalog.versions().into_iter().map(str::to_owned).collect::<Vec<_>>(), subjects(&after), &policy));
        for (id, mut list) in lists(&up) {
            list.reverse();
            let reverted: Vec<String> = down[&id].iter().filter(|version| list.contains(version)).cloned().collect();
            prop_assert_eq!(reverted, list);
        }
    }

    #[test]
    fn only_what_is_had_and_known_is_reverted(
        (order, applied, policy) in fleet(),
        chosen in prop::collection::vec(0..10_usize, 0..6),
    ) {
        let versions: Vec<String> = chosen.iter().map(|&n| version(n)).collect();
        let plan = FleetPlan::down(&catalog(&order), &versions, subjects(&applied), &policy);
        assert_waves_are_right(&plan, &policy);
        let expected: BTreeMap<TenantId, Vec<String>> = applied.iter().enumerate().map(|(n, applied)| {
            let mut had: Vec<usize> = applied.iter().copied().filter(|m| *m < order.len() && chosen.contains(m)).collect();
            had.sort_unstable_by(|a, b| b.cmp(a));
            (TenantId::from_uuid(Uuid::from_u128(n as u128)), had.into_iter().map(version).collect::<Vec<_>>())
        }).filter(|(_, had)| !had.is_empty()).collect();
        prop_assert_eq!(lists(&plan), expected);
    }
}
