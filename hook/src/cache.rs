//! A bounded store of answers.

use std::{
    collections::HashMap,
    hash::Hash,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Values by key, of at most so much weight together.
///
/// Two halves: what is looked up in the old half moves to the new one, and when the new half is full it becomes the old
/// one. So what nobody asks for goes, and no operation looks at many entries.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    halves: Mutex<Halves<K, V>>,
    /// The most weight of one half.
    most: usize,
}

#[derive(Debug)]
struct Halves<K, V> {
    new: HashMap<K, (V, usize)>,
    old: HashMap<K, (V, usize)>,
    /// That of the new half.
    weight: usize,
}

impl<K: Hash + Eq + Clone, V: Clone> Cache<K, V> {
    pub(crate) fn new(most: usize) -> Self {
        let halves = Halves { new: HashMap::new(), old: HashMap::new(), weight: 0 };
        Self { halves: Mutex::new(halves), most: most / 2 }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let mut halves = self.lock();
        if let Some((value, _)) = halves.new.get(key) {
            return Some(value.clone());
        }
        let (value, weight) = halves.old.remove(key)?;
        self.put(&mut halves, key.clone(), value.clone(), weight);
        Some(value)
    }

    /// Keeps the value; one that is heavier than half of the whole is not kept.
    pub(crate) fn insert(&self, key: K, value: V, weight: usize) {
        let mut halves = self.lock();
        halves.old.remove(&key);
        self.put(&mut halves, key, value, weight);
    }

    fn put(&self, halves: &mut Halves<K, V>, key: K, value: V, weight: usize) {
        if let Some((_, weight)) = halves.new.remove(&key) {
            halves.weight = halves.weight.saturating_sub(weight);
        }
        if weight > self.most {
            return;
        }
        if halves.weight.saturating_add(weight) > self.most {
            halves.old = mem::take(&mut halves.new);
            halves.weight = 0;
        }
        halves.weight = halves.weight.saturating_add(weight);
        halves.new.insert(key, (value, weight));
    }

    fn lock(&self) -> MutexGuard<'_, Halves<K, V>> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let cache = Cache::new(20);
        cache.insert("often", 0, 1);
        for number in 0..1000 {
            cache.insert(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"][number % 12], number, 2);
            assert_eq!(cache.get(&"often"), Some(0), "{number}");
            let halves = cache.lock();
            let weight = |half: &HashMap<&str, (usize, usize)>| half.values().map(|(_, weight)| weight).sum::<usize>();
            assert!(weight(&halves.new) <= 10 && weight(&halves.old) <= 10);
            assert_eq!(weight(&halves.new), halves.weight);
        }
        assert_eq!(cache.get(&"l"), Some(999 - 999 % 12 - 1));
        assert_eq!(cache.get(&"e"), None);
    }

    #[test]
    fn a_key_has_its_last_value() {
        let cache = Cache::new(20);
        cache.insert("key", 1, 6);
        cache.insert("other", 0, 6);
        cache.insert("key", 2, 6);
        assert_eq!(cache.get(&"key"), Some(2));
        cache.insert("key", 3, 6);
        cache.insert("key", 4, 11);
        assert_eq!(cache.get(&"key"), None, "too heavy, and the one before is not the value");
    }

    #[test]
    fn no_room_is_no_cache() {
        let cache = Cache::new(0);
        cache.insert("key", 1, 1);
        assert_eq!(cache.get(&"key"), None);
    }
}
