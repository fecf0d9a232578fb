//! What a policy decides: one function a rule. A refusal names the line that refuses.

use std::time::Duration;

use crate::member::is_resource;
use crate::{Allowance, AtLeast, AtMost, Only, Policy, PolicyLine, Reach, Set, SlotKind};

/// Something that a line of a policy forbids.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused by {place}: {what}")]
pub struct Refusal {
    /// The line.
    pub place: PolicyLine,
    /// What it forbids, and what it allows.
    pub what: String,
    /// What to type instead.
    pub next: String,
}

fn refusal<T>(set: &Set<T>, what: impl Into<String>, next: impl Into<String>) -> Refusal {
    Refusal { place: set.place.clone(), what: what.into(), next: next.into() }
}

fn forbids(set: Option<&Set<Allowance>>) -> Option<&Set<Allowance>> {
    set.filter(|set| set.value == Allowance::Forbidden)
}

/// The line by which autosave is off, whatever a session or a user has set.
pub fn autosave_off(policy: &Policy) -> Option<&PolicyLine> {
    forbids(policy.autosave.as_ref()).map(|set| &set.place)
}

/// Whether an agent has to lock when the screen is.
pub fn locks_with_screen(policy: &Policy) -> bool {
    forbids(policy.while_screen_locked.as_ref()).is_some()
}

/// Whether an agent has to lock when the last login of its user ends.
pub fn locks_at_logout(policy: &Policy) -> bool {
    forbids(policy.after_logout.as_ref()).is_some()
}

/// How long after a person has unlocked in a terminal long-lived secrets are released there, where nothing
/// is said.
const PRESENCE: Duration = Duration::from_secs(5 * 60);

/// Whether an agent answers those terminals alone in which the vault was unlocked.
pub fn reaches_terminals_alone(policy: &Policy) -> bool {
    policy.unlock_reach.as_ref().is_some_and(|set| set.value == Reach::Terminal)
}

/// Whether an agent may answer all programs of the user.
pub fn reach_of_user(policy: &Policy) -> Result<(), Refusal> {
    match policy.unlock_reach.as_ref().filter(|set| set.value == Reach::Terminal) {
        None => Ok(()),
        Some(set) => Err(refusal(
            set,
            "the reach of an unlocked vault is the terminals in which it was unlocked",
            "azvault unlock --reach terminal",
        )),
    }
}

/// How long after a person has unlocked in a terminal long-lived secrets are released there.
pub fn presence(policy: &Policy) -> Duration {
    policy.presence_for.as_ref().map_or(PRESENCE, |set| set.value.0)
}

/// Whether a change of contexts may be kept in the vault. With autosave off it may not, asked for or
/// not; what is there may always be removed.
pub fn keep(policy: &Policy) -> Result<(), Refusal> {
    match forbids(policy.autosave.as_ref()) {
        None => Ok(()),
        Some(set) => Err(refusal(
            set,
            "autosave is off: changes live in a session, and are not kept in the vault",
            "eval \"$(azvault session start)\", then the same with --scope process",
        )),
    }
}

/// Whether something that is sealed may leave the vault in plaintext; `what` says it in words.
pub fn export_plaintext(policy: &Policy, what: &str) -> Result<(), Refusal> {
    match forbids(policy.plaintext_export.as_ref()) {
        None => Ok(()),
        Some(set) => Err(refusal(set, what, "azvault context save FILE writes a sealed file")),
    }
}

/// Whether names and ids of contexts may be kept in a file of a product.
pub fn keep_names(policy: &Policy) -> Result<(), Refusal> {
    match forbids(policy.kept_names.as_ref()) {
        None => Ok(()),
        Some(set) => Err(refusal(
            set,
            "names of contexts are kept in no file of another product",
            "azvault exec -- COMMAND needs none; azvault keep-names PRODUCT --remove",
        )),
    }
}

/// Whether a certificate authority may be trusted besides those of the system.
pub fn extra_authorities(policy: &Policy) -> Result<(), Refusal> {
    match forbids(policy.extra_authorities.as_ref()) {
        None => Ok(()),
        Some(set) => Err(refusal(
            set,
            "no certificate authority is trusted besides the system's",
            "unset AZVAULT_CA_BUNDLE, and leave --ca-bundle out; an administrator can add the \
             authority to the system's",
        )),
    }
}

/// Whether a library may be loaded to sign in with a key on a token.
pub fn pkcs11_module(policy: &Policy, path: &str) -> Result<(), Refusal> {
    match &policy.pkcs11_modules {
        // Paths differ by case.
        Some(set) if !set.value.0.iter().any(|own| own == path) => {
            let what = format!("the PKCS#11 module {path} is not among those that are allowed");
            let next = match set.value.0.as_slice() {
                [] => "azvault policy show".to_owned(),
                allowed => format!("--pkcs11-module {}", allowed.join(", or --pkcs11-module ")),
            };
            Err(refusal(set, what, next))
        }
        _ => Ok(()),
    }
}

/// The library that is loaded where none is named: the only one that is allowed.
pub fn only_pkcs11_module(policy: &Policy) -> Option<&str> {
    match policy.pkcs11_modules.as_ref()?.value.0.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

/// How long keys may be held: what was `asked` for where that is allowed, else the `usual` time, cut
/// down to what is allowed. `option` is what asks for it.
pub fn unlock(
    longest: Option<&Set<AtMost>>,
    asked: Option<Duration>,
    usual: Duration,
    option: &str,
) -> Result<Duration, Refusal> {
    let Some(set) = longest else { return Ok(asked.unwrap_or(usual)) };
    let AtMost(most) = set.value;
    match asked {
        None => Ok(usual.min(most)),
        Some(asked) if asked <= most => Ok(asked),
        Some(_) => {
            let (what, most) = (format!("{option} is too long"), time(most));
            Err(refusal(set, what, format!("azvault unlock {option} {most}")))
        }
    }
}

/// Whether a guess at the passphrase of a slot costs enough: memory in KiB, passes over it.
pub fn kdf(policy: &Policy, memory_kib: u32, passes: u32) -> Result<(), Refusal> {
    let product = u64::from(memory_kib) * u64::from(passes);
    let in_kib = |least: u32| u64::from(least) * 1024;
    let next = "--kdf paranoid, or --kdf-memory MIB and --kdf-passes N that are enough";
    let check = |set: &Option<Set<AtLeast>>, enough: &dyn Fn(u32) -> bool, unit: &str| match set {
        Some(set) if !enough(set.value.0) => {
            let what = format!("a guess has to cost {}{unit} at the least", set.value.0);
            Err(refusal(set, what, next))
        }
        _ => Ok(()),
    };
    check(&policy.kdf_memory, &|least| u64::from(memory_kib) >= in_kib(least), " MiB of memory")?;
    check(&policy.kdf_passes, &|least| passes >= least, " passes")?;
    check(&policy.kdf_product, &|least| product >= in_kib(least), " MiB of memory times passes")
}

/// Whether a new passphrase withstands enough guesses: the estimate as a power of two.
pub fn passphrase(policy: &Policy, bits: u32) -> Result<(), Refusal> {
    match &policy.passphrase_bits {
        Some(set) if bits < set.value.0 => {
            let least = set.value.0;
            let what =
                format!("a new passphrase needs {least} bits, and this one has about {bits}");
            Err(refusal(set, what, "use more words, picked at random"))
        }
        _ => Ok(()),
    }
}

/// Whether contexts of this environment may be used. One that names none may not where some are
/// allowed only.
pub fn environment(policy: &Policy, name: Option<&str>) -> Result<(), Refusal> {
    among(policy.environments.as_ref(), name, "environment")
}

/// Whether contexts of this tenant may be used, by its id.
pub fn tenant(policy: &Policy, id: Option<&str>) -> Result<(), Refusal> {
    let is_domain = |name: &str| name.contains('.');
    let forbidden = policy.forbidden_tenants.iter().zip(std::iter::repeat(id));
    for (set, id) in forbidden.filter_map(|(set, id)| Some((set, id?))) {
        if set.value.eq_ignore_ascii_case(id) {
            let what = format!("the tenant {id} is forbidden");
            return Err(refusal(set, what, "azvault context list, and one of another tenant"));
        }
        // A tenant gives itself its domains: which id is behind one is not known here.
        if is_domain(id) && !is_domain(&set.value) {
            let what = format!("{id} may be a tenant that is forbidden by its id");
            return Err(refusal(set, what, "name the tenant by its id"));
        }
    }
    among(policy.tenants.as_ref(), id, "tenant")
}

/// Whether tokens to a resource may be handed out: `resource` as it was asked for, and all `names` of
/// it. What is forbidden under one of its names is forbidden.
pub fn resource(policy: &Policy, resource: &str, names: &[&str]) -> Result<(), Refusal> {
    let all = [&[resource], names].concat();
    let is_it = |set: &&Set<String>| all.iter().any(|name| is_resource(&set.value, name));
    if let Some(set) = policy.forbidden_resources.iter().find(is_it) {
        let what = format!("tokens to {resource} are forbidden");
        return Err(refusal(set, what, "azvault policy show"));
    }
    match &policy.resources {
        Some(set) if !set.value.has(&all) => {
            let what = format!("{resource} is not among the resources that are allowed");
            let next = match set.value.0.as_slice() {
                [] => "azvault policy show".to_owned(),
                allowed => format!("azvault token --resource {}", allowed.join(", or --resource ")),
            };
            Err(refusal(set, what, next))
        }
        _ => Ok(()),
    }
}

fn among(only: Option<&Set<Only>>, name: Option<&str>, word: &str) -> Result<(), Refusal> {
    match (only, name) {
        (Some(set), Some(name)) if !set.value.has(name) => {
            let what = format!("the {word} {name} is not among those that are allowed");
            Err(refusal(set, what, others(set, word)))
        }
        (Some(set), None) => {
            let what = format!("some {word}s are allowed only, and none is named");
            Err(refusal(set, what, others(set, word)))
        }
        _ => Ok(()),
    }
}

fn others(set: &Set<Only>, word: &str) -> String {
    match set.value.0.as_slice() {
        [] => "azvault policy show".to_owned(),
        names => format!("azvault context list, and one of the {word} {}", names.join(" or ")),
    }
}

/// Whether a token of the cache that came at that moment may still be handed out. Seconds since
/// 1970; one that comes from the future is as old as it is far.
pub fn token(policy: &Policy, came: i64, now: i64) -> Result<(), Refusal> {
    match &policy.token_cache {
        Some(set) if now.abs_diff(came) > set.value.0.as_secs() => {
            let what = format!("a cached token may be {} old", time(set.value.0));
            Err(refusal(set, what, "azvault connect"))
        }
        _ => Ok(()),
    }
}

/// Whether a slot of that kind may be added.
pub fn may_add(policy: &Policy, kind: SlotKind) -> Result<(), Refusal> {
    match policy.slots_forbidden.iter().find(|set| set.value == kind) {
        None => Ok(()),
        Some(set) => Err(forbidden(set)),
    }
}

/// Whether a slot may be removed: `left` are the kinds of those that stay.
pub fn may_remove(policy: &Policy, removed: SlotKind, left: &[SlotKind]) -> Result<(), Refusal> {
    let required = policy.slots_required.iter().find(|set| set.value == removed);
    match required.filter(|set| !left.contains(&set.value)) {
        None => Ok(()),
        Some(set) => {
            let what = format!("a vault has to have a {}, and this is its last", removed.as_str());
            Err(refusal(set, what, "add another one before"))
        }
    }
}

/// What a vault with slots of these kinds lacks, or has and may not have.
pub fn slots(policy: &Policy, kinds: &[SlotKind]) -> Vec<Refusal> {
    let lacks = |set: &&Set<SlotKind>| !kinds.contains(&set.value);
    let required = policy.slots_required.iter().filter(lacks).map(|set| {
        let what = format!("a vault has to have a {}", set.value.as_str());
        refusal(set, what, format!("azvault key add {}", set.value.added_by()))
    });
    let has = |set: &&Set<SlotKind>| kinds.contains(&set.value);
    required.chain(policy.slots_forbidden.iter().filter(has).map(forbidden)).collect()
}

fn forbidden(set: &Set<SlotKind>) -> Refusal {
    let what = format!("a vault may not have a {}", set.value.as_str());
    refusal(set, what, "azvault key list, then azvault key remove ID")
}

/// A time as options take it.
fn time(time: Duration) -> String {
    let words = jiff::SignedDuration::try_from(time).map(|time| format!("{time:#}"));
    words.unwrap_or_default().replace(' ', "")
}

#[cfg(test)]
mod tests;
