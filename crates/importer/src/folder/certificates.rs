//! Certificate files that entries point to, read as carefully as any other file.
//!
//! Azure CLI writes the path into its entry (azure-cli-core `auth/identity.py`). Azure PowerShell writes
//! `CertificatePath` (PFX or PEM) or `CertificateThumbprint` among the properties of the account
//! (CM/Account/ConnectAzureRmAccount.cs). Outside Windows and macOS a thumbprint names a file of .NET's
//! own store (corefx `DirectoryBasedStoreProvider.cs`, `PersistedFiles.Unix.cs`).

use std::path::{Path, PathBuf};

use azvault_model::{IdentityKind, KnownAccountType, Secret, SecretDescription, SecretKind};

use self::content::{Kind, has_thumbprint, kind};
use super::{Link, Outside, Source, Sources};
use crate::open::{OpenError, look, read_once};
use crate::{Format, Found, Product};

mod content;

/// Where .NET keeps the certificates of a user, below the home folder.
const STORE: &str = ".dotnet/corefx/cryptography/x509stores/my";

/// More links in a row than this are a circle.
const MAX_LINKS: usize = 8;

/// Where an entry says that its certificate is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Written {
    /// As written, `~` and relative paths included.
    Path(String),
    /// SHA-1 in hexadecimal, in upper case.
    Thumbprint(String),
}

/// An entry that signs in with a certificate.
struct Pointer {
    written: Written,
    /// Whose the certificate is.
    owner: SecretDescription,
}

/// Reads every certificate that an entry points to, once; each entry holds it as its own.
pub(super) fn read_certificates(sources: &mut Sources<'_>) {
    for at in 0..sources.list.len() {
        for pointer in pointers(&sources.list[at].found) {
            let held = certificate(&pointer, at, sources).and_then(|place| {
                let owner = in_its_cloud(&pointer.owner, &sources.list[at]);
                hold(&mut sources.list[place], owner)
            });
            let application = pointer.owner.account.as_deref().unwrap_or_default();
            let source = &mut sources.list[at];
            let not_read = |why: &dyn std::fmt::Display| {
                format!("the certificate of application {application} was not read: {why}")
            };
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
                Err(NotRead::NotInStore) => source.found.remark("", not_read(&NOT_IN_STORE)),
                Err(NotRead::Refused(why)) => source.found.warn("", not_read(&why)),
                Err(NotRead::Other(why)) => source.found.warn("", not_read(&why)),
            }
        }
    }
}

/// The files that a file's entries point to, each with its application, as far as they exist: for
/// commands that remove the file, and with it the last word of where they are.
pub fn certificates_of(found: &Found, file: &Path, home: &Path) -> Vec<(PathBuf, String)> {
    let mut known: Vec<(PathBuf, String)> = Vec::new();
    for pointer in pointers(found) {
        let application = pointer.owner.account.unwrap_or_default();
        for path in places(&pointer.written, file, home) {
            let real = path.canonicalize().unwrap_or(path);
            if real.is_file() && known.iter().all(|(other, _)| *other != real) {
                known.push((real, application.to_string()));
            }
        }
    }
    known
}

/// Those of Azure CLI's entries, and those of the accounts of contexts.
fn pointers(found: &Found) -> Vec<Pointer> {
    let of_entries = found.azcli.certificates.iter().map(|pointer| Pointer {
        written: Written::Path(pointer.path.clone()),
        owner: SecretDescription {
            account: Some(pointer.client_id.clone()),
            tenant: pointer.tenant.as_deref().map(Into::into),
            client_id: Some(pointer.client_id.clone()),
            ..SecretDescription::of(SecretKind::Certificate)
        },
    });
    let mut all: Vec<Pointer> = of_entries.collect();
    for context in &found.profile.contexts {
        let Some(account) = &context.account else { continue };
        if account.account_type.known() != Some(KnownAccountType::ServicePrincipal) {
            continue;
        }
        let owner = SecretDescription {
            account: Some(account.id.clone()),
            tenant: context.tenant.as_ref().map(|tenant| tenant.id.clone()),
            client_id: Some(account.id.clone()),
            environment: context.environment.clone(),
            account_kind: Some(IdentityKind::of(&account.account_type)),
            ..SecretDescription::of(SecretKind::Certificate)
        };
        for (name, value) in &account.properties {
            let written = match name.to_ascii_lowercase().as_str() {
                "certificatepath" => Written::Path(value.clone()),
                "certificatethumbprint" | "thumbprint" => Written::Thumbprint(thumbprint(value)),
                _ => continue,
            };
            // Contexts of one account in several subscriptions name one certificate.
            if all.iter().all(|known| known.written != written || known.owner != owner) {
                all.push(Pointer { written, owner: owner.clone() });
            }
        }
    }
    all
}

/// As the store has it: people paste thumbprints from dialogs, with blanks and in either case.
fn thumbprint(written: &str) -> String {
    written.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_uppercase()).collect()
}

/// Why a certificate was not read.
enum NotRead {
    /// Nobody named it, or the folder that it is in.
    Outside(PathBuf),
    Refused(OpenError),
    /// There is no file of its thumbprint.
    NotInStore,
    /// It is something else.
    Other(&'static str),
}

/// Where a certificate can lie, the likeliest first.
///
/// `~` is the home folder. A relative path is one of the folder in which someone signed in, which no
/// file tells: it is taken from the folder of the file that has it, and from home. The store
/// is that of the home which the file lies in, else of the user's own.
fn places(written: &Written, file: &Path, home: &Path) -> Vec<PathBuf> {
    match written {
        Written::Path(path) => match path.strip_prefix("~/") {
            Some(rest) => vec![home.join(rest)],
            None => {
                let beside = file.parent().unwrap_or(home);
                let mut places = vec![beside.join(path), home.join(path)];
                places.dedup();
                places
            }
        },
        Written::Thumbprint(thumbprint) => {
            let folder = file.parent();
            let is_profile = |name: &std::ffi::OsStr| name.eq_ignore_ascii_case(".azure");
            let beside = folder
                .filter(|folder| folder.file_name().is_some_and(is_profile))
                .and_then(Path::parent)
                .filter(|other| *other != home);
            let homes = beside.into_iter().chain([home]);
            homes.map(|home| home.join(STORE).join(format!("{thumbprint}.pfx"))).collect()
        }
    }
}

/// The source that is the certificate of an entry.
fn certificate(
    pointer: &Pointer,
    from: usize,
    sources: &mut Sources<'_>,
) -> Result<usize, NotRead> {
    let mut last = NotRead::Refused(OpenError::NotFound);
    for path in places(&pointer.written, &sources.list[from].path, sources.reach.home()) {
        match read(&path, &pointer.written, from, sources) {
            Err(NotRead::Refused(OpenError::NotFound)) => {}
            Err(other) => last = other,
            Ok(at) => return Ok(at),
        }
    }
    match (last, &pointer.written) {
        (NotRead::Refused(OpenError::NotFound), Written::Thumbprint(_)) => Err(NotRead::NotInStore),
        (last, _) => Err(last),
    }
}

/// The source that is the file at `path`, read now unless it was read before. Links are followed, as
/// the products follow them; whether their target is a regular file of this user is checked like that
/// of any other file, and the target's place decides whether it may be read.
fn read(
    path: &Path,
    written: &Written,
    from: usize,
    sources: &mut Sources<'_>,
) -> Result<usize, NotRead> {
    let (path, links) = follow(path);
    let at = match sources.paths.get(&path) {
        Some(Some(at)) => *at,
        _ => {
            look(&path).map_err(NotRead::Refused)?;
            let pointing = &sources.list[from];
            if !sources.reach.has(&path, &pointing.path) {
                return Err(NotRead::Outside(path));
            }
            let file = read_once(&path).map_err(NotRead::Refused)?;
            // Said only of a file that exists: where another machine had one is a part of the entry.
            (sources.opened)(&path);
            check(&file.bytes)?;
            let mut found = Found::new(Format::Certificate, pointing.found.product);
            found.remark("", format!("read because {} points to it", pointing.path.display()));
            let source = Source::new(path.clone(), Some((file.stat, file.bytes)), found);
            let at = sources.add(source);
            sources.paths.insert(path, Some(at));
            at
        }
    };
    let source = &mut sources.list[at];
    if let (Written::Thumbprint(thumbprint), Some(bytes)) = (written, &source.bytes)
        && !has_thumbprint(bytes, thumbprint)
    {
        return Err(NotRead::Other(OTHER_THUMBPRINT));
    }
    for link in links {
        if !source.links.contains(&link) {
            let text = format!("read through the symbolic link {}", link.path.display());
            source.found.warn("", text);
            source.links.push(link);
        }
    }
    Ok(at)
}

/// A certificate that no entry points to is of nobody that its file names; it is held all the same:
/// `az ad sp create-for-rbac` leaves one beside every certificate's application.
pub(super) fn hold_lone(sources: &mut [Source]) {
    for source in sources.iter_mut().filter(|source| source.found.format == Format::Certificate) {
        let Some(bytes) = &source.bytes else { continue };
        let held = !source.found.profile.secrets.is_empty();
        if held || check(bytes).is_err() {
            continue;
        }
        let value = Secret::copied_from(bytes);
        source.found.hold(SecretDescription::of(SecretKind::Certificate), value);
        let text = "nothing that was read says which application it is of: no context uses it until \
                    azvault connect names both";
        source.found.remark("", text);
    }
}

/// Where a path leads, and the links on the way whose names stand last in it.
fn follow(path: &Path) -> (PathBuf, Vec<Link>) {
    let (mut at, mut links) = (path.to_owned(), Vec::new());
    while links.len() < MAX_LINKS
        && let Ok(to) = at.read_link()
    {
        let next = at.parent().unwrap_or(Path::new("/")).join(&to);
        links.push(Link { path: std::mem::replace(&mut at, next), to });
    }
    match path.canonicalize() {
        Ok(real) if !links.is_empty() => (real, links),
        _ => (path.to_owned(), Vec::new()),
    }
}

fn hold(certificate: &mut Source, owner: SecretDescription) -> Result<(), NotRead> {
    let Some(bytes) = &certificate.bytes else {
        // It was among the files to read, and its own note says why it was not.
        return Err(NotRead::Other("it could not be opened"));
    };
    check(bytes)?;
    if certificate.found.format != Format::Certificate {
        return Err(NotRead::Other(NO_CERTIFICATE));
    }
    if certificate.found.product == Product::Unknown {
        certificate.found.product = Product::AzureCli;
    }
    certificate.found.hold(owner, Secret::copied_from(bytes));
    Ok(())
}

/// The certificate is of the cloud that the path in its entry is of, which other files of the folder
/// may have said.
fn in_its_cloud(owner: &SecretDescription, source: &Source) -> SecretDescription {
    let mut entries = source.found.profile.secrets.iter().map(|held| &held.description);
    let entry = entries.find(|entry| {
        entry.kind == SecretKind::CertificatePath
            && entry.account == owner.account
            && entry.tenant == owner.tenant
    });
    let environment = entry.and_then(|entry| entry.environment.clone());
    SecretDescription { environment: owner.environment.clone().or(environment), ..owner.clone() }
}

const NO_CERTIFICATE: &str = "it is neither PEM with a private key nor PFX";
const BARE_KEY: &str = "it is a private key without a certificate";
const NOT_IN_STORE: &str = "its thumbprint is known and its key is not in this home \
                            (~/.dotnet/corefx/cryptography/x509stores/my); on Windows and macOS the \
                            system keeps it";
const OTHER_THUMBPRINT: &str = "the file of that thumbprint in ~/.dotnet holds another certificate";

/// Refuses what is no certificate to sign in with, and none of our business.
fn check(bytes: &[u8]) -> Result<(), NotRead> {
    match kind(bytes) {
        Kind::Certificate => Ok(()),
        Kind::BareKey => Err(NotRead::Other(BARE_KEY)),
        Kind::Other => Err(NotRead::Other(NO_CERTIFICATE)),
    }
}
