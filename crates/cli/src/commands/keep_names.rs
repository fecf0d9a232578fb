//! `azvault keep-names`

use std::path::Path;

use azvault_service::app::Consent;
use azvault_service::console::Answer;
use azvault_service::endpoint::LeftFromAz;
use azvault_service::failure::Failure;
use azvault_service::keep_names::{self, KeptFile, NamedProduct};
use azvault_service::policy;
use azvault_service::text::{count, quoted, shown_path};
use clap::ValueEnum;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Keep the names of contexts where Azure PowerShell or Azure CLI looks for them, without secrets
///
/// Scripts that nobody changes go on by the same names, also in VS Code: the product has names,
/// accounts, tenants, subscriptions and clouds in its own file, and gets its tokens from an endpoint,
/// in every shell that has one (`azvault shell-init SHELL --endpoint`). Names and ids are readable
/// there, which is why it is asked for. The file follows what changes in the vault; what the product
/// changes in it (another default, a context that is renamed, removed, or made of a known account) is
/// in the vault after the next command about contexts. A file with anything else in it is not
/// replaced: `azvault migrate` and `migrate clean` come first. `migrate rollback` replaces it by the
/// original.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which product
    product: Product,
    /// Remove the names again, and nothing else
    #[arg(long)]
    remove: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Product {
    /// ~/.Azure/AzureRmContext.json, for Az 2.0 and later
    AzurePowershell,
    /// azureProfile.json in ~/.azure; az-shim does more
    AzureCli,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    product: &'static str,
    /// The file; `null` where there was none to remove.
    path: Option<String>,
    /// How many contexts it names; 0 once it is removed.
    names: usize,
    /// Contexts that it does not name, and why.
    left: Vec<LeftView<'a>>,
}

#[derive(Serialize)]
struct LeftView<'a> {
    name: &'a str,
    reason: &'a str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let product = NamedProduct::from(self.product);
        if self.remove { remove(app, product) } else { keep(app, product) }
    }
}

/// Keeps them, and says what follows.
pub(crate) fn keep(app: &App, product: NamedProduct) -> Exit {
    let KeptFile { path, names, left } = keep_names::begin(app, product)?;
    match app.ui.output {
        Output::Json => app.ui.json(&Document {
            schema: SCHEMA,
            product: product.as_str(),
            path: Some(path.display().to_string()),
            names,
            left: left.iter().map(LeftView::of).collect(),
        }),
        Output::Table | Output::Tsv | Output::Sarif => {
            let names = count(names, "name");
            app.ui.line(format!("{names} kept in {}, without secrets", shown_path(&path)));
            app.ui.note(
                "Tokens come from an endpoint, in shells that have one: \
                 eval \"$(azvault shell-init bash --endpoint)\" in ~/.bashrc",
            );
        }
    }
    for one in &left {
        app.ui.warning(format!("{} is not among them: {}", quoted(one.name.as_str()), one.because));
    }
    Ok(0)
}

fn remove(app: &App, product: NamedProduct) -> Exit {
    let removed = keep_names::end(app, product)?;
    match app.ui.output {
        Output::Json => app.ui.json(&Document {
            schema: SCHEMA,
            product: product.as_str(),
            path: removed.as_ref().map(|path| path.display().to_string()),
            names: 0,
            left: Vec::new(),
        }),
        Output::Table | Output::Tsv | Output::Sarif => match &removed {
            Some(path) => app.ui.line(format!("removed {}", shown_path(path))),
            None => app.ui.line(format!("no names are kept for {} any more", product.title())),
        },
    }
    Ok(0)
}

/// What a command has to do with the files of names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// It shows contexts: what a product has changed is taken over before.
    Reads,
    /// It may change contexts as well: the files say so afterwards.
    Changes,
    None,
}

impl Part {
    pub(crate) fn before(self, app: &App) {
        match self {
            Self::Reads => keep_names::look(app),
            // What is in the way is said once, afterwards.
            Self::Changes => keep_names::look(&app.silent()),
            Self::None => {}
        }
    }

    pub(crate) fn after(self, app: &App) {
        if self == Self::Changes {
            keep_names::follow(app);
        }
    }
}

/// Says at the end of a migration what can be had once the originals are removed.
pub(crate) fn announce(app: &App, originals: &[&Path]) {
    if policy::keep_names(app).is_err() {
        return;
    }
    for product in keep_names::missed(originals) {
        app.ui.note(format!(
            "After that, to have scripts of {} go on by the same names: azvault keep-names {}",
            product.title(),
            product.as_str()
        ));
    }
}

/// Offers names to a person whose file of a product has just been removed. Who is not to be asked reads the
/// command.
pub(crate) fn offer(app: &App, consent: Consent, removed: &[&Path]) -> Result<(), Failure> {
    if policy::keep_names(app).is_err() {
        return Ok(());
    }
    for product in keep_names::missed(removed) {
        let (title, word) = (product.title(), product.as_str());
        let terminal = app.terminal().filter(|_| consent == Consent::Ask);
        if let Some(mut terminal) = terminal {
            let question = format!(
                "Keep the names of contexts for {title}, without secrets? Scripts go on by them."
            );
            if terminal.ask_yes(&question)? == Answer::Yes {
                keep(app, product)?;
                continue;
            }
        }
        app.ui.note(format!(
            "To have scripts of {title} go on by the same names, without secrets: azvault keep-names {word}"
        ));
    }
    Ok(())
}

impl From<Product> for NamedProduct {
    fn from(product: Product) -> Self {
        match product {
            Product::AzurePowershell => Self::AzurePowerShell,
            Product::AzureCli => Self::AzureCli,
        }
    }
}

impl<'a> LeftView<'a> {
    fn of(left: &'a LeftFromAz) -> Self {
        Self { name: left.name.as_str(), reason: &left.because }
    }
}
