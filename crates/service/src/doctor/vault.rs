//! The vault itself, its ways to unlock, and what this machine remembers of it.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use azvault_vault::{
    AgeWay, AnchorFound, Cost, Error, Locked, Problem, Slot, SlotKind, is_of_hardware,
};

use super::agent;
use super::check::Check;
use crate::app::App;
use crate::ask::{UnaskedReply, ask_unasked};
use crate::failure::{Failure, Kind};
use crate::shell_word::shell_path;
use crate::text::{count, shown_path};
use crate::verbs::{ExamineVault, ExaminedVault};
use crate::{expected_vault, policy};

/// The check whether the vault opens.
const NAME: &str = "vault";

const LOCKED: &str = "the vault is locked: azvault unlock, to see more";

/// How long another process may keep the vault before that is said.
const PATIENCE: Duration = Duration::from_millis(500);

/// Files and folders by which programs that synchronise mark what they keep, and names they give.
const SYNC_MARKS: [&str; 6] = [
    ".stfolder",
    ".dropbox",
    ".sync",
    ".owncloudsync.log",
    ".nextcloudsync.log",
    ".tmp.drivedownload",
];
const SYNC_NAMES: [&str; 8] = [
    "Dropbox",
    "OneDrive",
    "Google Drive",
    "GoogleDrive",
    "Nextcloud",
    "ownCloud",
    "Mobile Documents",
    "pCloudDrive",
];

/// Whoever puts an old vault back by way of such a folder must not put back the memory of it too.
pub(super) fn anchor_place(path: &Path, anchors: &Path) -> Check {
    let name = "anchor-place";
    let is_synced = |folder: &Path| {
        let named = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        SYNC_NAMES.iter().any(|known| named == *known || named.starts_with(&format!("{known} - ")))
            || SYNC_MARKS.iter().any(|mark| folder.join(mark).exists())
    };
    let mut common = path.ancestors().skip(1).filter(|folder| anchors.starts_with(folder));
    match common.find(|folder| is_synced(folder)) {
        None => Check::ok(name, "not in one synchronised folder with the vault"),
        Some(folder) => {
            let shown = shown_path(folder);
            let what = format!("vault and anchor are both in {shown}, which is synchronised");
            Check::finding(
                name,
                what,
                format!("export XDG_STATE_HOME=DIR, not in {}", shell_path(folder)),
            )
        }
    }
}

/// What needs the vault to be opened, at least as far as it goes without a key.
pub(super) fn checks(app: &App, path: &Path) -> Vec<Check> {
    let locked = match Locked::open_within(path, PATIENCE) {
        Ok(locked) => locked,
        Err(Error { problem: Problem::NotThere, .. }) => {
            return vec![Check::ok(NAME, "there is none yet"), clock(app, None)];
        }
        Err(e) if e.problem.is_busy() => return vec![held(path), clock(app, None)],
        Err(Error { problem: Problem::Unsafe(_), .. }) => {
            let what = "not opened while its file or folder is as said above";
            return vec![Check::unknown(NAME, what), clock(app, None)];
        }
        Err(e) => return vec![failed(NAME, Failure::from(e)), clock(app, None)],
    };
    let mut checks = vec![
        write_lock(&locked, path),
        key_derivation(&locked),
        recovery(app, &locked),
        thief(&locked),
        agent::keyring(&locked),
    ];
    let (answers, of_agent) = agent::checks(app, &locked);
    checks.extend(of_agent);
    checks.extend(match examined(app, locked, answers) {
        Ok(Some(examined)) => within(app, &examined),
        Ok(None) => without_key(app, Check::unknown(NAME, LOCKED)),
        Err(failure) => without_key(app, failed(NAME, failure)),
    });
    checks
}

/// What an open vault tells, where nobody has to be asked. Of an agent that hangs no answer is awaited.
fn examined(
    app: &App,
    locked: Locked,
    agent: agent::Answers,
) -> Result<Option<ExaminedVault>, Failure> {
    expected_vault::check_id(app, locked.vault_id())?;
    drop(locked);
    if agent == agent::Answers::No {
        return Ok(None);
    }
    match ask_unasked(app, ExamineVault {})? {
        UnaskedReply::Reply(examined) => Ok(Some(examined)),
        UnaskedReply::Locked(_) => Ok(None),
    }
}

fn without_key(app: &App, vault: Check) -> Vec<Check> {
    let unknown = |name| Check::unknown(name, LOCKED);
    vec![vault, unknown("anchor"), unknown("secrets"), unknown("copies"), clock(app, None)]
}

fn within(app: &App, examined: &ExaminedVault) -> Vec<Check> {
    vec![
        Check::ok(NAME, "opens, and is whole as far as every command looks"),
        anchor(app, examined),
        secrets(examined.expired),
        copies(examined.replaceable),
        clock(app, examined.newest_entry),
    ]
}

/// A failure as a finding. What to type is a command: where the hint names none, the one that says
/// more of it.
fn failed(name: &'static str, failure: Failure) -> Check {
    let hint = failure.hint.filter(|hint| hint.contains("azvault "));
    let next = match failure.kind {
        Kind::Locked => "azvault key list",
        Kind::Refused => "azvault policy check",
        Kind::Integrity => "azvault backup list",
        _ => "azvault verify",
    };
    Check::finding(name, failure.what, hint.unwrap_or_else(|| next.to_owned()))
}

fn held(path: &Path) -> Check {
    let what = "another process holds the vault, and nobody else can write";
    Check::finding("write-lock", what, format!("fuser -v {}", shell_path(path)))
}

fn write_lock(locked: &Locked, path: &Path) -> Check {
    match locked.can_be_written() {
        Ok(true) => Check::ok("write-lock", "can be had"),
        Ok(false) => held(path),
        Err(e) => failed("write-lock", Failure::from(e)),
    }
}

fn key_derivation(locked: &Locked) -> Check {
    let name = "key-derivation";
    let weak = locked.slots().iter().find(|slot| slot.cost.as_ref().is_some_and(Cost::is_weak));
    let Some((slot, cost)) = weak.and_then(|slot| Some((slot, slot.cost?))) else {
        return Check::ok(name, "a guess costs what it should");
    };
    let (id, memory, passes) = (slot.id, cost.memory_kib() / 1024, cost.passes());
    let what =
        format!("a guess at slot {id} costs {memory} MiB and {passes} passes, which is little");
    Check::finding(name, what, format!("azvault key passphrase {id} --kdf default"))
}

/// What someone needs who has the file alone, by its cheapest way.
fn thief(locked: &Locked) -> Check {
    let needs = |slot: &Slot| {
        let needs = match (slot.kind, &slot.age) {
            (SlotKind::Passphrase, _) => "the passphrase".to_owned(),
            (SlotKind::PassphraseAndKeyFile, _) => "the passphrase and the key file".to_owned(),
            (SlotKind::RawKey, _) => "the raw key".to_owned(),
            (SlotKind::RecoveryCode, _) => "the recovery code".to_owned(),
            (SlotKind::Keyring, _) => "the unlocked keyring".to_owned(),
            (SlotKind::Age, way) => identity(way.as_ref()),
            (SlotKind::PassphraseAndAge, way) => {
                format!("the passphrase and {}", identity(way.as_ref()))
            }
        };
        format!("slot {}: {needs}", slot.id)
    };
    let all: Vec<String> = locked.slots().iter().map(needs).collect();
    Check::ok("thief-needs", all.join("; "))
}

/// What decrypts a value of age.
fn identity(way: Option<&AgeWay>) -> String {
    let Some(way) = way else { return "an age identity".to_owned() };
    let number = count(way.recipients.len(), "recipient");
    let hardware = way.recipients.iter().filter(|recipient| is_of_hardware(recipient)).count();
    match hardware {
        0 => format!("the age identity of one of {number}"),
        all if all == way.recipients.len() => format!("the hardware of one of {number}"),
        _ => format!("the age identity or hardware of one of {number}"),
    }
}

/// A key that lies somewhere opens what a passphrase does that is forgotten.
fn recovery(app: &App, locked: &Locked) -> Check {
    let name = "recovery-code";
    let is_way = |kind| matches!(kind, SlotKind::RecoveryCode | SlotKind::RawKey | SlotKind::Age);
    if locked.slots().iter().any(|slot| is_way(slot.kind)) {
        return Check::ok(name, "a passphrase that is forgotten does not lose the vault");
    }
    if policy::may_add(app, SlotKind::RecoveryCode).is_err() {
        return Check::ok(name, "none, as the policy wants it");
    }
    let what = "a passphrase that is forgotten loses the vault: it has no recovery code";
    Check::finding(name, what, "azvault key add recovery")
}

fn anchor(app: &App, vault: &ExaminedVault) -> Check {
    let name = "anchor";
    let compare = "azvault status --anchor";
    if let Some(error) = &vault.anchor_error {
        let what = format!("this machine cannot remember the vault: {error}");
        let folder = app.anchors().unwrap_or_default();
        return Check::finding(name, what, format!("ls -ld {}", shell_path(&folder)));
    }
    match vault.anchor {
        AnchorFound::Good | AnchorFound::Newer | AnchorFound::Fork => {
            Check::ok(name, "this machine notices an older copy")
        }
        AnchorFound::None => {
            let what = "this machine had not seen the vault: an older copy would have passed";
            Check::finding(name, what, compare)
        }
        AnchorFound::Broken => {
            let what = "what this machine remembered of the vault was not written by azvault";
            Check::finding(name, what, compare)
        }
    }
}

/// A clock that goes wrong takes tokens for valid or for expired that are not. `newest` is the time
/// of the newest entry of the audit log, if that was read.
fn clock(app: &App, newest: Option<i64>) -> Check {
    let name = "clock";
    let set = "timedatectl set-ntp true";
    if newest.is_some_and(|newest| newest > app.now()) {
        return Check::finding(name, "it is behind the newest entry of the audit log", set);
    }
    // Times of files have fractions.
    let now = u64::try_from(app.now()).unwrap_or(0).saturating_add(1);
    let installed = std::env::current_exe().and_then(|file| file.metadata()?.modified());
    if installed.is_ok_and(|installed| installed > UNIX_EPOCH + Duration::from_secs(now)) {
        return Check::finding(name, "it is behind the time at which azvault was installed", set);
    }
    Check::ok(name, "ahead of what was done before")
}

fn secrets(expired: usize) -> Check {
    let name = "secrets";
    if expired == 0 {
        return Check::ok(name, "none has expired that is not renewed by itself");
    }
    let what = format!("{} by which somebody signs in: expired", count(expired, "secret"));
    Check::finding(name, what, "azvault connect, or azvault disconnect --account ID")
}

/// No fault of the surroundings, and told with them: a copy of the vault that was unlocked gives these away.
fn copies(replaceable: usize) -> Check {
    let name = "copies";
    if replaceable == 0 {
        return Check::ok(name, "no client secret or certificate signs in from a copy");
    }
    let what = count(replaceable, "client secret or certificate");
    Check::ok(name, format!("{what} would sign in from a copy: azvault harden"))
}
