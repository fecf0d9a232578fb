//! Files of saved contexts: what goes into one, and what one brings.

use std::path::PathBuf;

use azvault_exporter::azure_powershell::{self, Credentials};
use azvault_model::rules::merge::{self, Action, Merge};
use azvault_model::{Context, ContextName, Profile, Scope, Secret, Whose};
use azvault_os::file::path_as_bytes;
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::{App, Consent};
use crate::change::{self, ChangeExtras, ChangeRequest, Done, Run};
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::{Foreign, Message, SentProfile};
use crate::opening::OpenVault;
use crate::presence::Releases;
use crate::text::{count, shown_path};
use crate::{audit, policy, saved};

/// All contexts with their secrets, or the one that was given. The audit log has it first.
#[derive(Serialize, Deserialize)]
pub struct SaveContexts {
    pub form: SavedForm,
    /// Where they will be saved.
    #[serde(with = "path_as_bytes")]
    pub path: PathBuf,
    /// `--yes`: an unencrypted file is agreed to.
    pub consent: Consent,
}

/// The file that they are for.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SavedForm {
    Sealed,
    /// Azure PowerShell's, unencrypted.
    Plaintext,
    /// The same, with what service principals sign in with.
    PlaintextWithCredential,
}

/// What goes into the file.
#[derive(Serialize, Deserialize)]
pub struct SavedContexts {
    pub profile: SentProfile,
}

/// What would become of contexts, if they came to those that are there.
#[derive(Serialize, Deserialize)]
pub struct MergeContexts {
    pub profile: SentProfile,
    pub scope: Option<Scope>,
}

/// Contexts as they would be, and what becomes of each.
#[derive(Serialize, Deserialize)]
pub struct MergedContexts {
    pub contexts: Vec<Context>,
    pub actions: Vec<Action>,
}

/// What a file brings is added, its contexts merged with those that are there.
#[derive(Serialize, Deserialize)]
pub struct ImportContexts {
    pub profile: SentProfile,
    #[serde(with = "path_as_bytes")]
    pub path: PathBuf,
    pub scope: Option<Scope>,
    /// `--force`: what exists may be replaced.
    pub replace: Consent,
    pub run: Run,
}

/// What was done, and what became of each context of it.
#[derive(Serialize, Deserialize)]
pub struct ImportedContexts {
    pub done: Done,
    pub merged: MergedContexts,
}

impl SavedForm {
    /// What is written of credentials; `None` for a sealed file, which has all.
    pub fn credentials(self) -> Option<Credentials> {
        match self {
            Self::Sealed => None,
            Self::Plaintext => Some(Credentials::Without),
            Self::PlaintextWithCredential => Some(Credentials::With),
        }
    }
}

impl Message for SaveContexts {}

impl Message for SavedContexts {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.profile.secrets().collect()
    }

    fn pack(&mut self) {
        self.profile.pack();
    }

    fn unpack(&mut self) -> Result<(), Foreign> {
        self.profile.unpack()
    }
}

impl Message for MergeContexts {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.profile.secrets().collect()
    }

    fn pack(&mut self) {
        self.profile.pack();
    }

    fn unpack(&mut self) -> Result<(), Foreign> {
        self.profile.unpack()
    }
}

impl Message for MergedContexts {}

impl Message for ImportContexts {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.profile.secrets().collect()
    }

    fn pack(&mut self) {
        self.profile.pack();
    }

    fn unpack(&mut self) -> Result<(), Foreign> {
        self.profile.unpack()
    }
}

impl Message for ImportedContexts {}

impl Verb for SaveContexts {
    const NAME: &'static str = "context save";
    const PURPOSE: Purpose = Purpose::Change;
    const ASKS: bool = true;
    const WORK: Option<&'static str> = Some("opening");
    type Reply = SavedContexts;

    fn releases(&self) -> Releases {
        Releases::LongLived
    }

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<SavedContexts, Failure> {
        let credentials = self.form.credentials();
        if credentials.is_some() {
            policy::export_plaintext(app, "contexts and tokens are not saved unencrypted")?;
        }
        let profile = saved::profile(&open.vault, &open.contexts)?;
        if let Some(credentials) = credentials {
            let written = azure_powershell::write(&profile, credentials);
            let contexts = profile.contexts.len() - written.left_contexts.len();
            let question = format!(
                "Write {} and {} to {}, unencrypted?",
                count(contexts, "context"),
                count(profile.secrets.len() - written.left_out.len(), "secret"),
                shown_path(&self.path)
            );
            app.confirm(self.consent, &question)?;
        }
        // Told before anything is outside of the vault: what cannot be told is not done.
        let verb = match self.form {
            SavedForm::Sealed => "context save",
            SavedForm::Plaintext | SavedForm::PlaintextWithCredential => "context save --plaintext",
        };
        let mut subjects = vec![audit::of_file(&self.path)];
        subjects.extend(profile.contexts.iter().map(|c| audit::of_context(None, c)));
        let secrets = profile.secrets.iter();
        subjects.extend(secrets.map(|held| audit::of_new_secret(&held.description)));
        open.vault.write(|writing| audit::log(app, writing, verb, subjects))?;
        Ok(SavedContexts { profile: profile.into() })
    }
}

impl Verb for MergeContexts {
    const NAME: &'static str = "context merge";
    const PURPOSE: Purpose = Purpose::Change;
    type Reply = MergedContexts;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<MergedContexts, Failure> {
        Ok(merged(app, open, &self.profile.into(), self.scope)?.into())
    }
}

impl Verb for ImportContexts {
    const NAME: &'static str = "context import";
    const PURPOSE: Purpose = Purpose::Change;
    const ASKS: bool = true;
    type Reply = ImportedContexts;

    fn answered(app: &App, imported: &ImportedContexts) {
        imported.done.follow(app);
    }

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ImportedContexts, Failure> {
        let Self { profile, path, scope, replace, run } = self;
        let mut profile = Profile::from(profile);
        let merged = merged(app, open, &profile, scope)?.into();
        let request =
            ChangeRequest { verb: "context import", scope, replace, destroy: Consent::Ask, run };
        let extras = ChangeExtras {
            accounts: std::mem::take(&mut profile.accounts),
            environments: std::mem::take(&mut profile.environments),
            secrets: std::mem::take(&mut profile.secrets),
            from: Some(audit::of_file(&path)),
            ..ChangeExtras::default()
        };
        let (contexts, default) = (&profile.contexts, profile.default.as_ref());
        let done = change::carry_out_on(app, open, request, &extras, &|known| {
            Ok(merge::merge(known, contexts, default).decision)
        })?;
        Ok(ImportedContexts { done, merged })
    }
}

fn merged(
    app: &App,
    open: &OpenVault,
    profile: &Profile,
    scope: Option<Scope>,
) -> Result<Merge, Failure> {
    let scope = open.contexts.scope_of_keeping(app, scope)?;
    let accounts = open.contexts.accounts();
    let known = open.contexts.known(scope, Whose { acting: None, accounts: &accounts });
    let default: Option<&ContextName> = profile.default.as_ref();
    Ok(merge::merge(&known, &profile.contexts, default))
}

impl From<Merge> for MergedContexts {
    fn from(merge: Merge) -> Self {
        Self { contexts: merge.decision.change.put, actions: merge.actions }
    }
}
