//! Sets that grow, of things that others choose: as [`BTreeSet`](alloc::collections::BTreeSet) would keep them, in a
//! tenth of its code.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Sorted runs, each more than twice as long as the next: few to look through, and whatever is added is sorted again
/// only when there is as much again. Adding costs `n log² n` at most, however it comes.
#[derive(Clone, Debug)]
pub(crate) struct Sorted<T>(Vec<Vec<T>>);

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> Sorted<T> {
    pub(crate) fn add(&mut self, mut run: Vec<T>) {
        while let Some(last) = self.0.pop_if(|last| last.len() / 2 <= run.len()) {
            run.extend(last);
        }
        run.sort_unstable();
        run.dedup();
        self.0.push(run);
    }

    /// All that are equal to what they are compared with; `compare` tells how an item stands to it. Each of the runs gives
    /// them in order, and a run that was added earlier comes first.
    pub(crate) fn equal(&self, compare: impl Fn(&T) -> Ordering) -> impl Iterator<Item = &T> {
        self.0.iter().flat_map(move |run| equal(run, &compare))
    }
}

/// The part of a sorted list that is equal to what it is compared with.
fn equal<T>(sorted: &[T], compare: impl Fn(&T) -> Ordering) -> &[T] {
    let start = sorted.partition_point(|item| compare(item) == Ordering::Less);
    let rest = sorted.get(start..).unwrap_or_default();
    let end = rest.partition_point(|item| compare(item) == Ordering::Equal);
    rest.get(..end).unwrap_or_default()
}

/// Of names and their places those that stood before, in the order of the places: without comparing each with each.
pub(crate) fn repeated(mut names: Vec<(usize, &str)>) -> Vec<(usize, &str)> {
    sort_by_name(&mut names);
    let mut before = None;
    names.retain(|(_, name)| before.replace(*name) == Some(*name));
    names.sort_unstable();
    names
}

/// By the names, and by the places where a name stands twice.
pub(crate) fn sort_by_name(names: &mut [(usize, &str)]) {
    names.sort_unstable_by_key(|(place, name)| (*name, *place));
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{collections::BTreeSet, vec};
    use proptest::prelude::*;

    #[test]
    fn names_that_stood_before_are_told_in_their_order() {
        let names = ["b", "a", "b", "c", "a", "b"];
        assert_eq!(repeated(names.into_iter().enumerate().collect()), [(2, "b"), (4, "a"), (5, "b")]);
        assert_eq!(repeated(vec![(0, "a"), (1, "b")]), []);
    }

    #[test]
    fn one_by_one_the_runs_are_few() {
        let mut set = Sorted::default();
        for number in 0..100_000u32 {
            set.add(vec![number.wrapping_mul(0x9e37_79b9)]);
        }
        assert!(set.0.len() <= 17, "{}", set.0.len());
        assert!(set.0.iter().all(|run| run.is_sorted()));
    }

    proptest! {
        /// Against the standard library's.
        #[test]
        fn finds_what_a_tree_finds(runs in prop::collection::vec(prop::collection::vec((0u8..20, 0u8..3), 0..9), 0..20)) {
            let mut set = Sorted::default();
            let mut tree = BTreeSet::new();
            for run in runs {
                tree.extend(run.iter().copied());
                set.add(run);
            }
            // What others choose is in a run once, however often they say it.
            prop_assert!(set.0.iter().all(|run| run.is_sorted_by(|one, next| one < next)));
            for wanted in 0..21 {
                let found: BTreeSet<_> = set.equal(|(item, _)| item.cmp(&wanted)).copied().collect();
                let expected: BTreeSet<_> = tree.iter().filter(|(item, _)| *item == wanted).copied().collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
