//! `key create-principal`.

use super::{PIN, Tokened};

#[test]
fn a_key_is_made_that_cannot_leave_the_token() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    let shown = tokened.tool("pkcs11-tool", &["--login", "--pin", PIN, "-O", "--type", "privkey"]);
    let shown = shown.expect(0).stdout;
    assert!(shown.contains("sensitive, always sensitive, never extractable, local"), "{shown}");
    let certificates = tokened.tool("pkcs11-tool", &["-O", "--type", "cert"]).expect(0).stdout;
    assert!(certificates.contains("CN=azvault"), "{certificates}");

    // One of that label is not replaced.
    let pin = tokened.pin_file(PIN);
    let create = |uri: &str, more: &[&str]| {
        let args =
            ["key", "create-principal", uri, "--pkcs11-module", tokened.module, "--pin-file", &pin];
        tokened.run(&[&args[..], more].concat())
    };
    create(&uri, &["--subject", "CN=azvault"]).expect(13).says("on the token already");
    create("pkcs11:token=hsm;object=b", &["--subject", "azvault"])
        .expect(2)
        .says("--subject CN=NAME");
    create("pkcs11:token=hsm;object=b", &["--subject", "CN=b", "--bits", "1024"]).expect(2);
    let made = create(
        "pkcs11:token=hsm;object=b",
        &["--subject", "CN=b,O=Contoso", "--bits", "3072", "--days", "30", "-o", "json"],
    );
    let made = made.expect(0).json();
    assert!(made["key"].as_str().unwrap().contains(";object=b;id=%"), "{made}");
    assert_eq!(made["thumbprint"].as_str().unwrap().len(), 40);
    let file = tokened.home.join("b.cer");
    std::fs::write(&file, made["certificate"].as_str().unwrap()).unwrap();
    tokened.register(&[&file]);
    tokened.connect(made["key"].as_str().unwrap(), &[]).expect(0);
    assert_eq!(tokened.last_header()["alg"], "PS256");
}
