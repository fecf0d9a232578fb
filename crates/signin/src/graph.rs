//! Microsoft Graph: which credentials an application has, adding a certificate, removing a password.
//!
//! Graph API v1.0: application-get, application-update, application-removepassword, serviceprincipal-get, and the
//! resources keyCredential and passwordCredential. The action `addKey` is for applications that have a certificate
//! already; one that has none is updated with the list of all, and each entry of it keeps its key when it is sent
//! back as it came.

use azvault_model::Secret;
use data_encoding::{BASE64, HEXUPPER};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use url::Url;

use crate::cloud::Cloud;
use crate::error::{Error, is_code};
use crate::http::{Ask, Header, Http, Plain, Repeat, Reply, Sent};
use crate::{json, resource_manager};

/// Largest reply: an application with some hundred certificates.
const MAX_REPLY: usize = 1024 * 1024;

/// As much as Entra shows of a password, in characters.
pub const HINT: usize = 3;

/// Microsoft Graph, and who asks it.
pub struct Graph<'a> {
    http: &'a Http,
    base: Url,
    token: &'a Secret,
}

/// The credentials of an application.
#[derive(Debug)]
pub struct Application {
    /// Its passwords, which others call client secrets.
    pub passwords: Vec<Password>,
    /// As they stand.
    certificates: Vec<Box<RawValue>>,
}

/// A password, without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// GUID.
    pub key_id: String,
    /// Its first [`HINT`] characters; `None` if Entra does not show them, as of old ones.
    pub hint: Option<String>,
}

impl<'a> Graph<'a> {
    /// That of a cloud, asked with an access token to it.
    pub fn of(http: &'a Http, cloud: &Cloud, token: &'a Secret) -> Result<Self, Error> {
        Ok(Self { http, base: cloud.graph()?, token })
    }

    /// The credentials of the application of an id.
    pub fn application(&self, id: &str) -> Result<Application, Error> {
        let url = self.url("applications", id, "")?;
        self.read(&url, application_of)
    }

    /// The passwords of the application's service principal in the tenant of the token, which sign in as those of
    /// the application do.
    pub fn service_principal_passwords(&self, id: &str) -> Result<Vec<Password>, Error> {
        let url = self.url("servicePrincipals", id, "")?;
        self.read(&url, service_principal_of)
    }

    /// Adds a certificate (DER) to those that the application has.
    pub fn add_certificate(&self, id: &str, to: &Application, der: &[u8]) -> Result<(), Error> {
        let unreadable =
            |_| Error::Input { what: "the certificates of the application cannot be read" };
        let new = json!({
            "type": "AsymmetricX509Cert", "usage": "Verify", "key": BASE64.encode(der),
            "displayName": "azvault",
        });
        let new = serde_json::value::to_raw_value(&new).map_err(unreadable)?;
        let all: Vec<&RawValue> = to.certificates.iter().map(|own| &**own).chain([&*new]).collect();
        let list = serde_json::to_string(&all).map_err(unreadable)?;
        let body = format!("{{\"keyCredentials\":{list}}}");
        // The whole list: sent twice it is the same list.
        let reply =
            self.send(&self.url("applications", id, "")?, Sent::Patch(&body), Repeat::Safe(&[]))?;
        self.is_done(&reply)
    }

    /// Removes a password. Tokens that it bought live on until they expire.
    pub fn remove_password(&self, id: &str, password: &Password) -> Result<(), Error> {
        let body = json!({ "keyId": password.key_id }).to_string();
        let url = self.url("applications", id, "/removePassword")?;
        self.is_done(&self.send(&url, Sent::Json(&body), Repeat::OnlyUnsent)?)
    }

    fn read<T>(&self, url: &Url, of: fn(&str) -> Result<T, &'static str>) -> Result<T, Error> {
        let reply = self.send(url, Sent::None, Repeat::Safe(&[]))?;
        match reply.status {
            200 => of(reply.json()?).map_err(|what| reply.wrong(what)),
            _ => Err(self.refused(&reply)),
        }
    }

    fn url(&self, all: &str, id: &str, action: &str) -> Result<Url, Error> {
        let is_id = id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        if !is_id {
            return Err(Error::Input { what: "the application's id is no GUID" });
        }
        let mut url = self.base.clone();
        url.set_path(&format!("/v1.0/{all}(appId='{id}'){action}"));
        url.set_query(action.is_empty().then_some("$select=id,passwordCredentials,keyCredentials"));
        Ok(url)
    }

    fn send(&self, url: &Url, sent: Sent<'_>, repeat: Repeat) -> Result<Reply, Error> {
        self.http.send(&Ask {
            url,
            headers: vec![("authorization", Header::Secret("Bearer ", self.token))],
            sent,
            repeat,
            plain: Plain::Loopback,
            limit: MAX_REPLY,
        })
    }

    fn is_done(&self, reply: &Reply) -> Result<(), Error> {
        match reply.status {
            200 | 204 => Ok(()),
            _ => Err(self.refused(reply)),
        }
    }

    fn refused(&self, reply: &Reply) -> Error {
        resource_manager::refused(reply, self.token, "this is no error of Microsoft Graph")
    }
}

#[derive(Deserialize)]
struct ApplicationBody {
    #[serde(rename = "passwordCredentials")]
    passwords: Vec<PasswordBody>,
    #[serde(rename = "keyCredentials")]
    certificates: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct ServicePrincipalBody {
    #[serde(rename = "passwordCredentials")]
    passwords: Vec<PasswordBody>,
}

#[derive(Deserialize)]
struct PasswordBody {
    #[serde(rename = "keyId")]
    key_id: String,
    #[serde(default)]
    hint: Option<String>,
}

#[derive(Deserialize)]
struct CertificateBody<'a> {
    #[serde(borrow, default, rename = "customKeyIdentifier")]
    identifier: Option<&'a RawValue>,
    #[serde(borrow, default)]
    key: Option<&'a RawValue>,
}

/// Reads an application.
pub fn application_of(text: &str) -> Result<Application, &'static str> {
    let body: ApplicationBody = serde_json::from_str(text).map_err(|_| "this is no application")?;
    Ok(Application { passwords: passwords_of(body.passwords)?, certificates: body.certificates })
}

/// Reads the passwords of a service principal.
pub fn service_principal_of(text: &str) -> Result<Vec<Password>, &'static str> {
    let body: ServicePrincipalBody =
        serde_json::from_str(text).map_err(|_| "this is no service principal")?;
    passwords_of(body.passwords)
}

fn passwords_of(bodies: Vec<PasswordBody>) -> Result<Vec<Password>, &'static str> {
    let password = |PasswordBody { key_id, hint }: PasswordBody| {
        let hint = hint.filter(|hint| hint.chars().count() == HINT);
        // It stands in what is shown to be agreed to, and in a command.
        is_code(&key_id).then_some(Password { key_id, hint })
    };
    let passwords: Option<_> = bodies.into_iter().map(password).collect();
    passwords.ok_or("a password has no id")
}

impl Application {
    /// Whether a certificate (DER) is among its own: by its thumbprint, which Entra writes in Base64 or in
    /// hexadecimal, or by itself.
    pub fn has_certificate(&self, der: &[u8]) -> bool {
        let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, der);
        let (short, long) =
            (BASE64.encode(thumbprint.as_ref()), HEXUPPER.encode(thumbprint.as_ref()));
        let whole = BASE64.encode(der);
        self.certificates.iter().any(|own| {
            let Ok(own) = serde_json::from_str::<CertificateBody<'_>>(own.get()) else {
                return false;
            };
            let identifier = json::text(own.identifier).unwrap_or_default();
            identifier == short
                || identifier.eq_ignore_ascii_case(&long)
                || json::text(own.key).is_some_and(|key| key == whole)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{application_of, service_principal_of};

    #[test]
    fn an_application_is_read_with_what_is_sent_back_as_it_came() {
        let text = r#"{"id":"o","passwordCredentials":[{"keyId":"k-1","hint":"abc","secretText":null},{"keyId":"k-2"}],
            "keyCredentials":[{"keyId":"c","customKeyIdentifier":"qZk+NkcGgWq6PiVxeFDCbJzQ2J0=","key":null,"new":[1]}]}"#;
        let found = application_of(text).unwrap();
        assert_eq!(found.passwords[0].hint.as_deref(), Some("abc"));
        assert_eq!((found.passwords.len(), found.passwords[1].hint.as_deref()), (2, None));
        assert!(found.certificates[0].get().contains("\"new\":[1]"));
        // SHA-1 of "abc".
        assert!(found.has_certificate(b"abc") && !found.has_certificate(b"abd"));
        for identifier in
            ["a9993e364706816aba3e25717850c26c9cd0d89d", "A9993E364706816ABA3E25717850C26C9CD0D89D"]
        {
            let text = format!(
                r#"{{"passwordCredentials":[],"keyCredentials":[{{"customKeyIdentifier":"{identifier}"}}]}}"#
            );
            assert!(application_of(&text).unwrap().has_certificate(b"abc"));
        }
        let text = r#"{"passwordCredentials":[],"keyCredentials":[{"key":"YWJj"},3]}"#;
        assert!(application_of(text).unwrap().has_certificate(b"abc"));
    }

    #[test]
    fn a_password_that_does_not_show_its_beginning_has_no_hint() {
        let text = r#"{"passwordCredentials":[{"keyId":"a","hint":"ab~"},{"keyId":"b","hint":"ab"},
            {"keyId":"c","hint":null},{"keyId":"d","hint":""},{"keyId":"e","hint":"abcd"}]}"#;
        let hints: Vec<_> =
            service_principal_of(text).unwrap().into_iter().map(|own| own.hint).collect();
        assert_eq!(hints, [Some("ab~".to_owned()), None, None, None, None]);
        for text in ["", "{}", r#"{"passwordCredentials":null}"#, r#"{"passwordCredentials":[{}]}"#]
        {
            assert!(service_principal_of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_application_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"passwordCredentials":[]}"#,
            r#"{"keyCredentials":[],"passwordCredentials":null}"#,
            r#"{"keyCredentials":[],"passwordCredentials":[{"hint":"abc"}]}"#,
            r#"{"keyCredentials":[],"passwordCredentials":[{"keyId":"$(id)"}]}"#,
            r#"{"keyCredentials":{},"passwordCredentials":[]}"#,
        ] {
            assert!(application_of(text).is_err(), "{text}");
        }
    }
}
