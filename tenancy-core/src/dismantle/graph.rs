//! What depends on what, by places in a list.

use std::collections::{BTreeSet, HashMap};

use super::{Standing, Tie, TieKind};

/// The objects of a schema and their ties. What is not in the schema is left out.
pub(super) struct Graph<'a> {
    pub(super) objects: &'a [Standing],
    /// What depends on each.
    dependents: Vec<Vec<usize>>,
    /// The relations that each hangs on.
    relations: Vec<Vec<usize>>,
    /// Whether each is a piece of another.
    piece: Vec<bool>,
    /// What each is part of, by the closest tie.
    whole: Vec<Option<usize>>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(objects: &'a [Standing], ties: &[Tie]) -> Self {
        let places: HashMap<_, _> =
            objects.iter().enumerate().map(|(place, object)| (object.key, place)).collect();
        let count = objects.len();
        let mut graph = Self {
            objects,
            dependents: vec![Vec::new(); count],
            relations: vec![Vec::new(); count],
            piece: vec![false; count],
            whole: vec![None; count],
        };
        let mut closest: Vec<Option<(TieKind, usize)>> = vec![None; count];
        for tie in ties {
            let (Some(&from), Some(&to)) = (places.get(&tie.from), places.get(&tie.to)) else { continue };
            if from == to {
                continue;
            }
            graph.dependents[to].push(from);
            if objects[to].relation {
                graph.relations[from].push(to);
            }
            graph.piece[from] |= tie.kind == TieKind::Piece;
            if tie.kind != TieKind::Needs && closest[from].is_none_or(|(kind, _)| tie.kind < kind) {
                closest[from] = Some((tie.kind, to));
            }
        }
        for place in 0..count {
            graph.whole[place] = graph.whole_of(place, &closest);
        }
        graph
    }

    /// Follows the closest ties up to something that stands by itself.
    fn whole_of(&self, place: usize, closest: &[Option<(TieKind, usize)>]) -> Option<usize> {
        let mut at = place;
        // Ties of one object to another and back, as of a table and its row type, end here too.
        for _ in 0..32 {
            if self.stands_alone(at) {
                return Some(at);
            }
            at = closest[at]?.1;
        }
        None
    }

    fn stands_alone(&self, place: usize) -> bool {
        self.objects[place].whole && self.can_be_dropped(place)
    }

    /// Whether there is a statement that drops it by itself.
    pub(super) fn can_be_dropped(&self, place: usize) -> bool {
        self.objects[place].drop.is_some() && !self.piece[place]
    }

    /// Everything that stands by itself: each behind what depends on it, but for cycles.
    pub(super) fn wholes(&self) -> Vec<usize> {
        let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.objects.len()];
        for (to, dependents) in self.dependents.iter().enumerate() {
            let Some(to) = self.whole[to] else { continue };
            before[to]
                .extend(dependents.iter().filter_map(|&from| self.whole[from]).filter(|&from| from != to));
        }
        let mut order = Vec::new();
        let mut seen = vec![false; self.objects.len()];
        // By hand, not by recursion: chains may be as long as a schema is large.
        let mut path = Vec::new();
        for start in (0..self.objects.len()).filter(|&place| self.whole[place] == Some(place)) {
            if !std::mem::replace(&mut seen[start], true) {
                path.push((start, before[start].iter()));
            }
            while let Some((place, rest)) = path.last_mut() {
                match rest.next() {
                    Some(&next) if !std::mem::replace(&mut seen[next], true) => {
                        path.push((next, before[next].iter()));
                    }
                    Some(_) => {}
                    None => {
                        order.push(*place);
                        path.pop();
                    }
                }
            }
        }
        order
    }

    /// What goes along when `place` is dropped, itself first; what is `gone` already is left out.
    pub(super) fn along(&self, place: usize, gone: &[bool]) -> Vec<usize> {
        let mut along = vec![place];
        let mut met = BTreeSet::from([place]);
        let mut at = 0;
        while let Some(&place) = along.get(at) {
            at += 1;
            for &next in &self.dependents[place] {
                if !gone[next] && met.insert(next) {
                    along.push(next);
                }
            }
        }
        along
    }

    /// How many locks it takes to drop all of `along`: one for each, and one for each relation that something in it
    /// hangs on.
    pub(super) fn locks(&self, along: &[usize]) -> usize {
        let mut locked: BTreeSet<usize> = along.iter().copied().collect();
        for &place in along {
            locked.extend(&self.relations[place]);
        }
        locked.len()
    }
}
