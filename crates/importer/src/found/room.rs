//! What is too much: an item that no record of a vault can hold costs itself alone, and of many
//! notes the first are said and the rest are counted.

use std::collections::BTreeMap;

use azvault_model::rules::secrets::Alike;
use azvault_model::{Account, Context, ContextName, Environment, HeldSecret, Kept, Text};

use super::people::People;
use super::{Found, Note};

/// Largest single item that is taken: no product writes one a hundredth of that, and a vault's
/// record holds it with room to spare.
const MAX_SIZE: usize = 4 * 1024 * 1024;

/// Most notes of one file that are said one by one.
const MAX_NOTES: usize = 50;

impl Found {
    /// Drops each item that is too large, and says which: what was found beside it stays. The
    /// places count from one, because a name may be what is too large.
    pub(crate) fn drop_what_has_no_room(&mut self) {
        let mut dropped = Vec::new();
        if self.profile.kept.as_json().len() > MAX_SIZE {
            self.profile.kept = Kept::default();
            dropped.push("unknown members".to_owned());
        }
        for (at, context) in self.profile.contexts.iter_mut().enumerate() {
            lighten(context, &mut |what| dropped.push(format!("context {}, {what}", at + 1)));
        }
        let mut has_room = |what: &str, at: usize, size: usize| {
            if size > MAX_SIZE {
                dropped.push(format!("{what} {}", at + 1));
            }
            size <= MAX_SIZE
        };
        let sizes = self.profile.contexts.iter().map(size_of_context).enumerate();
        let stays: Vec<bool> = sizes.map(|(at, size)| has_room("context", at, size)).collect();
        let mut keep = |what: &str, sizes: Vec<usize>| -> Vec<bool> {
            sizes.into_iter().enumerate().map(|(at, size)| has_room(what, at, size)).collect()
        };
        let profile = &mut self.profile;
        let accounts = keep("account", profile.accounts.iter().map(size_of_account).collect());
        let secrets = keep("secret", profile.secrets.iter().map(size_of_secret).collect());
        let clouds = keep("cloud", profile.environments.iter().map(size_of_cloud).collect());
        if dropped.is_empty() {
            return;
        }
        self.keep_contexts(&stays);
        retain(&mut self.profile.environments, &clouds);
        retain(&mut self.profile.accounts, &accounts);
        retain(&mut self.profile.secrets, &secrets);
        self.index_again();
        self.without_room += dropped.len();
        for place in dropped {
            self.miss(place, "larger than 4 MiB: not imported");
        }
    }

    /// Counts the notes beyond the first in one line.
    pub(crate) fn count_further_notes(&mut self) {
        let more = self.notes.len().saturating_sub(MAX_NOTES);
        if more > 0 {
            self.notes.truncate(MAX_NOTES);
            self.notes.push(Note { place: String::new(), text: format!("and {more} more") });
        }
    }

    /// Keeps these contexts; what names a context by its place or name follows.
    fn keep_contexts(&mut self, stays: &[bool]) {
        let moved = |at: usize| stays[at].then(|| stays[..at].iter().filter(|one| **one).count());
        let profile = &mut self.profile;
        if let Some(at) = profile.default_at {
            profile.default_at = moved(at);
            if profile.default_at.is_none() {
                profile.default = None;
            }
        }
        self.azcli.marked_default =
            self.azcli.marked_default.iter().filter_map(|at| moved(*at)).collect();
        retain(&mut profile.contexts, stays);
        let is_there =
            |name: &ContextName| profile.contexts.iter().any(|context| context.name == *name);
        if !profile.default.as_ref().is_some_and(is_there) {
            profile.default = None;
        }
    }

    /// Finds accounts and secrets at the places that they have now.
    fn index_again(&mut self) {
        self.people = People::default();
        for account in std::mem::take(&mut self.profile.accounts) {
            self.people.add(account, &mut self.profile.accounts);
        }
        self.alike = Alike::default();
        for (at, held) in self.profile.secrets.iter().enumerate() {
            self.alike.insert(&held.description, &held.value, at);
        }
    }
}

/// Drops those parts of a context that alone are too large, and that it can be without.
fn lighten(context: &mut Context, dropped: &mut dyn FnMut(&str)) {
    if context.kept.as_json().len() > MAX_SIZE {
        context.kept = Kept::default();
        dropped("unknown members");
    }
    if size_of_map(&context.extended_properties) > MAX_SIZE {
        context.extended_properties.clear();
        dropped("extended properties");
    }
    if let Some(account) = &mut context.account
        && size_of_map(&account.properties) > MAX_SIZE
    {
        account.properties.clear();
        dropped("properties of its account");
    }
}

fn retain<T>(items: &mut Vec<T>, stays: &[bool]) {
    let mut stays = stays.iter();
    items.retain(|_| stays.next().copied().unwrap_or(true));
}

fn size_of_map(map: &BTreeMap<String, String>) -> usize {
    map.iter().map(|(name, value)| name.len() + value.len()).sum()
}

fn size_of_texts<const N: usize>(texts: [Option<&Text>; N]) -> usize {
    texts.into_iter().flatten().map(|text| text.len()).sum()
}

fn size_of_context(context: &Context) -> usize {
    let account = context.account.as_ref();
    let tenant = context.tenant.as_ref();
    let subscription = context.subscription.as_ref();
    let texts = [
        account.map(|account| &account.id),
        tenant.map(|tenant| &tenant.id),
        tenant.and_then(|tenant| tenant.name.as_ref()),
        subscription.map(|subscription| &subscription.id),
        subscription.and_then(|subscription| subscription.name.as_ref()),
        subscription.and_then(|subscription| subscription.state.as_ref()),
        context.environment.as_ref(),
        context.version_profile.as_ref(),
    ];
    size_of_texts(texts)
        + context.name.as_str().len()
        + account.map_or(0, |account| size_of_map(&account.properties))
        + size_of_map(&context.extended_properties)
        + context.kept.as_json().len()
}

fn size_of_account(account: &Account) -> usize {
    let texts = [Some(&account.id), account.environment.as_ref(), account.home_account_id.as_ref()];
    size_of_texts(texts)
        + account.tenants.iter().map(|tenant| tenant.len()).sum::<usize>()
        + size_of_map(&account.properties)
}

fn size_of_secret(held: &HeldSecret) -> usize {
    let about = &held.description;
    let texts = [
        about.account.as_ref(),
        about.tenant.as_ref(),
        about.client_id.as_ref(),
        about.environment.as_ref(),
        about.target.as_ref(),
        about.home_account_id.as_ref(),
        about.partition.as_ref(),
        about.on_behalf_of.as_ref(),
    ];
    held.value.len() + size_of_texts(texts)
}

fn size_of_cloud(cloud: &Environment) -> usize {
    cloud.name.len() + size_of_map(&cloud.settings)
}
