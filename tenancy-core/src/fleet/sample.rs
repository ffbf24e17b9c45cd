use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Subject;

/// The `count` subjects that stand for all of them: one for each set of migrations that some have, the most frequent set
/// first, then a second for each, and so on. Those of one set are spread over the alphabet. The same subjects in another
/// order give the same answer, which is sorted by slug.
///
/// What a migration does depends on what it finds, so a tenant of each version tells more than several of one.
pub fn sample(subjects: &[Subject], count: usize) -> Vec<&Subject> {
    let mut by_version: BTreeMap<Vec<&str>, Vec<&Subject>> = BTreeMap::new();
    for subject in subjects {
        let mut applied: Vec<&str> = subject.applied.iter().map(String::as_str).collect();
        applied.sort_unstable();
        applied.dedup();
        by_version.entry(applied).or_default().push(subject);
    }
    let mut groups: Vec<Vec<&Subject>> = by_version.into_values().collect();
    groups.sort_by_key(|group| Reverse(group.len()));
    let mut sample: Vec<&Subject> =
        shares(&groups, count).zip(&mut groups).flat_map(|(share, group)| spread(group, share)).collect();
    sample.sort_by(|a, b| a.slug.cmp(&b.slug));
    sample
}

/// How many of each group: they take turns.
fn shares(groups: &[Vec<&Subject>], count: usize) -> impl Iterator<Item = usize> + use<> {
    let mut shares = vec![0; groups.len()];
    let mut left = count.min(groups.iter().map(Vec::len).sum());
    while left > 0 {
        for (share, group) in shares.iter_mut().zip(groups) {
            if left > 0 && *share < group.len() {
                *share += 1;
                left -= 1;
            }
        }
    }
    shares.into_iter()
}

/// `share` of a group, at equal distances.
fn spread<'a>(group: &mut [&'a Subject], share: usize) -> impl Iterator<Item = &'a Subject> + use<'a> {
    group.sort_by(|a, b| a.slug.cmp(&b.slug));
    let picked: Vec<&Subject> = (0..share).map(|place| group[place * group.len() / share]).collect();
    picked.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::{SchemaName, TenantSlug};
    use crate::tenant::TenantId;

    fn subject(slug: &str, applied: &[&str]) -> Subject {
        Subject {
            id: TenantId::from_uuid(uuid::Uuid::nil()),
            slug: TenantSlug::parse(slug).unwrap(),
            schema: SchemaName::parse(&format!("tenant_{slug}")).unwrap(),
            applied: applied.iter().map(|version| (*version).to_owned()).collect(),
        }
    }

    fn slugs(subjects: &[Subject], count: usize) -> Vec<&str> {
        sample(subjects, count).into_iter().map(|subject| subject.slug.as_str()).collect()
    }

    fn fleet() -> Vec<Subject> {
        let mut fleet: Vec<Subject> = (0..6).map(|n| subject(&format!("b{n}"), &["1", "2"])).collect();
        fleet.extend([subject("old", &["1"]), subject("gap", &["2"]), subject("a", &["2", "1", "1"])]);
        fleet
    }

    #[test]
    fn every_version_is_there_before_any_is_there_twice() {
        assert_eq!(slugs(&fleet(), 1), ["a"]);
        assert_eq!(slugs(&fleet(), 3), ["a", "gap", "old"]);
        assert_eq!(slugs(&fleet(), 5), ["a", "b1", "b3", "gap", "old"]);
    }

    #[test]
    fn neither_the_order_nor_a_second_call_changes_who_is_chosen() {
        let (fleet, mut reversed) = (fleet(), fleet());
        reversed.reverse();
        for count in 0..12 {
            assert_eq!(slugs(&fleet, count), slugs(&reversed, count));
            assert_eq!(sample(&fleet, count).len(), count.min(9));
        }
    }

    #[test]
    fn nobody_stands_for_nobody() {
        assert!(sample(&[], 3).is_empty());
    }
}
