use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use super::{Object, ObjectId};

/// How much of an object one step creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Whole,
    Shell,
    Rest,
}

/// One step of a script: an object, by its place in the list, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) object: usize,
    pub(super) part: Part,
}

/// Some objects need each other, and none of them can be created as a shell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these objects need each other and cannot be created one after the other: {}", .objects.join(", "))]
pub struct CycleError {
    /// The names of the objects, sorted.
    pub objects: Vec<String>,
}

/// Puts `objects`, which are sorted by stage and name, in an order in which each stands on what it needs.
///
/// Among what could come next the first of the list comes first, so the result depends on nothing but the list.
/// When only cycles are left, the first object of the list that breaks one by starting as a shell is split.
pub(super) fn order(objects: &[Object]) -> Result<Vec<Step>, CycleError> {
    let mut split = BTreeSet::new();
    loop {
        let graph = Graph::new(objects, &split);
        let steps = graph.sort();
        if steps.len() == graph.nodes.len() {
            return Ok(steps);
        }
        let left = graph.without(&steps);
        match left.iter().copied().find(|&node| graph.splitting_helps(objects, node)) {
            Some(node) => split.insert(graph.nodes[node].object),
            None => return Err(graph.cycle(objects, &left)),
        };
    }
}

struct Graph {
    nodes: Vec<Step>,
    needs: Vec<Vec<usize>>,
}

impl Graph {
    fn new(objects: &[Object], split: &BTreeSet<usize>) -> Self {
        // The first node of each object is the object itself; the rests of the split ones follow.
        let mut nodes: Vec<Step> = (0..objects.len())
            .map(|object| Step {
                object,
                part: if split.contains(&object) { Part::Shell } else { Part::Whole },
            })
            .collect();
        nodes.extend(split.iter().map(|&object| Step { object, part: Part::Rest }));

        let by_id: HashMap<ObjectId, usize> =
            objects.iter().enumerate().filter_map(|(index, object)| Some((object.id?, index))).collect();
        let places =
            |ids: &[ObjectId]| ids.iter().filter_map(|id| by_id.get(id).copied()).collect::<Vec<_>>();
        let needs = nodes
            .iter()
            .map(|step| {
                let object = &objects[step.object];
                let mut needs = match step.part {
                    Part::Whole => [places(&object.needs), places(&object.late)].concat(),
                    Part::Shell => places(&object.needs),
                    Part::Rest => [places(&object.late), vec![step.object]].concat(),
                };
                needs.retain(|&need| step.part == Part::Rest || need != step.object);
                needs.sort_unstable();
                needs.dedup();
                needs
            })
            .collect();
        Self { nodes, needs }
    }

    /// As many steps as can be taken.
    fn sort(&self) -> Vec<Step> {
        let mut missing: Vec<usize> = self.needs.iter().map(Vec::len).collect();
        let mut needed_by = vec![Vec::new(); self.nodes.len()];
        for (node, needs) in self.needs.iter().enumerate() {
            for &need in needs {
                needed_by[need].push(node);
            }
        }
        let key = |node: usize| Reverse((self.nodes[node].object, self.nodes[node].part, node));
        let mut ready: BinaryHeap<_> = (0..missing.len()).filter(|&n| missing[n] == 0).map(key).collect();
        let mut steps = Vec::with_capacity(self.nodes.len());
        while let Some(Reverse((_, _, node))) = ready.pop() {
            steps.push(self.nodes[node]);
            for &next in &needed_by[node] {
                missing[next] -= 1;
                if missing[next] == 0 {
                    ready.push(key(next));
                }
            }
        }
        steps
    }

    fn without(&self, steps: &[Step]) -> Vec<usize> {
        (0..self.nodes.len()).filter(|&node| !steps.contains(&self.nodes[node])).collect()
    }

    /// Whether a need that a shell of this node would not have leads back to it.
    fn splitting_helps(&self, objects: &[Object], node: usize) -> bool {
        let object = &objects[self.nodes[node].object];
        self.nodes[node].part == Part::Whole
            && object.definition.render().splits()
            && self.needs[node].iter().any(|&need| {
                objects[need].id.is_some_and(|id| object.late.contains(&id) && !object.needs.contains(&id))
                    && (need == node || self.reaches(need, node))
            })
    }

    fn reaches(&self, from: usize, to: usize) -> bool {
        let mut seen = vec![false; self.nodes.len()];
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            if node == to {
                return true;
            }
            if !std::mem::replace(&mut seen[node], true) {
                open.extend(&self.needs[node]);
            }
        }
        false
    }

    fn cycle(&self, objects: &[Object], left: &[usize]) -> CycleError {
        let on_cycle = |&node: &usize| self.needs[node].iter().any(|&need| self.reaches(need, node));
        let names: BTreeSet<String> = left
            .iter()
            .copied()
            .filter(on_cycle)
            .map(|node| objects[self.nodes[node].object].name.clone())
            .collect();
        CycleError { objects: names.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::kind::{EnumType, Routine, RoutineBody, RoutineTraits, View};
    use crate::blueprint::{Definition, Deparsed, Sentinel, Settings};

    fn text(sql: &str) -> Deparsed {
        Deparsed::split(sql, &Sentinel::new("none")).unwrap()
    }

    fn object(oid: u32, definition: impl Into<Definition>, needs: &[u32], late: &[u32]) -> Object {
        let ids = |oids: &[u32]| oids.iter().map(|&oid| ObjectId { class: 0, oid }).collect();
        let mut object = Object::new(Some(ObjectId { class: 0, oid }), oid.to_string(), definition);
        (object.needs, object.late) = (ids(needs), ids(late));
        object
    }

    fn label(oid: u32, needs: &[u32]) -> Object {
        object(oid, EnumType { name: oid.to_string(), labels: Vec::new() }, needs, &[])
    }

    fn view(oid: u32, reads: &[u32]) -> Object {
        let view =
            View { name: oid.to_string(), columns: Vec::new(), parameters: Vec::new(), query: text("") };
        object(oid, view, &[], reads)
    }

    fn routine(oid: u32, needs: &[u32]) -> Object {
        let routine = Routine {
            name: oid.to_string(),
            arguments: text(""),
            result: None,
            transforms: Vec::new(),
            language: "sql".to_owned(),
            traits: RoutineTraits::default(),
            settings: Settings::default(),
            body: RoutineBody::Bound(text("")),
        };
        object(oid, routine, needs, &[])
    }

    fn steps(objects: &[Object]) -> Vec<String> {
        let named = |step: &Step| {
            let mark = match step.part {
                Part::Whole => "",
                Part::Shell => " as a shell",
                Part::Rest => " completed",
            };
            format!("{}{mark}", objects[step.object].name)
        };
        order(objects).unwrap().iter().map(named).collect()
    }

    #[test]
    fn what_needs_nothing_keeps_its_place_in_the_list() {
        assert_eq!(steps(&[label(1, &[]), label(2, &[]), label(3, &[])]), ["1", "2", "3"]);
    }

    #[test]
    fn what_is_needed_comes_first_and_delays_nothing_else() {
        assert_eq!(
            steps(&[label(1, &[4]), label(2, &[1]), label(3, &[]), label(4, &[])]),
            ["3", "4", "1", "2"]
        );
    }

    #[test]
    fn what_stands_outside_of_the_schema_is_there_already() {
        assert_eq!(steps(&[label(1, &[99])]), ["1"]);
    }

    #[test]
    fn two_views_that_read_each_other_start_with_a_shell() {
        assert_eq!(steps(&[view(1, &[2]), view(2, &[1])]), ["1 as a shell", "2", "1 completed"]);
    }

    #[test]
    fn only_a_view_that_is_on_the_cycle_is_split() {
        let objects = [view(1, &[3]), view(2, &[3]), view(3, &[4]), view(4, &[3])];
        assert_eq!(steps(&objects), ["3 as a shell", "1", "2", "4", "3 completed"]);
    }

    #[test]
    fn a_view_and_a_function_that_need_each_other_start_with_the_view() {
        assert_eq!(steps(&[routine(1, &[2]), view(2, &[1])]), ["2 as a shell", "1", "2 completed"]);
    }

    #[test]
    fn functions_that_need_each_other_are_named() {
        let objects = [routine(1, &[2]), routine(2, &[1]), routine(3, &[1])];
        assert_eq!(order(&objects), Err(CycleError { objects: vec!["1".to_owned(), "2".to_owned()] }));
    }
}
