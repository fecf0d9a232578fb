//! Whether who signed in is who was meant to.
//!
//! Another person can have finished the sign-in: with a code that was read over a shoulder, or in the
//! browser of a person who is signed in with several accounts. What comes of that would be the active
//! context of this vault.

use azvault_signin::Tokens;

use crate::app::{App, Consent};
use crate::failure::{Failure, Kind};
use crate::text::{cited, quoted};

/// Asks whether another account than the one of `--login-hint` is meant, before anything is done
/// with its tokens. What cannot be asked is refused: who takes any account leaves the hint out.
pub(super) fn check(app: &App, tokens: &Tokens, hint: Option<&str>) -> Result<(), Failure> {
    let Some(hint) = hint.filter(|hint| !tokens.is_of(hint)) else { return Ok(()) };
    let claims = tokens.claims.as_ref();
    let name = claims.and_then(|claims| claims.user_name.as_deref());
    let found = name.or(tokens.home_account_id.as_deref());
    let found = found.map_or_else(|| "an account without a name".to_owned(), cited);
    let what = format!("{found} signed in, and not {}", quoted(hint));
    if app.terminal().is_none() {
        return Err(Failure::new(Kind::NeedsTerminal, format!("{what}; nothing was stored"))
            .hint("azvault connect without --login-hint takes whichever account signs in"));
    }
    app.confirm(Consent::Ask, &format!("{what}. Take that account?"))
}
