//! Certificate files that entries point to: read as carefully as any other file, and left in
//! their place.

use std::path::{Path, PathBuf};

use azvault_contexts::{Secret, SecretDescription, SecretKind};

use super::{Source, Sources};
use crate::decode::contains;
use crate::found::CertificatePointer;
use crate::open::read_once;
use crate::{Format, Found, Product};

/// Reads every certificate that an entry points to, once; each entry holds it as its own.
pub(super) fn read_certificates(sources: &mut Sources, home: &Path, opened: &mut dyn FnMut(&Path)) {
    for at in 0..sources.list.len() {
        for pointer in std::mem::take(&mut sources.list[at].found.azcli.certificates) {
            let path = resolve(&pointer.path, &sources.list[at].path, home);
            let held = certificate(&path, sources, opened).and_then(|certificate| {
                let description = describe(&pointer, &sources.list[at]);
                hold(&mut sources.list[certificate], description)
            });
            if let Err(why) = held {
                let text = format!("a certificate that an entry points to was not read: {why}");
                sources.list[at].found.remark("", text);
            }
        }
    }
}

/// `~` is the home folder; a relative path is taken from the folder of the file that has it.
fn resolve(written: &str, file: &Path, home: &Path) -> PathBuf {
    match written.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None => file.parent().unwrap_or(home).join(written),
    }
}

/// The source that is the file at `path`, read now if nobody did before.
fn certificate(
    path: &Path,
    sources: &mut Sources,
    opened: &mut dyn FnMut(&Path),
) -> Result<usize, String> {
    if let Some(Some(at)) = sources.paths.get(path) {
        return Ok(*at);
    }
    let file = read_once(path).map_err(|error| error.to_string())?;
    // Said only of a file that is there: where another machine had one is a part of the entry.
    opened(path);
    if !has_private_key(&file.bytes) {
        return Err(NO_KEY.to_owned());
    }
    let mut found = Found::new(Format::Certificate, Product::AzureCli);
    found.remark("", "read because an entry points to it; the file stays where it is");
    let (stat, bytes) = (Some(file.stat), Some(file.bytes));
    let at = sources.add(Source { path: path.to_owned(), stat, bytes, found });
    sources.paths.insert(path.to_owned(), Some(at));
    Ok(at)
}

fn hold(certificate: &mut Source, description: SecretDescription) -> Result<(), String> {
    let Some(bytes) = &certificate.bytes else {
        // It was among the files to read, and its own note says why it was not.
        return Err("it could not be opened".to_owned());
    };
    if certificate.found.format != Format::Certificate || !has_private_key(bytes) {
        return Err(NO_KEY.to_owned());
    }
    certificate.found.hold(description, Secret::copied_from(bytes));
    Ok(())
}

/// The certificate is what the path in the entry stands for.
fn describe(pointer: &CertificatePointer, source: &Source) -> SecretDescription {
    let entry = source.found.profile.secrets.iter().map(|held| &held.description).find(|entry| {
        entry.kind == SecretKind::CertificatePath
            && entry.account.as_ref() == Some(&pointer.client_id)
            && entry.tenant == pointer.tenant
    });
    SecretDescription {
        account: Some(pointer.client_id.clone()),
        tenant: pointer.tenant.clone(),
        client_id: Some(pointer.client_id.clone()),
        environment: entry.and_then(|entry| entry.environment.clone()),
        ..SecretDescription::of(SecretKind::Certificate)
    }
}

const NO_KEY: &str = "it is neither PEM with a private key nor PFX";

/// PEM with a private key, or PFX: `SEQUENCE { INTEGER 3, ...` (RFC 7292 section 4). Anything else
/// that an entry may name is no certificate to sign in with, and none of our business.
fn has_private_key(bytes: &[u8]) -> bool {
    let pem = contains(bytes, "-----BEGIN ") && contains(bytes, "PRIVATE KEY-----");
    let content = match bytes {
        [0x30, 0x80, rest @ ..]
        | [0x30, 0x81, _, rest @ ..]
        | [0x30, 0x82, _, _, rest @ ..]
        | [0x30, 0x83, _, _, _, rest @ ..] => rest,
        _ => &[],
    };
    pem || content.starts_with(&[2, 1, 3])
}

#[cfg(test)]
mod tests {
    use super::has_private_key;

    #[test]
    fn a_certificate_is_told_from_any_other_file() {
        for (bytes, wanted) in [
            (&b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"[..], true),
            (b"-----BEGIN RSA PRIVATE KEY-----\n", true),
            (b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", false),
            (&[0x30, 0x82, 0x0a, 0x11, 2, 1, 3, 0x30], true),
            (&[0x30, 0x80, 2, 1, 3, 0x30], true),
            // A certificate alone starts with a sequence in the sequence.
            (&[0x30, 0x82, 0x0a, 0x11, 0x30, 0x82], false),
            (b"root:x:0:0:root:/root:/bin/sh\n", false),
            (b"", false),
        ] {
            assert_eq!(has_private_key(bytes), wanted, "{bytes:?}");
        }
    }
}
