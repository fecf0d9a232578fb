//! How credentials are revoked that somebody else may have: once for all of an account that the same
//! commands end.

use std::collections::BTreeMap;

use azvault_contexts::rules::blast_radius::{AccountTenants, blast_radius};
use azvault_vault::StoredSecret;

use crate::app::App;
use crate::documents::RadiusView;
use crate::ui::shown;

/// One thing to do.
pub(crate) struct Revocation {
    kinds: Vec<&'static str>,
    account: String,
    radius: RadiusView,
}

/// What there is to do about them at a time, the worst first.
pub(crate) fn of<'a>(
    secrets: impl IntoIterator<Item = &'a StoredSecret>,
    now: i64,
) -> Vec<Revocation> {
    let mut found = Vec::new();
    for secret in secrets {
        let about = &secret.description;
        let radius = blast_radius(&secret.id.to_string(), about, &AccountTenants::default(), now);
        if radius.is_to_revoke() {
            found.push((about, radius));
        }
    }
    found.sort_by_key(|(_, radius)| radius.order());
    let mut all: Vec<Revocation> = Vec::new();
    let mut known = BTreeMap::new();
    for (about, radius) in found {
        let account = about.account.clone().unwrap_or_else(|| "an unknown account".to_owned());
        let kind = about.kind.as_str();
        // What the same commands end is one thing to do.
        let same = (account.clone(), radius.revoke.clone(), radius.remark);
        let at = *known.entry(same).or_insert(all.len());
        match all.get_mut(at) {
            Some(one) if one.kinds.contains(&kind) => {}
            Some(one) => one.kinds.push(kind),
            None => all.push(Revocation { kinds: vec![kind], account, radius: radius.into() }),
        }
    }
    all
}

impl Revocation {
    /// In one line, as documents have it.
    pub(crate) fn line(&self) -> String {
        let commands = self.radius.revoke.join("; ");
        let remark = self.radius.remark.map(|remark| format!("({remark})")).unwrap_or_default();
        let parts = [self.whose(), commands, remark];
        let parts: Vec<_> = parts.iter().filter(|part| !part.is_empty()).map(|s| &**s).collect();
        parts.join(" ")
    }

    fn whose(&self) -> String {
        format!("{} of {}:", self.kinds.join(", "), self.account)
    }
}

/// Says them, each command on a line of its own, to be copied.
pub(crate) fn say(app: &App, revocations: &[Revocation]) {
    for revocation in revocations {
        app.ui.note(format!("  {}", shown(&revocation.whose())));
        for line in revocation.radius.to_type() {
            app.ui.note(format!("    {line}"));
        }
    }
}
