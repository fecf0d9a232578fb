//! `harden APPLICATION --key`: a client secret is replaced by a key on a token, end to end, against a loopback Entra
//! and Graph that take what is registered and nothing else.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use azvault_test_support::{Ran, ran};

use super::listed;
use crate::pkcs11::Tokened;
use crate::stack::{
    APPLICATION, HOME_TENANT, OTHER_TENANT, certificates, one_tenant, principal, subscriptions,
};

const SECRET: &str = "aB3~the-client-secret";

/// Another password of the application, which stays.
const OTHER: &str = "zz9~another-secret";

/// A certificate that the application has already, which stays as it is.
fn other_certificate() -> String {
    in_base64(&certificates().join("ca.pem"))
}

/// The certificate of a file, as Graph has it.
fn in_base64(file: &Path) -> String {
    let pem = fs::read_to_string(file).unwrap();
    pem.lines().filter(|line| !line.starts_with("--")).collect()
}

/// An application with two passwords and a certificate, of which one password is the vault's.
pub(super) struct Hardened {
    pub(super) tokened: Tokened,
    uri: String,
}

impl Hardened {
    #[track_caller]
    pub(super) fn new() -> Option<Self> {
        let tokened = Tokened::new()?;
        let uri = tokened.make("app");
        tokened.home.run(&["unlock"]).expect(0);
        let hardened = Self { tokened, uri };
        hardened.begin_again();
        Some(hardened)
    }

    /// As before anything was replaced.
    pub(super) fn begin_again(&self) {
        let (home, azure) = (&self.tokened.home, &self.tokened.azure);
        azure.becomes(&one_tenant(subscriptions(1..3)));
        azure.application_becomes(&json!({
            "id": "object", "appId": APPLICATION,
            "passwordCredentials": [
                { "keyId": "00000000-0000-4000-8000-0000000000a1", "hint": "zz9", "secretText": OTHER },
                { "keyId": "00000000-0000-4000-8000-0000000000a2", "hint": "aB3", "secretText": SECRET },
            ],
            "keyCredentials": [{
                "keyId": "00000000-0000-4000-8000-0000000000b1", "key": other_certificate(), "usage": "Verify",
                "customKeyIdentifier": "b3RoZXI=", "displayName": "of others",
            }],
        }));
        home.run(&["disconnect", "--account", APPLICATION, "--yes", "--scope", "user"]);
        let secret = principal(home, &format!("{SECRET}\n"));
        let secret: Vec<&str> = secret.iter().map(String::as_str).collect();
        azure
            .connect(
                home,
                &[&secret[..], &["--max-contexts", "9", "--subscription", "Sub 1"]].concat(),
            )
            .expect(0);
    }

    /// The scenario with something more.
    pub(super) fn scenario(&self, name: &str, value: Value) {
        let mut scenario = one_tenant(subscriptions(1..3));
        scenario[name] = value;
        self.tokened.azure.becomes(&scenario);
    }

    pub(super) fn words<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let module = self.tokened.words(&self.uri)[7..].to_vec();
        let at = ["harden", APPLICATION, "--environment", "Test", "--key", &self.uri];
        [&at[..], &module, more].concat()
    }

    pub(super) fn harden(&self, more: &[&str]) -> Ran {
        let pin = self.tokened.pin_file(crate::pkcs11::PIN);
        self.tokened.run(&self.words(&[&["--pin-file", &pin], more].concat()))
    }

    /// States of the steps, in their order.
    fn states(&self, more: &[&str]) -> Vec<String> {
        let document = self.harden(&[more, &["-o", "json"]].concat()).expect(0).json();
        let steps = document["steps"].as_array().unwrap().iter();
        steps.map(|step| step["state"].as_str().unwrap().to_owned()).collect()
    }

    /// Passwords and certificates that the application has.
    fn registered(&self) -> (Vec<String>, Vec<String>) {
        let application = self.tokened.azure.application();
        let all = |list: &str, name: &str| {
            let list = application[list].as_array().unwrap().iter();
            list.map(|own| own[name].as_str().unwrap().to_owned()).collect()
        };
        (all("passwordCredentials", "secretText"), all("keyCredentials", "key"))
    }

    /// The certificate of the key on the token.
    fn certificate(&self) -> String {
        in_base64(&self.tokened.home.join("app.cer"))
    }

    /// The key alone signs in, everywhere; nothing of others was touched.
    #[track_caller]
    pub(super) fn is_replaced(&self) {
        let certificates = vec![other_certificate(), self.certificate()];
        assert_eq!(self.registered(), (vec![OTHER.to_owned()], certificates));
        let kinds: Vec<_> = super::steps(&listed(&self.tokened.home));
        assert_eq!(kinds, [super::step("pkcs11_key", "done", 0)]);
        for context in ["Sub 1", "Sub 2"] {
            self.signs_in(context);
            assert_eq!(self.tokened.last_header()["alg"], "PS256");
        }
    }

    #[track_caller]
    pub(super) fn signs_in(&self, subscription: &str) {
        let list = self.tokened.home.json(&["context", "list"]);
        let mut contexts = list["contexts"].as_array().unwrap().iter();
        let own = contexts.find(|own| own["subscription"]["name"] == subscription).unwrap();
        let name = own["name"].as_str().unwrap();
        self.tokened.run(&["token", "--refresh", "--context", name]).expect(0);
    }
}

#[test]
fn a_secret_is_replaced_verified_and_only_then_removed() {
    let Some(hardened) = Hardened::new() else { return };
    let before = hardened.registered();
    let planned = ["planned"; 5].map(str::to_owned);
    assert_eq!(hardened.states(&["--dry-run"]), planned);
    assert_eq!(hardened.registered(), before);
    hardened.harden(&[]).expect(14).says("add --yes to answer beforehand");
    assert_eq!(hardened.registered(), before);

    let ran = hardened.harden(&["--yes"]).expect(0);
    for said in
        ["the application has the certificate", "the key signs in", "no longer has the secret"]
    {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains(SECRET) && !ran.stdout.contains(SECRET));
    hardened.is_replaced();
    // In Entra it was removed after the key had signed in, and the key was there before.
    let requests = hardened.tokened.azure.requests();
    let at = |found: &dyn Fn(&Value) -> bool| requests.iter().position(found).unwrap();
    let patched = at(&|seen| seen["method"] == "PATCH");
    let signed = at(&|seen| seen["form"]["client_assertion"].is_string());
    let removed = at(&|seen| seen["path"].as_str().unwrap().ends_with("/removePassword"));
    assert!(patched < signed && signed < removed, "{patched} {signed} {removed}");
    let refused =
        requests.iter().skip(removed).filter(|seen| seen["form"]["client_secret"] == SECRET);
    assert_eq!(refused.count(), 1, "that it is refused was seen once");
    let log = hardened
        .tokened
        .home
        .run(&["audit", "log", "--verb", "harden", "-o", "json"])
        .expect(0)
        .stdout;
    assert!(log.contains("by key on a token") && log.contains("client_secret of"), "{log}");

    // Again: there is nothing to do, nothing is asked, and Graph is left alone.
    let number = hardened.tokened.azure.requests().len();
    let before = ["done_before"; 5].map(str::to_owned);
    assert_eq!(hardened.states(&[]), before);
    assert_eq!(hardened.tokened.azure.requests().len(), number);
    let home = &hardened.tokened.home;
    home.run(&["harden", APPLICATION, "--environment", "Test"]).expect(0);
    home.run(&["harden"]).expect(0);
}

#[test]
fn a_person_is_asked_and_a_no_changes_nothing() {
    let Some(hardened) = Hardened::new() else { return };
    let before = hardened.registered();
    let words = hardened.words(&[]);
    let pin = ("PIN of the token \"hsm\":", "471147\n");
    let no = [pin, ("Replace 1 secret?", "n\n")];
    let shown = hardened.tokened.on_terminal(&no, &words).expect(3).stdout;
    assert!(shown.contains("00000000-0000-4000-8000-0000000000a2"), "{shown}");
    assert_eq!(hardened.registered(), before);
    hardened.signs_in("Sub 1");
    let yes = [pin, ("Replace 1 secret?", "y\n")];
    hardened.tokened.on_terminal(&yes, &words).expect(0);
    hardened.is_replaced();
}

#[test]
fn what_graph_refuses_leaves_what_works_and_is_done_later() {
    let Some(hardened) = Hardened::new() else { return };
    let hint =
        format!("azvault harden {APPLICATION} --rights-of CONTEXT, of an owner of it; or grant it");
    for refused in [
        "application",
        "GET applications",
        "GET servicePrincipals",
        "PATCH applications",
        "POST removePassword",
    ] {
        hardened.begin_again();
        let before = hardened.registered();
        hardened.scenario("graph_refuses", json!(refused));
        hardened.harden(&["--yes"]).expect(7).says(&hint).says("Authorization_RequestDenied");
        if refused != "POST removePassword" {
            assert_eq!(hardened.registered(), before, "{refused}");
        } else {
            assert_eq!(hardened.registered().0, before.0);
        }
        hardened.signs_in("Sub 1");
        hardened.scenario("graph_refuses", json!(null));
        hardened.harden(&["--yes"]).expect(0);
        hardened.is_replaced();
    }

    // A person who owns it does it, where the application may not.
    hardened.begin_again();
    let azure = &hardened.tokened.azure;
    azure
        .connect(
            &hardened.tokened.home,
            &["--device-code", "--context-name", "ada", "--subscription", "Sub 1"],
        )
        .expect(0);
    hardened.scenario("graph_refuses", json!("application"));
    hardened.harden(&["--yes", "--rights-of", "ada"]).expect(0);
    let (passwords, _) = hardened.registered();
    assert_eq!(passwords, [OTHER]);
}

#[test]
fn what_is_not_the_applications_or_not_one_password_is_refused_before_anything() {
    let Some(hardened) = Hardened::new() else { return };
    let azure = &hardened.tokened.azure;
    let mut application = azure.application();
    let untouched = |says: &str, code: i32, more: &[&str]| {
        let before = hardened.registered();
        hardened.harden(&[&["--yes"], more].concat()).expect(code).says(says);
        assert_eq!(hardened.registered(), before);
        hardened.signs_in("Sub 1");
    };
    // Its first characters are those of two: which one it is, only a person can say.
    application["passwordCredentials"][0]["hint"] = json!("aB3");
    azure.application_becomes(&application);
    untouched(
        "remove those that nothing uses: az ad app credential list --id ID, and az ad sp credential list --id ID",
        5,
        &[],
    );
    // It begins otherwise than all of the application's, or is one of its service principal's.
    application["passwordCredentials"][1]["hint"] = json!("aB4");
    application["passwordCredentials"][0]["hint"] = json!("ab3");
    azure.application_becomes(&application);
    untouched(&format!("az ad sp credential list --id {APPLICATION}"), 5, &[]);
    application["appId"] = json!("a0000000-0000-4000-8000-000000000009");
    azure.application_becomes(&application);
    untouched("say in which tenant it is registered: --tenant ID", 7, &[]);
    untouched("leave out --context", 7, &["--context", "seed"]);
    // In a session of its own the key would be known to that alone.
    let words = hardened.words(&["--yes", "--context", "seed", "--pin-file", "pin"]);
    let mut command = hardened.tokened.home.session().command(&words);
    command.env("SOFTHSM2_CONF", hardened.tokened.home.join("softhsm2.conf"));
    ran(command.output().unwrap()).expect(7).says("run it without --context");

    let run = |args: &[&str]| hardened.tokened.run(&[&["harden"], args].concat());
    run(&[APPLICATION, "--environment", "Test", "--yes"])
        .expect(2)
        .says("azvault key create-principal URI --subject CN=NAME --pkcs11-module PATH makes one, and --key URI names it");
    run(&["nobody", "--environment", "Test"]).expect(5);
    run(&["old@x.example"]).expect(7).says("is no application");
    run(&["--yes"]).expect(2);
    run(&["--key", &hardened.uri]).expect(2);
}

#[test]
fn a_password_that_begins_alike_or_does_not_show_it_is_not_taken_for_the_vaults() {
    let Some(hardened) = Hardened::new() else { return };
    let azure = &hardened.tokened.azure;
    let mut application = azure.application();
    let vaults = application["passwordCredentials"][1].clone();
    let other = application["passwordCredentials"][0].clone();
    let with = |own: &Value, name: &str, value: Value| {
        let mut own = own.clone();
        own[name] = value;
        own
    };
    let alike = with(&other, "hint", json!("aB3"));
    let silent = with(&other, "hint", json!(null));
    let short = with(&other, "hint", json!("aB"));
    let hint = format!("az ad sp credential list --id {APPLICATION}");
    let several = "2 passwords of the application and its service principal may be the vault's";
    for (of_application, of_principal, says) in [
        // The vault's is the service principal's, and one of the application's begins alike.
        (&alike, &vaults, several),
        (&silent, &vaults, several),
        (&short, &vaults, several),
        (&other, &vaults, &hint),
        // The vault's is the application's, which cannot be known.
        (&vaults, &alike, several),
        (&vaults, &silent, several),
        (&with(&vaults, "hint", json!(null)), &alike, several),
    ] {
        application["passwordCredentials"] = json!([of_application]);
        application["ofPrincipal"] = json!([of_principal]);
        azure.application_becomes(&application);
        hardened.harden(&["--yes"]).expect(5).says(says);
        assert_eq!(azure.application(), application, "{of_application} {of_principal}");
        hardened.signs_in("Sub 1");
    }
    // All others begin otherwise: it is that one, also where its own beginning is not shown.
    application["passwordCredentials"] = json!([other, with(&vaults, "hint", json!(null))]);
    application["ofPrincipal"] = json!([with(&other, "keyId", json!("of-principal"))]);
    azure.application_becomes(&application);
    let key_id = vaults["keyId"].as_str().unwrap();
    let ran = hardened.harden(&["--yes"]).expect(0);
    assert!(ran.stderr.contains(key_id), "{}", ran.stderr);
    hardened.is_replaced();
}

#[test]
fn an_application_of_several_tenants_has_one_key_in_all() {
    let Some(hardened) = Hardened::new() else { return };
    let (home, azure) = (&hardened.tokened.home, &hardened.tokened.azure);
    let mut secret = principal(home, &format!("{SECRET}\n"));
    OTHER_TENANT.clone_into(&mut secret[4]);
    let secret: Vec<&str> = secret.iter().map(String::as_str).collect();
    azure
        .connect(
            home,
            &[&secret[..], &["--context-name", "elsewhere", "--subscription", "Sub 1"]].concat(),
        )
        .expect(0);
    hardened.harden(&["--yes"]).expect(5).says("say which: --tenant ID");
    hardened.harden(&["--yes", "--tenant", HOME_TENANT]).expect(0);
    hardened.is_replaced();
    hardened.tokened.run(&["token", "--refresh", "--context", "elsewhere"]).expect(0);
}

#[test]
fn entra_may_take_a_while_to_know_it() {
    let Some(hardened) = Hardened::new() else { return };
    hardened.scenario("lag", json!({ "run": "a", "assertions": 1, "secrets": 1 }));
    hardened.harden(&["--yes"]).expect(0);
    hardened.is_replaced();
}
