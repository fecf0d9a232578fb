//! `azvault context`

pub(crate) mod list;
pub(crate) mod show;

use azvault_contexts::{Context, ContextName};
use azvault_vault::{Settings, Vault};

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::ui::quoted;

/// All contexts of a vault, and which of them act.
pub(crate) struct Listed {
    /// Sorted by tenant id, then subscription name, then context name.
    pub(crate) contexts: Vec<Context>,
    pub(crate) default: Option<ContextName>,
    pub(crate) active: Option<ContextName>,
}

/// Reads the contexts of a vault and resolves the active one: `--context`, else the default.
pub(crate) fn listed(app: &App, vault: &Vault) -> Result<Listed, Failure> {
    let path = app.vault_path()?;
    let failed = |e| Failure::from_vault(e, &path);
    let snapshot = vault.snapshot().map_err(failed)?;
    let settings: Settings = snapshot.settings();
    let mut contexts: Vec<Context> =
        snapshot.into_contexts().into_iter().map(|stored| stored.value).collect();
    contexts.sort_by_cached_key(|context| {
        (
            context.tenant.as_ref().map(|t| t.id.to_lowercase()),
            context.subscription.as_ref().and_then(|s| s.name.clone()),
            context.name.clone(),
        )
    });
    let active = match &app.global.context {
        Some(name) => Some(find(&contexts, name)?.name.clone()),
        None => settings.default.clone(),
    };
    Ok(Listed { contexts, default: settings.default, active })
}

/// The context of a name, compared as Azure PowerShell does.
pub(crate) fn find<'a>(contexts: &'a [Context], name: &str) -> Result<&'a Context, Failure> {
    let wanted = ContextName::new(name);
    contexts.iter().find(|context| context.name.same_as(&wanted)).ok_or_else(|| {
        Failure::new(Code::NotFound, format!("there is no context {}", quoted(name)))
            .hint("azvault context list")
    })
}
