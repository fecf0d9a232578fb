//! Whom an endpoint serves: the account that its command was started for, and no other, unless all
//! accounts were asked for.

use azvault_model::{Accounts, Context, ContextAccount, ContextName, Found, Kept, ProcessScope};
use serde::{Deserialize, Serialize};

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
}

/// An account as a context names it. The name of the context is left out: it may come to mean
/// another account.
#[derive(Clone, Serialize, Deserialize)]
pub struct StartedFor {
    account: ContextAccount,
    environment: Option<String>,
}

impl Reach {
    /// The account that acts, and no other; nobody where none does.
    pub fn of(acting: Option<&Context>) -> Self {
        let started_for = acting.and_then(|context| {
            let account = context.account.clone()?;
            Some(Box::new(StartedFor {
                account,
                environment: context.environment.as_ref().map(|text| text.to_string()),
            }))
        });
        started_for.map_or(Self::Nobody, Self::Account)
    }

    /// The account that is served, where it is one.
    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Self::Account(own) => Some(&own.account.id),
            Self::Nobody | Self::AllAccounts => None,
        }
    }

    /// Whether a context's account is served.
    pub fn serves(&self, accounts: &Accounts, context: &Context) -> bool {
        match self {
            Self::AllAccounts => true,
            Self::Nobody => false,
            Self::Account(own) => match accounts.of_context(&own.as_context()) {
                Found::One(account) => accounts.acts_in(&account.key, context),
                // Two accounts of one name: which of them it was cannot be told any more.
                Found::Nobody | Found::Several(_) => false,
            },
        }
    }

    /// Takes the secrets of others out of a session that a command is to have.
    pub fn confine(&self, accounts: &Accounts, session: &mut ProcessScope) {
        session.secrets.retain(|secret| match self {
            Self::AllAccounts => true,
            Self::Nobody => false,
            Self::Account(own) => match accounts.of_context(&own.as_context()) {
                Found::One(account) => accounts.may_use(&account.key, &secret.held.description),
                Found::Nobody | Found::Several(_) => false,
            },
        });
    }

    /// Why the acting context is not served, and what to type instead.
    pub fn refuse(&self, acting: &Context) -> Failure {
        let name = quoted(acting.name.as_str());
        let what = match self {
            Self::Account(own) => format!(
                "this command was started for {}, and {name} is of another account",
                quoted(&own.account.id)
            ),
            Self::Nobody | Self::AllAccounts => {
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
                quoted(&own.account.id)
            ),
            Self::Nobody | Self::AllAccounts => {
                format!("the identity {id} is that of {other}, which was not active")
            }
        };
        Failure::new(Kind::Refused, what)
            .hint("azvault exec --all-accounts NAME -- COMMAND, which serves every account")
    }

    /// Why an id is not served.
    pub(crate) fn refuse_id(&self, id: &str) -> Failure {
        let what = format!("the identity {} is none that this command was started for", quoted(id));
        let id = shell_word(id);
        Failure::new(Kind::Refused, what).hint(format!(
            "azvault exec --as-identity {id} NAME -- COMMAND, if NAME is to be meant by it"
        ))
    }
}

impl StartedFor {
    fn as_context(&self) -> Context {
        Context {
            name: ContextName::new(""),
            account: Some(self.account.clone()),
            tenant: None,
            subscription: None,
            environment: self.environment.as_deref().map(Into::into),
            version_profile: None,
            extended_properties: Default::default(),
            labels: Default::default(),
            kept: Kept::default(),
        }
    }
}

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
