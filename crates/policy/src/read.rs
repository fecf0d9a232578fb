//! Reading the text of a policy. What is not understood is refused: a line that somebody wrote and
//! that does nothing would deceive.

use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::policy::KEYS;
use crate::{
    Allowance, AtLeast, AtMost, Only, Policy, PolicyLine, Reach, Resources, Set, SlotKind,
};

/// Tables of keys.
const TABLES: [&str; 9] =
    ["unlock", "presence", "kdf", "passphrase", "token", "slots", "tls", "pkcs11", "forbidden"];

/// Longest that keys are held, with or without a policy.
const MAX_UNLOCK: Duration = Duration::from_secs(24 * 3600);

/// Whoever waits for a new token has to be handed it.
const MIN_CACHE: Duration = Duration::from_secs(60);

/// A line that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Wrong {
    /// The line that is wrong.
    pub place: PolicyLine,
    /// What is wrong with it.
    pub what: String,
    /// What could stand there instead.
    pub instead: String,
}

/// Reads a policy. All that is wrong is told at once, in the order of the lines.
pub fn read(text: &str, file: &Path) -> Result<Policy, Vec<Wrong>> {
    let mut reading = Reading { text, file, policy: Policy::default(), wrong: Vec::new() };
    match DeTable::parse(text) {
        Ok(table) => reading.table(None, table.get_ref()),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let what = format!("this is no TOML: {}", error.message());
            reading.refuse(at, what, "a line is: key = value; text stands in quotes");
        }
    }
    let Reading { policy, mut wrong, .. } = reading;
    wrong.sort_by(|a, b| a.place.cmp(&b.place));
    if wrong.is_empty() { Ok(policy) } else { Err(wrong) }
}

struct Reading<'a> {
    text: &'a str,
    file: &'a Path,
    policy: Policy,
    wrong: Vec<Wrong>,
}

type Value<'a, 'i> = &'a Spanned<DeValue<'i>>;

impl Reading<'_> {
    fn table(&mut self, name: Option<&str>, table: &DeTable<'_>) {
        for (key, value) in table {
            let at = key.span().start;
            let own = key.get_ref();
            let path = name.map_or_else(|| own.to_string(), |name| format!("{name}.{own}"));
            let is_table = TABLES.contains(&path.as_str());
            match value.get_ref() {
                DeValue::Table(table) if is_table && name.is_none() => {
                    self.table(Some(&path), table);
                }
                _ if is_table => {
                    self.refuse(at, format!("{path} is a table"), &format!("[{path}]"));
                }
                // A dot in quotes is no table's.
                _ if KEYS.contains(&path.as_str()) && !own.contains('.') => {
                    self.member(at, &path, value);
                }
                _ => {
                    let nearest = nearest(&path, &[&KEYS[..], &TABLES].concat());
                    self.refuse(at, format!("there is no key {path}"), &nearest);
                }
            }
        }
    }

    fn member(&mut self, at: usize, key: &str, value: Value<'_, '_>) {
        let place = self.place(at);
        match key {
            "autosave" => self.policy.autosave = self.allowance(place, "off", value),
            "plaintext-export" => {
                self.policy.plaintext_export = self.allowance(place, "forbidden", value);
            }
            "kept-names" => self.policy.kept_names = self.allowance(place, "forbidden", value),
            "environments" => self.policy.environments = self.only(place, value),
            "tenants" => self.policy.tenants = self.only(place, value),
            "resources" => {
                let only = self.only(place, value);
                let resources =
                    |Set { value: Only(names), place }| Set { value: Resources(names), place };
                self.policy.resources = only.map(resources);
            }
            "forbidden.tenants" => self.policy.forbidden_tenants = self.each(place, value),
            "forbidden.resources" => self.policy.forbidden_resources = self.each(place, value),
            "unlock.idle" => {
                let least = Duration::from_secs(1);
                self.policy.unlock_idle = self.time(place, least..=MAX_UNLOCK, value);
            }
            "unlock.for" => {
                let least = Duration::from_secs(1);
                self.policy.unlock_for = self.time(place, least..=MAX_UNLOCK, value);
            }
            "unlock.while-screen-locked" => {
                self.policy.while_screen_locked = self.allowance(place, "forbidden", value);
            }
            "unlock.after-logout" => {
                self.policy.after_logout = self.allowance(place, "forbidden", value);
            }
            "unlock.reach" => self.policy.unlock_reach = self.reach(place, value),
            "presence.for" => {
                self.policy.presence_for = self.time(place, Duration::ZERO..=MAX_UNLOCK, value);
            }
            // The bounds of what a vault can have.
            "kdf.memory-mib" => self.policy.kdf_memory = self.number(place, 19..=1024, value),
            "kdf.passes" => self.policy.kdf_passes = self.number(place, 1..=16, value),
            "kdf.product-mib" => self.policy.kdf_product = self.number(place, 38..=4096, value),
            // The highest estimate there is.
            "passphrase.min-bits" => {
                self.policy.passphrase_bits = self.number(place, 1..=63, value);
            }
            "token.cache" => {
                let bounds = MIN_CACHE..=MAX_UNLOCK;
                self.policy.token_cache = self.time(place, bounds, value);
            }
            "tls.extra-authorities" => {
                self.policy.extra_authorities = self.allowance(place, "forbidden", value);
            }
            "pkcs11.modules" => self.policy.pkcs11_modules = self.only(place, value),
            "slots.required" => self.policy.slots_required = self.slots(&place, value),
            _ => self.policy.slots_forbidden = self.slots(&place, value),
        }
    }

    fn allowance(
        &mut self,
        place: PolicyLine,
        forbidden: &str,
        value: Value<'_, '_>,
    ) -> Option<Set<Allowance>> {
        let value = match value.get_ref().as_str() {
            Some(word) if word == forbidden => Allowance::Forbidden,
            Some("allowed") => Allowance::Allowed,
            _ => {
                let instead = format!("\"{forbidden}\" or \"allowed\"");
                return self.wrong(place, "this is no word for it", &instead);
            }
        };
        Some(Set { value, place })
    }

    fn reach(&mut self, place: PolicyLine, value: Value<'_, '_>) -> Option<Set<Reach>> {
        let value = match value.get_ref().as_str() {
            Some("terminal") => Reach::Terminal,
            Some("user") => Reach::User,
            _ => return self.wrong(place, "this is no word for it", "\"terminal\" or \"user\""),
        };
        Some(Set { value, place })
    }

    fn time(
        &mut self,
        place: PolicyLine,
        bounds: RangeInclusive<Duration>,
        value: Value<'_, '_>,
    ) -> Option<Set<AtMost>> {
        let text = value.get_ref().as_str();
        let time = text.and_then(|text| text.parse::<SignedDuration>().ok());
        match time.and_then(|time| Duration::try_from(time).ok()) {
            Some(time) if bounds.contains(&time) => Some(Set { value: AtMost(time), place }),
            _ => {
                let (least, most) = (bounds.start().as_secs(), bounds.end().as_secs() / 3600);
                let instead = format!("\"1h30m\", from {least}s to {most}h");
                self.wrong(place, "this is no time for it", &instead)
            }
        }
    }

    fn number(
        &mut self,
        place: PolicyLine,
        bounds: RangeInclusive<u32>,
        value: Value<'_, '_>,
    ) -> Option<Set<AtLeast>> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match number {
            Some(number) if bounds.contains(&number) => Some(Set { value: AtLeast(number), place }),
            _ => {
                let instead = format!("a number from {} to {}", bounds.start(), bounds.end());
                self.wrong(place, "this is no number for it", &instead)
            }
        }
    }

    fn only(&mut self, place: PolicyLine, value: Value<'_, '_>) -> Option<Set<Only>> {
        match strings(value) {
            Some(names) => Some(Set { value: Only(names), place }),
            None => self.wrong(place, "this is no list of names", "[\"one\", \"another\"]"),
        }
    }

    /// Each name of a list by itself.
    fn each(&mut self, place: PolicyLine, value: Value<'_, '_>) -> Vec<Set<String>> {
        let all = self.only(place, value).map(|Set { value: Only(names), place }| {
            let set = |value| Set { value, place: place.clone() };
            names.into_iter().map(set).collect()
        });
        all.unwrap_or_default()
    }

    fn slots(&mut self, place: &PolicyLine, value: Value<'_, '_>) -> Vec<Set<SlotKind>> {
        let words = SlotKind::ALL.map(SlotKind::as_str);
        let Some(names) = strings(value) else {
            let all = format!("a list of: {}", words.join(", "));
            self.wrong::<()>(place.clone(), "this is no list of kinds", &all);
            return Vec::new();
        };
        let mut slots: Vec<Set<SlotKind>> = Vec::new();
        for name in names {
            let Some(value) = SlotKind::of(&name) else {
                let what = format!("there is no kind {name}");
                self.wrong::<()>(place.clone(), &what, &nearest(&name, &words));
                continue;
            };
            if slots.iter().all(|known| known.value != value) {
                slots.push(Set { value, place: place.clone() });
            }
        }
        let policy = &self.policy;
        let before = policy.slots_required.iter().chain(&policy.slots_forbidden);
        let twice = before.map(|set| set.value).find(|kind| slots.iter().any(|s| s.value == *kind));
        if let Some(kind) = twice {
            let what = format!("{} cannot be both required and forbidden", kind.as_str());
            self.wrong::<()>(place.clone(), &what, "one of the two");
        }
        slots
    }

    fn place(&self, at: usize) -> PolicyLine {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        PolicyLine { file: self.file.to_owned(), line }
    }

    fn refuse(&mut self, at: usize, what: String, instead: &str) {
        let place = self.place(at);
        self.wrong::<()>(place, &what, instead);
    }

    fn wrong<T>(&mut self, place: PolicyLine, what: &str, instead: &str) -> Option<T> {
        let (what, instead) = (what.to_owned(), instead.to_owned());
        self.wrong.push(Wrong { place, what, instead });
        None
    }
}

fn strings(value: Value<'_, '_>) -> Option<Vec<String>> {
    let DeValue::Array(items) = value.get_ref() else { return None };
    let text = |item: &Spanned<DeValue<'_>>| item.get_ref().as_str().map(str::to_owned);
    let names: Option<Vec<String>> = items.iter().map(text).collect();
    names.filter(|names| names.iter().all(|name| !name.trim().is_empty()))
}

/// The word that somebody may have meant.
fn nearest(word: &str, known: &[&str]) -> String {
    let by_distance = |own: &&&str| strsim::damerau_levenshtein(word, own);
    known.iter().min_by_key(by_distance).copied().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
