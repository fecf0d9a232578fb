//! Tokens that are taken out, PINs that are changed or locked, keys that are others.

use std::fs;

use super::{PIN, Tokened};
use crate::stack::principal;

#[test]
fn a_token_that_is_taken_out_keeps_no_other_account_from_its_tokens() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    let azure = &tokened.azure;
    tokened.home.run(&["unlock"]).expect(0);
    tokened.connect(&uri, &["--context-name", "token"]).expect(0);
    let secret = principal(&tokened.home, "the client secret\n");
    let mut secret: Vec<&str> = secret.iter().map(String::as_str).collect();
    secret[2] = "a0000000-0000-4000-8000-000000000002";
    azure.connect(&tokened.home, &[&secret[..], &["--context-name", "secret"]].concat()).expect(0);
    let renew = |context: &str| tokened.run(&["token", "--refresh", "--context", context]);
    renew("token").expect(0);

    let (store, away) = (tokened.store(), tokened.home.join("away"));
    fs::rename(&store, &away).unwrap();
    fs::create_dir(&store).unwrap();
    renew("token").expect(5).says("put the token in, then run the command again");
    renew("secret").expect(0);
    // Another token of the same label is another one.
    tokened.initialise("hsm");
    renew("token").expect(5).says("the token \"hsm\" is not there");
    renew("secret").expect(0);

    fs::remove_dir_all(&store).unwrap();
    fs::rename(&away, &store).unwrap();
    renew("token").expect(0);
}

#[test]
fn a_pin_that_was_changed_is_tried_once_and_asked_for_again() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    tokened.home.run(&["unlock"]).expect(0);
    tokened.connect(&uri, &[]).expect(0);
    tokened.renew().expect(0);
    let change = ["--login", "--pin", PIN, "--change-pin", "--new-pin", "815815"];
    tokened.tool("pkcs11-tool", &change).expect(0);
    let hint = "run the command again with the right PIN: the token counts wrong ones";
    tokened.renew().expect(7).says("says that the PIN is wrong").says(hint);
    // It is not shown to the token a second time.
    tokened.renew().expect(14);
    let question = "PIN of the token \"hsm\":";
    let renew = ["token", "--refresh", "--reveal"];
    tokened.on_terminal(&[(question, "wrong\n")], &renew).expect(7);
    tokened.on_terminal(&[(question, "\n")], &renew).expect(3);
    tokened.on_terminal(&[(question, "815815\n")], &renew).expect(0);
    tokened.renew().expect(0);
}

#[test]
fn what_does_not_say_one_key_of_one_token_is_refused() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    let connect = |uri: &str| tokened.connect(uri, &[]);
    let pin = tokened.home.secret_file("wrong-pin", "000000");
    connect("pkcs11:token=hsm;object=app?pin-value=471147")
        .expect(2)
        .says("leave the PIN out: it is asked for on the terminal, or --pin-file FILE");
    connect("pkcs11:token=hsm?module-path=/x")
        .expect(2)
        .says("--pkcs11-module PATH names the module");
    connect("pkcs:token=hsm").expect(2).says(
        "pkcs11:token=LABEL;object=LABEL, as p11tool --list-tokens and pkcs11-tool -O show them",
    );
    connect("pkcs11:token=other;object=app").expect(5).says("there is \"hsm\"");
    connect("pkcs11:token=hsm;object=other")
        .expect(5)
        .says("pkcs11-tool --login --list-objects --type privkey");
    tokened.connect_without(&uri, &["--pin-file", &pin]).expect(7);
    tokened.connect_without(&uri, &[]).expect(14);

    let generate = |label: &str, id: &str, kind: &str| {
        let args = [
            "--login",
            "--pin",
            PIN,
            "--keypairgen",
            "--key-type",
            kind,
            "--label",
            label,
            "--id",
            id,
        ];
        tokened.tool("pkcs11-tool", &args).expect(0);
    };
    generate("twice", "0a", "rsa:2048");
    generate("twice", "0b", "rsa:2048");
    generate("small", "0c", "rsa:1024");
    generate("curve", "0d", "EC:prime256v1");
    let more = "say more of it: pkcs11:token=LABEL;serial=NUMBER;object=LABEL;id=%01";
    connect("pkcs11:token=hsm;object=twice").expect(5).says(more);
    let hint = "--certificate FILE names one, PEM or DER, that lies beside";
    connect("pkcs11:token=hsm;object=twice;id=%0A").expect(5).says(hint);
    connect("pkcs11:token=hsm;object=small").expect(13).says("2048 to 8192 bits");
    connect("pkcs11:token=hsm;object=curve").expect(5);
    tokened.initialise("second");
    connect("pkcs11:object=app").expect(5).says(more);
    // Of a certificate of another key nothing is signed.
    let other = crate::stack::certificates().join("client-cert.pem");
    tokened
        .connect(&uri, &["--certificate", other.to_str().unwrap()])
        .expect(5)
        .says("has no certificate");
    let own = tokened.home.join("app.cer");
    tokened.connect(&uri, &["--certificate", own.to_str().unwrap()]).expect(0);
}

#[test]
fn a_key_that_was_deleted_is_said_with_what_signs_in_again() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    tokened.home.run(&["unlock"]).expect(0);
    tokened.connect(&uri, &[]).expect(0);
    let delete =
        ["--login", "--pin", PIN, "--delete-object", "--type", "privkey", "--label", "app"];
    tokened.tool("pkcs11-tool", &delete).expect(0);
    tokened.renew().expect(5).says("signs in again: azvault connect --service-principal");
}
