//! What becomes of secrets whose place new ones take.

use azvault_model::rules::secrets::takes_place;
use azvault_model::{Clouds, HeldSecret, SecretDescription};

/// What becomes of older secrets of the same owner and kind.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum OldSecrets {
    /// They stay: nobody knows which of them is the newer one.
    #[default]
    Keep,
    /// They go: the new ones come from a sign-in of this moment.
    Replace,
}

/// Whether one of these takes the place of a secret that exists.
pub(super) fn is_superseded(
    old_secrets: OldSecrets,
    old: &SecretDescription,
    new: &[HeldSecret],
    clouds: &Clouds,
) -> bool {
    old_secrets == OldSecrets::Replace
        && new.iter().any(|new| takes_place(&new.description, old, clouds))
}

#[cfg(test)]
mod tests {
    use azvault_model::{Clouds, HeldSecret, Secret, SecretDescription, SecretKind};

    use super::{OldSecrets, is_superseded};

    #[test]
    fn older_secrets_go_where_a_sign_in_of_this_moment_takes_their_place() {
        let about = |client: &str| SecretDescription {
            account: Some("ada@x".into()),
            client_id: Some(client.into()),
            ..SecretDescription::of(SecretKind::RefreshToken)
        };
        let held = [HeldSecret { description: about("ps"), value: Secret::copied_from(b"x") }];
        for (old_secrets, old, goes) in [
            (OldSecrets::Replace, "PS", true),
            (OldSecrets::Replace, "cli", false),
            (OldSecrets::Keep, "ps", false),
        ] {
            let clouds = Clouds::default();
            assert_eq!(is_superseded(old_secrets, &about(old), &held, &clouds), goes, "{old}");
        }
    }
}
