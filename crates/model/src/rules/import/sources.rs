//! The files that an item comes from: one, as a rule, which takes no memory of its own.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// Numbers of files, at least one, in the order in which they were added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources(Numbers);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Numbers {
    One([usize; 1]),
    Several(Box<[usize]>),
}

impl Sources {
    /// This file alone.
    pub fn of(file: usize) -> Self {
        Self(Numbers::One([file]))
    }

    pub(super) fn push(&mut self, file: usize) {
        self.0 = Numbers::Several(self.iter().copied().chain([file]).collect());
    }
}

impl Deref for Sources {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        match &self.0 {
            Numbers::One(one) => one,
            Numbers::Several(several) => several,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sources;

    #[test]
    fn files_are_kept_in_their_order_and_one_is_no_longer_than_two_words() {
        let mut sources = Sources::of(7);
        assert_eq!(*sources, [7]);
        sources.push(3);
        sources.push(7);
        assert_eq!(*sources, [7, 3, 7]);
        assert_eq!(size_of::<Sources>(), 2 * size_of::<usize>());
    }
}
