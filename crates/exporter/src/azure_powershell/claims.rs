//! What a token says of its tenant.

use azvault_model::{HeldSecret, SecretKind, Text};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use zeroize::Zeroizing;

#[derive(Deserialize)]
struct Claims {
    tid: Option<String>,
}

/// The tenant that an access or ID token is for; `None` of any other secret, and of what cannot be read.
pub(super) fn tenant(held: &HeldSecret) -> Option<Text> {
    if !matches!(held.description.kind, SecretKind::AccessToken | SecretKind::IdToken) {
        return None;
    }
    // EXPOSE: taken apart; claims are names, not keys.
    let mut parts = held.value.expose().split(|byte| *byte == b'.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload = payload.strip_suffix(b"==").or(payload.strip_suffix(b"=")).unwrap_or(payload);
    let mut text = Zeroizing::new(vec![0; BASE64URL_NOPAD.decode_len(payload.len()).ok()?]);
    let length = BASE64URL_NOPAD.decode_mut(payload, &mut text).ok()?;
    serde_json::from_slice::<Claims>(&text[..length]).ok()?.tid.map(Into::into)
}
