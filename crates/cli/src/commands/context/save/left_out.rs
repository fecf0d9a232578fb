//! What a file of another product does not hold: named, with the reason and what helps.

use std::collections::BTreeMap;

use azvault_exporter::azure_powershell::{self, ContextReason, LeftContext, Reason};
use azvault_model::AccountId;
use azvault_model::{Context, ContextName, Profile};
use azvault_service::shell_word::shell_word;
use azvault_service::text::{cited, count};
use serde::Serialize;

use crate::app::App;
use crate::output::documents::SecretFacts;

/// What is not in the file.
#[derive(Default)]
pub(super) struct LeftOut {
    pub(super) secrets: Vec<azure_powershell::LeftOut>,
    pub(super) contexts: Vec<LeftContext>,
    /// Contexts whose own token cache could not be read.
    pub(super) caches: Vec<ContextName>,
}

/// The same, for scripts.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    left_out: Vec<SecretView<'a>>,
    left_out_contexts: Vec<ContextView<'a>>,
    without_cache: Vec<&'a str>,
}

#[derive(Serialize)]
struct SecretView<'a> {
    #[serde(flatten)]
    facts: SecretFacts<'a>,
    because: &'static str,
    reason: &'static str,
}

#[derive(Serialize)]
struct ContextView<'a> {
    name: &'a str,
    because: &'static str,
    reason: &'static str,
}

impl<'a> SecretView<'a> {
    fn of(left: &'a azure_powershell::LeftOut) -> Self {
        let because = left.because;
        let facts = SecretFacts::new(&left.description);
        Self { facts, because: because.as_str(), reason: because.in_words() }
    }
}

impl<'a> ContextView<'a> {
    fn of(left: &'a LeftContext) -> Self {
        let because = left.because;
        Self { name: left.name.as_str(), because: because.as_str(), reason: because.in_words() }
    }
}

impl LeftOut {
    pub(super) fn document(&self) -> Document<'_> {
        Document {
            left_out: self.secrets.iter().map(SecretView::of).collect(),
            left_out_contexts: self.contexts.iter().map(ContextView::of).collect(),
            without_cache: self.caches.iter().map(ContextName::as_str).collect(),
        }
    }

    /// One line for each context, and for secrets of one kind, account and reason.
    pub(super) fn say(&self, app: &App, profile: &Profile) {
        let mut secrets: BTreeMap<(Option<&str>, &str, Reason), usize> = BTreeMap::new();
        for left in &self.secrets {
            let account = left.description.account.as_deref();
            *secrets.entry((account, left.description.kind.as_str(), left.because)).or_default() +=
                1;
        }
        if !self.secrets.is_empty() || !self.contexts.is_empty() {
            let all = [(self.contexts.len(), "context"), (self.secrets.len(), "secret")];
            let all = all.into_iter().filter(|(number, _)| *number > 0);
            let all: Vec<String> = all.map(|(number, one)| count(number, one)).collect();
            app.ui.warning(format!(
                "left out of the file, and still in the vault: {}",
                all.join(", ")
            ));
        }
        for LeftContext { name, because } in &self.contexts {
            app.ui.note(format!("  context {}: {}", cited(name.as_str()), because.in_words()));
        }
        for ((account, kind, because), number) in &secrets {
            let whose =
                account.map(|account| format!(" of {}", cited(account))).unwrap_or_default();
            app.ui.note(format!("  {number} {kind}{whose}: {}", because.in_words()));
        }
        for name in &self.caches {
            let name = cited(name.as_str());
            app.ui.note(format!("  the token cache of {name}, which azvault could not read"));
        }
        for hint in self.hints(profile) {
            app.ui.note(format!("hint: {hint}"));
        }
    }

    /// Commands after which more of it can be written.
    fn hints(&self, profile: &Profile) -> Vec<String> {
        let mut hints: Vec<String> = Vec::new();
        let mut add = |hint: String| {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        };
        for LeftContext { name, because } in &self.contexts {
            match because {
                ContextReason::TenantDomain => add(token(name)),
                ContextReason::ReservedName => {
                    add("azvault context rename Default NAME, then save again".to_owned());
                }
                ContextReason::SubscriptionId
                | ContextReason::NameAlone
                | ContextReason::NoTenant => {}
            }
        }
        for left in self.secrets.iter().filter(|left| left.because == Reason::NoHomeAccount) {
            let account = left.description.account.as_deref().map(AccountId);
            let own = |context: &&Context| {
                let id = context.account.as_ref().map(|account| AccountId(&account.id));
                id.is_some() && id == account
            };
            if let Some(context) = profile.contexts.iter().find(own) {
                add(token(&context.name));
            }
        }
        hints
    }
}

/// A new token says who its user is, and the id of its tenant.
fn token(name: &ContextName) -> String {
    let name = shell_word(name.as_str());
    format!("azvault token --context {name} >/dev/null, then save again")
}
