//! One file's content while it is planned: what was planned of it is given back piece by piece.

use super::plan::{Incoming, Origin};
use crate::{Account, AutosaveMode, Context, ContextName, Environment, HeldSecret, Profile};

/// A list in pieces. A list of 100,000 in one piece would be there whole until its last item was taken,
/// beside all that became of it.
pub(super) struct Pieces<T>(Vec<Vec<T>>);

const PIECE: usize = 1024;

impl<T> From<Vec<T>> for Pieces<T> {
    fn from(list: Vec<T>) -> Self {
        if list.len() <= PIECE {
            return Self(vec![list]);
        }
        let (number, mut items) = (list.len().div_ceil(PIECE), list.into_iter());
        Self((0..number).map(|_| items.by_ref().take(PIECE).collect()).collect())
    }
}

impl<T> Pieces<T> {
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().flatten()
    }

    /// All items; the list is empty afterwards.
    pub(super) fn take(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(&mut self.0).into_iter().flatten()
    }
}

/// What one file holds. Its place in the list of all is its number in the plan.
pub(super) struct File {
    pub(super) origin: Origin,
    pub(super) contexts: Pieces<Context>,
    pub(super) default: Option<ContextName>,
    pub(super) default_at: Option<usize>,
    pub(super) accounts: Pieces<Account>,
    pub(super) environments: Vec<Environment>,
    pub(super) secrets: Pieces<HeldSecret>,
    pub(super) autosave: Option<AutosaveMode>,
}

impl From<Incoming> for File {
    fn from(Incoming { origin, profile }: Incoming) -> Self {
        let Profile { contexts, default, default_at, accounts, .. } = profile;
        let Profile { environments, secrets, autosave, .. } = profile;
        Self {
            origin,
            contexts: contexts.into(),
            default,
            default_at,
            accounts: accounts.into(),
            environments,
            secrets: secrets.into(),
            autosave,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, Pieces};

    #[test]
    fn a_list_in_pieces_keeps_its_order() {
        for number in [0, 1, PIECE, PIECE + 1, 3 * PIECE] {
            let mut pieces: Pieces<usize> = (0..number).collect::<Vec<_>>().into();
            assert_eq!(pieces.len(), number);
            pieces.iter_mut().for_each(|one| *one += 1);
            assert!(pieces.iter().copied().eq(1..=number));
            assert!(pieces.take().eq(1..=number));
            assert_eq!(pieces.len(), 0);
        }
    }
}
