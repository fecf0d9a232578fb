//! Certificate files that entries point to: read as carefully as any other file, and left in
//! their place.

use std::path::{Path, PathBuf};

use azvault_contexts::{Secret, SecretDescription, SecretKind};

use super::{Outside, Reach, Source, Sources};
use crate::decode::contains;
use crate::found::CertificatePointer;
use crate::open::{OpenError, look, read_once};
use crate::{Format, Found, Product};

/// Reads every certificate that an entry points to, once; each entry holds it as its own.
pub(super) fn read_certificates(
    sources: &mut Sources,
    reach: &Reach,
    opened: &mut dyn FnMut(&Path),
) {
    for at in 0..sources.list.len() {
        for pointer in std::mem::take(&mut sources.list[at].found.azcli.certificates) {
            let path = resolve(&pointer.path, &sources.list[at].path, reach.home());
            let held = certificate(&path, (at, reach), sources, opened).and_then(|certificate| {
                let description = describe(&pointer, &sources.list[at]);
                hold(&mut sources.list[certificate], description)
            });
            let application = &pointer.client_id;
            let not_read = |why: &dyn std::fmt::Display| {
                format!("the certificate of application {application} was not read: {why}")
            };
            let source = &mut sources.list[at];
            match held {
                Ok(()) => {}
                Err(NotRead::Outside(path)) => {
                    let what = format!("the certificate of application {application}");
                    source.is_outside(Outside { path, what });
                }
                // Where another machine had one says nothing of this one.
                Err(NotRead::Refused(why @ OpenError::NotFound)) => {
                    source.found.remark("", not_read(&why));
                }
                Err(NotRead::Refused(why)) => source.found.warn("", not_read(&why)),
                Err(NotRead::Other(why)) => source.found.warn("", not_read(&why)),
            }
        }
    }
}

/// Why a certificate was not read.
enum NotRead {
    /// Nobody named it, or the folder that it is in.
    Outside(PathBuf),
    Refused(OpenError),
    /// It is something else.
    Other(&'static str),
}

/// `~` is the home folder; a relative path is taken from the folder of the file that has it.
///
/// A link is followed, as Azure CLI follows it; whether its target is a file of this user's is looked
/// at like that of any other, and its place decides whether it may be read.
fn resolve(written: &str, file: &Path, home: &Path) -> PathBuf {
    let path = match written.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None => file.parent().unwrap_or(home).join(written),
    };
    if path.is_symlink() { path.canonicalize().unwrap_or(path) } else { path }
}

/// The source that is the file at `path`, read now if nobody did before.
fn certificate(
    path: &Path,
    (from, reach): (usize, &Reach),
    sources: &mut Sources,
    opened: &mut dyn FnMut(&Path),
) -> Result<usize, NotRead> {
    if let Some(Some(at)) = sources.paths.get(path) {
        return Ok(*at);
    }
    look(path).map_err(NotRead::Refused)?;
    if !reach.has(path, &sources.list[from].path) {
        return Err(NotRead::Outside(path.to_owned()));
    }
    let file = read_once(path).map_err(NotRead::Refused)?;
    // Said only of a file that is there: where another machine had one is a part of the entry.
    opened(path);
    check(&file.bytes)?;
    let mut found = Found::new(Format::Certificate, Product::AzureCli);
    found.remark("", "read because an entry points to it; the file stays where it is");
    let at = sources.add(Source::new(path.to_owned(), Some((file.stat, file.bytes)), found));
    sources.paths.insert(path.to_owned(), Some(at));
    Ok(at)
}

fn hold(certificate: &mut Source, description: SecretDescription) -> Result<(), NotRead> {
    let Some(bytes) = &certificate.bytes else {
        // It was among the files to read, and its own note says why it was not.
        return Err(NotRead::Other("it could not be opened"));
    };
    check(bytes)?;
    if certificate.found.format != Format::Certificate {
        return Err(NotRead::Other(NO_CERTIFICATE));
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

const NO_CERTIFICATE: &str = "it is neither PEM with a private key nor PFX";
const BARE_KEY: &str = "it is a private key without a certificate";

/// Refuses what is no certificate to sign in with, and none of our business.
fn check(bytes: &[u8]) -> Result<(), NotRead> {
    match kind(bytes) {
        Kind::Certificate => Ok(()),
        Kind::BareKey => Err(NotRead::Other(BARE_KEY)),
        Kind::Other => Err(NotRead::Other(NO_CERTIFICATE)),
    }
}

/// What an entry may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// With its private key.
    Certificate,
    /// A key of something else: of SSH, of a server.
    BareKey,
    Other,
}

/// PEM with a private key and a certificate, or PFX: `SEQUENCE { INTEGER 3, ...` (RFC 7292 section 4).
fn kind(bytes: &[u8]) -> Kind {
    let has_key = contains(bytes, "-----BEGIN ") && contains(bytes, "PRIVATE KEY-----");
    let has_certificate = contains(bytes, "-----BEGIN CERTIFICATE-----");
    let content = match bytes {
        [0x30, 0x80, rest @ ..]
        | [0x30, 0x81, _, rest @ ..]
        | [0x30, 0x82, _, _, rest @ ..]
        | [0x30, 0x83, _, _, _, rest @ ..] => rest,
        _ => &[],
    };
    match (has_key, has_certificate) {
        (true, true) => Kind::Certificate,
        _ if content.starts_with(&[2, 1, 3]) => Kind::Certificate,
        (true, false) => Kind::BareKey,
        (false, _) => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, kind};

    #[test]
    fn a_certificate_is_told_from_any_other_file() {
        let key = b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";
        let certificate = b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
        for (bytes, wanted) in [
            (&[&key[..], certificate].concat()[..], Kind::Certificate),
            (&[&certificate[..], key].concat(), Kind::Certificate),
            (key, Kind::BareKey),
            (b"-----BEGIN RSA PRIVATE KEY-----\n", Kind::BareKey),
            (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", Kind::BareKey),
            (certificate, Kind::Other),
            (&[0x30, 0x82, 0x0a, 0x11, 2, 1, 3, 0x30], Kind::Certificate),
            (&[0x30, 0x80, 2, 1, 3, 0x30], Kind::Certificate),
            // A certificate alone starts with a sequence in the sequence.
            (&[0x30, 0x82, 0x0a, 0x11, 0x30, 0x82], Kind::Other),
            (b"root:x:0:0:root:/root:/bin/sh\n", Kind::Other),
            (b"", Kind::Other),
        ] {
            assert_eq!(kind(bytes), wanted, "{bytes:?}");
        }
    }
}
