use super::graph::Graph;
use super::{Standing, Tie};
use crate::script::Script;

/// Statements for one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// The statements.
    pub script: Script,
    /// How many locks they take at most.
    pub locks: usize,
    /// How many objects they drop.
    pub objects: usize,
}

/// Puts the dropping of `objects` into batches of at most `budget` locks, each object behind what depends on it.
///
/// Where objects need each other, CASCADE takes along what is in the way, which is in the schema too: whoever calls this
/// has made sure that nothing outside it depends on it. What has too many parts for one batch, such as a table with a
/// thousand triggers, loses those first. Only what cannot be taken apart makes a batch larger than `budget`. Objects
/// without a statement of their own that nothing takes along (an extension) are left for `DROP SCHEMA`.
pub fn plan(objects: &[Standing], ties: &[Tie], budget: usize) -> Vec<Batch> {
    let graph = Graph::new(objects, ties);
    let mut planner = Planner { gone: vec![false; objects.len()], graph, budget, batches: Vec::new() };
    for place in planner.graph.wholes() {
        planner.drop(place);
    }
    planner.batches
}

struct Planner<'a> {
    graph: Graph<'a>,
    /// What the batches so far drop.
    gone: Vec<bool>,
    budget: usize,
    batches: Vec<Batch>,
}

impl Planner<'_> {
    /// Drops one, its parts first when they are too many.
    fn drop(&mut self, place: usize) {
        if self.gone[place] {
            return;
        }
        let along = self.graph.along(place, &self.gone);
        if self.graph.locks(&along) > self.budget {
            for &part in along[1..].iter().rev() {
                if !self.gone[part] && self.graph.can_be_dropped(part) {
                    self.statement(part);
                }
            }
        }
        if !self.gone[place] {
            self.statement(place);
        }
    }

    fn statement(&mut self, place: usize) {
        let Some(statement) = &self.graph.objects[place].drop else { return };
        let along = self.graph.along(place, &self.gone);
        let locks = self.graph.locks(&along);
        let full = self.batches.last().is_none_or(|batch| batch.locks + locks > self.budget);
        if full {
            self.batches.push(Batch::default());
        }
        for &place in &along {
            self.gone[place] = true;
        }
        if let Some(batch) = self.batches.last_mut() {
            batch.script = std::mem::take(&mut batch.script).script(statement).sql(";\n");
            batch.locks += locks;
            batch.objects += along.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Key, TieKind};
    use super::*;

    const RELATION: u32 = 1259;
    const CONSTRAINT: u32 = 2606;

    fn key(class: u32, oid: u32) -> Key {
        Key { class, oid }
    }

    fn table(oid: u32) -> Standing {
        let drop = Some(Script::new("DROP TABLE t").number(i64::from(oid)));
        Standing { key: key(RELATION, oid), drop, whole: true, relation: true }
    }

    fn part(class: u32, oid: u32) -> Standing {
        let drop = Some(Script::new("DROP PART p").number(i64::from(oid)));
        Standing { key: key(class, oid), drop, whole: false, relation: false }
    }

    fn foreign_key(oid: u32, from: u32, to: u32) -> [Tie; 2] {
        let constraint = key(CONSTRAINT, oid);
        [
            Tie { from: constraint, to: key(RELATION, from), kind: TieKind::Along },
            Tie { from: constraint, to: key(RELATION, to), kind: TieKind::Needs },
        ]
    }

    fn scripts(batches: &[Batch]) -> Vec<&str> {
        batches.iter().map(|batch| batch.script.as_str()).collect()
    }

    #[test]
    fn what_many_need_is_dropped_behind_them() {
        let objects: Vec<_> = (1..=4).map(table).chain((12..=14).map(|oid| part(CONSTRAINT, oid))).collect();
        let ties: Vec<_> = (2..=4).flat_map(|from| foreign_key(10 + from, from, 1)).collect();
        let batches = plan(&objects, &ties, 3);
        assert_eq!(
            scripts(&batches),
            ["DROP TABLE t2;\n", "DROP TABLE t3;\n", "DROP TABLE t4;\n", "DROP TABLE t1;\n"]
        );
        assert_eq!(batches.iter().map(|batch| batch.objects).sum::<usize>(), objects.len());
        assert!(batches.iter().all(|batch| batch.locks <= 3));
    }

    #[test]
    fn tables_that_need_each_other_lose_their_keys_when_those_are_too_many() {
        // Each of 2 to 30 refers to 1, and 1 to each of them.
        let mut objects: Vec<_> = (1..=30).map(table).collect();
        let mut ties = Vec::new();
        for other in 2..=30 {
            objects.extend([part(CONSTRAINT, 100 + other), part(CONSTRAINT, 200 + other)]);
            ties.extend(foreign_key(100 + other, other, 1));
            ties.extend(foreign_key(200 + other, 1, other));
        }
        let batches = plan(&objects, &ties, 8);
        assert!(batches.iter().all(|batch| batch.locks <= 8), "{batches:#?}");
        assert_eq!(batches.iter().map(|batch| batch.objects).sum::<usize>(), objects.len());
    }

    #[test]
    fn a_table_with_many_parts_loses_them_first_but_no_pieces_of_them() {
        let mut objects = vec![table(1)];
        let mut ties = Vec::new();
        for oid in 10..60 {
            objects.extend([part(CONSTRAINT, oid), part(RELATION, 100 + oid)]);
            let constraint = key(CONSTRAINT, oid);
            ties.push(Tie { from: constraint, to: key(RELATION, 1), kind: TieKind::Along });
            ties.push(Tie { from: key(RELATION, 100 + oid), to: constraint, kind: TieKind::Piece });
        }
        let batches = plan(&objects, &ties, 9);
        let all = scripts(&batches).concat();
        assert!(all.ends_with("DROP TABLE t1;\n"), "{all}");
        assert_eq!(all.lines().count(), 51, "an index of a constraint is not dropped by itself");
        assert!(batches.iter().all(|batch| batch.locks <= 9));
    }

    #[test]
    fn a_chain_as_long_as_a_schema_needs_no_stack() {
        let count = 50_000;
        let objects: Vec<_> = (0..count).map(table).collect();
        let tie = |oid| Tie { from: key(RELATION, oid + 1), to: key(RELATION, oid), kind: TieKind::Needs };
        let ties: Vec<_> = (0..count - 1).map(tie).collect();
        let batches = plan(&objects, &ties, 1_000);
        assert!(batches[0].script.as_str().starts_with("DROP TABLE t49999;\n"));
        assert_eq!(batches.iter().map(|batch| batch.objects).sum::<usize>(), objects.len());
    }
}
