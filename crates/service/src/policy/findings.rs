//! What of a vault does not go with a policy. Nobody is locked out for it; each finding says what to
//! do.

use std::time::Duration;

use azvault_model::Context;
use azvault_policy::{Policy, SlotKind, rules};
use azvault_vault::Slot;

use super::Finding;
use super::decide::{is_allowed, kind};
use crate::shell_word::shell_word;
use crate::text::quoted;

/// Of its slots: those that are weaker than allowed, that lack, or that are there and may not be.
pub fn of_slots(policy: &Policy, slots: &[Slot]) -> Vec<Finding> {
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
pub fn of_hold(policy: &Policy, left: u64) -> Option<Finding> {
    let left = Duration::from_secs(left);
    let refusal = rules::unlock(policy.unlock_for.as_ref(), Some(left), left, "--for").err()?;
    let (what, next) = ("the agent holds the keys for longer", "azvault lock");
    Some(Finding { what: what.to_owned(), next: next.to_owned(), ..Finding::from(refusal) })
}

/// Of a context that may not be used.
pub fn of_context(policy: &Policy, context: &Context) -> Option<Finding> {
    let refusal = is_allowed(policy, context).err()?;
    let what =
        format!("the context {} may not be used: {}", quoted(context.name.as_str()), refusal.what);
    let next = removal(context.name.as_str());
    Some(Finding { what, next, ..Finding::from(refusal) })
}

/// The command that removes a context. A name is another's choice: as a word of a command it must not
/// be one that a shell obeys, nor an option.
fn removal(name: &str) -> String {
    let end = if name.starts_with('-') { "-- " } else { "" };
    format!("azvault context remove {end}{}", shell_word(name))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::removal;

    #[test]
    fn an_odd_name_is_one_word_to_a_shell() {
        for name in
            ["gov", "a b", "$(touch x)", "`x`", "it's", "\"q\"", "a;b", "a\\b", "*", "--force"]
        {
            let line = removal(name).replacen("azvault", "set -- azvault", 1);
            let script = format!("{line}; for last; do :; done; printf '%s %s' $# \"$last\"");
            let said = Command::new("sh").args(["-c", &script]).output().unwrap();
            let words = 4 + usize::from(name.starts_with('-'));
            assert_eq!(
                String::from_utf8(said.stdout).unwrap(),
                format!("{words} {name}"),
                "{line}"
            );
        }
    }
}
