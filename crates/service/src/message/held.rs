//! Secrets in a message: their descriptions, in whose places the values are put back.

use azvault_model::{HeldSecret, SecretDescription};
use serde::{Deserialize, Deserializer, Serializer};

use super::not_there_yet;

pub(crate) fn serialize<S: Serializer>(
    secrets: &[HeldSecret],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(secrets.iter().map(|held| &held.description))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<HeldSecret>, D::Error> {
    let descriptions = Vec::<SecretDescription>::deserialize(deserializer)?;
    let held = |description| HeldSecret { description, value: not_there_yet() };
    Ok(descriptions.into_iter().map(held).collect())
}
