//! How a step is answered, in one transaction: what was taken is kept together with what came of it.

use std::collections::BTreeSet;

use azvault_model::rules::blast_radius::{AccountTenants, blast_radius};
use azvault_model::{ContextName, Secret};
use azvault_team::{
    DeviceId, Edit, Fault, ItemId, Member, Membership, Record, Replica, Role, Stage, State, Taken,
    What,
};
use azvault_vault::{Subject, Transaction};

use super::super::begin::{admin, answered, of_team, request};
use super::super::history::words;
use super::super::login::TeamLogin;
use super::{StepTeam, SteppedTeam, TeamConnection, TeamDeed, TeamReport, of_fault};
use crate::app::App;
use crate::audit;
use crate::failure::{ChangeFailure, Failure, Kind};
use crate::message::SecretPart;
use crate::opening::OpenVault;
use crate::team::shared::{Own, StateChange, settle, unneeded, wanted};
use crate::team::{items, kept};
use crate::text::quoted;

pub(super) fn answer(
    app: &App,
    open: &mut OpenVault,
    asked: &StepTeam,
) -> Result<SteppedTeam, Failure> {
    open.vault.write(|writing| -> Result<_, ChangeFailure> {
        let id = kept::find(writing.secrets(), asked.team.as_deref())?;
        let before = writing.open_secret(id)?;
        let membership = kept::read(&before)?;
        let (membership, stepped) = stepped(app, writing, membership, asked)?;
        let after = Secret::new(membership.to_bytes());
        if !after.same_as(&before) {
            kept::store(writing, Some(id), &membership, app.now())?;
        }
        Ok(stepped)
    })
}

fn stepped(
    app: &App,
    writing: &mut Transaction<'_>,
    mut membership: Membership,
    asked: &StepTeam,
) -> Result<(Membership, SteppedTeam), ChangeFailure> {
    let records = asked.shown.as_ref().map(|shown| shown.records()).transpose()?;
    let last = asked.shown.as_ref().map_or(0, |shown| shown.last);
    let known = match &membership.stage {
        Stage::Member(replica) => replica.head().seq,
        Stage::Waiting(_) => 0,
    };
    // Another process has taken more since the database was asked: what it says is to be asked for again.
    let is_stale = asked.shown.as_ref().is_some_and(|shown| shown.head != known);
    let records = records.filter(|_| !is_stale);
    let mut report = TeamReport { team: membership.name().to_owned(), ..TeamReport::default() };
    let (stage, started) = started(membership.stage, records.as_deref(), &mut report);
    membership.stage = stage;
    let mut fault = None;
    let mut outgoing = Vec::new();
    let mut has_more = started || is_stale;
    let invited = match &asked.deed {
        TeamDeed::Admit { request } => Some(invited(&membership, request, app.now())?),
        _ => None,
    };
    if let Stage::Member(replica) = &mut membership.stage {
        let step = Step { app, deed: &asked.deed, invited: invited.as_ref() };
        if let Some(records) = records.filter(|_| !started) {
            let (taken, wanted) =
                step.taken(writing, replica, &Shown { records: &records, last }, &mut report)?;
            let found = taken.fault;
            if let TeamDeed::Remove { .. } = asked.deed {
                report.revoke = to_revoke(app, replica.state());
            }
            has_more = found.is_none() && replica.head().seq < last;
            if found.is_none() && !has_more {
                outgoing = match replica.head().seq {
                    0 => membership.outbox.clone(),
                    _ => step.outgoing(replica, &wanted)?,
                };
            }
            match (&found, &asked.deed) {
                (Some(Fault::RolledBack { theirs, .. }), TeamDeed::Repair) => {
                    // Where it ends now, and whether that is where it was.
                    let at_last = records.iter().find(|record| record.seq == *theirs);
                    match replica.lost_behind(*theirs, at_last) {
                        Some(lost) => outgoing = lost,
                        None => fault = Some(beyond_repair()),
                    }
                }
                (Some(Fault::Removed { .. }), TeamDeed::Leave) | (None, _) => {}
                (Some(found), _) => fault = Some(of_fault(found)),
            }
        } else if started {
            let change = StateChange { before: &State::default(), after: replica.state() };
            step.settle(writing, &change, &BTreeSet::new(), &mut report)?;
        }
        if replica.head().seq > 0 {
            membership.outbox.clear();
        }
    }
    let connection = TeamConnection {
        address: membership.address.clone(),
        team: membership.team().0,
        login: TeamLogin::of(&membership.login),
    };
    let (head, first, waits_for) = match &membership.stage {
        Stage::Member(replica) => (replica.head().seq, replica.first(), None),
        Stage::Waiting(waiting) => (0, 0, Some(waiting.invitation.admin.device.0)),
    };
    report.written = outgoing.len();
    let outgoing = outgoing.iter().map(|one| Secret::copied_from(&one.to_bytes()));
    let outgoing = outgoing.map(SecretPart::new).collect();
    let stepped =
        SteppedTeam { connection, head, first, waits_for, has_more, outgoing, report, fault };
    Ok((membership, stepped))
}

/// A device that waits starts, if what is shown lets it.
fn started(stage: Stage, records: Option<&[Record]>, report: &mut TeamReport) -> (Stage, bool) {
    let (waiting, records) = match (stage, records) {
        (Stage::Waiting(waiting), Some(records)) => (waiting, records),
        (stage, _) => return (stage, false),
    };
    let [keys, snapshot] = records else {
        report.waiting = Some("an admin has not confirmed this device yet".to_owned());
        return (Stage::Waiting(waiting), false);
    };
    match waiting.start(keys, snapshot) {
        Ok(replica) => (Stage::Member(Box::new(replica)), true),
        Err((waiting, why)) => {
            report.waiting = Some(why.to_string());
            (Stage::Waiting(waiting), false)
        }
    }
}

/// Whom an answer to an invitation names, in the role that was offered.
fn invited(membership: &Membership, code: &str, now: i64) -> Result<Member, Failure> {
    admin(membership)?;
    let request = request(code)?;
    let role = answered(membership, &request, now)?.role;
    Ok(Member { name: request.name, role, keys: request.keys, since: now })
}

fn beyond_repair() -> Failure {
    let what = "the database lost records that this device does not have any more, or has others";
    Failure::new(Kind::Integrity, what)
        .hint("azvault team sync --repair on the machine of another member")
}

/// What the database shows.
struct Shown<'a> {
    records: &'a [Record],
    last: u64,
}

/// What is done, and by whom.
struct Step<'a> {
    app: &'a App,
    deed: &'a TeamDeed,
    invited: Option<&'a Member>,
}

impl Step<'_> {
    /// Takes records over, and says what the team would share if this device had its way: the vault as it was
    /// before is not to be asked for that again, for it does not have what was just taken.
    fn taken(
        &self,
        writing: &mut Transaction<'_>,
        replica: &mut Replica,
        shown: &Shown<'_>,
        report: &mut TeamReport,
    ) -> Result<(Taken, State), ChangeFailure> {
        let before = replica.state().copied();
        let local = before.edits_to(&wanted(writing, replica.name(), &before, self.shared())?);
        let taken = replica.take(shown.records, shown.last);
        report.taken += taken.applied.len();
        let worth_saying = taken.applied.iter().filter(|applied| {
            !matches!(applied.what, What::Changed(_) | What::Keys | What::Snapshot)
        });
        report.said.extend(
            worth_saying.map(|applied| format!("{} {}", quoted(&applied.by), words(&applied.what))),
        );
        report
            .refused
            .extend(taken.refused.iter().map(|one| format!("record {}: {}", one.seq, one.because)));
        let mut state = replica.state().copied();
        let may_share = replica.role() >= Some(Role::Writer);
        if !may_share {
            report.not_shared = local.len();
        }
        // What others do not share any more is not shared again by a change of it.
        let (new, of_shared): (Vec<_>, Vec<_>) = local
            .into_iter()
            .filter(|_| may_share)
            .filter(|edit| is_in(&state, edit) || !is_in(&before, edit))
            .partition(|edit| !is_in(&state, edit));
        state.apply(of_shared);
        if replica.role().is_some() {
            let own = replica.device().public().device;
            let by_own = taken.applied.iter().filter(|applied| applied.device == own);
            let written = by_own.flat_map(|applied| applied.what.items()).copied().collect();
            let change = StateChange { before: &before, after: &state };
            self.settle(writing, &change, &written, report)?;
        }
        // What is new becomes the team's once the log has it.
        state.apply(new);
        Ok((taken, state))
    }

    fn settle(
        &self,
        writing: &mut Transaction<'_>,
        change: &StateChange<'_>,
        written: &BTreeSet<ItemId>,
        report: &mut TeamReport,
    ) -> Result<(), ChangeFailure> {
        let (shared, unshared, now) = (self.shared(), self.unshared(), self.app.now());
        let own = Own { shared, unshared, written, now };
        let team = report.team.clone();
        let settled = settle(writing, &team, change, &own)?;
        report.covered = settled.covered;
        report.unread = settled.unread;
        report.changed.extend(settled.subjects.iter().map(|subject| subject.what.clone()));
        let said = report.said.iter().chain(&report.refused);
        let said = said.map(|what| Subject { id: None, what: what.clone() });
        let subjects: Vec<_> = said.chain(settled.subjects).collect();
        if !subjects.is_empty() {
            let subjects = std::iter::once(of_team(&team)).chain(subjects).collect();
            audit::log(self.app, writing, "team sync", subjects)?;
        }
        Ok(())
    }

    fn shared(&self) -> &[ContextName] {
        match self.deed {
            TeamDeed::Share { contexts } => contexts,
            _ => &[],
        }
    }

    fn unshared(&self) -> &[ContextName] {
        match self.deed {
            TeamDeed::Unshare { contexts } => contexts,
            _ => &[],
        }
    }

    /// What this device would write behind the head that it has verified.
    fn outgoing(&self, replica: &Replica, wanted: &State) -> Result<Vec<Record>, ChangeFailure> {
        let (app, own) = (self.app, replica.role());
        let now = app.now();
        let is_admin = own == Some(Role::Admin);
        if replica.needs_rotation() {
            return match is_admin {
                true => Ok(replica.draft_rotate(now)),
                false => Ok(Vec::new()),
            };
        }
        if own >= Some(Role::Writer) {
            let edits = replica.state().edits_to(wanted);
            if !edits.is_empty() {
                return Ok(replica.draft_change(&edits, now));
            }
        } else if !self.shared().is_empty() || !self.unshared().is_empty() {
            return Err(no_right("share", replica).into());
        }
        let drafted = match self.deed {
            TeamDeed::Sync | TeamDeed::Share { .. } | TeamDeed::Repair => Vec::new(),
            TeamDeed::Unshare { contexts } => self.unsharing(replica, contexts),
            TeamDeed::Admit { .. } => match self.invited {
                Some(member) if replica.members().of(member.keys.device).is_none() => {
                    replica.draft_admit(member, now)
                }
                _ => Vec::new(),
            },
            TeamDeed::Remove { device } => {
                let known = replica.members().all().map(|member| member.keys.device);
                match known.into_iter().find(|known| known.to_string() == *device) {
                    None => Vec::new(),
                    Some(_) if !is_admin => return Err(no_right("remove members", replica).into()),
                    Some(device) => removing(replica, device, now)?,
                }
            }
            TeamDeed::Rotate { .. } if !is_admin => {
                return Err(no_right("begin an epoch", replica).into());
            }
            TeamDeed::Rotate { from } if replica.epoch() == *from => replica.draft_rotate(now),
            TeamDeed::Rotate { .. } => Vec::new(),
            TeamDeed::Leave => removing(replica, replica.device().public().device, now)?,
        };
        Ok(drafted)
    }

    fn unsharing(&self, replica: &Replica, contexts: &[ContextName]) -> Vec<Record> {
        let state = replica.state();
        let gone: BTreeSet<_> = state
            .items()
            .filter(|(_, item)| item.kind == azvault_team::ItemKind::Context)
            .filter(|(_, item)| {
                items::context(item)
                    .is_some_and(|own| contexts.iter().any(|name| name.same_as(&own.name)))
            })
            .map(|(id, _)| id)
            .collect();
        if gone.is_empty() {
            return Vec::new();
        }
        let edits: Vec<_> =
            unneeded(state, &gone).into_iter().map(|item| Edit::Remove { item }).collect();
        replica.draft_change(&edits, self.app.now())
    }
}

/// What ends what a member could read so far.
fn to_revoke(app: &App, state: &State) -> Vec<String> {
    let shared = state.items().filter_map(|(_, item)| items::credential(item));
    let known = AccountTenants::default();
    let radii = shared.map(|(about, _)| blast_radius("", &about, &known, app.now()));
    radii.flat_map(|radius| radius.revoke).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Whether a change is of something that is shared.
fn is_in(state: &State, edit: &Edit) -> bool {
    state.item(edit.item()).is_some()
}

fn removing(replica: &Replica, device: DeviceId, now: i64) -> Result<Vec<Record>, Failure> {
    if !replica.members().has_admin_without(device) {
        let what = "the team would be left without an admin";
        return Err(Failure::new(Kind::Refused, what)
            .hint("azvault team invite --role admin, and confirm the answer, before"));
    }
    Ok(replica.draft_remove(device, now))
}

fn no_right(what: &str, replica: &Replica) -> Failure {
    let role = replica.role().map_or("no member", Role::as_str);
    let team = quoted(replica.name());
    Failure::new(Kind::Refused, format!("this device is {role} in {team} and may not {what}"))
        .hint("azvault team members names the admins")
}
