//! What a command begins with that `exec` and `shell` start: all of it with one request.

use azvault_agent::{Leader, NewGrant};
use azvault_model::{Context, ContextName, Current, ProcessScope, Secret};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::endpoint::{Bounds, OwnAzFiles, Reach, Served, Start, ToolFacts};
use crate::failure::Failure;
use crate::grants::{self, GrantTerms};
use crate::message::{Message, SecretPart};
use crate::opening::OpenVault;
use crate::presence::Releases;
use crate::session::Session;
use crate::variables::{Principal, Variables, WantedVariables};
use crate::{endpoint, policy};

/// A command begins, as a context.
#[derive(Serialize, Deserialize)]
pub struct BeginCommand {
    pub start: Start,
    /// The context that acts; the one that is active if none is named.
    pub name: Option<ContextName>,
    pub serves: Serves,
    /// Further ids by which tools name the acting identity.
    pub as_identity: Vec<String>,
    /// What it hands out at most.
    pub bounds: Bounds,
    pub variables: WantedVariables,
    /// What the person's own az has.
    pub own_az: OwnAzFiles,
}

/// Whom the endpoint of the command serves.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Serves {
    ActingAccount,
    AllAccounts,
}

/// What it begins with.
#[derive(Serialize, Deserialize)]
pub struct Begun {
    pub(crate) tool_facts: ToolFacts,
    pub(crate) variables: Variables,
    /// The handle of what its endpoint may ask for.
    pub(crate) grant: SecretPart,
    /// The handle of its session.
    pub(crate) session: Option<SecretPart>,
    /// Of a command that opened the vault itself: what an agent may be given to hold.
    #[serde(skip)]
    pub(crate) not_given: Option<NotGiven>,
}

/// The state of a session, and a grant, which no agent has.
pub(crate) struct NotGiven {
    pub(crate) state: ProcessScope,
    pub(crate) grant: NewGrant,
}

impl Message for BeginCommand {}

impl Message for Begun {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        let grant = std::iter::once(&mut self.grant);
        let session = self.session.iter_mut();
        let variables = self.variables.secrets();
        grant.chain(session).chain(variables).map(SecretPart::value_mut).collect()
    }
}

impl Verb for BeginCommand {
    const NAME: &'static str = "begin";
    const ASKS: bool = true;
    const GOES_ONLINE: bool = true;
    type Reply = Begun;

    fn releases(&self) -> Releases {
        match self.variables.principal {
            Principal::InVariables => Releases::LongLived,
            Principal::LeftOut => Releases::Nothing,
        }
    }

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Begun, Failure> {
        let contexts = &open.contexts;
        let acting = match (&self.name, self.start) {
            (Some(name), _) => Some(contexts.meant_aloud(app, name)?.context),
            (None, Start::Command) => Some(contexts.acting()?.context),
            (None, Start::Shell | Start::Process | Start::ShellInit) => {
                contexts.active()?.0.and_then(|name| contexts.find(name)).map(|seen| seen.context)
            }
        };
        if let Some(context) = acting {
            policy::acts(app, context)?;
        }
        // What is released below may read the contexts again.
        let acting = acting.map(Context::copied);
        let acting = acting.as_ref();
        let reach = match self.serves {
            Serves::AllAccounts => Reach::AllAccounts,
            Serves::ActingAccount => Reach::of(acting),
        };
        self.bounds.check(&open.contexts, acting.as_slice())?;
        // First what may have to be waited for: then nothing of it is done twice.
        let variables = self.variables.release(app, open, acting)?;
        let (as_identity, bounds) = (self.as_identity, self.bounds);
        let served = Served { reach, as_identity, bounds };
        let tool_facts = endpoint::tool_facts(&open.contexts, acting, &served, &self.own_az);
        let terms = GrantTerms {
            start: self.start,
            context: acting.map(|context| context.name.as_str().to_owned()),
            served,
            since: app.now(),
            shell: None,
        };
        let (handle, grant) = grants::made(open, &terms, Leader::Caller)?;
        grants::tell(app, open, &terms, &grant)?;
        let accounts = open.contexts.accounts();
        let session = open.contexts.session.take();
        let mut state = session.map(|session| session.state).unwrap_or_default();
        terms.served.reach.confine(&accounts, &mut state);
        state.active =
            Some(acting.map_or(Current::Nothing, |context| Current::To(context.name.clone())));
        let mut begun = Begun {
            tool_facts,
            variables,
            grant: SecretPart::new(handle),
            session: None,
            not_given: None,
        };
        match app.caller() {
            Some(caller) => {
                grants::give(caller, grant)?;
                let sessions = &*caller.sessions;
                let handle = Session::begin(sessions, open.vault.id(), Leader::Caller, &state)?;
                begun.session = Some(SecretPart::new(handle));
            }
            None => begun.not_given = Some(NotGiven { state, grant }),
        }
        Ok(begun)
    }
}
