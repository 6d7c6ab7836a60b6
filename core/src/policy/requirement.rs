use super::{
    compile::Names,
    decode::{Object, invalid, string, wrong_type},
};
use crate::{
    document::{Place, Problems, Shown, code},
    json::Json,
};
use alloc::vec::Vec;

/// What a rule requires: a tree whose leaves are attestors, by their index in the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Requirement {
    Attestor(usize),
    All(Vec<Requirement>),
    Any(Vec<Requirement>),
    /// `number` attestors of the list, satisfied by different keys.
    AtLeast {
        number: usize,
        of: Vec<usize>,
    },
}

impl Requirement {
    /// Reads `"name"`, `{"all": […]}`, `{"any": […]}` or `{"atLeast": n, "of": […]}`.
    pub(super) fn decode(
        json: &Json<'_>,
        place: &Place<'_>,
        attestors: &Names<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        if let Json::String(_) = json {
            return attestor(json, place, attestors, problems).map(Requirement::Attestor);
        }
        let Json::Object(members) = json else {
            wrong_type(json, place, "an attestor's name or an object", problems);
            return None;
        };
        let known: &[&str] =
            if members.iter().any(|(name, _)| name == "of") { &["atLeast", "of"] } else { &["all", "any", "atLeast"] };
        let object = Object::new(json, place, known, problems)?;
        match (object.get("all"), object.get("any"), object.get("atLeast")) {
            (Some(_), None, None) => branches(&object, "all", attestors, problems).map(Requirement::All),
            (None, Some(_), None) => branches(&object, "any", attestors, problems).map(Requirement::Any),
            (None, None, Some(number)) => at_least(&object, number, attestors, problems),
            _ => {
                invalid(place, &"expected exactly one of all, any, atLeast", problems);
                None
            }
        }
    }

    /// The attestors that the tree names, in the order in which it names them, each once.
    pub(crate) fn attestors(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    pub(super) fn collect(&self, found: &mut Vec<usize>) {
        match self {
            Requirement::Attestor(attestor) => push_new(found, *attestor),
            Requirement::All(branches) | Requirement::Any(branches) => {
                branches.iter().for_each(|branch| branch.collect(found));
            }
            Requirement::AtLeast { of, .. } => of.iter().for_each(|attestor| push_new(found, *attestor)),
        }
    }
}

fn push_new(found: &mut Vec<usize>, attestor: usize) {
    if !found.contains(&attestor) {
        found.push(attestor);
    }
}

fn branches(
    object: &Object<'_, '_>,
    name: &str,
    attestors: &Names<'_>,
    problems: &mut Problems,
) -> Option<Vec<Requirement>> {
    let (branches, complete) =
        once(object, name, "the same requirement stands twice", problems, |json, place, problems| {
            Requirement::decode(json, place, attestors, problems)
        })?;
    complete.then_some(branches)
}

/// The items of a list that must hold at least one, none of them twice, and whether all were sound.
fn once<'d, T: PartialEq>(
    object: &Object<'d, '_>,
    name: &str,
    twice: &str,
    problems: &mut Problems,
    decode: impl Fn(&'d Json<'d>, &Place<'_>, &mut Problems) -> Option<T>,
) -> Option<(Vec<T>, bool)> {
    let mut items = Vec::new();
    let complete = object.each_or(name, "an empty list requires nothing", problems, &mut |json, place, problems| {
        let item = decode(json, place, problems)?;
        if items.contains(&item) {
            invalid(place, &twice, problems);
            return None;
        }
        items.push(item);
        Some(())
    })?;
    Some((items, complete))
}

/// Bounds the search for different keys, which takes the square of this and recurses as deep.
const MOST_IN_AT_LEAST: usize = 100;

/// `of` takes names of attestors and no trees: what "different keys" means for a tree would not be plain to read.
fn at_least(
    object: &Object<'_, '_>,
    number: &Json<'_>,
    attestors: &Names<'_>,
    problems: &mut Problems,
) -> Option<Requirement> {
    object.required("of", problems)?;
    let (of, complete) = once(object, "of", "the attestor stands twice", problems, |json, place, problems| {
        attestor(json, place, attestors, problems)
    })?;
    let Json::Unsigned(number) = number else {
        wrong_type(number, &object.place.member("atLeast"), "a number", problems);
        return None;
    };
    let number = usize::try_from(*number).unwrap_or(usize::MAX);
    if number == 0 {
        object.invalid("atLeast", &"0 requires nothing; use at least 1", problems);
        return None;
    }
    if of.len() > MOST_IN_AT_LEAST {
        let message = format_args!("{} attestors, more than the limit of {MOST_IN_AT_LEAST}", of.len());
        problems.add(code::LIMIT_REACHED, &object.place.member("of"), message);
        return None;
    }
    if complete && number > of.len() {
        let message = format_args!("{number} of {} attestors can never be satisfied", of.len());
        object.invalid("atLeast", &message, problems);
        return None;
    }
    complete.then_some(Requirement::AtLeast { number, of })
}

fn attestor(json: &Json<'_>, place: &Place<'_>, attestors: &Names<'_>, problems: &mut Problems) -> Option<usize> {
    let name = string(json, place, problems)?;
    let found = attestors.find(name);
    if found.is_none() {
        invalid(place, &format_args!("unknown attestor \"{}\"", Shown(name)), problems);
    }
    found
}

/// The largest number of lists from which one item each can be taken so that no item is taken twice: how many attestors
/// are satisfied by different keys (bipartite matching by augmenting paths).
pub(crate) fn distinct<T: PartialEq + Copy>(lists: &[&[T]]) -> usize {
    let mut taken: Vec<(T, usize)> = Vec::new();
    (0..lists.len()).filter(|list| augment(lists, *list, &mut taken, &mut Vec::new())).count()
}

fn augment<T: PartialEq + Copy>(lists: &[&[T]], list: usize, taken: &mut Vec<(T, usize)>, seen: &mut Vec<T>) -> bool {
    for item in lists.get(list).copied().unwrap_or_default() {
        if seen.contains(item) {
            continue;
        }
        seen.push(*item);
        match taken.iter().position(|(other, _)| other == item) {
            None => {
                taken.push((*item, list));
                return true;
            }
            Some(place) => {
                let owner = taken.get(place).map_or(list, |(_, owner)| *owner);
                if augment(lists, owner, taken, seen)
                    && let Some(entry) = taken.get_mut(place)
                {
                    entry.1 = list;
                    return true;
                }
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_under_two_names_counts_once() {
        assert_eq!(distinct::<u8>(&[]), 0);
        assert_eq!(distinct(&[&[1], &[1]]), 1);
        assert_eq!(distinct(&[&[1], &[2]]), 2);
        assert_eq!(distinct(&[&[1u8][..], &[]]), 1);
    }

    #[test]
    fn a_shared_key_does_not_hide_a_second_one() {
        // Taking the first key of each would count 1; the first attestor has another key to give.
        assert_eq!(distinct(&[&[1, 2][..], &[1]]), 2);
        assert_eq!(distinct(&[&[1, 2][..], &[1, 3], &[1]]), 3);
        assert_eq!(distinct(&[&[1, 2][..], &[1, 2], &[1, 2]]), 2);
    }

    proptest::proptest! {
        /// Against the definition: try every choice.
        #[test]
        fn as_many_as_the_best_choice(lists in proptest::collection::vec(proptest::collection::vec(0u8..6, 0..4), 0..5)) {
            fn best(lists: &[Vec<u8>], used: &mut Vec<u8>) -> usize {
                let Some((first, rest)) = lists.split_first() else { return 0 };
                let mut most = best(rest, used);
                for item in first {
                    if !used.contains(item) {
                        used.push(*item);
                        most = most.max(1 + best(rest, used));
                        used.pop();
                    }
                }
                most
            }
            let slices: Vec<&[u8]> = lists.iter().map(Vec::as_slice).collect();
            proptest::prop_assert_eq!(distinct(&slices), best(&lists, &mut Vec::new()));
        }
    }
}
