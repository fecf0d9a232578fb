//! The contexts of whom an endpoint serves. Only those that may be are looked at.

use std::collections::HashSet;

use super::reach::Reach;
use crate::contexts::{Contexts, Seen};

/// The contexts that are seen and served, by accounts.
pub(super) fn contexts<'a>(contexts: &'a Contexts, reach: &Reach) -> Vec<Seen<'a>> {
    if let Reach::AllAccounts | Reach::AllByName = reach {
        return contexts.seen();
    }
    let everyone = contexts.everyone();
    let accounts = &everyone.accounts;
    let keys = reach.keys(accounts);
    let mut seen: Vec<_> = keys.iter().flat_map(|key| contexts.seen_of(&everyone, key)).collect();
    // What may be of several accounts came with each.
    let mut known = HashSet::new();
    seen.retain(|seen| reach.serves(accounts, seen.context) && known.insert(&seen.context.name));
    seen
}
