//! The protocols: how a request of each looks, and its replies.

pub(crate) mod app_service;
pub(crate) mod azd;
pub(crate) mod azurerm;
pub(crate) mod imds;
pub(crate) mod msi;

use data_encoding::BASE64;

use crate::endpoint_request::{EndpointRequest, Issued, Protocol, Refusal};
use crate::reply::{self, After, Reply, Status};

impl Protocol {
    /// The one method it has.
    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::Azd | Self::CloudShell => "POST",
            Self::AppService | Self::AppService2017 | Self::Azurerm | Self::Imds => "GET",
        }
    }

    /// Whether this version is spoken, as requests say it: one alone, but by [`imds`].
    pub(crate) fn speaks(self, version: Option<&str>) -> bool {
        match self {
            Self::AppService => version == Some(app_service::API_VERSION),
            Self::AppService2017 => version == Some(msi::API_VERSION),
            Self::Azd => version == Some(azd::API_VERSION),
            Self::Azurerm => version == Some(azurerm::API_VERSION),
            Self::Imds => version.is_some_and(imds::is_version),
            Self::CloudShell => true,
        }
    }

    /// The whole reply with a token.
    pub(crate) fn issued(
        self,
        asked: &EndpointRequest,
        issued: &Issued,
        now: i64,
        after: After,
    ) -> Reply {
        // EXPOSE: the token goes into the reply to the caller that asked for it.
        let token = issued.access_token.expose();
        if token.is_empty() || !token.iter().all(|byte| is_of_a_token(*byte)) {
            let message = "what was issued is no bearer token";
            return self.denied(Status::Broken, message);
        }
        match self {
            Self::AppService => app_service::issued(asked, issued, token, after),
            Self::Azd => azd::issued(issued, token, after),
            Self::Azurerm | Self::CloudShell | Self::Imds => {
                azurerm::issued(issued, token, now, after)
            }
            Self::AppService2017 => msi::issued(issued, token, after),
        }
    }

    /// The whole reply to a request that was understood and gets no token.
    pub(crate) fn refused(self, refusal: &Refusal) -> Reply {
        if self == Self::Azd {
            return azd::refused(refusal);
        }
        // Nothing that a repetition helps is 5xx: the SDKs repeat those for up to a minute.
        match refusal {
            Refusal::NotAllowed { message } | Refusal::SignInNeeded { message } => {
                self.denied(Status::BadRequest, message)
            }
            Refusal::StepUp { message, claims } => {
                let claims = BASE64.encode(claims.as_bytes());
                let line = format!(
                    "WWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"{claims}\""
                );
                reply::with_line(&line, self.denied(Status::BadRequest, message))
            }
            Refusal::Unavailable { message, retry_after } => {
                let line = format!("Retry-After: {retry_after}");
                reply::with_line(&line, self.denied(Status::Unavailable, message))
            }
        }
    }

    /// The whole reply to a request that is none of this protocol.
    pub(crate) fn denied(self, status: Status, message: &str) -> Reply {
        match self {
            Self::AppService | Self::AppService2017 => app_service::denied(status, message),
            Self::CloudShell => msi::denied(status, message),
            Self::Azd => azd::denied(status, message),
            Self::Azurerm | Self::Imds => azurerm::denied(status, message),
        }
    }
}

/// `b68token` of RFC 6750, 2.1: nothing of it needs escaping in JSON.
fn is_of_a_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
}
