//! Keeping a claims challenge until a sign-in answers it: where its account is kept.

use azvault_model::{Challenge, keep_challenge};
use azvault_vault::Problem;

use super::store;
use super::token_request::TokenRequest;
use crate::app::App;
use crate::opening::OpenVault;
use crate::session;

/// Keeps it in the session or in the vault. Where that fails, the challenge comes again with the next
/// request; the failure that brought it says more.
pub(super) fn keep(app: &App, open: &mut OpenVault, wanted: &TokenRequest, claims: &str) {
    let new = Challenge {
        account: wanted.account.clone(),
        account_type: wanted.account_type.clone(),
        home_account_id: wanted.home_account_id.clone(),
        environment: wanted.environment.clone(),
        tenant: wanted.tenant.clone(),
        claims: claims.to_owned(),
    };
    let OpenVault { vault, contexts, .. } = open;
    let kept = match store::is_of_session(contexts, wanted) {
        true => contexts.session.as_mut().ok_or_else(session::gone).and_then(|session| {
            session.update(|state| {
                keep_challenge(&mut state.challenges, new.clone());
                Ok(())
            })
        }),
        false => vault
            .write(|writing| -> Result<(), Problem> {
                let mut settings = writing.settings();
                keep_challenge(&mut settings.challenges, new);
                if settings != writing.settings() {
                    writing.put_settings(&settings)?;
                }
                Ok(())
            })
            .map_err(Into::into),
    };
    if let Err(failure) = kept {
        app.console
            .warning(format!("what the next sign-in has to show is not kept: {}", failure.what));
    }
}
