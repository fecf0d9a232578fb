//! What azvault writes for Azure PowerShell is read back as it was, and looks as the product's own.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use azvault_exporter::azure_powershell::LeftOut;
use azvault_importer::look;
use azvault_importer::places::Roots;
use azvault_importer::{Found, Outcome, Product, Reading, folder, read};
use azvault_model::Profile;
use azvault_model::rules::import::{Incoming, Origin, Present, Wishes, plan};
use azvault_test_support::{files_below, fixture};
use jiff::tz::TimeZone;

mod environments;
mod generated;
mod left_out;
mod round_trip;
mod text;

use round_trip::{assert_round_trip, kept};

fn read_named(bytes: &[u8], file_name: &str) -> Found {
    read(bytes, &Reading { file_name, time_zone: &TimeZone::UTC })
}

/// What a vault holds after an import of these files into nothing.
fn imported(files: Vec<Found>) -> Profile {
    let incoming = files.into_iter().filter(|found| found.outcome <= Outcome::Warn).map(|found| {
        let azure_cli = found.product == Product::AzureCli;
        let origin = if azure_cli { Origin::AzureCli } else { Origin::AzurePowerShell };
        Incoming { origin, profile: found.profile }
    });
    let plan = plan(incoming.collect(), &Present::default(), &Wishes::default()).unwrap();
    Profile {
        contexts: plan.contexts.into_iter().map(|planned| planned.item).collect(),
        default: plan.default,
        accounts: plan.accounts.into_iter().map(|planned| planned.item).collect(),
        environments: plan.environments.into_iter().map(|planned| planned.item).collect(),
        secrets: plan.secrets.into_iter().map(|planned| planned.item).collect(),
        ..Profile::default()
    }
}

#[test]
fn every_fixture_file_comes_back_as_it_was() {
    let mut contexts = 0;
    for path in files_below(&fixture("")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let found = read_named(&fs::read(&path).unwrap(), name);
        if found.outcome > Outcome::Warn {
            continue;
        }
        let profile = imported(vec![found]);
        contexts += profile.contexts.len();
        let left_out = assert_round_trip(&profile, path.to_str().unwrap());
        if profile.contexts.is_empty() {
            // Every place of the format is in a context.
            assert_eq!(left_out.len(), profile.secrets.len(), "{path:?}");
        }
    }
    assert!(contexts > 90, "only {contexts} contexts");
}

#[test]
fn every_home_comes_back_as_it_was() {
    let mut homes = Vec::new();
    for set in ["azure-powershell/homes", "azure-cli"] {
        for entry in fs::read_dir(fixture(set)).unwrap() {
            homes.extend(Some(entry.unwrap().path()).filter(|path| path.is_dir()));
        }
    }
    // What the real products wrote, each release and each chain of upgrades.
    for set in ["real-az", "real-net"] {
        let files = files_below(&fixture(set));
        let folders = files.iter().filter_map(|file| file.parent());
        let azure = folders.filter(|folder| folder.ends_with(".Azure"));
        homes.extend(azure.filter_map(Path::parent).map(Path::to_owned));
    }
    homes.sort();
    homes.dedup();
    assert!(homes.len() >= 45, "{}", homes.len());
    let (mut secrets, mut left) = (0, BTreeMap::<(&str, &str), usize>::new());
    for home in homes {
        let roots = Roots::of(&home);
        let mut candidates = look::usual(&roots);
        candidates.extend(look::named(&home).unwrap());
        let sources = folder::read_all(&candidates, &home, &TimeZone::UTC, &mut |_| {});
        let profile = imported(sources.into_iter().map(|source| source.found).collect());
        secrets += profile.secrets.len();
        for LeftOut { description, because } in assert_round_trip(&profile, home.to_str().unwrap())
        {
            *left.entry((description.kind.as_str(), because.as_str())).or_default() += 1;
        }
    }
    // A change of these numbers is a change of what people lose.
    let wanted = BTreeMap::from([
        // Users of whom ADAL's cache says the name alone.
        (("access_token", "no_home_account"), 22),
        (("id_token", "no_home_account"), 7),
        (("refresh_token", "no_home_account"), 11),
        // What a web API had on behalf of its user.
        (("access_token", "on_behalf_of"), 1),
        (("id_token", "on_behalf_of"), 1),
        (("refresh_token", "on_behalf_of"), 1),
        // Homes without a context.
        (("access_token", "no_context"), 4),
        (("id_token", "no_context"), 3),
        (("refresh_token", "no_context"), 2),
        (("client_secret", "no_context"), 3),
        (("client_secret", "superseded"), 2),
        (("certificate", "certificate"), 7),
    ]);
    assert_eq!(left, wanted);
    assert!(secrets > 360, "only {secrets} secrets");
}
