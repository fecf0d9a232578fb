//! Which secrets a new one takes the place of.

use azvault_contexts::{HeldSecret, SecretDescription, SecretKind};

/// What becomes of older secrets of the same owner and kind.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Older {
    /// They stay: nobody knows which of them is the newer one.
    #[default]
    Stay,
    /// They go: the new ones come from a sign-in of this moment.
    Go,
}

/// Whether one of these takes the place of a secret that is there.
pub(super) fn is_superseded(older: Older, old: &SecretDescription, new: &[HeldSecret]) -> bool {
    older == Older::Go && new.iter().any(|new| takes_place(&new.description, old))
}

/// A token's place is that of its client; a credential's is that of its tenant. What an older file
/// left open is filled by what is known now.
fn takes_place(new: &SecretDescription, old: &SecretDescription) -> bool {
    use SecretKind::{AccessToken, Certificate, CertificatePassword, RefreshToken};
    let kind = new.kind == old.kind
        // The password of a certificate is no other certificate's.
        || (new.kind == Certificate && old.kind == CertificatePassword);
    let open_or_same = |new: &Option<String>, old: &Option<String>| match old {
        None => true,
        Some(old) => is_same(Some(old), new.as_deref()),
    };
    let place = match new.kind {
        RefreshToken => is_same(new.client_id.as_deref(), old.client_id.as_deref()),
        AccessToken => {
            is_same(new.client_id.as_deref(), old.client_id.as_deref())
                && is_same(new.tenant.as_deref(), old.tenant.as_deref())
                && is_same(new.target.as_deref(), old.target.as_deref())
        }
        _ => open_or_same(&new.tenant, &old.tenant),
    };
    kind && place
        && is_same(new.account.as_deref(), old.account.as_deref())
        && open_or_same(&new.environment, &old.environment)
}

fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    one.map(str::to_lowercase) == other.map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use azvault_contexts::{HeldSecret, Secret, SecretDescription, SecretKind};

    use super::{Older, is_superseded};

    /// `kind account tenant client environment target`, `-` where nothing is said.
    fn about(words: &str) -> SecretDescription {
        let words: Vec<Option<String>> =
            words.split(' ').map(|word| (word != "-").then(|| word.to_owned())).collect();
        let kind = match words[0].as_deref() {
            Some("rt") => SecretKind::RefreshToken,
            Some("at") => SecretKind::AccessToken,
            Some("cert") => SecretKind::Certificate,
            Some("password") => SecretKind::CertificatePassword,
            _ => SecretKind::ClientSecret,
        };
        SecretDescription {
            account: words[1].clone(),
            tenant: words[2].clone(),
            client_id: words[3].clone(),
            environment: words[4].clone(),
            target: words[5].clone(),
            ..SecretDescription::of(kind)
        }
    }

    #[test]
    fn a_new_one_takes_the_place_of_its_own_kind_and_owner() {
        for (new, old, goes) in [
            ("rt ada - ps c -", "rt ADA - PS c -", true),
            ("rt ada - ps c -", "rt ada t ps - -", true),
            ("rt ada - ps c -", "rt ada - cli c -", false),
            ("rt ada - ps c -", "rt ada - ps china -", false),
            ("rt ada - ps c -", "rt bob - ps c -", false),
            ("rt ada - ps c -", "rt - - ps c -", false),
            ("rt ada - ps c -", "at ada - ps c -", false),
            ("at ada t ps c arm", "at ada t ps c arm", true),
            ("at ada t ps c arm", "at ada t ps c graph", false),
            ("at ada t ps c arm", "at ada u ps c arm", false),
            ("secret app t app c -", "secret app t - - -", true),
            ("secret app t app c -", "secret app - app c -", true),
            ("secret app t app c -", "secret app u app c -", false),
            ("secret app t app c -", "cert app t app c -", false),
            ("cert app t app c -", "password app t app c -", true),
            ("password app t app c -", "cert app t app c -", false),
        ] {
            let value = Secret::copied_from(b"x");
            let held = [HeldSecret { description: about(new), value }];
            assert_eq!(is_superseded(Older::Go, &about(old), &held), goes, "{new} {old}");
            assert!(!is_superseded(Older::Stay, &about(old), &held));
        }
    }
}
