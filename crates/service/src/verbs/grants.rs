//! Grants, as a person sees and ends them; and the tokens that they are for.

use azvault_model::Secret;
use azvault_vault::{Id, Subject};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::audit;
use crate::caller::Caller;
use crate::endpoint::{Asked, Reach, token};
use crate::failure::{Failure, Kind};
use crate::grants;
use crate::message::{Message, SecretPart};
use crate::opening::OpenVault;
use crate::presence::Asker;

/// All grants that the agent has given.
#[derive(Serialize, Deserialize)]
pub struct ListGrants {}

#[derive(Serialize, Deserialize)]
pub struct ListedGrants(pub Vec<ListedGrant>);

#[derive(Serialize, Deserialize)]
pub struct ListedGrant {
    pub id: String,
    /// `exec`, `shell`, `endpoint` or `shell-init`.
    pub verb: String,
    /// The process that it is bound to; the shell, of one that a shell's endpoint asked for.
    pub process: u32,
    /// The program of that shell.
    pub shell: Option<String>,
    /// The context with which the command began.
    pub context: Option<String>,
    /// `None` for nobody, for several, and for all of them.
    pub account: Option<String>,
    pub accounts: Vec<String>,
    pub all_accounts: bool,
    /// Every one, where there is none.
    pub tenants: Vec<String>,
    /// Every one, where there is none.
    pub resources: Vec<String>,
    /// Unix seconds.
    pub expires: Option<i64>,
    /// Unix seconds.
    pub since: i64,
}

/// Ends grants.
#[derive(Serialize, Deserialize)]
pub enum RevokeGrants {
    /// Those of these ids.
    These(Vec<Id>),
    All,
}

/// The ids of those that have ended.
#[derive(Serialize, Deserialize)]
pub struct RevokedGrants(pub Vec<String>);

/// A token for what an endpoint was asked.
#[derive(Serialize, Deserialize)]
pub(crate) struct GrantedToken {
    pub(crate) grant: SecretPart,
    pub(crate) asked: Asked,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct GrantedTokenReply {
    pub(crate) value: SecretPart,
    pub(crate) expires_on: i64,
    pub(crate) resource: String,
    pub(crate) tenant: Option<String>,
}

impl Message for ListGrants {}

impl Message for ListedGrants {}

impl Message for RevokeGrants {}

impl Message for RevokedGrants {}

impl Message for GrantedToken {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        vec![self.grant.value_mut()]
    }
}

impl Message for GrantedTokenReply {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        vec![self.value.value_mut()]
    }
}

impl Verb for ListGrants {
    const NAME: &'static str = "grant list";
    type Reply = ListedGrants;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ListedGrants, Failure> {
        let given = caller(app)?.grants.all();
        let listed = given.iter().filter_map(|given| {
            let terms = grants::terms(open, given)?;
            let accounts = terms.served.reach.accounts().into_iter().map(str::to_owned);
            let accounts: Vec<String> = accounts.collect();
            Some(ListedGrant {
                id: Id::from_number(given.id).to_string(),
                verb: terms.start.verb().to_owned(),
                process: terms.shell.as_ref().map_or(given.process, |shell| shell.process),
                shell: terms.shell.map(|shell| shell.program),
                context: terms.context,
                all_accounts: matches!(terms.served.reach, Reach::AllAccounts | Reach::AllByName),
                account: match accounts.as_slice() {
                    [one] => Some(one.clone()),
                    _ => None,
                },
                accounts,
                tenants: terms.served.bounds.tenants,
                resources: terms.served.bounds.resources,
                expires: given.expires,
                since: terms.since,
            })
        });
        let mut listed: Vec<ListedGrant> = listed.collect();
        listed.sort_by(|one, other| (one.since, &one.id).cmp(&(other.since, &other.id)));
        Ok(ListedGrants(listed))
    }
}

impl Verb for RevokeGrants {
    const NAME: &'static str = "grant revoke";
    type Reply = RevokedGrants;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<RevokedGrants, Failure> {
        let own = &caller(app)?.grants;
        let given: Vec<Id> = own.all().iter().map(|given| Id::from_number(given.id)).collect();
        let ids = match self {
            Self::All => given,
            Self::These(ids) => {
                if let Some(absent) = ids.iter().find(|id| !given.contains(id)) {
                    let what = format!("there is no grant {absent}");
                    return Err(Failure::new(Kind::NotFound, what).hint("azvault grant list"));
                }
                ids
            }
        };
        // They end first: an entry that cannot be written keeps none alive.
        ids.iter().for_each(|id| own.end(id.number()));
        let told: Vec<Subject> = ids.iter().map(audit::of_grant).collect();
        if !told.is_empty() {
            open.vault.write(|writing| audit::log(app, writing, Self::NAME, told))?;
        }
        Ok(RevokedGrants(ids.iter().map(Id::to_string).collect()))
    }
}

impl Verb for GrantedToken {
    const NAME: &'static str = "granted token";
    const ASKER: Asker = Asker::Anyone;
    const GOES_ONLINE: bool = true;
    type Reply = GrantedTokenReply;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<GrantedTokenReply, Failure> {
        let caller = caller(app)?;
        let terms = grants::presented(caller, open, self.grant.value())?;
        let issued = token::token(app, open, &terms.served, &self.asked, &caller.reported)?;
        Ok(GrantedTokenReply {
            value: SecretPart::new(issued.access_token),
            expires_on: issued.expires_on,
            resource: issued.resource,
            tenant: issued.tenant,
        })
    }
}

/// Grants are the agent's: a process that opens the vault itself has given none.
pub(super) fn caller(app: &App) -> Result<&Caller, Failure> {
    app.caller().ok_or_else(|| {
        Failure::new(Kind::Locked, "the agent has given no grant: the vault is locked")
            .hint("azvault unlock")
    })
}
