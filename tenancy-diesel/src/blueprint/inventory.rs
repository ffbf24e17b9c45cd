use std::collections::{BTreeMap, HashMap};

use tenancy_core::blueprint::{Definition, Object, ObjectId};

/// What was captured so far, and which catalogue rows it accounts for.
#[derive(Default)]
pub(super) struct Inventory {
    pub(super) objects: Vec<Object>,
    /// Which object each row of a catalogue belongs to.
    pub(super) owners: HashMap<ObjectId, Share>,
    /// What was read and cannot be carried.
    pub(super) refused: Vec<Refused>,
}

/// Something that was read and cannot be carried.
pub(super) struct Refused {
    pub(super) id: ObjectId,
    pub(super) reason: &'static str,
    pub(super) remedy: &'static str,
}

/// The share that a catalogue row has in an object.
#[derive(Clone, Copy)]
pub(super) struct Share {
    /// The object, by its place in the list.
    pub(super) object: usize,
    /// Whether a shell of the object can be created without this row.
    pub(super) late: bool,
}

impl Inventory {
    /// Adds an object that the row of its id stands for.
    pub(super) fn add(&mut self, object: Object) -> usize {
        let place = self.objects.len();
        if let Some(id) = object.id {
            self.owners.insert(id, Share { object: place, late: false });
        }
        self.objects.push(object);
        place
    }

    /// Says that the row `id` is created along with an object.
    pub(super) fn include(&mut self, id: ObjectId, object: usize, late: bool) {
        self.owners.insert(id, Share { object, late });
    }

    /// Says that `id` cannot be carried.
    pub(super) fn refuse(&mut self, id: ObjectId, reason: &'static str, remedy: &'static str) {
        self.refused.push(Refused { id, reason, remedy });
    }

    /// Fills in what each object needs from rows of `pg_depend`.
    pub(super) fn connect(&mut self, edges: impl IntoIterator<Item = (ObjectId, ObjectId)>) {
        let mut needs: BTreeMap<(usize, bool), Vec<ObjectId>> = BTreeMap::new();
        for (from, to) in edges {
            let (Some(from), Some(to)) = (self.owners.get(&from), self.owners.get(&to)) else { continue };
            // What refers to a part refers to the object that it is a part of.
            let target = self.objects[to.object].id;
            if let Some(id) = target.filter(|_| from.object != to.object) {
                needs.entry((from.object, from.late)).or_default().push(id);
            }
        }
        for ((object, late), mut ids) in needs {
            ids.sort_unstable();
            ids.dedup();
            let object = &mut self.objects[object];
            if late {
                object.late = ids;
            } else {
                object.needs = ids;
            }
        }
    }

    /// Says which rows call a function whose body is text. It runs only where rows are computed or an expression is
    /// planned: a trigger, a view, a policy or a default just names it.
    pub(super) fn mark_callers(&mut self, rows: impl IntoIterator<Item = ObjectId>) {
        for row in rows {
            let Some(share) = self.owners.get(&row) else { continue };
            let object = &mut self.objects[share.object];
            object.runs_text |= matches!(
                object.definition,
                Definition::Table(_)
                    | Definition::Constraint(_)
                    | Definition::Index(_)
                    | Definition::MaterializedView(_)
            );
        }
    }
}
