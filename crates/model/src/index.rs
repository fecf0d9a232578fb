//! Finding one of 100,000 by what stands for its text.
//!
//! A keyed hash of 128 bits stands for a text: an index of texts would hold each of them once more, and
//! no two texts have one hash.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

/// The key of an index; it lives as long as the index does.
#[derive(Clone, Debug, Default)]
pub struct Digests([RandomState; 2]);

/// What stands for a text in the index of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest([u64; 2]);

impl Digests {
    /// What stands for this.
    pub fn of(&self, text: impl Hash) -> Digest {
        Digest([self.0[0].hash_one(&text), self.0[1].hash_one(&text)])
    }
}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // An index takes the last word, which is as good as the other.
        state.write_u64(self.0[0]);
        state.write_u64(self.0[1]);
    }
}

/// Takes a digest as it is: it is a keyed hash already.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
}

/// One thing for each text.
pub type ByDigest<T> = HashMap<Digest, T, BuildHasherDefault<AsItIs>>;

/// Several things for one text, in the order in which they were added; one, as a rule.
#[derive(Clone, Debug)]
pub(crate) struct Index<T> {
    first: ByDigest<T>,
    further: ByDigest<Vec<T>>,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self { first: HashMap::default(), further: HashMap::default() }
    }
}

impl<T> Index<T> {
    pub(crate) fn insert(&mut self, digest: Digest, one: T) {
        use std::collections::hash_map::Entry;
        match self.first.entry(digest) {
            Entry::Vacant(free) => {
                free.insert(one);
            }
            Entry::Occupied(_) => self.further.entry(digest).or_default().push(one),
        }
    }

    pub(crate) fn get(&self, digest: Digest) -> impl Iterator<Item = &T> {
        let further = || self.further.get(&digest).into_iter().flatten();
        self.first.get(&digest).into_iter().chain(further())
    }
}

#[cfg(test)]
mod tests {
    use super::{Digests, Index};

    #[test]
    fn what_was_added_under_one_text_is_found_in_its_order() {
        let (digests, mut index) = (Digests::default(), Index::default());
        for (text, one) in [("a", 1), ("b", 2), ("a", 3), ("a", 1), ("", 4)] {
            index.insert(digests.of(text), one);
        }
        for (text, wanted) in [("a", &[1, 3, 1][..]), ("b", &[2]), ("", &[4]), ("c", &[])] {
            assert!(index.get(digests.of(text)).eq(wanted), "{text}");
        }
        assert_ne!(digests.of(("a", "bc")), digests.of(("ab", "c")));
        assert_ne!(digests.of("a"), Digests::default().of("a"), "keys differ");
    }
}
