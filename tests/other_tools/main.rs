//! Files of other tools through the readers: whose, and every secret by value.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

mod odd;
mod owners;

use std::fs;
use std::path::{Path, PathBuf};

use azvault_importer::folder::{self, Source};
use azvault_importer::places::{Candidate, CandidateReason};
use azvault_importer::{Format, Found, Outcome, Product, Reading};
use azvault_model::{SecretKind, Text};
use jiff::tz::TimeZone;

const T: &str = "0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c";
const P: &str = "2b6f0c11-7a3d-4e58-9c21-d4e5f6a7b8c9";
const P2: &str = "3c7a1d22-8b4e-4f69-8d32-e5f6a7b8c9d0";
const P3: &str = "4d8b2e33-9c5f-4a7a-9e43-f6a7b8c9d0e1";
const SUBSCRIPTION: &str = "8d7c6b5a-4e3f-4210-9a8b-7c6d5e4f3a2b";
const DEV: &str = "dev@contoso.example";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/other-tools")
        .canonicalize()
        .unwrap()
}

/// The file, and what it points to.
fn sources(path: &str) -> Vec<Source> {
    let path = fixtures().join(path);
    let candidate = Candidate { path, because: CandidateReason::Expected };
    folder::read_all(&[candidate], fixtures().as_path(), &TimeZone::UTC, &mut |_| {})
}

fn read(file_name: &str, content: &str) -> Found {
    let reading = Reading { file_name, time_zone: &TimeZone::UTC };
    azvault_importer::read(content.as_bytes(), &reading)
}

/// Kind, end of the value, account, tenant, cloud of each secret, in order.
fn secrets(found: &Found) -> Vec<(SecretKind, String, String, String, String)> {
    let word = |text: &Option<Text>| text.as_deref().unwrap_or_default().to_owned();
    let row = |held: &azvault_model::HeldSecret| {
        let about = &held.description;
        // EXPOSE: compared with the fixture's truth.
        let value = str::from_utf8(held.value.expose()).unwrap_or("not text").to_owned();
        let end = value.rsplit_once('.').map_or(value.as_str(), |(_, end)| end).to_owned();
        (about.kind, end, word(&about.account), word(&about.tenant), word(&about.environment))
    };
    let mut rows: Vec<_> = found.profile.secrets.iter().map(row).collect();
    rows.sort();
    rows
}

type ExpectedSecret<'a> = (SecretKind, &'a str, &'a str, &'a str, &'a str);

use SecretKind::{
    AccessToken, Certificate, CertificatePassword, CertificatePath, ClientSecret, IdToken,
    RefreshToken,
};

fn kubelogin() -> String {
    let (server, client) =
        ("6dae42f8-4368-4678-94ff-3960e28e3630", "80faf920-1908-4b52-b5ef-a8e7bedfc67a");
    format!("kubelogin/AzurePublicCloud-{server}-{client}-{T}.json")
}
