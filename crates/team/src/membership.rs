//! What a device keeps of a team: its keys, what it has verified, and where the database is.

use zeroize::Zeroizing;

use crate::bytes::{Misshapen, Reader, Writer};
use crate::device::DeviceKeys;
use crate::id::TeamId;
use crate::invitation::Invitation;
use crate::login::Login;
use crate::record::Record;
use crate::replica::{Replica, Start};

const VERSION: u8 = 2;

/// That of memberships whose login is a password or nothing.
const PASSWORDS: u8 = 1;

/// Invitations that wait for an answer at most.
const MAX_INVITATIONS: usize = 64;

/// All of it, private keys included.
pub struct Membership {
    /// How far the device has come.
    pub stage: Stage,
    /// Where the database is ([`Address`](crate::Address)).
    pub address: String,
    /// What this member signs in with there.
    pub login: Login,
    /// Invitations of this device that no device has answered.
    pub invitations: Vec<Invitation>,
    /// The first records of a team that this device began, until the database has them.
    pub outbox: Vec<Record>,
}

/// How far a device has come.
pub enum Stage {
    /// It has answered an invitation.
    Waiting(Box<Waiting>),
    /// It has started.
    Member(Box<Replica>),
}

/// A device that has answered an invitation and is not admitted yet, as far as it knows.
pub struct Waiting {
    /// Its keys.
    pub device: DeviceKeys,
    /// What it has answered.
    pub invitation: Invitation,
    /// What it calls itself.
    pub member: String,
}

impl Membership {
    /// The name of the team.
    pub fn name(&self) -> &str {
        match &self.stage {
            Stage::Waiting(waiting) => &waiting.invitation.name,
            Stage::Member(replica) => replica.name(),
        }
    }

    /// The log.
    pub fn team(&self) -> TeamId {
        match &self.stage {
            Stage::Waiting(waiting) => waiting.invitation.team,
            Stage::Member(replica) => replica.team(),
        }
    }

    /// Keeps an invitation, and lets go of those that have ended.
    pub fn invited(&mut self, invitation: Invitation, now: i64) {
        self.invitations.retain(|known| known.expires > now);
        self.invitations.push(invitation);
        let surplus = self.invitations.len().saturating_sub(MAX_INVITATIONS);
        self.invitations.drain(..surplus);
    }

    /// As bytes, which the vault of the device seals.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::default();
        writer.u8(VERSION);
        writer.text(&self.address);
        self.login.write(&mut writer);
        writer.u32(u32::try_from(self.invitations.len()).expect("at most 64"));
        self.invitations.iter().for_each(|one| one.write(&mut writer));
        writer.u32(u32::try_from(self.outbox.len()).expect("a beginning has three records"));
        self.outbox.iter().for_each(|record| writer.bytes(&record.to_bytes()));
        match &self.stage {
            Stage::Waiting(waiting) => {
                writer.u8(1);
                waiting.device.write(&mut writer);
                waiting.invitation.write(&mut writer);
                writer.text(&waiting.member);
            }
            Stage::Member(replica) => {
                writer.u8(2);
                writer.bytes(&replica.to_bytes());
            }
        }
        writer.into_bytes()
    }

    /// What [`Membership::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Misshapen> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8()?;
        let address = reader.text()?;
        let login = match version {
            VERSION => Login::read(&mut reader)?,
            PASSWORDS => Login::read_password(&mut reader)?,
            _ => return Err(Misshapen),
        };
        let invitations = reader.each(Invitation::read)?;
        let outbox = reader.each(|reader| Record::from_bytes(reader.bytes()?))?;
        let stage = match reader.u8()? {
            1 => Stage::Waiting(Box::new(Waiting {
                device: DeviceKeys::read(&mut reader)?,
                invitation: Invitation::read(&mut reader)?,
                member: reader.text()?,
            })),
            2 => Stage::Member(Box::new(Replica::from_bytes(reader.bytes()?)?)),
            _ => return Err(Misshapen),
        };
        reader.end()?;
        Ok(Self { stage, address, login, invitations, outbox })
    }
}

impl Waiting {
    /// Starts from what the admin wrote; on refusal it goes on waiting.
    pub fn start(
        self: Box<Self>,
        keys: &Record,
        snapshot: &Record,
    ) -> Result<Replica, (Box<Self>, crate::NoStart)> {
        let Self { device, invitation, member } = *self;
        let (team, admin) = (invitation.team, invitation.admin.clone());
        Start { team, device, admin }.from(keys, snapshot).map_err(|(start, why)| {
            let Start { device, .. } = *start;
            (Box::new(Self { device, invitation, member }), why)
        })
    }
}

#[cfg(test)]
mod tests {
    use azvault_model::Secret;

    use super::{MAX_INVITATIONS, Membership, Stage, Waiting};
    use crate::{DeviceKeys, Invitation, Login, Replica, Role};

    fn invitation(replica: &Replica, expires: i64) -> Invitation {
        Invitation {
            team: replica.team(),
            name: "payments".to_owned(),
            secret: Invitation::new_secret(),
            admin: replica.device().public().clone(),
            role: Role::Writer,
            expires,
            database: "postgresql://db/teams".to_owned(),
        }
    }

    #[test]
    fn what_was_kept_is_what_is_read_and_nothing_shorter() {
        let (replica, outbox) = Replica::create("payments", "ada", 1);
        let invited = invitation(&replica, 9);
        let waiting = Waiting {
            device: DeviceKeys::generate(),
            invitation: invited.clone(),
            member: "bob".to_owned(),
        };
        let login = Login {
            password: Some(Secret::copied_from(b"p")),
            certificate: Some(Secret::copied_from(b"pem")),
            identity: Some("ci".to_owned()),
        };
        for (stage, login, outbox) in [
            (Stage::Waiting(Box::new(waiting)), Login::default(), Vec::new()),
            (Stage::Member(Box::new(replica)), login, outbox),
        ] {
            let address = "postgresql://ada@db/teams".to_owned();
            let invitations = vec![invited.clone()];
            let kept = Membership { stage, address, login, invitations, outbox };
            let bytes = kept.to_bytes();
            let again = Membership::from_bytes(&bytes).ok().unwrap();
            assert!(*again.to_bytes() == *bytes);
            assert_eq!((again.name(), again.team()), ("payments", kept.team()));
            for length in 0..bytes.len() {
                assert!(Membership::from_bytes(&bytes[..length]).is_err(), "{length}");
            }
        }
    }

    #[test]
    fn a_membership_of_passwords_alone_is_read() {
        let (replica, _) = Replica::create("payments", "ada", 1);
        let kept = Membership {
            stage: Stage::Member(Box::new(replica)),
            address: "a".to_owned(),
            login: Login { password: Some(Secret::copied_from(b"p")), ..Login::default() },
            invitations: Vec::new(),
            outbox: Vec::new(),
        };
        let mut bytes = kept.to_bytes().to_vec();
        // Behind version, address and password there is neither a certificate nor a context.
        let login = 1 + (4 + 1) + (1 + 4 + 1);
        bytes.drain(login..login + 2);
        bytes[0] = 1;
        let again = Membership::from_bytes(&bytes).ok().unwrap();
        assert!(*again.to_bytes() == *kept.to_bytes());
    }

    #[test]
    fn invitations_that_ended_go_and_there_are_never_too_many() {
        let (replica, _) = Replica::create("payments", "ada", 1);
        let one = |expires| invitation(&replica, expires);
        let (first, late) = (one(5), one(100));
        let mut kept = Membership {
            stage: Stage::Member(Box::new(Replica::create("other", "ada", 1).0)),
            address: String::new(),
            login: Login::default(),
            invitations: vec![first, late],
            outbox: Vec::new(),
        };
        kept.invited(one(200), 50);
        assert_eq!(kept.invitations.len(), 2);
        for _ in 0..2 * MAX_INVITATIONS {
            kept.invited(one(200), 50);
        }
        assert_eq!(kept.invitations.len(), MAX_INVITATIONS);
    }
}
