//! Certificate files as they are found, and what is signed with them.

use azvault_signin::certificate::{Certificate, Chain};
use azvault_signin::{Client, Error};

use crate::peers::{ARM, authority, certificates, file, http, now, run, secret, shown};

#[test]
fn every_file_that_openssl_and_python_write_is_read() {
    let thumbprint = run(std::process::Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha1", "-in"])
        .arg(certificates().join("client-cert.pem")));
    let thumbprint = thumbprint.split('=').nth(1).unwrap().trim().replace(':', "");
    for (name, password) in [
        ("client.pem", None),
        ("client-order.pem", None),
        ("client-crlf.pem", None),
        ("client-pkcs1.pem", None),
        ("client-encrypted.pem", Some("pässword")),
        ("client.pfx", Some("pässword")),
        ("client-3des.pfx", Some("pässword")),
        ("client-legacy.pfx", Some("pässword")),
        ("client-nopassword.pfx", None),
    ] {
        let password = password.map(secret);
        let found = Certificate::read(&file(name), password.as_ref());
        let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.thumbprint(), thumbprint, "{name}");
        assert!(found.expires_on() > now() + 29 * 24 * 3600);
    }
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    for (name, password, expected) in [
        ("client-encrypted.pem", None, "the key is encrypted: it needs its password"),
        ("client-encrypted.pem", Some("wrong"), "the password does not open the key"),
        (
            "client-old-encryption.pem",
            Some("pässword"),
            "the key is encrypted in a way of the past: convert it with `openssl pkcs8`",
        ),
        (
            "client.pfx",
            Some("wrong"),
            "the certificate file is neither PEM nor PFX, or this is not its password",
        ),
        (
            "client.pfx",
            None,
            "the certificate file is neither PEM nor PFX, or this is not its password",
        ),
        ("client-mismatch.pem", None, "there is no certificate of that key in the file"),
        ("client-nokey.pem", None, "there is no private key in the certificate file"),
        ("client-ec.pem", None, "the key is not an RSA key of 2048 to 4096 bits"),
    ] {
        let password = password.map(secret);
        let found = Certificate::read(&file(name), password.as_ref()).err().unwrap();
        assert_eq!(found.to_string(), expected, "{name}");
    }
    for bytes in [&b""[..], b"x", b"-----BEGIN ", b"-----BEGIN CERTIFICATE-----\nAA", b"\xff\xfe"] {
        assert!(matches!(Certificate::read(bytes, None), Err(Error::Input { .. })));
    }
    // Cut anywhere, it is refused or, where only the issuer is missing, read; it never panics.
    for name in ["client.pem", "client.pfx"] {
        let whole = file(name);
        let password = secret("pässword");
        for end in (0..whole.len()).step_by(37) {
            let _ = Certificate::read(&whole[..end], Some(&password));
        }
    }
}

#[test]
fn an_expired_certificate_is_not_even_sent() {
    let (http, authority) = (http(), authority("good-expired-certificate.example"));
    let client = Client::with_id(&http, &authority, "client");
    let old = Certificate::read(&file("client-expired.pem"), None).unwrap();
    let found = old.sign_in(&client, Chain::Left, &[ARM], None, now());
    assert!(matches!(found, Err(Error::CredentialExpired(_))));
    assert!(
        crate::peers::seen::<Vec<crate::peers::Seen>>("good-expired-certificate.example")
            .is_empty()
    );
}

/// PyJWT, which is not ours, checks signature, audience and times.
#[test]
fn another_library_verifies_the_assertion() {
    let (http, authority) = (http(), authority("tenant.example"));
    let client = Client::with_id(&http, &authority, "the \"client\"");
    let certificate = Certificate::read(&file("client.pem"), None).unwrap();
    for (chain, certificates_sent) in [(Chain::Left, 0), (Chain::Sent, 2)] {
        let assertion = certificate.assertion(&client, chain, now()).unwrap();
        let script = "\
import sys, jwt, base64, hashlib
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
token, audience, file = sys.argv[1:]
cert = x509.load_pem_x509_certificate(open(file, 'rb').read())
claims = jwt.decode(token, cert.public_key(), algorithms=['PS256'], audience=audience, issuer='the \"client\"',
                    options={'require': ['exp', 'iat', 'jti', 'sub']})
header = jwt.get_unverified_header(token)
der = cert.public_bytes(Encoding.DER)
digest = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b'=').decode()
assert header['x5t#S256'] == digest and header['typ'] == 'JWT' and 'x5t' not in header, header
assert claims['exp'] - claims['iat'] == 600 and claims['sub'] == claims['iss'], claims
x5c = header.get('x5c', [])
assert not x5c or base64.b64decode(x5c[0]) == der
print(len(x5c), claims['jti'])";
        let mut python = std::process::Command::new("python3");
        python.args(["-c", script, &shown(&assertion), client.authority.token_endpoint().as_str()]);
        let printed = run(python.arg(certificates().join("client-cert.pem")));
        assert!(printed.starts_with(&format!("{certificates_sent} ")), "{printed}");
        let again = certificate.assertion(&client, chain, now()).unwrap();
        assert!(!again.same_as(&assertion));
    }
}
