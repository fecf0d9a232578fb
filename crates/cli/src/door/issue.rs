//! What a caller of the door gets: a token of the context that acts in its session.

use azvault_agent::RemoteKeys;
use azvault_contexts::Context;
use azvault_door::{Asked, ClientSelector, Issued, Refusal, Wanted, client_id};
use azvault_vault::{KeyName, Sealer, Vault};
use zeroize::Zeroizing;

use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::{Code, Failure};
use crate::tokens::{self, To};
use crate::unlock::{self, OpenedBy};
use crate::{agent, paths};

/// How often the agent is told that its keys are in use, in seconds.
const TOUCH: u64 = 5;

/// Opens the vault for one request after the other, without asking anybody.
pub(crate) enum Opener {
    /// With the keys that the agent holds.
    Agent,
    /// With keys that were handed over.
    Keys(Zeroizing<Vec<u8>>),
}

impl Opener {
    pub(crate) fn open(&self, app: &App) -> Result<Vault, Failure> {
        if let Self::Keys(bytes) = self {
            return unlock::open_with_keys(app, bytes);
        }
        let (locked, path) = (unlock::locked(app)?, app.vault_path()?);
        let was_locked =
            || Failure::new(Code::Locked, "the vault is locked").hint("azvault unlock");
        let keys = agent::keys(app, &locked).ok_or_else(was_locked)?;
        let opened = locked.unlock_with(keys, &paths::anchors()?);
        opened.map_err(|e| Failure::from_vault(e, &path))
    }

    fn opened_by(&self) -> OpenedBy {
        match self {
            Self::Agent => OpenedBy::Agent,
            Self::Keys(bytes) => OpenedBy::Keys(bytes.clone()),
        }
    }

    /// Has the agent count the vault as used from now on: its idle limit does not lock a command out
    /// of its next token. The limit in all stays.
    pub(super) fn keep_unlocked(&self, app: &App) {
        let Self::Agent = self else { return };
        let Ok(locked) = unlock::locked(app) else { return };
        let Ok(client) = agent::client(locked.vault_id()) else { return };
        let keys = RemoteKeys::new(client, locked.epoch());
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(std::time::Duration::from_secs(TOUCH));
                let _ = keys.mac(KeyName::Anchor, b"in use");
            }
        });
    }
}

/// The token that is asked for, or why there is none.
pub(super) fn issue(app: &App, opener: &Opener, asked: &Asked) -> Result<Issued, Refusal> {
    token(app, opener, asked).map_err(|failure| {
        let next = failure.hint.map(|hint| format!(". Next: {hint}")).unwrap_or_default();
        let message = format!("azvault: {}{next}", failure.what);
        match failure.code {
            Code::Refused | Code::Usage => Refusal::NotAllowed,
            Code::SignIn | Code::NotFound => Refusal::SignInNeeded { message },
            _ => Refusal::Unavailable { message },
        }
    })
}

fn token(app: &App, opener: &Opener, asked: &Asked) -> Result<Issued, Failure> {
    let mut vault = opener.open(app)?;
    let contexts = Contexts::of(app, &vault)?;
    let context = chosen(&contexts, asked.client.as_ref())?;
    let to = match &asked.wanted {
        Wanted::Resource(resource) => To::Resource(Some(resource.clone())),
        Wanted::Scopes(scopes) => To::Scopes(scopes.clone()),
    };
    let wanted = tokens::Wanted::new(&contexts, context, to, asked.tenant.clone())?;
    let by = opener.opened_by();
    let issued = tokens::token(app, (&mut vault, &by), contexts, &wanted)?;
    Ok(Issued {
        access_token: issued.value,
        expires_on: issued.expires_on,
        resource: wanted.resource().to_owned(),
        tenant: Some(issued.tenant),
    })
}

/// The context that acts, or the one whose account az names by the id that stands for it.
fn chosen<'a>(
    contexts: &'a Contexts,
    client: Option<&ClientSelector>,
) -> Result<&'a Context, Failure> {
    let acting = contexts.acting().map(|seen| seen.context);
    let Some(client) = client else { return acting };
    let unknown = || Failure::new(Code::Refused, "no account of this vault is meant by that id");
    let ClientSelector::ClientId(id) = client else { return Err(unknown()) };
    let is_it =
        |context: &Context| client_id(context).is_some_and(|own| own.eq_ignore_ascii_case(id));
    if let Ok(acting) = acting
        && is_it(acting)
    {
        return Ok(acting);
    }
    let seen = contexts.seen().into_iter().map(|seen| seen.context);
    seen.into_iter().find(|context| is_it(context)).ok_or_else(unknown)
}
