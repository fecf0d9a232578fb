//! How far a walk through a home has come, without a walk before it that counts: every folder of the
//! first level has an equal share of the whole, and hands it on to its own folders.

/// Parts of the whole.
pub const WHOLE: u64 = 1_000_000;

/// Folders this deep have a share of their own, which they do not divide any more.
const MAX_DEPTH: usize = 2;

/// What is done, and the share of the folder that is being looked at.
#[derive(Default)]
pub(super) struct Far {
    done: u64,
    open: u64,
}

impl Far {
    /// A folder of that share is next: what was open is done, with all that lay below it. A deeper one is
    /// part of what is open.
    pub(super) fn enter(&mut self, depth: usize, share: u64) -> u64 {
        if depth > MAX_DEPTH {
            return self.done;
        }
        self.done += std::mem::replace(&mut self.open, share);
        self.done
    }

    /// The share of each folder below the one that was entered last.
    pub(super) fn divide(&mut self, depth: usize, folders: usize) -> u64 {
        if depth >= MAX_DEPTH || folders == 0 {
            return 0;
        }
        let each = self.open / folders as u64;
        self.open -= each * folders as u64;
        each
    }
}

#[cfg(test)]
mod tests {
    use super::{Far, WHOLE};

    #[test]
    fn shares_are_divided_twice_and_make_up_the_whole() {
        let mut far = Far::default();
        assert_eq!(far.enter(0, WHOLE), 0);
        let top = far.divide(0, 4);
        assert_eq!((top, far.enter(1, top)), (250_000, 0));
        // Three folders in the first: the rest is the folder's own, and what lies deeper is no step.
        let second = far.divide(1, 3);
        assert_eq!((second, far.enter(2, second)), (83_333, 1));
        assert_eq!((far.divide(2, 100), far.enter(3, 0), far.enter(4, 0)), (0, 1, 1));
        assert_eq!((far.enter(2, second), far.enter(2, second)), (83_334, 166_667));
        // One without folders is done as soon as the next one begins.
        assert_eq!(far.enter(1, top), 250_000);
        assert_eq!((far.divide(1, 0), far.enter(1, top), far.enter(1, top)), (0, 500_000, 750_000));
    }
}
