//! Certificates that entries point to.

use super::*;

/// A certificate with its key, invented.
const PEM: &str = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n\
                   -----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

/// A key of SSH, invented.
const SSH_KEY: &str =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n-----END OPENSSH PRIVATE KEY-----\n";

#[test]
fn a_certificate_is_read_where_its_entry_says() {
    let entries = |path: &str| {
        json!([
            {"client_id": "app-1", "tenant": "t-1", "certificate": path, "use_cert_sn_issuer": true},
            {"client_id": "app-2", "tenant": "t-2", "certificate": path},
        ])
        .to_string()
    };
    for (written, lies) in [
        ("~/certs/sp.pem", "certs/sp.pem"),
        ("sp.pem", ".azure/sp.pem"),
        ("../certs/sp.pem", "certs/sp.pem"),
    ] {
        let home =
            home_with(&[(".azure/service_principal_entries.json", &entries(written)), (lies, PEM)]);
        let mut opened = Vec::new();
        let candidates = look::named(home.path()).unwrap();
        let sources = folder::read_all(&candidates, home.path(), &TimeZone::UTC, &mut |path| {
            opened.push(path.to_owned());
        });
        assert_eq!(opened.len(), 2, "each file once: {opened:?}");
        let certificate = &source(&sources, "sp.pem").found;
        assert_eq!(certificate.format, Format::Certificate);
        // One beside the entries is found by itself.
        let why = "service_principal_entries.json points to it";
        let is_led_to = certificate.notes.iter().any(|note| note.text.contains(why));
        assert_eq!(is_led_to, lies != ".azure/sp.pem", "{lies}");
        // Both principals hold it: the same key in two tenants is two credentials.
        let owners: Vec<_> = certificate
            .profile
            .secrets
            .iter()
            .map(|held| {
                assert_eq!(
                    (held.description.kind, value(held).as_str()),
                    (SecretKind::Certificate, PEM)
                );
                (held.description.account.as_deref(), held.description.tenant.as_deref())
            })
            .collect();
        assert_eq!(owners, [(Some("app-1"), Some("t-1")), (Some("app-2"), Some("t-2"))]);
        let entries = &source(&sources, "service_principal_entries.json").found;
        assert_eq!(values(entries), [written, written], "the path as written is kept too");
        assert_eq!(entries.profile.accounts[0].properties["use_cert_sn_issuer"], "true");
    }
    // Named or walked over beforehand, it must not get lost.
    let home = home_with(&[
        ("any/service_principal_entries.json", &entries("sp.pem")),
        ("any/sp.pem", PEM),
    ]);
    for listed in [vec!["any"], vec![""], vec!["any/sp.pem", "any/service_principal_entries.json"]]
    {
        let candidates: Vec<_> =
            listed.iter().flat_map(|path| look::named(&home.path().join(path)).unwrap()).collect();
        let sources = folder::read_all(&candidates, home.path(), &TimeZone::UTC, &mut |_| {});
        assert_eq!(source(&sources, "sp.pem").found.profile.secrets.len(), 2, "{listed:?}");
        assert_eq!(sources.len(), 2, "{listed:?}");
    }
}

#[test]
fn what_is_no_certificate_is_not_taken_for_one() {
    let home = home_with(&[("notes.txt", "s3cret"), (".ssh/id_rsa", SSH_KEY)]);
    std::os::unix::fs::symlink("/etc/hostname", home.path().join("link.pem")).unwrap();
    std::os::unix::fs::symlink("gone.pem", home.path().join("lost.pem")).unwrap();
    for (written, why) in [
        ("~/gone.pem", "no such file"),
        ("/home/astrid/certs/sp-drift.pem", "no such file"),
        ("C:\\certs\\sp.pem", "no such file"),
        ("~/notes.txt", "neither PEM with a private key nor PFX"),
        ("~/.ssh/id_rsa", "a private key without a certificate"),
        ("~/link.pem", "nobody named it (--from "),
        ("~/lost.pem", "symbolic link"),
        ("/dev/zero", "not a regular file"),
        ("~/", "not a regular file"),
        // The file that holds the entry, and a file that is read for what it is.
        ("accessTokens.json", "neither PEM with a private key nor PFX"),
    ] {
        let entries =
            json!([{"servicePrincipalId": "app", "certificateFile": written}]).to_string();
        let folder = home.path().join(".azure");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("accessTokens.json"), entries).unwrap();
        let sources = read_home(&home);
        let [only] = &sources[..] else { panic!("{written}: {}", sources.len()) };
        assert_eq!(values(&only.found), [written]);
        let notes = format!("{:?}", only.found.notes);
        assert!(notes.contains(why) && !notes.contains("s3cret"), "{written}: {notes}");
    }
}

#[test]
fn a_certificate_is_read_through_a_link_and_never_beyond_what_was_named() {
    let link = |target: &Path, at: PathBuf| {
        std::os::unix::fs::symlink(target, at).unwrap();
    };
    let own = home_with(&[(".ssh/own.pem", PEM)]);
    for (written, is_read) in [
        ("~/own.pem", false),
        ("../certs/sp.pem", true),
        ("../certs/link.pem", true),
        ("../certs/out.pem", false),
        ("../../../../../../..OWN/.ssh/own.pem", false),
        ("OWN/.ssh/own.pem", false),
    ] {
        let written = written.replace("OWN", own.path().to_str().unwrap());
        let entries = json!([{"client_id": "app-1", "tenant": "t-1", "certificate": written}]);
        let copy = home_with(&[
            ("named/.azure/service_principal_entries.json", &entries.to_string()),
            ("named/certs/sp.pem", PEM),
        ]);
        link(&copy.path().join("named/certs/sp.pem"), copy.path().join("named/certs/link.pem"));
        link(&own.path().join(".ssh/own.pem"), copy.path().join("named/certs/out.pem"));
        let candidates = look::named(&copy.path().join("named")).unwrap();
        // `~` is the importing user's home, and not what was named.
        let home = own.path().join(".ssh");
        let mut reach = folder::Reach::new(&home, [copy.path().join("named")]);
        let read = |reach: &folder::Reach| {
            folder::read_within(&candidates, reach, &TimeZone::UTC, &mut |_| {})
        };
        let sources = read(&reach);
        assert_eq!(sources.len(), if is_read { 2 } else { 1 }, "{written}");
        let entries = source(&sources, "service_principal_entries.json");
        let outside: Vec<_> = entries.outside.iter().map(|outside| &outside.path).collect();
        if is_read {
            assert!(outside.is_empty());
            continue;
        }
        let notes = format!("{:?}", entries.found.notes);
        assert!(
            notes.contains("nobody named it") && notes.contains("application app-1"),
            "{notes}"
        );
        // Agreed to, it is read.
        reach.extend(outside[0]);
        assert_eq!(read(&reach).len(), 2, "{written}");
    }
}
