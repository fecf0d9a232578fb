//! How a device becomes a member: it begins a team, or answers an invitation that an admin then confirms.

use azvault_model::Secret;
use azvault_team::{
    DeviceKeys, Invitation, JoinRequest, Membership, Replica, Role, Stage, Waiting,
};
use azvault_vault::{Parting, Subject};
use serde::{Deserialize, Serialize};

use super::super::Verb;
use super::login::TeamLogin;
use crate::app::App;
use crate::audit;
use crate::failure::{ChangeFailure, Failure, Kind};
use crate::message::Message;
use crate::opening::OpenVault;
use crate::policy;
use crate::team::kept;
use crate::team::shared::{Own, StateChange, settle};
use crate::text::quoted;

/// Longest name of a team or a member, in bytes.
const MAX_NAME: usize = 100;

/// Begins a team. It is the team's when the database has its first records.
#[derive(Serialize, Deserialize)]
pub struct CreateTeam {
    pub name: String,
    pub member: String,
    pub address: String,
    pub login: TeamLogin,
}

#[derive(Serialize, Deserialize)]
pub struct CreatedTeam {}

/// Lets go of a team: what is kept of it, and what it shares.
#[derive(Serialize, Deserialize)]
pub struct ForgetTeam {
    pub team: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub struct ForgottenTeam {
    pub name: String,
    pub contexts: usize,
}

/// Invites a device.
#[derive(Serialize, Deserialize)]
pub struct InviteMember {
    pub team: Option<String>,
    /// One of [`Role::ALL`], by its word.
    pub role: String,
    /// How long the invitation may be answered.
    pub seconds: i64,
}

#[derive(Serialize, Deserialize)]
pub struct Invited {
    pub code: String,
    pub team: String,
    pub expires: i64,
}

/// Answers an invitation.
#[derive(Serialize, Deserialize)]
pub struct JoinTeam {
    pub code: String,
    pub member: String,
    pub address: String,
    pub login: TeamLogin,
}

#[derive(Serialize, Deserialize)]
pub struct Joined {
    pub team: String,
    pub role: String,
    pub request: String,
    pub words: String,
}

/// What an answer to an invitation says, before it is confirmed.
#[derive(Serialize, Deserialize)]
pub struct ReviewRequest {
    pub team: Option<String>,
    pub request: String,
}

#[derive(Serialize, Deserialize)]
pub struct ReviewedRequest {
    pub team: String,
    pub member: String,
    pub role: String,
    pub words: String,
}

impl Message for CreateTeam {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.login.secrets().into()
    }
}

impl Message for JoinTeam {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.login.secrets().into()
    }
}

impl Message for CreatedTeam {}
impl Message for ForgetTeam {}
impl Message for ForgottenTeam {}
impl Message for InviteMember {}
impl Message for Invited {}
impl Message for Joined {}
impl Message for ReviewRequest {}
impl Message for ReviewedRequest {}

impl Verb for CreateTeam {
    const NAME: &'static str = "team create";
    type Reply = CreatedTeam;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<CreatedTeam, Failure> {
        policy::keep(app)?;
        check_name("team", &self.name)?;
        check_name("member", &self.member)?;
        let Self { name, member, address, login } = self;
        open.vault.write(|writing| -> Result<_, ChangeFailure> {
            kept::check_free(writing.secrets(), &name)?;
            let (replica, outbox) = Replica::create(&name, &member, app.now());
            let membership = Membership {
                stage: Stage::Member(Box::new(replica)),
                address,
                login: login.kept(),
                invitations: Vec::new(),
                outbox,
            };
            kept::store(writing, None, &membership, app.now())?;
            audit::log(app, writing, "team create", vec![of_team(&name)])?;
            Ok(CreatedTeam {})
        })
    }
}

impl Verb for ForgetTeam {
    const NAME: &'static str = "team leave";
    type Reply = ForgottenTeam;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ForgottenTeam, Failure> {
        open.vault.write(|writing| -> Result<_, ChangeFailure> {
            let id = kept::find(writing.secrets(), self.team.as_deref())?;
            let membership = kept::read(&writing.open_secret(id)?)?;
            let name = membership.name().to_owned();
            let nothing = azvault_team::State::default();
            let state = match &membership.stage {
                Stage::Member(replica) => replica.state().copied(),
                Stage::Waiting(_) => azvault_team::State::default(),
            };
            let written = Default::default();
            let own = Own { shared: &[], unshared: &[], written: &written, now: app.now() };
            let change = StateChange { before: &state, after: &nothing };
            let settled = settle(writing, &name, &change, &own)?;
            writing.remove_secret(id, Parting::SignedOut)?;
            let contexts = settled.subjects.iter();
            let contexts = contexts.filter(|one| one.what.starts_with("context ")).count();
            let mut subjects = vec![of_team(&name)];
            subjects.extend(settled.subjects);
            audit::log(app, writing, "team leave", subjects)?;
            Ok(ForgottenTeam { name, contexts })
        })
    }
}

impl Verb for InviteMember {
    const NAME: &'static str = "team invite";
    type Reply = Invited;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Invited, Failure> {
        let role = Role::ALL.into_iter().find(|role| role.as_str() == self.role);
        let role = role.ok_or_else(|| Failure::new(Kind::Usage, "no such role"))?;
        open.vault.write(|writing| -> Result<_, ChangeFailure> {
            let id = kept::find(writing.secrets(), self.team.as_deref())?;
            let mut membership = kept::read(&writing.open_secret(id)?)?;
            let replica = admin(&membership)?;
            let address = azvault_team::Address::parse(&membership.address);
            let invitation = Invitation {
                team: replica.team(),
                name: replica.name().to_owned(),
                secret: Invitation::new_secret(),
                admin: replica.device().public().clone(),
                role,
                expires: app.now() + self.seconds,
                database: address.map(|address| address.without_user()).unwrap_or_default(),
            };
            let invited = Invited {
                code: invitation.to_code(),
                team: invitation.name.clone(),
                expires: invitation.expires,
            };
            membership.invited(invitation, app.now());
            kept::store(writing, Some(id), &membership, app.now())?;
            audit::log(app, writing, "team invite", vec![of_team(&invited.team)])?;
            Ok(invited)
        })
    }
}

impl Verb for JoinTeam {
    const NAME: &'static str = "team join";
    type Reply = Joined;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Joined, Failure> {
        policy::keep(app)?;
        check_name("member", &self.member)?;
        let Self { code, member, address, login } = self;
        let invitation = Invitation::from_code(&code).map_err(|_| {
            Failure::new(Kind::Usage, "this is no invitation to a team")
                .hint("azvault team invite, on an admin's machine, prints one")
        })?;
        if invitation.expires <= app.now() {
            return Err(Failure::new(Kind::Refused, "the invitation has expired")
                .hint("azvault team invite, on an admin's machine, prints one"));
        }
        check_name("team", &invitation.name)?;
        open.vault.write(|writing| -> Result<_, ChangeFailure> {
            kept::check_free(writing.secrets(), &invitation.name)?;
            let device = DeviceKeys::generate();
            let joined = Joined {
                team: invitation.name.clone(),
                role: invitation.role.as_str().to_owned(),
                request: invitation.request(&member, device.public()).to_code(),
                words: invitation.words(device.public()),
            };
            let waiting = Waiting { device, invitation, member };
            let membership = Membership {
                stage: Stage::Waiting(Box::new(waiting)),
                address,
                login: login.kept(),
                invitations: Vec::new(),
                outbox: Vec::new(),
            };
            kept::store(writing, None, &membership, app.now())?;
            audit::log(app, writing, "team join", vec![of_team(&joined.team)])?;
            Ok(joined)
        })
    }
}

impl Verb for ReviewRequest {
    const NAME: &'static str = "team confirm";
    type Reply = ReviewedRequest;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ReviewedRequest, Failure> {
        let contexts = &open.contexts;
        let id = kept::find(&contexts.vault.secrets, self.team.as_deref())?;
        let secret = open.vault.snapshot()?.open_secret(id)?;
        let membership = kept::read(&secret)?;
        let replica = admin(&membership)?;
        let request = request(&self.request)?;
        let invitation = answered(&membership, &request, app.now())?;
        Ok(ReviewedRequest {
            team: replica.name().to_owned(),
            member: request.name.clone(),
            role: invitation.role.as_str().to_owned(),
            words: invitation.words(&request.keys),
        })
    }
}

/// The answer that was pasted.
pub(super) fn request(code: &str) -> Result<JoinRequest, Failure> {
    JoinRequest::from_code(code).map_err(|_| {
        Failure::new(Kind::Usage, "this is no answer to an invitation")
            .hint("azvault team join, on the other machine, prints one")
    })
}

/// The invitation that it answers.
pub(super) fn answered<'a>(
    membership: &'a Membership,
    request: &JoinRequest,
    now: i64,
) -> Result<&'a Invitation, Failure> {
    let own = membership.invitations.iter();
    let answered = own.filter(|one| one.expires > now).find(|one| one.is_answered_by(request));
    answered.ok_or_else(|| {
        let what = "it answers no invitation of this device, or one that has expired";
        Failure::new(Kind::Refused, what).hint("azvault team invite")
    })
}

/// What the log says, where this device is an admin.
pub(super) fn admin(membership: &Membership) -> Result<&Replica, Failure> {
    match &membership.stage {
        Stage::Member(replica) if replica.role() == Some(Role::Admin) => Ok(replica),
        _ => {
            let what = format!("this device is no admin of the team {}", quoted(membership.name()));
            Err(Failure::new(Kind::Refused, what).hint("azvault team members names the admins"))
        }
    }
}

pub(super) fn of_team(name: &str) -> Subject {
    Subject { id: None, what: format!("team {name}") }
}

fn check_name(what: &str, name: &str) -> Result<(), Failure> {
    let is_fit =
        !name.trim().is_empty() && name.len() <= MAX_NAME && !name.chars().any(char::is_control);
    match is_fit {
        true => Ok(()),
        false => Err(Failure::new(
            Kind::Usage,
            format!("the name of a {what} has 1 to {MAX_NAME} bytes and no control characters"),
        )),
    }
}
