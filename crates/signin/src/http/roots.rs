//! The certificate authorities of the system: by the places where distributions keep them.
//!
//! `SSL_CERT_FILE` and `SSL_CERT_DIR` do not count, as they do for OpenSSL: a variable of a project's
//! folder or of an editor would make an authority of its own enough to read every credential.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls_native_certs::load_certs_from_paths;

/// One file each: Debian, Ubuntu, Arch, Gentoo and NixOS; Fedora and RHEL 6; openSUSE; RHEL from 7
/// up; Alpine.
const FILES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// A file for each authority, where there is no file with all of them.
const FOLDERS: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// What the system trusts.
pub struct SystemStore {
    /// The file or folder; `None` where this system has none.
    pub place: Option<&'static Path>,
    pub(super) certificates: Vec<CertificateDer<'static>>,
}

impl SystemStore {
    /// Reads the first place that has an authority in it. What cannot be read is left out, as every
    /// TLS client does; an empty store shows.
    pub fn read() -> Self {
        let files = FILES.map(Path::new).into_iter();
        let files = files.map(|file| (file, load_certs_from_paths(Some(file), None)));
        let folders = FOLDERS.map(Path::new).into_iter();
        let folders = folders.map(|folder| (folder, load_certs_from_paths(None, Some(folder))));
        let found = files.chain(folders).find(|(_, found)| !found.certs.is_empty());
        match found {
            Some((place, found)) => Self { place: Some(place), certificates: found.certs },
            None => Self { place: None, certificates: Vec::new() },
        }
    }

    /// How many authorities.
    pub fn authorities(&self) -> usize {
        self.certificates.len()
    }
}
