//! Which teams this vault is in, and who else is.

use azvault_team::{Address, Role, Stage};
use serde::{Deserialize, Serialize};

use super::super::Verb;
use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::team::synced::TeamSyncState;
use crate::team::{items, kept};

/// Teams of this vault.
#[derive(Serialize, Deserialize)]
pub struct DescribeTeams {
    pub which: WhichTeams,
}

/// Which of them.
#[derive(Serialize, Deserialize)]
pub enum WhichTeams {
    All,
    /// The one of a name, or the only one.
    One(Option<String>),
}

/// By name.
#[derive(Serialize, Deserialize)]
pub struct DescribedTeams {
    pub teams: Vec<DescribedTeam>,
}

/// A team as this device knows it.
#[derive(Serialize, Deserialize)]
pub struct DescribedTeam {
    pub name: String,
    /// Of the log.
    pub team: String,
    pub standing: Standing,
    /// Where the database is.
    pub address: String,
    pub device: String,
    /// The last record that this device verified.
    pub head: u64,
    /// By which two members compare what they were shown.
    pub head_hash: String,
    pub epoch: u32,
    /// A member was removed, and no admin has begun a new epoch since.
    pub needs_rotation: bool,
    pub contexts: usize,
    /// How the agent syncs it; `None` where none does.
    pub sync: Option<TeamSyncState>,
    pub members: Vec<DescribedMember>,
}

/// How far this device has come.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    Waiting,
    Reader,
    Writer,
    Admin,
    Removed,
}

/// One device of a member.
#[derive(Serialize, Deserialize)]
pub struct DescribedMember {
    pub name: String,
    pub role: String,
    pub device: String,
    /// Unix seconds.
    pub since: i64,
    /// Whether it is this one.
    pub is_own: bool,
}

/// Has an agent that was just handed keys know where the vault is, so that it syncs its teams.
#[derive(Serialize, Deserialize)]
pub struct WakeTeams {}

#[derive(Serialize, Deserialize)]
pub struct AwakeTeams {}

impl Message for WakeTeams {}
impl Message for AwakeTeams {}

impl Verb for WakeTeams {
    const NAME: &'static str = "team wake";
    const PURPOSE: Purpose = Purpose::Vault;
    // The agent has no environment that would say how the sign-in service is reached.
    const GOES_ONLINE: bool = true;
    type Reply = AwakeTeams;

    fn answer(self, _: &App, _: &mut OpenVault) -> Result<AwakeTeams, Failure> {
        Ok(AwakeTeams {})
    }
}

impl Message for DescribeTeams {}
impl Message for DescribedTeams {}

impl Standing {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Admin => "admin",
            Self::Removed => "removed",
        }
    }
}

impl From<Option<Role>> for Standing {
    fn from(role: Option<Role>) -> Self {
        match role {
            None => Self::Removed,
            Some(Role::Reader) => Self::Reader,
            Some(Role::Writer) => Self::Writer,
            Some(Role::Admin) => Self::Admin,
        }
    }
}

impl Verb for DescribeTeams {
    const NAME: &'static str = "team list";
    type Reply = DescribedTeams;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<DescribedTeams, Failure> {
        let secrets = &open.contexts.vault.secrets;
        let ids: Vec<_> = match &self.which {
            WhichTeams::One(team) => vec![kept::find(secrets, team.as_deref())?],
            WhichTeams::All => kept::all(secrets).map(|(id, _)| id).collect(),
        };
        let snapshot = open.vault.snapshot()?;
        let mut teams = Vec::new();
        for id in ids {
            let membership = kept::read(&snapshot.open_secret(id)?)?;
            let here = &open.contexts.vault.contexts;
            let contexts =
                here.iter().filter(|one| items::shared_as(one, membership.name()).is_some());
            let mut described = DescribedTeam {
                name: membership.name().to_owned(),
                team: membership.team().to_string(),
                standing: Standing::Waiting,
                address: match Address::parse(&membership.address) {
                    Ok(address) => address.as_str().to_owned(),
                    Err(_) => membership.address.clone(),
                },
                device: String::new(),
                head: 0,
                head_hash: String::new(),
                epoch: 0,
                needs_rotation: false,
                contexts: contexts.count(),
                sync: app.caller().map(|caller| caller.synced.of(membership.name())),
                members: Vec::new(),
            };
            match &membership.stage {
                Stage::Waiting(waiting) => {
                    described.device = waiting.device.public().device.to_string();
                }
                Stage::Member(replica) => {
                    let own = replica.device().public().device;
                    described.device = own.to_string();
                    described.standing = replica.role().into();
                    described.head = replica.head().seq;
                    described.head_hash = replica.head().hash.to_string();
                    described.epoch = replica.epoch();
                    described.needs_rotation = replica.needs_rotation();
                    described.members = replica
                        .members()
                        .all()
                        .map(|member| DescribedMember {
                            name: member.name.clone(),
                            role: member.role.as_str().to_owned(),
                            device: member.keys.device.to_string(),
                            since: member.since,
                            is_own: member.keys.device == own,
                        })
                        .collect();
                    described.members.sort_by(|one, other| one.name.cmp(&other.name));
                }
            }
            teams.push(described);
        }
        teams.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(DescribedTeams { teams })
    }
}
