//! What of a vault does not go with a policy. Nobody is locked out for it; each finding says what to
//! do.

use std::time::Duration;

use azvault_contexts::Context;
use azvault_policy::{Policy, SlotKind, rules};
use azvault_vault::Slot;

use super::Finding;
use super::decide::{is_allowed, kind};
use crate::ui::quoted;

/// Of its slots: those that are weaker than allowed, that lack, or that are there and may not be.
pub(crate) fn of_slots(policy: &Policy, slots: &[Slot]) -> Vec<Finding> {
    let weak = slots.iter().filter_map(|slot| {
        let cost = slot.cost?;
        let refusal = rules::kdf(policy, cost.memory_kib(), cost.passes()).err()?;
        let what = format!("key {} is weaker than allowed: {}", slot.id, refusal.what);
        let next =
            format!("azvault key add passphrase with enough, then azvault key remove {}", slot.id);
        Some(Finding { what, next, ..Finding::from(refusal) })
    });
    let kinds: Vec<SlotKind> = slots.iter().filter_map(|slot| kind(slot.kind)).collect();
    weak.chain(rules::slots(policy, &kinds).into_iter().map(Finding::from)).collect()
}

/// Of keys that the agent holds for so many seconds more.
pub(crate) fn of_hold(policy: &Policy, left: u64) -> Option<Finding> {
    let left = Duration::from_secs(left);
    let refusal = rules::unlock(policy.unlock_for.as_ref(), Some(left), left, "--for").err()?;
    let (what, next) = ("the agent holds the keys for longer", "azvault lock");
    Some(Finding { what: what.to_owned(), next: next.to_owned(), ..Finding::from(refusal) })
}

/// Of a context that may not be used.
pub(crate) fn of_context(policy: &Policy, context: &Context) -> Option<Finding> {
    let refusal = is_allowed(policy, context).err()?;
    let name = quoted(context.name.as_str());
    let what = format!("the context {name} may not be used: {}", refusal.what);
    let next = format!("azvault context remove {name}");
    Some(Finding { what, next, ..Finding::from(refusal) })
}
