//! A profile on its way between processes: its values, and what was kept of its files, are parts of
//! their own.

use std::collections::HashMap;

use azvault_model::{
    Account, AutosaveMode, Context, ContextName, Environment, HeldSecret, Kept, Profile, Secret,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Foreign, held, not_there_yet};

/// A [`Profile`].
#[derive(Default, Serialize, Deserialize)]
pub struct SentProfile {
    contexts: Vec<Context>,
    default: Option<ContextName>,
    default_at: Option<usize>,
    accounts: Vec<Account>,
    environments: Vec<Environment>,
    #[serde(with = "held")]
    secrets: Vec<HeldSecret>,
    autosave: Option<AutosaveMode>,
    #[serde(skip)]
    of_file: Kept,
    kept: KeptParts,
}

/// What was kept of several things: each text once, and which of them is whose.
#[derive(Default, Serialize, Deserialize)]
struct KeptParts {
    texts: Vec<KeptText>,
    whose: Vec<Option<usize>>,
}

#[derive(Serialize, Deserialize)]
struct KeptText {
    #[serde(skip, default = "not_there_yet")]
    text: Secret,
}

impl From<Profile> for SentProfile {
    fn from(profile: Profile) -> Self {
        let Profile { contexts, default, default_at, accounts, environments, .. } = profile;
        let Profile { secrets, autosave, kept: of_file, .. } = profile;
        let kept = KeptParts::default();
        Self {
            contexts,
            default,
            default_at,
            accounts,
            environments,
            secrets,
            autosave,
            of_file,
            kept,
        }
    }
}

impl From<SentProfile> for Profile {
    fn from(sent: SentProfile) -> Self {
        let SentProfile { contexts, default, default_at, accounts, environments, .. } = sent;
        let SentProfile { secrets, autosave, of_file: kept, .. } = sent;
        Self { contexts, default, default_at, accounts, environments, secrets, autosave, kept }
    }
}

impl SentProfile {
    /// Puts what was kept into parts, before it is encoded.
    pub(crate) fn pack(&mut self) {
        let contexts = self.contexts.iter().map(|context| &context.kept);
        self.kept = KeptParts::of(contexts.chain([&self.of_file]));
    }

    /// A second one, whose values are copied.
    pub(crate) fn copied(&self) -> Self {
        let held = |held: &HeldSecret| HeldSecret {
            description: held.description.clone(),
            // EXPOSE: copied for a message of its own.
            value: Secret::copied_from(held.value.expose()),
        };
        Self {
            contexts: self.contexts.iter().map(Context::copied).collect(),
            default: self.default.clone(),
            default_at: self.default_at,
            accounts: self.accounts.clone(),
            environments: self.environments.clone(),
            secrets: self.secrets.iter().map(held).collect(),
            autosave: self.autosave,
            of_file: self.of_file.copied(),
            kept: KeptParts::default(),
        }
    }

    /// Whether it brings anything that is imported.
    pub(crate) fn is_empty(&self) -> bool {
        self.contexts.is_empty() && self.accounts.is_empty() && self.secrets.is_empty()
    }

    /// The secrets of it, in one order.
    pub(crate) fn secrets(&mut self) -> impl Iterator<Item = &mut Secret> {
        let values = self.secrets.iter_mut().map(|held| &mut held.value);
        values.chain(self.kept.texts.iter_mut().map(|kept| &mut kept.text))
    }

    /// Puts back what came in parts, once they were decoded.
    pub(crate) fn unpack(&mut self) -> Result<(), Foreign> {
        let contexts = self.contexts.iter_mut().map(|context| &mut context.kept);
        std::mem::take(&mut self.kept).put_back(contexts.chain([&mut self.of_file]))
    }
}

impl KeptParts {
    fn of<'a>(all: impl Iterator<Item = &'a Kept>) -> Self {
        let (mut texts, mut known) = (Vec::new(), HashMap::new());
        let whose = all.map(|kept| {
            let text = (!kept.is_empty()).then(|| kept.as_json())?;
            Some(*known.entry(text).or_insert_with(|| {
                texts.push(KeptText { text: Secret::copied_from(text.as_bytes()) });
                texts.len() - 1
            }))
        });
        let whose = whose.collect();
        Self { texts, whose }
    }

    fn put_back<'a>(self, all: impl Iterator<Item = &'a mut Kept>) -> Result<(), Foreign> {
        let texts: Vec<Kept> = self.texts.iter().map(kept).collect::<Result<_, _>>()?;
        let mut whose = self.whose.into_iter();
        for own in all {
            let number = whose.next().ok_or(Foreign)?;
            *own = match number {
                Some(number) => texts.get(number).ok_or(Foreign)?.copied(),
                None => Kept::default(),
            };
        }
        if whose.next().is_some() { Err(Foreign) } else { Ok(()) }
    }
}

/// Kept members that a record would not take are none.
fn kept(part: &KeptText) -> Result<Kept, Foreign> {
    // EXPOSE: put back where it was kept, in memory that is wiped.
    let text = std::str::from_utf8(part.text.expose()).map_err(|_| Foreign)?;
    let mut own = Zeroizing::new(String::with_capacity(text.len()));
    own.push_str(text);
    Ok(Kept::new(own))
}

#[cfg(test)]
mod tests {
    use azvault_model::SecretKind;
    use azvault_model::{
        Context, ContextName, HeldSecret, Kept, Profile, Secret, SecretDescription,
    };
    use zeroize::Zeroizing;

    use crate::message::{Foreign, Message, encode, split};
    use crate::request::Nothing;
    use crate::verbs::SavedContexts;

    fn context(name: &str, kept: &str) -> Context {
        Context {
            name: ContextName::new(name),
            account: None,
            tenant: None,
            subscription: None,
            environment: None,
            version_profile: None,
            extended_properties: Default::default(),
            labels: Default::default(),
            kept: Kept::new(Zeroizing::new(kept.to_owned())),
        }
    }

    fn sent(contexts: Vec<Context>) -> SavedContexts {
        let value = Secret::copied_from(b"a value that is a part");
        let secrets = vec![HeldSecret {
            description: SecretDescription::of(SecretKind::ClientSecret),
            value,
        }];
        let kept = Kept::new(Zeroizing::new("{\"/file\":1}".to_owned()));
        let profile = Profile { contexts, secrets, kept, ..Profile::default() };
        SavedContexts { profile: profile.into() }
    }

    fn received(bytes: &[u8]) -> Result<SavedContexts, Foreign> {
        let parts = split(bytes)?;
        let (_, of_head) = parts.head::<Nothing>()?;
        parts.body(of_head)
    }

    #[test]
    fn a_profile_arrives_with_its_values_and_what_was_kept() {
        let kept = "{\"/member\":\"as written\"}";
        let all = [("one", kept), ("none", ""), ("other", "{\"/x\":2}"), ("same", kept)];
        let mut sent = sent(all.iter().map(|(name, kept)| context(name, kept)).collect());
        let bytes = encode(&mut Nothing {}, &mut sent);
        // Each text once: the value, and three texts that were kept.
        assert_eq!(sent.secrets().len(), 4);
        let profile = Profile::from(received(&bytes).map_err(|_| "foreign").unwrap().profile);
        let found: Vec<_> = profile
            .contexts
            .iter()
            .map(|context| (context.name.as_str(), context.kept.as_json()))
            .collect();
        assert_eq!(found, all);
        assert_eq!(profile.kept.as_json(), "{\"/file\":1}");
        assert!(profile.secrets[0].value.same_as(&Secret::copied_from(b"a value that is a part")));
    }

    #[test]
    fn what_is_cut_or_has_a_part_too_many_is_foreign() {
        let mut sent = sent(vec![context("one", "{\"/member\":1}")]);
        let bytes = encode(&mut Nothing {}, &mut sent);
        assert!(received(&bytes).is_ok());
        for length in 0..bytes.len() {
            assert!(received(&bytes[..length]).is_err(), "cut at {length}");
        }
        let more = [&bytes[..], &[0, 0, 0, 1, b'x']].concat();
        assert!(received(&more).is_err());
        // Kept members are text.
        let at = bytes.windows(9).position(|window| window == b"{\"/member").unwrap();
        let mut odd = bytes.to_vec();
        odd[at] = 0xff;
        assert!(received(&odd).is_err());
    }
}
