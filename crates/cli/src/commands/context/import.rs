//! `azvault context import`

use std::path::{Path, PathBuf};

use azvault_model::rules::import::{self, Incoming, Origin, Present, Wishes};
use azvault_model::rules::merge;
use azvault_model::{Context, Profile};
use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::change::{Done, Run};
use azvault_service::failure::{Failure, Kind};
use azvault_service::shell_word::shell_path;
use azvault_service::text::{count, shown, shown_path};
use azvault_service::verbs::{ImportContexts, ImportedContexts, MergeContexts, MergedContexts};
use azvault_service::{paths, saved};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::change::ScopeOption;
use crate::output;
use crate::terminal::ui::{Tone, cell, toned};

/// Add the contexts and secrets of a saved file (Import-AzContext)
///
/// Takes what `azvault context save` writes, and files of Save-AzContext. Says what is added, what
/// is merged into a context of the same name, and what would be replaced; that is asked for. The
/// file's default becomes the active context. For whole homes: azvault migrate.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file
    path: PathBuf,
    /// Read the passphrase of a sealed file from the first line of this file
    #[arg(long, value_name = "FILE")]
    export_passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    scope: ScopeOption,
    /// Replace contexts of the same names without asking
    #[arg(long)]
    force: bool,
    /// Say what would be imported, and import nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    done: output::change::Document<'a>,
    path: String,
    actions: Vec<ActionView<'a>>,
}

#[derive(Serialize)]
struct ActionView<'a> {
    name: &'a str,
    action: &'static str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let path = paths::absolute(&self.path)?;
        let profile = saved::read(app, &path, self.export_passphrase_file.as_deref())?;
        let profile = brought(profile, &path)?;
        let contexts = profile.contexts.iter().map(Context::copied).collect();
        let default = profile.default.clone();
        let contexts = Profile { contexts, default, ..Profile::default() };
        let scope = self.scope.asked();
        let mut requests = Requests::new(app);
        let merged = requests.ask(MergeContexts { profile: contexts.into(), scope })?;
        if app.ui.output != Output::Json {
            preview(app, &merged);
        }
        let ImportedContexts { done, merged } = requests.ask(ImportContexts {
            profile: profile.into(),
            path: path.clone(),
            scope,
            replace: Consent::from(self.force),
            run: Run::from(self.dry_run),
        })?;
        say(app, &done, &merged, &path);
        Ok(0)
    }
}

/// What a file brings. Sees to it that secrets have their owners' names, as an import of several files
/// does.
fn brought(profile: Profile, path: &Path) -> Result<Profile, Failure> {
    let default = profile.default.clone();
    let incoming = vec![Incoming { origin: Origin::AzurePowerShell, profile }];
    let plan = import::plan(incoming, &Present::default(), &Wishes::default())
        .map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
    if plan.contexts.is_empty() {
        let shown = shown_path(path);
        let next = format!("azvault migrate run --from {}", shell_path(path));
        return Err(Failure::new(Kind::NotFound, format!("{shown} holds no contexts"))
            .hint(format!("to take what else is in it: {next}")));
    }
    Ok(Profile {
        contexts: plan.contexts.into_iter().map(|planned| planned.item).collect(),
        default,
        accounts: plan.accounts.into_iter().map(|planned| planned.item).collect(),
        environments: plan.environments.into_iter().map(|planned| planned.item).collect(),
        secrets: plan.secrets.into_iter().map(|planned| planned.item).collect(),
        ..Profile::default()
    })
}

fn preview(app: &App, merged: &MergedContexts) {
    let contexts = merged.contexts.iter();
    let rows: Vec<_> = contexts
        .zip(&merged.actions)
        .map(|(context, action)| {
            let tone = match action {
                merge::Action::Add => Tone::Good,
                merge::Action::Merge => Tone::Quiet,
                merge::Action::Replace => Tone::Warning,
            };
            let account = context.account.as_ref().map_or("-", |account| account.id.as_str());
            let subscription = context.subscription.as_ref();
            let subscription = subscription.map_or("-", |s| s.name.as_deref().unwrap_or(&s.id));
            vec![
                toned(tone, action.as_str()),
                cell(context.name.as_str()),
                cell(account),
                cell(subscription),
            ]
        })
        .collect();
    app.ui.table(&["", "CONTEXT", "ACCOUNT", "SUBSCRIPTION"], &rows);
}

fn say(app: &App, done: &Done, merged: &MergedContexts, path: &Path) {
    if app.ui.output == Output::Json {
        let contexts = merged.contexts.iter();
        let actions = contexts.zip(&merged.actions).map(|(context, action)| ActionView {
            name: context.name.as_str(),
            action: action.as_str(),
        });
        let path = path.display().to_string();
        app.ui.json(&Document {
            done: output::change::document(done),
            path,
            actions: actions.collect(),
        });
        return;
    }
    let contexts = count(done.put.len(), "context");
    let secrets = count(done.secrets.added, "new secret");
    let word = if done.run == Run::Dry { "would import" } else { "imported" };
    app.ui.line(format!("{word} {contexts} and {secrets}, {}", done.place()));
    match &done.active {
        Some(name) => app.ui.note(format!("active: {}", shown(name.as_str()))),
        None => app.ui.note("no context is active: azvault context select NAME"),
    }
}
