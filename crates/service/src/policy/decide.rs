//! What the policy in force says to a command. The rules are in the crate of policies; here their
//! refusals become failures of [`Kind::Refused`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use azvault_agent::hold::{Allowed, Commands, Limits, Reach, Terms, Then};
use azvault_model::Context;
use azvault_policy::{Policy, PolicyLine, Refusal, SlotKind, rules};
use azvault_signin::Cloud;
use azvault_vault::{Cost, Slot};

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::text::shown;

fn refused(refusal: Refusal) -> Failure {
    // Names of contexts and of files are text from elsewhere.
    Failure::new(Kind::Refused, shown(&refusal.to_string())).hint(shown(&refusal.next))
}

/// Whether a context may be used.
pub fn acts(app: &App, context: &Context) -> Result<(), Failure> {
    is_allowed(app.policy()?, context).map_err(refused)
}

pub(super) fn is_allowed(policy: &Policy, context: &Context) -> Result<(), Refusal> {
    let tenant = context.tenant.as_ref().map(|tenant| tenant.id.as_str());
    rules::environment(policy, context.environment.as_deref())
        .and_then(|()| rules::tenant(policy, tenant))
}

/// Whether somebody may sign in there. A sign-in that names no tenant finds out which one it is in,
/// and asks again then.
pub fn signs_in(app: &App, environment: &str, tenant: Option<&str>) -> Result<(), Failure> {
    let policy = app.policy()?;
    let of_tenant = || tenant.map_or(Ok(()), |tenant| rules::tenant(policy, Some(tenant)));
    rules::environment(policy, Some(environment)).and_then(|()| of_tenant()).map_err(refused)
}

/// Whether a token to that resource of a cloud may be handed out, by whichever of its names.
pub fn opens(app: &App, cloud: &Cloud, resource: &str) -> Result<(), Failure> {
    rules::resource(app.policy()?, resource, &cloud.names_of(resource)).map_err(refused)
}

/// The line by which autosave is off.
pub fn autosave_off(app: &App) -> Result<Option<&PolicyLine>, Failure> {
    Ok(rules::autosave_off(app.policy()?))
}

/// Whether a change of contexts may be kept in the vault.
pub fn keep(app: &App) -> Result<(), Failure> {
    rules::keep(app.policy()?).map_err(refused)
}

/// Whether something that is sealed may leave the vault in plaintext; `what` says it in words.
pub fn export_plaintext(app: &App, what: &str) -> Result<(), Failure> {
    rules::export_plaintext(app.policy()?, what).map_err(refused)
}

/// Whether names of contexts may be kept in a file of a product.
pub fn keep_names(app: &App) -> Result<(), Failure> {
    rules::keep_names(app.policy()?).map_err(refused)
}

/// Whether certificate authorities may be trusted besides the system's.
pub fn extra_authorities(app: &App) -> Result<(), Failure> {
    rules::extra_authorities(app.policy()?).map_err(refused)
}

/// Whether a PKCS#11 module may be loaded.
pub(crate) fn pkcs11_module(app: &App, path: &Path) -> Result<(), Failure> {
    rules::pkcs11_module(app.policy()?, &path.to_string_lossy()).map_err(refused)
}

/// The only PKCS#11 module that a policy allows.
pub(crate) fn only_pkcs11_module(app: &App) -> Result<Option<PathBuf>, Failure> {
    Ok(rules::only_pkcs11_module(app.policy()?).map(PathBuf::from))
}

/// How long keys are held, given what was asked for. Who says for how long does not mean the idle
/// limit to end it before.
pub fn limits(
    app: &App,
    hard: Option<Duration>,
    idle: Option<Duration>,
) -> Result<Limits, Failure> {
    limits_by(app.policy()?, hard, idle).map_err(refused)
}

/// How keys are held that are unlocked, given what was asked for.
pub fn terms(app: &App, limits: Limits, reach: Option<Reach>) -> Result<Terms, Failure> {
    if reach == Some(Reach::User) {
        rules::reach_of_user(app.policy()?).map_err(refused)?;
    }
    Ok(Terms { limits, reach })
}

/// How keys are held that were not unlocked for that: as long as is usual, and for whom they were before.
pub fn usual_terms(app: &App) -> Result<Terms, Failure> {
    Ok(Terms { limits: limits(app, None, None)?, reach: None })
}

/// How long after somebody has unlocked the vault in a terminal long-lived secrets are released there.
pub(crate) fn presence(app: &App) -> Result<Duration, Failure> {
    Ok(rules::presence(app.policy()?))
}

fn limits_by(
    policy: &Policy,
    hard: Option<Duration>,
    idle: Option<Duration>,
) -> Result<Limits, Refusal> {
    let usual = Limits::default();
    let usual_idle = hard.unwrap_or(usual.idle);
    Ok(Limits {
        idle: rules::unlock(policy.unlock_idle.as_ref(), idle, usual_idle, "--idle")?,
        hard: rules::unlock(policy.unlock_for.as_ref(), hard, usual.hard, "--for")?,
    })
}

/// How long keys may be held at the most.
pub fn most(app: &App) -> Result<Limits, Failure> {
    Ok(most_of(app.policy()?))
}

pub(super) fn most_of(policy: &Policy) -> Limits {
    // What is not set has no end.
    let most = |set: &Option<azvault_policy::Set<azvault_policy::AtMost>>| {
        set.as_ref().map_or(Duration::MAX, |set| set.value.0)
    };
    Limits { idle: most(&policy.unlock_idle), hard: most(&policy.unlock_for) }
}

/// What an agent obeys while it holds keys.
pub(super) fn of_agent(policy: &Policy) -> Allowed {
    let then = |locks| if locks { Then::Lock } else { Then::Hold };
    Allowed {
        limits: most_of(policy),
        reach: match rules::reaches_terminals_alone(policy) {
            true => Reach::Terminal,
            false => Reach::User,
        },
        screen_locked: then(rules::locks_with_screen(policy)),
        logged_out: then(rules::locks_at_logout(policy)),
        commands: match policy.unlock_idle {
            None => Commands::CountAsUse,
            Some(_) => Commands::CountWhenTheyAsk,
        },
    }
}

/// Whether keys may be used that nobody used for so `long`, and that are held for so long as is
/// `left`: they may have been handed over before there was a policy. One that cannot be followed
/// forbids what is done with them, and says so then.
pub fn may_hold(app: &App, long: Duration, left: Duration) -> bool {
    most(app).map_or(true, |most| long <= most.idle && left <= most.hard)
}

/// Whether a command that runs counts as use of the vault. Where a policy says how long keys may lie
/// unused, only what is handed out does.
pub fn is_used_while_a_command_runs(app: &App) -> bool {
    app.policy().is_ok_and(|policy| policy.unlock_idle.is_none())
}

/// Whether guesses at a passphrase cost enough.
pub fn costs_enough(app: &App, cost: Cost) -> Result<(), Failure> {
    rules::kdf(app.policy()?, cost.memory_kib(), cost.passes()).map_err(refused)
}

/// Whether a new passphrase of so many bits may be used.
pub fn withstands_guessing(app: &App, bits: u32) -> Result<(), Failure> {
    rules::passphrase(app.policy()?, bits).map_err(refused)
}

/// What a guess costs where nobody chose: the least of the presets from the default up that is
/// enough.
pub fn usual_cost(app: &App) -> Result<Cost, Failure> {
    match costs_enough(app, Cost::DEFAULT) {
        Ok(()) => Ok(Cost::DEFAULT),
        Err(_) => costs_enough(app, Cost::PARANOID).map(|()| Cost::PARANOID),
    }
}

/// Whether a vault may be made with these ways to unlock it.
pub fn new_vault(app: &App, kinds: &[azvault_vault::SlotKind]) -> Result<(), Failure> {
    let kinds: Vec<SlotKind> = kinds.iter().copied().filter_map(kind).collect();
    match rules::slots(app.policy()?, &kinds).into_iter().next() {
        None => Ok(()),
        Some(refusal) => Err(refused(refusal).hint(
            "azvault init has --key-file FILE, --raw-key-file FILE, --recovery-file FILE and \
             --no-recovery",
        )),
    }
}

/// Whether a slot of that kind may be added.
pub fn may_add(app: &App, added: azvault_vault::SlotKind) -> Result<(), Failure> {
    let policy = app.policy()?;
    kind(added).map_or(Ok(()), |added| rules::may_add(policy, added)).map_err(refused)
}

/// Whether slots may go, given the kinds of those that stay.
pub fn may_remove(
    app: &App,
    removed: impl IntoIterator<Item = azvault_vault::SlotKind>,
    left: impl IntoIterator<Item = azvault_vault::SlotKind>,
) -> Result<(), Failure> {
    let policy = app.policy()?;
    let left: Vec<SlotKind> = left.into_iter().filter_map(kind).collect();
    let mut removed = removed.into_iter().filter_map(kind);
    removed.try_for_each(|kind| rules::may_remove(policy, kind, &left)).map_err(refused)
}

/// Says of slots that guesses at them cost less than they should. Nobody is locked out for it.
pub fn warn_of_weak_slots(app: &App, slots: &[Slot]) -> Result<(), Failure> {
    let policy = app.policy()?;
    for (slot, cost) in slots.iter().filter_map(|slot| Some((slot, slot.cost?))) {
        if let Err(refusal) = rules::kdf(policy, cost.memory_kib(), cost.passes()) {
            let (id, what) = (slot.id, shown(&refusal.what));
            let place = shown(&refusal.place.to_string());
            app.console.warning(format!("key {id} is weaker than {place} allows: {what}"));
        }
    }
    Ok(())
}

/// A kind of slot in the words of policies, which are those of `key list`.
pub(super) fn kind(kind: azvault_vault::SlotKind) -> Option<SlotKind> {
    SlotKind::of(kind.as_str())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use azvault_policy::Policy;
    use azvault_vault::SlotKind;

    use super::{kind, limits_by};

    #[test]
    fn policies_know_every_kind_of_slot() {
        for known in [
            SlotKind::Passphrase,
            SlotKind::PassphraseAndKeyFile,
            SlotKind::RawKey,
            SlotKind::RecoveryCode,
            SlotKind::Keyring,
            SlotKind::Age,
            SlotKind::PassphraseAndAge,
        ] {
            assert!(kind(known).is_some(), "{}", known.as_str());
        }
    }

    #[test]
    fn a_time_that_is_asked_for_is_not_cut_short_by_the_usual_idle_limit() {
        let (hour, minute) = (Duration::from_secs(3600), Duration::from_secs(60));
        let strict = "unlock.idle = \"5m\"\nunlock.for = \"1h\"";
        let strict = azvault_policy::read(strict, Path::new("/p")).unwrap();
        // What is asked for; how long without a policy, and with a strict one (or its line).
        for (hard, idle, usually, strictly) in [
            (None, None, (10 * minute, 12 * hour), Ok((5 * minute, hour))),
            (Some(8 * hour), None, (8 * hour, 8 * hour), Err(2)),
            (Some(hour), None, (hour, hour), Ok((5 * minute, hour))),
            (None, Some(minute), (minute, 12 * hour), Ok((minute, hour))),
            (None, Some(hour), (hour, 12 * hour), Err(1)),
            (Some(hour), Some(minute), (minute, hour), Ok((minute, hour))),
        ] {
            let by = |policy: &Policy| {
                let limits = limits_by(policy, hard, idle);
                limits.map(|l| (l.idle, l.hard)).map_err(|refusal| refusal.place.line)
            };
            assert_eq!(by(&Policy::default()), Ok(usually), "{hard:?} {idle:?}");
            assert_eq!(by(&strict), strictly, "{hard:?} {idle:?}");
        }
    }
}
