//! Values there and back, and texts that are no recipient or identity.

use age::secrecy::ExposeSecret;
use azvault_model::Secret;

use crate::{Ask, Confirmed, Error, Identities, NotARecipient, NotIdentities, Recipient};

#[derive(Clone)]
struct Nobody;

impl Ask for Nobody {
    fn say(&self, _: &str) {}
    fn confirm(&self, _: &str, _: &str, _: Option<&str>) -> Option<Confirmed> {
        None
    }
    fn text(&self, _: &str) -> Option<String> {
        None
    }
    fn secret(&self, _: &str) -> Option<Secret> {
        None
    }
}

fn native() -> (Recipient, String) {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string().parse().unwrap();
    (recipient, identity.to_string().expose_secret().to_owned())
}

fn identities(text: &str) -> Result<Identities, NotIdentities> {
    Identities::parse(&Secret::copied_from(text.as_bytes()))
}

#[test]
fn each_recipient_alone_decrypts_what_was_encrypted_to_all() {
    let ((one, its), (other, others)) = (native(), native());
    let value = Secret::copied_from(&[7; 32]);
    let file = crate::encrypt(&value, &[one, other], Nobody).unwrap();
    for identity in [&its, &others] {
        let with = identities(&format!("# a key\n\n{identity}\r\n")).unwrap();
        assert!(crate::decrypt(&file, with, Nobody).unwrap().same_as(&value));
    }
    let (_, third) = native();
    let refused = crate::decrypt(&file, identities(&third).unwrap(), Nobody);
    assert!(matches!(refused, Err(Error::OtherIdentities)));
}

#[test]
fn a_byte_that_was_changed_anywhere_is_refused() {
    let (recipient, identity) = native();
    let value = Secret::copied_from(&[7; 32]);
    let file = crate::encrypt(&value, &[recipient], Nobody).unwrap();
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let opened = crate::decrypt(&changed, identities(&identity).unwrap(), Nobody);
        assert!(opened.is_err(), "byte {at}");
    }
    for length in 0..file.len() {
        assert!(crate::decrypt(&file[..length], identities(&identity).unwrap(), Nobody).is_err());
    }
}

#[test]
fn what_is_no_recipient_is_refused_and_an_identity_is_named_as_one() {
    let (_, identity) = native();
    let refused = |text: &str| text.parse::<Recipient>().err();
    assert_eq!(refused(&identity), Some(NotARecipient::Identity));
    assert_eq!(refused("AGE-PLUGIN-TPM-1QQQQ"), Some(NotARecipient::Identity));
    for other in ["", "age1", "age1qqqq", "me@contoso.example", "AGE1QQQ"] {
        assert_eq!(refused(other), Some(NotARecipient::Other), "{other}");
    }
    assert_eq!(refused("ssh-dss AAAAB3NzaC1kc3M="), Some(NotARecipient::Ssh));
}

#[test]
fn what_is_no_identity_file_is_refused_by_its_line() {
    let (recipient, identity) = native();
    let refused = |text: &str| identities(text).err();
    assert_eq!(refused(""), Some(NotIdentities::Empty));
    assert_eq!(refused("# nothing\n"), Some(NotIdentities::Empty));
    assert_eq!(refused(&format!("{identity}\n{recipient}")), Some(NotIdentities::Line(2)));
    assert_eq!(refused("age-encryption.org/v1\n"), Some(NotIdentities::Encrypted));
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(refused(pem), Some(NotIdentities::Ssh));
}
