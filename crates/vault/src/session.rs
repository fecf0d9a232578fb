//! The state of a session, sealed under a key that only its shell has.
//!
//! The box lies in the agent's memory and in no file; the key stands in the environment of the
//! shell. Neither alone says anything.
//!
//! ```text
//! plaintext = a bundle: JSON, and the secrets' values behind it
//! box       = SEAL(key, AAD(vault, 0, 5, 0, session, revision), plaintext)
//! ```

use std::collections::BTreeSet;

use azvault_model::{AutosaveMode, Challenge, ContextName, Current, ProcessScope, ProcessSecret};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::bundle;
use crate::bundle::{ContextRow, Padding, SecretRow};
use crate::error::Problem;
use crate::format::box_address::OwnKeyBox;
use crate::format::id::{Id, VaultId};
use crate::format::key::Key;
use crate::format::sealed_box;
use crate::memory::with_stack_wiped;
use crate::sealer::{Sealer, Subkey};

/// The key of one session. Cannot be printed or copied.
pub struct SessionKey(Key);

#[derive(Serialize, Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    contexts: Vec<ContextRow<'a>>,
    hidden: BTreeSet<String>,
    /// `None`: as the vault says; `Some(None)`: none.
    active: Option<Active>,
    previous: Option<ContextName>,
    autosave: Option<AutosaveMode>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    confirmed: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    challenges: Vec<Challenge>,
    secrets: Vec<SecretRow>,
    /// Beside `secrets`.
    secret_ids: Vec<i64>,
    /// Beside `secrets`.
    secret_created: Vec<i64>,
}

#[derive(Serialize, Deserialize)]
enum Active {
    To(ContextName),
    Nothing,
}

impl SessionKey {
    /// Generates one from the system's randomness.
    pub fn generate() -> Self {
        Self(Key::random())
    }

    /// The key under which a refresh token waits that came when nobody could store it; the one that was
    /// redeemed for it has that id. Anyone who has it opens nothing else.
    pub(crate) fn of_unclaimed(sealer: &dyn Sealer, redeemed: Id) -> Result<Self, Problem> {
        Self::derived(sealer, "azv1.unclaimed", redeemed)
    }

    /// The key under which an agent has what a grant is for.
    pub(crate) fn of_grant(sealer: &dyn Sealer, grant: Id) -> Result<Self, Problem> {
        Self::derived(sealer, "azv1.grant", grant)
    }

    /// Seals a text with it.
    pub(crate) fn seal_text(&self, vault: VaultId, id: Id, text: &[u8]) -> Vec<u8> {
        let aad = OwnKeyBox::Session { id, revision: 0 }.aad(vault, 0);
        with_stack_wiped(|| sealed_box::seal(&self.0, &aad, text))
    }

    /// Opens a text.
    pub(crate) fn open_text(
        &self,
        vault: VaultId,
        id: Id,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let aad = OwnKeyBox::Session { id, revision: 0 }.aad(vault, 0);
        with_stack_wiped(|| sealed_box::open(&self.0, &aad, sealed))
            .map_err(|_| Problem::tampered("the grant does not open"))
    }

    fn derived(sealer: &dyn Sealer, purpose: &str, id: Id) -> Result<Self, Problem> {
        let message = [purpose.as_bytes(), &id.number().to_be_bytes()].concat();
        let tag = Zeroizing::new(sealer.mac(Subkey::Anchor, &message)?);
        let mut key = Key::empty();
        key.bytes_mut().copy_from_slice(&*tag);
        Ok(Self(key))
    }

    /// From 43 characters of base64url (RFC 4648 section 5). `None` if it is none.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut key = Key::empty();
        if BASE64URL_NOPAD.decode_len(text.len()) != Ok(32) {
            return None;
        }
        BASE64URL_NOPAD.decode_mut(text, key.bytes_mut()).ok()?;
        Some(Self(key))
    }

    /// As [`SessionKey::parse`] takes it.
    pub fn to_text(&self) -> Zeroizing<String> {
        let length = BASE64URL_NOPAD.encode_len(self.0.bytes().len());
        let mut text = Zeroizing::new(String::with_capacity(length));
        BASE64URL_NOPAD.encode_append(self.0.bytes(), &mut text);
        text
    }

    /// Seals the state of a session for one revision of it.
    pub fn seal(
        &self,
        vault: VaultId,
        session: Id,
        revision: i64,
        state: &ProcessScope,
    ) -> Vec<u8> {
        let text = encode(state);
        let aad = OwnKeyBox::Session { id: session, revision }.aad(vault, 0);
        with_stack_wiped(|| sealed_box::seal(&self.0, &aad, &text))
    }

    /// Opens it again.
    pub fn open(
        &self,
        vault: VaultId,
        session: Id,
        revision: i64,
        sealed: &[u8],
    ) -> Result<ProcessScope, Problem> {
        let aad = OwnKeyBox::Session { id: session, revision }.aad(vault, 0);
        let text = with_stack_wiped(|| sealed_box::open(&self.0, &aad, sealed))
            .map_err(|_| Problem::tampered("the session does not open"))?;
        decode(&text).ok_or(Problem::tampered("the session has another form"))
    }
}

fn encode(state: &ProcessScope) -> Zeroizing<Vec<u8>> {
    let texts = bundle::texts(&state.contexts);
    let secrets = state.secrets.iter().map(|secret| &secret.held);
    let row = Row {
        contexts: bundle::contexts(&texts, &state.contexts),
        hidden: state.hidden.clone(),
        active: state.active.as_ref().map(|active| match active {
            Current::To(name) => Active::To(name.clone()),
            Current::Nothing => Active::Nothing,
        }),
        previous: state.previous.clone(),
        autosave: state.autosave,
        confirmed: state.confirmed.clone(),
        challenges: state.challenges.clone(),
        secrets: bundle::secrets(secrets.clone()),
        secret_created: state.secrets.iter().map(|secret| secret.created).collect(),
        secret_ids: state.secrets.iter().map(|secret| secret.id).collect(),
    };
    bundle::pack(&row, secrets, Padding::None)
}

fn decode(text: &[u8]) -> Option<ProcessScope> {
    let (json, values) = bundle::unpack(text)?;
    let row: Row<'_> = serde_json::from_slice(json).ok()?;
    let (secrets, rest) = bundle::take_secrets(row.secrets, values)?;
    let (ids, created) = (row.secret_ids, row.secret_created);
    if !rest.is_empty() || ids.len() != secrets.len() || created.len() != secrets.len() {
        return None;
    }
    let secrets = ids.into_iter().zip(created).zip(secrets);
    Some(ProcessScope {
        contexts: bundle::take_contexts(row.contexts)?,
        hidden: row.hidden,
        active: row.active.map(|active| match active {
            Active::To(name) => Current::To(name),
            Active::Nothing => Current::Nothing,
        }),
        previous: row.previous,
        autosave: row.autosave,
        confirmed: row.confirmed,
        challenges: row.challenges,
        secrets: secrets.map(|((id, created), held)| ProcessSecret { id, created, held }).collect(),
    })
}

#[cfg(test)]
mod tests {
    use azvault_model::{
        AutosaveMode, Challenge, Context, ContextName, Current, HeldSecret, Kept, ProcessScope,
        ProcessSecret, Secret, SecretDescription, SecretKind,
    };

    use super::SessionKey;
    use crate::format::id::{Id, VaultId};

    fn state() -> ProcessScope {
        let context = Context {
            name: ContextName::new("prod \"東京\""),
            account: None,
            tenant: None,
            subscription: None,
            environment: Some("AzureCloud".into()),
            version_profile: None,
            extended_properties: Default::default(),
            labels: Default::default(),
            kept: Kept::new(r#"{"/Odd":1.50}"#.to_owned().into()),
        };
        let secret = |text: &[u8]| {
            let description = SecretDescription::of(SecretKind::AccessToken);
            let held = HeldSecret { description, value: Secret::copied_from(text) };
            ProcessSecret { id: 7, created: 1_700_000_000, held }
        };
        ProcessScope {
            contexts: vec![context],
            hidden: ["other".to_owned()].into(),
            active: Some(Current::Nothing),
            previous: Some(ContextName::new("before")),
            autosave: Some(AutosaveMode::Process),
            confirmed: ["https://stack.example".to_owned()].into(),
            challenges: vec![Challenge {
                account: "ada".to_owned(),
                account_type: "User".to_owned(),
                home_account_id: None,
                environment: "AzureCloud".to_owned(),
                tenant: "t".to_owned(),
                claims: "{}".to_owned(),
            }],
            secrets: vec![secret(b"one\x00\xff"), secret(b""), secret(b"three")],
        }
    }

    #[test]
    fn a_session_opens_with_its_key_at_its_place_and_nowhere_else() {
        let (key, vault) = (SessionKey::generate(), VaultId([3; 16]));
        let sealed = key.seal(vault, Id(5), 2, &state());
        let same_key = SessionKey::parse(key.to_text().as_bytes()).unwrap();
        let opened = same_key.open(vault, Id(5), 2, &sealed).unwrap();
        let expected = state();
        assert!(opened.contexts[0].says_the_same_as(&expected.contexts[0]));
        assert_eq!(opened.hidden, expected.hidden);
        assert_eq!(opened.active, expected.active);
        assert_eq!(opened.previous, expected.previous);
        assert_eq!(opened.autosave, expected.autosave);
        assert_eq!(opened.confirmed, expected.confirmed);
        assert_eq!(opened.challenges, expected.challenges);
        let pairs = opened.secrets.iter().zip(&expected.secrets);
        assert_eq!(opened.secrets.len(), 3);
        assert!(pairs.clone().all(|(a, b)| a.held.value.same_as(&b.held.value)));
        assert!(pairs.clone().all(|(a, b)| a.held.description == b.held.description
            && a.id == b.id
            && a.created == b.created));

        assert!(SessionKey::generate().open(vault, Id(5), 2, &sealed).is_err());
        assert!(key.open(vault, Id(6), 2, &sealed).is_err());
        assert!(key.open(vault, Id(5), 3, &sealed).is_err(), "an older state put back");
        assert!(key.open(VaultId([4; 16]), Id(5), 2, &sealed).is_err());
    }

    #[test]
    fn a_key_has_43_characters() {
        for text in ["", "A", &"A".repeat(42), &"A".repeat(44), &"!".repeat(43)] {
            assert!(SessionKey::parse(text.as_bytes()).is_none(), "{text}");
        }
        assert!(SessionKey::parse("A".repeat(43).as_bytes()).is_some());
    }
}
