//! Whom an endpoint serves: the account that its command was started for, and no other, unless all
//! accounts were asked for; or those that were named for a process, each by its name.

use std::collections::BTreeSet;

use azvault_model::{AccountKey, Accounts, Context, Found, ProcessScope, SecretDescription};
use serde::{Deserialize, Serialize};

use super::named_identity::NamedIdentity;
use super::started_for::StartedFor;
use crate::failure::{Failure, Kind};
use crate::shell_word::shell_word;
use crate::text::quoted;

/// Whom an endpoint serves. It is settled before the command starts; the session of the command may
/// change, and that settles nothing.
#[derive(Clone, Serialize, Deserialize)]
pub enum Reach {
    /// This account, in each of its tenants.
    Account(Box<StartedFor>),
    /// Nobody: no context was active.
    Nobody,
    /// Every account that is seen (`--all-accounts`).
    AllAccounts,
    /// These, each in one tenant and by its name; the first where a tool names none.
    Named(Vec<NamedIdentity>),
    /// Every account, each by its name of the moment; the default context's where a tool names none.
    AllByName,
}

impl Reach {
    /// The account that acts, and no other; nobody where none does.
    pub fn of(acting: Option<&Context>) -> Self {
        let started_for = acting.and_then(StartedFor::of).map(Box::new);
        started_for.map_or(Self::Nobody, Self::Account)
    }

    /// The accounts that are served, where they are some.
    pub(crate) fn accounts(&self) -> BTreeSet<&str> {
        match self {
            Self::Account(own) => BTreeSet::from([own.account()]),
            Self::Named(all) => all.iter().map(NamedIdentity::account).collect(),
            Self::Nobody | Self::AllAccounts | Self::AllByName => BTreeSet::new(),
        }
    }

    /// Whether a context's account is served.
    pub fn serves(&self, accounts: &Accounts, context: &Context) -> bool {
        match self {
            Self::AllAccounts | Self::AllByName => true,
            Self::Nobody => false,
            Self::Named(all) => all.iter().any(|one| one.is_of(accounts, context)),
            Self::Account(own) => match accounts.of_context(&own.as_context()) {
                Found::One(account) => accounts.acts_in(&account.key, context),
                // Two accounts of one name: which of them it was cannot be told any more.
                Found::Nobody | Found::Several(_) => false,
            },
        }
    }

    /// The accounts that are served, where they are some and known.
    pub(super) fn keys(&self, accounts: &Accounts) -> BTreeSet<AccountKey> {
        let all = match self {
            Self::Nobody | Self::AllAccounts | Self::AllByName => Vec::new(),
            Self::Named(all) => all.iter().map(NamedIdentity::own).collect(),
            Self::Account(own) => vec![&**own],
        };
        let key =
            |own: &StartedFor| Some(accounts.of_context(&own.as_context()).one()?.key.clone());
        all.into_iter().filter_map(key).collect()
    }

    /// Takes the secrets of others out of a session that a command is to have.
    pub fn confine(&self, accounts: &Accounts, session: &mut ProcessScope) {
        let may_use = |own: &StartedFor, about: &SecretDescription| match accounts
            .of_context(&own.as_context())
        {
            Found::One(account) => accounts.may_use(&account.key, about),
            Found::Nobody | Found::Several(_) => false,
        };
        session.secrets.retain(|secret| match self {
            Self::AllAccounts | Self::AllByName => true,
            Self::Nobody => false,
            Self::Named(all) => all.iter().any(|one| may_use(one.own(), &secret.held.description)),
            Self::Account(own) => may_use(own, &secret.held.description),
        });
    }

    /// Why the acting context is not served, and what to type instead.
    pub fn refuse(&self, acting: &Context) -> Failure {
        let name = quoted(acting.name.as_str());
        let what = match self {
            Self::Account(own) => format!(
                "this command was started for {}, and {name} is of another account",
                quoted(own.account())
            ),
            Self::Named(_) => format!("this endpoint was not opened for {name}"),
            Self::Nobody | Self::AllAccounts | Self::AllByName => {
                "no context was active when this command started: its tools get no tokens"
                    .to_owned()
            }
        };
        // A name is another's choice: as a word of a command it must not be one that a shell obeys.
        let name = shell_word(acting.name.as_str());
        Failure::new(Kind::Refused, what).hint(format!("azvault exec {name} -- COMMAND"))
    }

    /// Why an id is not served that stands for the account of another context.
    pub(crate) fn refuse_other(&self, id: &str, other: &Context) -> Failure {
        let (id, other) = (quoted(id), quoted(other.name.as_str()));
        let what = match self {
            Self::Account(own) => format!(
                "this command was started for {}, and the identity {id} is that of {other}",
                quoted(own.account())
            ),
            Self::Named(_) => {
                format!("{id} is an identity of {other}, for which this endpoint was not opened")
            }
            Self::Nobody | Self::AllAccounts | Self::AllByName => {
                format!("the identity {id} is that of {other}, which was not active")
            }
        };
        let next = match self {
            Self::Named(_) => OPEN_ANOTHER,
            Self::Account(_) | Self::Nobody | Self::AllAccounts | Self::AllByName => {
                "azvault exec --all-accounts NAME -- COMMAND, which serves every account"
            }
        };
        Failure::new(Kind::Refused, what).hint(next)
    }

    /// Why an id is not served.
    pub(crate) fn refuse_id(&self, id: &str) -> Failure {
        if let Self::Named(_) = self {
            let what =
                format!("the identity {} is none for which this endpoint was opened", quoted(id));
            return Failure::new(Kind::Refused, what).hint(OPEN_ANOTHER);
        }
        if let Self::AllByName = self {
            let what = format!("no context of the vault has the identity {}", quoted(id));
            return Failure::new(Kind::Refused, what).hint("azvault context list");
        }
        let what = format!("the identity {} is none that this command was started for", quoted(id));
        let id = shell_word(id);
        Failure::new(Kind::Refused, what).hint(format!(
            "azvault exec --as-identity {id} NAME -- COMMAND, if NAME is to be meant by it"
        ))
    }
}

const OPEN_ANOTHER: &str = "azvault endpoint --for-process PID NAME ...";

#[cfg(test)]
mod tests {
    use std::process::Command;

    use azvault_model::{Context, ContextName, Kept};

    use super::Reach;

    #[test]
    fn an_odd_name_is_one_word_of_the_hint() {
        for name in ["dev", "a b", "$(touch x)", "it's", "\"q\"", "a;b", "*", "`x`"] {
            let acting = Context {
                name: ContextName::new(name),
                account: None,
                tenant: None,
                subscription: None,
                environment: None,
                version_profile: None,
                extended_properties: Default::default(),
                labels: Default::default(),
                kept: Kept::default(),
            };
            let hint = Reach::Nobody.refuse(&acting).hint.unwrap();
            let script = format!("set -- {hint}; printf '%s %s' $# \"$3\"");
            let said = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), format!("5 {name}"), "{hint}");
        }
    }
}
