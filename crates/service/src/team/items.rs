//! Contexts, credentials and clouds as items of a team, field by field.

use std::collections::BTreeMap;

use azvault_model::{Context, Environment, Secret, SecretDescription, SecretKind};
use azvault_team::{Item, ItemId, ItemKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// Members of a context that this version knows: what a newer one adds is left as it is.
const KNOWN: [&str; 7] = [
    "name",
    "account",
    "tenant",
    "subscription",
    "environment",
    "version_profile",
    "extended_properties",
];

/// What is of one device and stays there.
const OWN: &str = "labels";

const ABOUT: &str = "about";
const VALUE: &str = "value";

/// The number under which a context is shared that is not shared yet.
pub(crate) fn id_of_context(context: &Context) -> ItemId {
    ItemId::of("context", &context.name.key())
}

/// The item that a context is shared as in that team.
pub(crate) fn shared_as(context: &Context, team: &str) -> Option<ItemId> {
    let label = context.labels.team.as_ref()?;
    ItemId::parse(&label.item).filter(|_| label.name == team)
}

/// A context, over what the team has of it.
pub(crate) fn of_context(context: &Context, shared: Option<&Item>) -> Item {
    let mut item = fields(ItemKind::Context, context);
    item.fields.remove(OWN);
    let others = shared.iter().flat_map(|item| &item.fields);
    for (name, value) in others.filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
        item.fields.insert(name.clone(), copied(value));
    }
    item
}

/// The context of an item; `None` where a member is missing, or none that this version reads.
pub(crate) fn context(item: &Item) -> Option<Context> {
    read(item)
}

/// What a service principal signs in with. Tokens, and credentials of people, are never shared.
pub(crate) fn is_shared(about: &SecretDescription) -> bool {
    matches!(
        about.kind,
        SecretKind::ClientSecret | SecretKind::Certificate | SecretKind::CertificatePassword
    )
}

/// The number under which a credential is shared: that of the same account on every device.
pub(crate) fn id_of_credential(about: &SecretDescription) -> ItemId {
    let part = |text: Option<&str>| text.unwrap_or_default().to_lowercase();
    let name = [
        about.kind.as_str().to_owned(),
        part(about.account.as_deref()),
        part(about.tenant.as_deref()),
        part(about.environment.as_deref()),
    ];
    ItemId::of("credential", &name.join("\0"))
}

pub(crate) fn of_credential(about: &SecretDescription, value: Secret) -> Item {
    let about = Secret::copied_from(json(about).as_bytes());
    let fields = [(ABOUT.to_owned(), about), (VALUE.to_owned(), value)];
    Item { kind: ItemKind::Credential, fields: fields.into() }
}

/// A credential that others may hand out: of a kind that is shared, whatever the item says.
pub(crate) fn credential(item: &Item) -> Option<(SecretDescription, Secret)> {
    let about = item.fields.get(ABOUT)?;
    // EXPOSE: a description, in which there is no secret.
    let about: SecretDescription = serde_json::from_slice(about.expose()).ok()?;
    let value = copied(item.fields.get(VALUE)?);
    Some((about, value)).filter(|(about, _)| is_shared(about))
}

pub(crate) fn id_of_environment(name: &str) -> ItemId {
    ItemId::of("environment", &name.to_lowercase())
}

pub(crate) fn of_environment(environment: &Environment) -> Item {
    fields(ItemKind::Environment, environment)
}

pub(crate) fn environment(item: &Item) -> Option<Environment> {
    read(item)
}

fn fields(kind: ItemKind, value: &impl Serialize) -> Item {
    let text = json(value);
    let members: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(&text).expect("what was just written is an object");
    let fields = members
        .into_iter()
        .map(|(name, value)| (name, Secret::copied_from(value.get().as_bytes())));
    Item { kind, fields: fields.collect() }
}

fn read<T: DeserializeOwned>(item: &Item) -> Option<T> {
    let mut members = BTreeMap::new();
    for (name, value) in item.fields.iter().filter(|(name, _)| *name != OWN) {
        // EXPOSE: members of contexts and clouds, in which there is no secret.
        let text = std::str::from_utf8(value.expose()).ok()?;
        members.insert(name, RawValue::from_string(text.to_owned()).ok()?);
    }
    serde_json::from_str(&json(&members)).ok()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data is JSON")
}

pub(crate) fn copied(value: &Secret) -> Secret {
    // EXPOSE: into a second one, which is wiped as this one is.
    Secret::copied_from(value.expose())
}

/// A member that is a JSON string.
pub(crate) fn text(value: &Secret) -> Option<String> {
    // EXPOSE: the name of a context or of a cloud, which is no secret.
    serde_json::from_slice(value.expose()).ok()
}
