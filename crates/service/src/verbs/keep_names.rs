//! Names of contexts for a file of a product: what the file has to say, and what the vault takes over of it.

use azvault_endpoint::{az_names, client_id};
use azvault_model::rules::kept_names::take_over;
use azvault_model::{Context, ContextName, KeptName, KeptNames, Known, Scope, Whose};
use serde::{Deserialize, Serialize};

use super::{ServedContext, Verb};
use crate::app::{App, Consent};
use crate::change::{self, ChangeExtras, ChangeRequest, Run};
use crate::contexts::{Contexts, Purpose};
use crate::endpoint::{LeftFromAz, az_profile};
use crate::failure::Failure;
use crate::keep_names::NamedProduct;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::policy;

/// The vault's contexts are wanted as names for a product.
#[derive(Serialize, Deserialize)]
pub struct KeepNames {
    pub product: NamedProduct,
    /// What the product may have changed; nothing where it has no file.
    pub since: Option<Since>,
}

/// What azvault wrote, and what stands there now.
#[derive(Serialize, Deserialize)]
pub struct Since {
    pub written: KeptNames,
    pub found: KeptNames,
}

/// What the file has to say. None of it is a secret.
#[derive(Serialize, Deserialize)]
pub struct NamesToKeep {
    pub text: String,
    pub names: KeptNames,
    /// Contexts that are not in it, and why.
    pub left: Vec<LeftFromAz>,
    pub vault: VaultBecame,
}

/// Whether the product's changes are in the vault now.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum VaultBecame {
    /// What the file said.
    Changed,
    /// Nothing else than it was.
    Unchanged,
}

impl Message for KeepNames {}

impl Message for NamesToKeep {}

impl Verb for KeepNames {
    const NAME: &'static str = "keep-names";
    // A session has names of its own, which are in no file.
    const PURPOSE: Purpose = Purpose::User;
    type Reply = NamesToKeep;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<NamesToKeep, Failure> {
        policy::keep_names(app)?;
        let vault = match &self.since {
            Some(since) => take_over_in_vault(app, open, self.product, since)?,
            None => VaultBecame::Unchanged,
        };
        let contexts = &open.contexts;
        match self.product {
            NamedProduct::AzurePowerShell => of_azure_powershell(app, contexts, vault),
            NamedProduct::AzureCli => Ok(of_azure_cli(app, contexts, vault)),
        }
    }
}

fn take_over_in_vault(
    app: &App,
    open: &mut OpenVault,
    product: NamedProduct,
    Since { written, found }: &Since,
) -> Result<VaultBecame, Failure> {
    // az knows subscriptions and no names: all that it can say is which one is its default.
    let found = KeptNames {
        default: found.default.clone(),
        contexts: match product {
            NamedProduct::AzurePowerShell => found.contexts.clone(),
            NamedProduct::AzureCli => written.contexts.clone(),
        },
    };
    let rule = |known: &Known<'_>| take_over(known, written, &found);
    let accounts = open.contexts.accounts();
    let whose = Whose { acting: None, accounts: &accounts };
    let decided = rule(&open.contexts.known(Scope::User, whose)).map_err(change::refused)?.change;
    if decided.remove.is_empty() && decided.put.is_empty() && decided.current.is_none() {
        return Ok(VaultBecame::Unchanged);
    }
    let request = ChangeRequest {
        verb: KeepNames::NAME,
        scope: Some(Scope::User),
        replace: Consent::Given,
        destroy: Consent::Given,
        run: Run::Real,
    };
    change::carry_out_on(app, open, request, &ChangeExtras::default(), &rule)?;
    open.refresh(app)?;
    Ok(VaultBecame::Changed)
}

fn of_azure_powershell(
    app: &App,
    contexts: &Contexts,
    vault: VaultBecame,
) -> Result<NamesToKeep, Failure> {
    let (served, mut left) = super::open_endpoint::all_served(app, contexts);
    let (text, not_written) = az_profile(contexts, &served)?;
    left.extend(not_written);
    let is_written = |one: &&ServedContext| !left.iter().any(|own| own.name == one.context.name);
    let written = || served.iter().filter(is_written);
    let names = KeptNames {
        default: written().next().map(|one| one.context.name.clone()),
        contexts: written().map(|one| kept_name(&one.context, one.id.clone())).collect(),
    };
    Ok(NamesToKeep { text, names, left, vault })
}

fn of_azure_cli(app: &App, contexts: &Contexts, vault: VaultBecame) -> NamesToKeep {
    // Of several contexts on one subscription az sees one, as in `exec`: that is no loss to its scripts.
    let (served, left) = super::open_endpoint::all_served(app, contexts);
    let of: Vec<&Context> = served.iter().map(|one| &one.context).collect();
    let (text, written) = az_names(&of, of.first().copied());
    let names = KeptNames {
        default: written.first().map(|first| first.name.clone()),
        contexts: written.iter().filter_map(|one| Some(kept_name(one, client_id(one)?))).collect(),
    };
    NamesToKeep { text, names, left, vault }
}

fn kept_name(context: &Context, account: String) -> KeptName {
    KeptName {
        name: ContextName::new(context.name.as_str()),
        account,
        tenant: context.tenant.as_ref().map(|tenant| tenant.id.to_string()),
        subscription: context.subscription.clone(),
        environment: context.environment.as_deref().map(str::to_owned),
    }
}
