//! Contexts and secrets in one plaintext: JSON, and the secrets' values behind it.
//!
//! ```text
//! bundle = length of the JSON (u32) ‖ JSON ‖ the secrets' values, one after the other ‖ zeros
//! ```
//!
//! Values stay out of the JSON, so that none of them is ever escaped or parsed.

use azvault_model::{Context, HeldSecret, Secret, SecretDescription};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::format::{import_record, record};

/// A context, and what was kept of it.
#[derive(Serialize, Deserialize)]
pub(crate) struct ContextRow<'a> {
    value: &'a RawValue,
    #[serde(borrow)]
    kept: Option<&'a RawValue>,
}

/// A secret without its value.
#[derive(Serialize, Deserialize)]
pub(crate) struct SecretRow {
    length: usize,
    #[serde(flatten)]
    description: SecretDescription,
}

/// What follows the last value.
#[derive(Clone, Copy)]
pub(crate) enum Padding {
    /// Nothing.
    None,
    /// Zeros up to a multiple of this.
    To(usize),
}

/// The JSON of each context; [`contexts`] borrows from it.
pub(crate) fn texts(contexts: &[Context]) -> Vec<Zeroizing<String>> {
    contexts.iter().map(record::json).collect()
}

/// Rows of contexts whose JSON is `texts`.
pub(crate) fn contexts<'a>(
    texts: &'a [Zeroizing<String>],
    contexts: &'a [Context],
) -> Vec<ContextRow<'a>> {
    let row = |(text, context): (&'a Zeroizing<String>, &'a Context)| ContextRow {
        value: serde_json::from_str(text).expect("it was just written"),
        kept: import_record::raw(&context.kept),
    };
    texts.iter().zip(contexts).map(row).collect()
}

/// Rows of secrets, in the order of their values.
pub(crate) fn secrets<'a>(secrets: impl Iterator<Item = &'a HeldSecret>) -> Vec<SecretRow> {
    let row = |held: &HeldSecret| SecretRow {
        length: held.value.len(),
        description: held.description.clone(),
    };
    secrets.map(row).collect()
}

/// Writes a bundle into memory of its final size.
pub(crate) fn pack<'a>(
    row: &impl Serialize,
    secrets: impl Iterator<Item = &'a HeldSecret> + Clone,
    padding: Padding,
) -> Zeroizing<Vec<u8>> {
    let json = record::json(row);
    let values: usize = secrets.clone().map(|held| held.value.len()).sum();
    let size = 4 + json.len() + values;
    let size = match padding {
        Padding::None => size,
        Padding::To(multiple) => size.next_multiple_of(multiple),
    };
    let mut text = Zeroizing::new(Vec::with_capacity(size));
    let length = u32::try_from(json.len()).expect("descriptions are far below 4 GiB");
    text.extend_from_slice(&length.to_be_bytes());
    text.extend_from_slice(json.as_bytes());
    for held in secrets {
        // EXPOSE: copied into the plaintext of a box.
        text.extend_from_slice(held.value.expose());
    }
    text.resize(size, 0);
    text
}

/// The JSON of a bundle, and what is behind it.
pub(crate) fn unpack(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = text.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

/// Contexts out of their rows.
pub(crate) fn take_contexts(rows: Vec<ContextRow<'_>>) -> Option<Vec<Context>> {
    let context = |row: ContextRow<'_>| {
        let mut context: Context = serde_json::from_str(row.value.get()).ok()?;
        context.kept = row.kept.map(import_record::kept).unwrap_or_default();
        Some(context)
    };
    rows.into_iter().map(context).collect()
}

/// Secrets out of their rows and the bytes behind the JSON, and what is left of those.
pub(crate) fn take_secrets(
    rows: Vec<SecretRow>,
    mut values: &[u8],
) -> Option<(Vec<HeldSecret>, &[u8])> {
    let mut secrets = Vec::with_capacity(rows.len());
    for row in rows {
        let (value, rest) = values.split_at_checked(row.length)?;
        secrets
            .push(HeldSecret { description: row.description, value: Secret::copied_from(value) });
        values = rest;
    }
    Some((secrets, values))
}
