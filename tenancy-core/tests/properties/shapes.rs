//! Schemas of any shape, built twice: of hostile words and of harmless ones.

use proptest::prelude::*;
use tenancy_core::blueprint::{Object, ObjectId, Sentinel};

use crate::hand::{Hand, KINDS};

/// What decides how one object looks, but for its words.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) kind: usize,
    pub(crate) flags: u32,
    pub(crate) number: i64,
    pub(crate) words: Vec<usize>,
    needs: Vec<usize>,
    late: Vec<usize>,
}

/// Up to eight objects that need each other in any way.
pub(crate) fn shapes() -> impl Strategy<Value = Vec<Part>> {
    let indexes = |count| prop::collection::vec(0..840_usize, count); // 840: 1 to 8 divide it
    let part = (0..KINDS, any::<u32>(), any::<i64>(), indexes(6..7), indexes(0..2), indexes(0..2)).prop_map(
        |(kind, flags, number, words, needs, late)| Part { kind, flags, number, words, needs, late },
    );
    prop::collection::vec(part, 1..8)
}

/// One object of each kind for each half of the flags, so that every branch is taken.
pub(crate) fn every_kind() -> Vec<Vec<Part>> {
    let part = |kind, flags| Part {
        kind,
        flags,
        number: i64::MIN,
        words: (0..6).collect(),
        needs: Vec::new(),
        late: Vec::new(),
    };
    (0..KINDS)
        .flat_map(|kind| [0, u32::MAX, 0x5555_5555, 0xaaaa_aaaa].map(|flags| vec![part(kind, flags)]))
        .collect()
}

/// The objects of `shape`, named with `words`.
pub(crate) fn build(shape: &[Part], words: &[String], sentinel: &Sentinel) -> Vec<Object> {
    let id = |number: usize| ObjectId { class: 1, oid: u32::try_from(number).unwrap() };
    let ids = |numbers: &[usize], below: usize| -> Vec<ObjectId> {
        if below == 0 { Vec::new() } else { numbers.iter().map(|number| id(number % below)).collect() }
    };
    shape
        .iter()
        .enumerate()
        .map(|(number, part)| {
            let hand = Hand::new(part, words, sentinel);
            Object {
                id: Some(id(number)),
                name: hand.word(0),
                // Mostly upwards, so that most shapes can be created; what is late may go around in circles.
                needs: ids(&part.needs, if hand.flag(31) { shape.len() } else { number }),
                late: ids(&part.late, shape.len()),
                runs_text: hand.flag(30),
                definition: hand.definition(),
            }
        })
        .collect()
}
