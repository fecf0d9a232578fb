//! Refresh tokens that came when nobody could store them: the process that had wanted one was killed, or
//! the vault was locked meanwhile. The service does not give them twice. Each lies sealed in a file, under a
//! key that is derived from the vault's, and takes the place of the one that was redeemed for it before any is
//! redeemed again.

use std::path::Path;

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_vault::{Id, Parting, Problem};

use crate::app::App;
use crate::failure::Failure;
use crate::opening::OpenVault;
use crate::{audit, paths};

/// Stores what lies there of a vault. What does not open stays, for the keys under which it was sealed.
pub(crate) fn settle<Read>(app: &App, open: &mut OpenVault<Read>) -> Result<(), Failure> {
    let vault = open.vault.id().to_string();
    let files = std::fs::read_dir(paths::unclaimed(&app.anchors()?));
    for file in files.into_iter().flatten().flatten() {
        let name = file.file_name();
        let redeemed = name.to_str().and_then(|name| name.strip_prefix(&vault)?.strip_prefix('.'));
        let Some(redeemed) = redeemed.and_then(|text| text.parse().ok()) else { continue };
        let Some(new) = opened(open, &file.path(), redeemed)? else { continue };
        put(app, open, redeemed, new)?;
        // Should it stay, it is of a secret that is not there any more, and goes the next time.
        let _ = std::fs::remove_file(file.path());
    }
    Ok(())
}

/// A refresh token, and what its reply said of it.
struct New {
    family_id: Option<azvault_model::Text>,
    value: Secret,
}

fn opened<Read>(open: &OpenVault<Read>, file: &Path, redeemed: Id) -> Result<Option<New>, Failure> {
    let key = open.vault.key_of_unclaimed(redeemed)?;
    let Ok(sealed) = std::fs::read(file) else { return Ok(None) };
    let state = key.open(open.vault.id(), redeemed, 0, &sealed).ok();
    let secret = state.and_then(|state| state.secrets.into_iter().next());
    Ok(secret.map(|secret| New {
        family_id: secret.held.description.family_id,
        value: secret.held.value,
    }))
}

/// Puts it in the place of the one that was redeemed; where that is gone, a later sign-in has taken it.
fn put<Read>(app: &App, open: &mut OpenVault<Read>, redeemed: Id, new: New) -> Result<(), Failure> {
    let written = open.vault.write(|writing| -> Result<(), Problem> {
        let mut all = writing.secrets().iter();
        let about = all.find(|stored| stored.id == redeemed).map(|stored| &stored.description);
        let is_its = |about: &&SecretDescription| about.kind == SecretKind::RefreshToken;
        let Some(about) = about.filter(is_its).cloned() else { return Ok(()) };
        let about =
            SecretDescription { family_id: new.family_id.clone().or(about.family_id), ..about };
        writing.remove_secret(redeemed, Parting::Renewed)?;
        let id = writing.add_secret(&about, &new.value, app.now())?;
        audit::log(app, writing, "token renew", vec![audit::of_secret(id, &about)])
    });
    Ok(written?)
}
