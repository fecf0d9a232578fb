//! Managed identities: the client of the two endpoints that give tokens to anyone who runs on the
//! machine (virtual machines: IMDS; App Service, Functions, Container Apps and all that speak their
//! protocol).

use azvault_model::Secret;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use crate::error::{self, Error, ProviderError, classified, sanitised};
use crate::http::{Ask, Header, Http, Plain, Repeat, Reply, Sent};
use crate::json;
use crate::token::{self, Expected, Tokens};

/// Where the metadata service of a virtual machine is.
pub const IMDS: &str = "http://169.254.169.254";

const MAX_REPLY: usize = 64 * 1024;

/// Where to ask.
pub enum Endpoint {
    /// The metadata service, at [`IMDS`] or where the caller found it.
    Imds {
        /// Scheme, host and port.
        base: Url,
    },
    /// `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.
    AppService {
        /// The whole address.
        url: Url,
        /// What the header must hold.
        header: Secret,
    },
}

/// Which identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The machine's own.
    SystemAssigned,
    /// One assigned to it, by its client id.
    ClientId(String),
    /// By its object id.
    ObjectId(String),
    /// By its id in Resource Manager.
    ResourceId(String),
}

impl Endpoint {
    /// The metadata service at its usual address.
    pub fn imds() -> Result<Self, Error> {
        let bad = |_| Error::Input { what: "the address of the metadata service cannot be read" };
        Ok(Self::Imds { base: Url::parse(IMDS).map_err(bad)? })
    }

    fn address(&self, identity: &Identity, resource: &str) -> Url {
        let (mut url, version, resource_id) = match self {
            Self::Imds { base } => {
                let mut url = base.clone();
                url.set_path("/metadata/identity/oauth2/token");
                (url, "2018-02-01", "msi_res_id")
            }
            Self::AppService { url, .. } => (url.clone(), "2019-08-01", "mi_res_id"),
        };
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("api-version", version).append_pair("resource", resource);
            match identity {
                Identity::SystemAssigned => &mut query,
                Identity::ClientId(id) => query.append_pair("client_id", id),
                Identity::ObjectId(id) => query.append_pair("object_id", id),
                Identity::ResourceId(id) => query.append_pair(resource_id, id),
            };
        }
        url
    }
}

/// Asks for a token to a resource (not a scope). The http client should have short time limits:
/// where there is no metadata service, nobody answers.
pub fn sign_in(
    http: &Http,
    endpoint: &Endpoint,
    identity: &Identity,
    resource: &str,
    now: i64,
) -> Result<Tokens, Error> {
    let url = endpoint.address(identity, resource);
    // No page in a browser can send it: the services take it as proof. Azure Automation asks for it
    // beside the header of App Service.
    let mut headers = vec![("metadata", Header::Text("true"))];
    let repeat = match endpoint {
        // The metadata service says 404 and 410 while it is being updated.
        Endpoint::Imds { .. } => Repeat::Safe(&[404, 410]),
        Endpoint::AppService { header, .. } => {
            headers.push(("x-identity-header", Header::Secret("", header)));
            Repeat::Safe(&[])
        }
    };
    let limit = MAX_REPLY;
    let ask = Ask { url: &url, headers, sent: Sent::None, repeat, plain: Plain::Metadata, limit };
    let reply = http.send(&ask)?;
    if reply.status != 200 {
        return Err(refused(&reply, endpoint));
    }
    let tokens = token::read(reply.json()?, now, &Expected::nothing(now));
    let mut tokens = tokens.map_err(|what| reply.wrong(what))?;
    tokens.clock_offset = reply.date.map(|date| date.saturating_sub(now));
    Ok(tokens)
}

/// App Service's own errors.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
}

fn refused(reply: &Reply, endpoint: &Endpoint) -> Error {
    let sent = match endpoint {
        // EXPOSE: it is taken out of an error text.
        Endpoint::AppService { header, .. } => vec![header.expose()],
        Endpoint::Imds { .. } => Vec::new(),
    };
    let text = match reply.json() {
        Ok(text) => text,
        Err(error) => return error,
    };
    let found = error::of_token_endpoint(reply.status, text, &sent, None).or_else(|| {
        let body: Body<'_> = serde_json::from_str(text).ok()?;
        Some(ProviderError {
            status: reply.status,
            error: "managed_identity".into(),
            text: sanitised(&json::text(body.message)?, &sent),
            ..ProviderError::default()
        })
    });
    match (found, reply.status) {
        (Some(error), 401 | 403) => Error::CredentialWrong(Box::new(error)),
        // Nobody can sign in here: what a person would be asked for is refused.
        (Some(error), _) => match classified(error) {
            Error::InteractionNeeded(error) => Error::Refused(error),
            other => other,
        },
        (None, _) => reply.wrong("this is no error of a managed identity"),
    }
}
