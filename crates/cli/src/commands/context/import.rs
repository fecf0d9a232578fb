//! `azvault context import`

use std::path::{Path, PathBuf};

use azvault_model::rules::import::{self, Incoming, Origin, Present};
use azvault_model::rules::merge::{self, Merge};
use azvault_model::{Context, ContextName, Profile, Whose};
use azvault_service::app::Consent;
use azvault_service::change;
use azvault_service::change::{ChangeExtras, ChangeRequest, Done, Run};
use azvault_service::failure::{Failure, Kind};
use azvault_service::opening::Opener;
use azvault_service::shell_word::shell_path;
use azvault_service::text::{count, shown, shown_path};
use azvault_service::{audit, paths, saved};
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

/// What a file brings.
struct File {
    contexts: Vec<Context>,
    default: Option<ContextName>,
    extras: ChangeExtras,
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
        let file = File::of(profile, &path)?;
        let mut open = Opener::new(app).for_change().open()?;
        let wanted = self.scope.request("context import", Consent::from(self.force));
        let wanted = ChangeRequest { run: Run::from(self.dry_run), ..wanted };
        let scope = open.contexts.scope_of_keeping(app, wanted.scope)?;
        let accounts = open.contexts.accounts();
        let known = open.contexts.known(scope, Whose { acting: None, accounts: &accounts });
        let merged = merge::merge(&known, &file.contexts, file.default.as_ref());
        if app.ui.output != Output::Json {
            preview(app, &merged);
        }
        let done = change::carry_out_on(app, &mut open, wanted, &file.extras, &|known| {
            Ok(merge::merge(known, &file.contexts, file.default.as_ref()).decision)
        })?;
        say(app, &done, &merged, &path);
        Ok(0)
    }
}

impl File {
    /// Sees to it that secrets have their owners' names, as an import of several files does.
    fn of(profile: Profile, path: &Path) -> Result<Self, Failure> {
        let default = profile.default.clone();
        let incoming = vec![Incoming { origin: Origin::AzurePowerShell, profile }];
        let plan = import::plan(incoming, &Present::default(), None)
            .map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
        if plan.contexts.is_empty() {
            let shown = shown_path(path);
            return Err(Failure::new(Kind::NotFound, format!("{shown} holds no contexts")).hint(
                format!(
                    "to take what else is in it: azvault migrate run --from {}",
                    shell_path(path)
                ),
            ));
        }
        Ok(Self {
            contexts: plan.contexts.into_iter().map(|planned| planned.item).collect(),
            default,
            extras: ChangeExtras {
                accounts: plan.accounts.into_iter().map(|planned| planned.item).collect(),
                environments: plan.environments.into_iter().map(|planned| planned.item).collect(),
                secrets: plan.secrets.into_iter().map(|planned| planned.item).collect(),
                from: Some(audit::of_file(path)),
                ..ChangeExtras::default()
            },
        })
    }
}

fn preview(app: &App, merged: &Merge) {
    let contexts = merged.decision.change.put.iter();
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

fn say(app: &App, done: &Done, merged: &Merge, path: &Path) {
    if app.ui.output == Output::Json {
        let contexts = merged.decision.change.put.iter();
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
