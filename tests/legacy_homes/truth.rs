//! Whole homes, against what their truth says.

use super::*;

#[test]
fn every_home_gives_what_its_truth_says() {
    let truth = truth();
    for (name, expected) in truth["homes"].as_object().unwrap() {
        let copy = copy_of(name, expected);
        let home = copy.path();
        let sources = read(&look::usual(&roots(home)), home);
        // By place in the home; the two products' files apart.
        let place = |source: &Source| below([source.path.as_path()], home).remove(0);
        let ours: BTreeMap<String, &Source> = sources
            .iter()
            .filter(|source| source.found.product != Product::AzureCli)
            .map(|source| (place(source), source))
            .collect();

        let files = expected["files"].as_object().unwrap();
        let scanned: BTreeSet<&str> = files
            .iter()
            .filter(|(file, facts)| {
                // Settings are read as well, for what does not belong in them.
                let read = ["/AzureProfile.json", "/PSConfig.json"];
                let is_read = read.iter().any(|name| file.ends_with(name));
                matches!(facts["scan"].as_str(), Some("import" | "report")) || is_read
            })
            .map(|(file, _)| file.as_str())
            .collect();
        assert!(ours.keys().map(String::as_str).eq(scanned), "{name}: {:?}", ours.keys());

        for (file, source) in &ours {
            let wanted: Vec<Row> = expected["contexts"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|context| context["file"] == *file && context["placeholder"] != true)
                .map(expected_context)
                .collect();
            let found: Vec<Row> = source.found.profile.contexts.iter().map(found_context).collect();
            assert_eq!(found, wanted, "{name}/{file}");
        }
        let all = |of: fn(&Source) -> Option<String>| -> BTreeSet<String> {
            ours.values().filter_map(|source| of(source)).collect()
        };
        let default = all(|s| s.found.profile.default.as_ref().map(|n| n.as_str().to_owned()));
        assert_eq!(default, text(&expected["default_context"]).into_iter().collect(), "{name}");
        let autosave = all(|s| s.found.profile.autosave.map(|mode| mode.as_str().to_owned()));
        assert_eq!(autosave, text(&expected["autosave_mode"]).into_iter().collect(), "{name}");

        let found: BTreeSet<Row> = ours
            .values()
            .flat_map(|source| source.found.profile.secrets.iter().map(found_secret))
            .collect();
        let secrets = expected["secrets"].as_array().unwrap();
        let wanted: BTreeSet<Row> = secrets.iter().map(expected_secret).collect();
        let odd: Vec<_> = found.symmetric_difference(&wanted).collect();
        assert!(odd.is_empty(), "{name}: {odd:#?}");

        let opaque: BTreeSet<&str> = ours
            .iter()
            .filter(|(_, source)| source.found.outcome == Outcome::Opaque)
            .map(|(file, source)| {
                assert!(!source.found.notes.is_empty(), "{name}/{file} says nothing");
                file.as_str()
            })
            .collect();
        let cannot = expected["cannot_be_imported"].as_array().unwrap();
        let cannot: BTreeSet<&str> =
            cannot.iter().map(|file| file["path"].as_str().unwrap()).collect();
        assert_eq!(opaque, cannot, "{name}");

        for (file, facts) in files {
            let path = home.join(file);
            let mode = u32::from_str_radix(facts["mode"].as_str().unwrap(), 8).unwrap();
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, mode, "{file}");
            let source = sources.iter().find(|source| source.path == path);
            if let Some(stat) = source.and_then(|source| source.stat) {
                assert_eq!(
                    (stat.permissions, stat.size),
                    (Permissions::of_record(mode), facts["bytes"].as_u64().unwrap())
                );
            }
        }
    }
}

#[test]
fn homes_of_both_products_give_both() {
    let truth = truth();
    for name in ["both-cli-and-powershell", "both-cli-and-powershell-same-folder"] {
        let copy = copy_of(name, &truth["homes"][name]);
        let sources = read(&look::usual(&roots(copy.path())), copy.path());
        let cli = |file: &str| {
            let path = copy.path().join(".azure").join(file);
            let json: Value =
                match fs::read_to_string(&path).unwrap().trim_start_matches('\u{feff}') {
                    ini if file.ends_with("config") => Value::String(ini.to_owned()),
                    text => serde_json::from_str(text).unwrap(),
                };
            let source = sources.iter().find(|source| source.path == path).unwrap();
            assert_eq!(source.found.product, Product::AzureCli, "{name}/{file}");
            assert_eq!(
                source.found.outcome,
                Outcome::Accept,
                "{name}/{file} {:?}",
                source.found.notes
            );
            (json, &source.found)
        };
        let (file, profile) = cli("azureProfile.json");
        let ids: Vec<_> =
            file["subscriptions"].as_array().unwrap().iter().map(|s| text(&s["id"])).collect();
        let contexts = &profile.profile.contexts;
        assert!(
            contexts
                .iter()
                .map(|c| c.subscription.as_ref().map(|s| s.id.to_string()))
                .eq(ids.clone())
        );
        let marked =
            file["subscriptions"].as_array().unwrap().iter().find(|s| s["isDefault"] == true);
        let default = profile.profile.default.as_ref().map(|name| name.as_str().to_owned());
        let wanted = marked
            .map(|s| format!("{} ({})", s["name"].as_str().unwrap(), s["id"].as_str().unwrap()));
        assert!(default.is_some() && default == wanted, "{name}: {default:?}");
        let (file, entries) = cli("service_principal_entries.json");
        let wanted: Vec<_> =
            file.as_array().unwrap().iter().map(|e| text(&e["client_secret"])).collect();
        let found: Vec<_> =
            entries.profile.secrets.iter().map(|held| found_secret(held)[1].clone()).collect();
        assert!(!wanted.is_empty() && found == wanted, "{name}");
        let (file, cache) = cli("msal_token_cache.json");
        let sections = ["AccessToken", "RefreshToken", "IdToken"];
        let wanted: BTreeSet<_> = sections
            .iter()
            .filter_map(|section| file[*section].as_object())
            .flat_map(|section| section.values().map(|token| text(&token["secret"])))
            .collect();
        let found: BTreeSet<_> =
            cache.profile.secrets.iter().map(|held| found_secret(held)[1].clone()).collect();
        assert!(!wanted.is_empty() && found == wanted, "{name}");
        assert!(!cli("clouds.config").1.azcli.cloud_subscriptions.is_empty());
    }
}

#[test]
fn saved_files_are_moved_where_they_are_named() {
    let truth = truth();
    let expected = &truth["homes"]["saved-files"];
    let copy = copy_of("saved-files", expected);
    // A scan finds what lies in Documents; whatever was saved by hand is moved only where it is named.
    assert!(look::usual(&roots(copy.path())).is_empty());
    let files = expected["files"].as_object().unwrap();
    for (file, facts) in files {
        let candidates = look::named(&copy.path().join(file)).unwrap();
        assert_eq!(candidates[0].because, CandidateReason::Expected);
        let [source] = &read(&candidates, copy.path())[..] else { panic!("{file}") };
        assert_eq!(source.found.outcome, Outcome::Accept, "{file}: {:?}", source.found.notes);
        let wanted: Vec<Row> =
            facts["contexts"].as_array().unwrap().iter().map(expected_context).collect();
        let found: Vec<Row> = source.found.profile.contexts.iter().map(found_context).collect();
        assert_eq!(found, wanted, "{file}");
        let wanted: BTreeSet<Row> =
            facts["secrets"].as_array().unwrap().iter().map(expected_secret).collect();
        let found: BTreeSet<Row> = source.found.profile.secrets.iter().map(found_secret).collect();
        assert_eq!(found, wanted, "{file}");
    }
    // The folder above finds all three, and nothing of what else lies there.
    write(copy.path(), &["work/package.json", "work/az.json"]);
    write(copy.path(), &["work/AzureRmContext.json.lockfile"]);
    fs::write(copy.path().join("work/notes.txt"), "-----BEGIN PRIVATE KEY-----\n").unwrap();
    let sources = read(&look::named(copy.path()).unwrap(), copy.path());
    let found = below(sources.iter().map(|source| source.path.as_path()), copy.path());
    assert_eq!(found, files.keys().cloned().collect::<Vec<_>>());
}
