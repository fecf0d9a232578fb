//! A policy: all that may be said, each member with its place.

use std::time::Duration;

use crate::{Allowance, AtLeast, AtMost, Only, PolicyLine, Reach, Resources, Set, SlotKind};

/// Keys of members, in the order in which they are shown.
pub(crate) const KEYS: [&str; 23] = [
    "autosave",
    "plaintext-export",
    "kept-names",
    "environments",
    "tenants",
    "resources",
    "unlock.idle",
    "unlock.for",
    "unlock.while-screen-locked",
    "unlock.after-logout",
    "unlock.reach",
    "presence.for",
    "kdf.memory-mib",
    "kdf.passes",
    "kdf.product-mib",
    "passphrase.min-bits",
    "token.cache",
    "tls.extra-authorities",
    "pkcs11.modules",
    "forbidden.tenants",
    "forbidden.resources",
    "slots.required",
    "slots.forbidden",
];

/// What is said; a member that is `None` or empty forbids nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// `autosave`: whether changes of contexts may be kept in the vault.
    pub autosave: Option<Set<Allowance>>,
    /// `plaintext-export`: whether what is sealed may leave the vault in plaintext.
    pub plaintext_export: Option<Set<Allowance>>,
    /// `kept-names`: whether names and ids of contexts may be kept in files of the products.
    pub kept_names: Option<Set<Allowance>>,
    /// `environments`: Azure clouds by name.
    pub environments: Option<Set<Only>>,
    /// `tenants`: ids, as contexts have them.
    pub tenants: Option<Set<Only>>,
    /// `resources`: what tokens are for, by short name or address.
    pub resources: Option<Set<Resources>>,
    /// `unlock.idle`: how long keys are held without use.
    pub unlock_idle: Option<Set<AtMost>>,
    /// `unlock.for`: how long keys are held in all.
    pub unlock_for: Option<Set<AtMost>>,
    /// `unlock.while-screen-locked`: whether an agent holds keys while the screen is locked.
    pub while_screen_locked: Option<Set<Allowance>>,
    /// `unlock.after-logout`: whether an agent holds keys after the last login of its user has ended.
    pub after_logout: Option<Set<Allowance>>,
    /// `unlock.reach`: which programs an agent answers.
    pub unlock_reach: Option<Set<Reach>>,
    /// `presence.for`: how long after a person has unlocked in a terminal long-lived secrets are released
    /// there.
    pub presence_for: Option<Set<AtMost>>,
    /// `kdf.memory-mib`: memory that a guess at a passphrase takes, in MiB.
    pub kdf_memory: Option<Set<AtLeast>>,
    /// `kdf.passes`: passes over it.
    pub kdf_passes: Option<Set<AtLeast>>,
    /// `kdf.product-mib`: memory times passes, in MiB.
    pub kdf_product: Option<Set<AtLeast>>,
    /// `passphrase.min-bits`: guesses that a new passphrase withstands, as a power of two.
    pub passphrase_bits: Option<Set<AtLeast>>,
    /// `token.cache`: how old an access token may be that is handed out.
    pub token_cache: Option<Set<AtMost>>,
    /// `tls.extra-authorities`: whether certificate authorities besides the system's are trusted.
    pub extra_authorities: Option<Set<Allowance>>,
    /// `pkcs11.modules`: libraries that may be loaded to sign in, by path.
    pub pkcs11_modules: Option<Set<Only>>,
    /// `forbidden.tenants`: ids, as contexts have them.
    pub forbidden_tenants: Vec<Set<String>>,
    /// `forbidden.resources`: each by short name or address.
    pub forbidden_resources: Vec<Set<String>>,
    /// `slots.required`: of each of these kinds a vault has one at least.
    pub slots_required: Vec<Set<SlotKind>>,
    /// `slots.forbidden`: of these kinds a vault has none.
    pub slots_forbidden: Vec<Set<SlotKind>>,
}

/// One member as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Its key.
    pub key: &'static str,
    /// What it says.
    pub value: Value<'a>,
    /// Where that is said.
    pub place: &'a PolicyLine,
}

/// A value as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A word.
    Word(&'static str),
    /// A time.
    Time(Duration),
    /// A number.
    Number(u32),
    /// Names.
    Names(&'a [String]),
}

impl Policy {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is said, in the order of the reference. What is forbidden and each kind of slot stand
    /// alone, since two files may have named some.
    pub fn members(&self) -> Vec<Shown<'_>> {
        let autosave = word(&self.autosave, "off");
        let export = word(&self.plaintext_export, "forbidden");
        let kept_names = word(&self.kept_names, "forbidden");
        let single = [
            autosave,
            export,
            kept_names,
            said(&self.environments, |only| Value::Names(&only.0)),
            said(&self.tenants, |only| Value::Names(&only.0)),
            said(&self.resources, |own| Value::Names(&own.0)),
            said(&self.unlock_idle, |most| Value::Time(most.0)),
            said(&self.unlock_for, |most| Value::Time(most.0)),
            word(&self.while_screen_locked, "forbidden"),
            word(&self.after_logout, "forbidden"),
            said(&self.unlock_reach, |reach| {
                Value::Word(match reach {
                    Reach::User => "user",
                    Reach::Terminal => "terminal",
                })
            }),
            said(&self.presence_for, |most| Value::Time(most.0)),
            said(&self.kdf_memory, |least| Value::Number(least.0)),
            said(&self.kdf_passes, |least| Value::Number(least.0)),
            said(&self.kdf_product, |least| Value::Number(least.0)),
            said(&self.passphrase_bits, |least| Value::Number(least.0)),
            said(&self.token_cache, |most| Value::Time(most.0)),
            word(&self.extra_authorities, "forbidden"),
            said(&self.pkcs11_modules, |only| Value::Names(&only.0)),
        ];
        let [.., tenants, resources, required, forbidden] = KEYS;
        let shown = |key, (value, place)| Shown { key, value, place };
        let single = KEYS.into_iter().zip(single);
        let single = single.filter_map(|(key, said)| Some(shown(key, said?)));
        let named = self.forbidden_tenants.iter().map(|set| (tenants, set));
        let named = named.chain(self.forbidden_resources.iter().map(|set| (resources, set)));
        let named = named.map(|(key, set)| {
            shown(key, (Value::Names(std::slice::from_ref(&set.value)), &set.place))
        });
        let slots = self.slots_required.iter().map(|set| (required, set));
        let slots = slots.chain(self.slots_forbidden.iter().map(|set| (forbidden, set)));
        let slots =
            slots.map(|(key, set)| shown(key, (Value::Word(set.value.as_str()), &set.place)));
        single.chain(named).chain(slots).collect()
    }
}

type Said<'a> = Option<(Value<'a>, &'a PolicyLine)>;

fn said<'a, T>(set: &'a Option<Set<T>>, value: impl Fn(&'a T) -> Value<'a>) -> Said<'a> {
    set.as_ref().map(|set| (value(&set.value), &set.place))
}

fn word<'a>(set: &'a Option<Set<Allowance>>, forbidden: &'static str) -> Said<'a> {
    said(set, |allowance| match allowance {
        Allowance::Allowed => Value::Word("allowed"),
        Allowance::Forbidden => Value::Word(forbidden),
    })
}
