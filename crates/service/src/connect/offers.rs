//! Which commands make contexts of sign-ins that are stored and have none.

use std::collections::HashSet;
use std::sync::Arc;

use azvault_model::rules::secrets::restriction;
use azvault_model::{
    Accounts, BUILT_IN_CLOUDS, CloudKey, Context, Environment, Found, IdentityKind,
    SecretDescription, SecretKind,
};

use crate::app::App;
use crate::connect::USUAL_CLOUD;
use crate::contexts::Contexts;
use crate::shell_word::shell_word;

/// What is known where something is offered.
pub struct Known<'a> {
    pub accounts: Arc<Accounts>,
    pub contexts: Vec<&'a Context>,
    pub environments: Vec<&'a Environment>,
}

/// What to type where there are no contexts yet.
pub fn say(app: &App, offers: &[String]) {
    match offers.split_first() {
        None => app.console.note("no contexts yet: azvault migrate"),
        Some((first, more)) => {
            app.console.note(format!("no contexts yet, and sign-ins that are stored: {first}"));
            for offer in more {
                app.console.note(format!("  {offer}"));
            }
        }
    }
}

/// For everything that a vault holds.
pub fn of_vault(contexts: &Contexts) -> Vec<String> {
    let known = Known {
        accounts: contexts.accounts(),
        contexts: contexts.seen().into_iter().map(|seen| seen.context).collect(),
        environments: contexts.vault.environments.iter().collect(),
    };
    known.offers(contexts.vault.secrets.iter().map(|secret| &secret.description))
}

impl Known<'_> {
    /// The commands, one for each account without a context that could sign in with one of these.
    pub fn offers<'s>(&self, secrets: impl Iterator<Item = &'s SecretDescription>) -> Vec<String> {
        let mut used = HashSet::new();
        for context in &self.contexts {
            match self.accounts.of_context(context) {
                Found::One(account) => drop(used.insert(&account.key)),
                Found::Several(all) => used.extend(all.into_iter().map(|account| &account.key)),
                Found::Nobody => {}
            }
        }
        let own = secrets.filter(|about| signs_in(about.kind) && restriction(about).is_none());
        let mut offers: Vec<String> = own
            .filter_map(|about| self.accounts.of_secret(about).one())
            .filter(|known| !used.contains(&known.key) && can_connect(known.key.kind()))
            .map(|known| {
                let is_one = matches!(self.accounts.named(&known.id), Found::One(_));
                let name = known.home_account_id.as_ref().filter(|_| !is_one).unwrap_or(&known.id);
                let cloud = known.key.cloud().map(|cloud| self.cloud(cloud)).unwrap_or_default();
                // The equals sign: a name may begin as an option does.
                let between = if name.starts_with('-') { '=' } else { ' ' };
                format!("azvault connect --account{between}{}{cloud}", shell_word(name))
            })
            .collect();
        offers.sort();
        offers.dedup();
        offers
    }

    /// The option for a cloud, unless it is the one that `connect` takes without.
    fn cloud(&self, cloud: &CloudKey) -> String {
        let clouds = self.accounts.clouds();
        if clouds.key(USUAL_CLOUD) == *cloud {
            return String::new();
        }
        let names = BUILT_IN_CLOUDS.iter().map(|built_in| built_in.name);
        let mut names = names.chain(self.environments.iter().map(|own| own.name.as_str()));
        let name = names.find(|name| clouds.key(name) == *cloud);
        name.map(|name| format!(" --environment {}", shell_word(name))).unwrap_or_default()
    }
}

/// What lives until somebody revokes it, and signs in by itself.
pub fn signs_in(kind: SecretKind) -> bool {
    use SecretKind::{Certificate, ClientAssertion, ClientSecret, Pkcs11Key, RefreshToken};
    matches!(kind, RefreshToken | ClientSecret | Certificate | Pkcs11Key | ClientAssertion)
}

/// Kinds of identity of which what is stored is enough.
fn can_connect(kind: IdentityKind) -> bool {
    matches!(kind, IdentityKind::User | IdentityKind::Application)
}
