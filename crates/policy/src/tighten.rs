//! Two policies in one: the system's, and that of a user, which may only tighten it.

use crate::member::Strictness;
use crate::policy::KEYS;
use crate::{Policy, PolicyLine, Set, SlotKind};

/// A line of the user's that would loosen, or contradict, one of the system's. It is refused and not
/// passed over: a line that somebody wrote and that does nothing would deceive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{user}: {key} may only tighten {system}")]
pub struct Loosens {
    /// The member.
    pub key: &'static str,
    /// The line that stands.
    pub system: PolicyLine,
    /// The line that does not go with it.
    pub user: PolicyLine,
}

/// Joins them: member by member the stricter one, and all that either forbids, and all slots that
/// either names.
pub fn tighten(system: Policy, user: Policy) -> Result<Policy, Vec<Loosens>> {
    let [.., required, forbidden] = KEYS;
    let mut loosens = contradictions(required, &system.slots_forbidden, &user.slots_required);
    loosens.extend(contradictions(forbidden, &system.slots_required, &user.slots_forbidden));
    let all = &mut loosens;
    let policy = Policy {
        autosave: stricter("autosave", system.autosave, user.autosave, all),
        plaintext_export: stricter(
            "plaintext-export",
            system.plaintext_export,
            user.plaintext_export,
            all,
        ),
        kept_names: stricter("kept-names", system.kept_names, user.kept_names, all),
        environments: stricter("environments", system.environments, user.environments, all),
        tenants: stricter("tenants", system.tenants, user.tenants, all),
        resources: stricter("resources", system.resources, user.resources, all),
        unlock_idle: stricter("unlock.idle", system.unlock_idle, user.unlock_idle, all),
        unlock_for: stricter("unlock.for", system.unlock_for, user.unlock_for, all),
        while_screen_locked: stricter(
            "unlock.while-screen-locked",
            system.while_screen_locked,
            user.while_screen_locked,
            all,
        ),
        after_logout: stricter("unlock.after-logout", system.after_logout, user.after_logout, all),
        unlock_reach: stricter("unlock.reach", system.unlock_reach, user.unlock_reach, all),
        presence_for: stricter("presence.for", system.presence_for, user.presence_for, all),
        kdf_memory: stricter("kdf.memory-mib", system.kdf_memory, user.kdf_memory, all),
        kdf_passes: stricter("kdf.passes", system.kdf_passes, user.kdf_passes, all),
        kdf_product: stricter("kdf.product-mib", system.kdf_product, user.kdf_product, all),
        passphrase_bits: stricter(
            "passphrase.min-bits",
            system.passphrase_bits,
            user.passphrase_bits,
            all,
        ),
        token_cache: stricter("token.cache", system.token_cache, user.token_cache, all),
        extra_authorities: stricter(
            "tls.extra-authorities",
            system.extra_authorities,
            user.extra_authorities,
            all,
        ),
        pkcs11_modules: stricter("pkcs11.modules", system.pkcs11_modules, user.pkcs11_modules, all),
        forbidden_tenants: both(system.forbidden_tenants, user.forbidden_tenants),
        forbidden_resources: both(system.forbidden_resources, user.forbidden_resources),
        slots_required: both(system.slots_required, user.slots_required),
        slots_forbidden: both(system.slots_forbidden, user.slots_forbidden),
    };
    if loosens.is_empty() { Ok(policy) } else { Err(loosens) }
}

fn stricter<T: Strictness>(
    key: &'static str,
    system: Option<Set<T>>,
    user: Option<Set<T>>,
    loosens: &mut Vec<Loosens>,
) -> Option<Set<T>> {
    let (system, user) = match (system, user) {
        (Some(system), Some(user)) => (system, user),
        (one, other) => return one.or(other),
    };
    // Of two that say the same the system's stands: it is the one that cannot be taken away.
    if system.value.is_as_strict_as(&user.value) {
        if !user.value.is_as_strict_as(&system.value) {
            loosens.push(Loosens { key, system: system.place.clone(), user: user.place });
        }
        return Some(system);
    }
    if !user.value.is_as_strict_as(&system.value) {
        loosens.push(Loosens { key, system: system.place, user: user.place.clone() });
    }
    Some(user)
}

fn both<T: PartialEq>(system: Vec<Set<T>>, user: Vec<Set<T>>) -> Vec<Set<T>> {
    let mut all = system;
    for set in user {
        if all.iter().all(|known| known.value != set.value) {
            all.push(set);
        }
    }
    all
}

/// Kinds that the user requires and the system forbids, or the other way round.
fn contradictions(
    key: &'static str,
    system: &[Set<SlotKind>],
    user: &[Set<SlotKind>],
) -> Vec<Loosens> {
    let mut found = Vec::new();
    for user in user {
        if let Some(system) = system.iter().find(|system| system.value == user.value) {
            let (system, user) = (system.place.clone(), user.place.clone());
            found.push(Loosens { key, system, user });
        }
    }
    found
}

#[cfg(test)]
mod tests;
