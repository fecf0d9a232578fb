//! `MSI_ENDPOINT`, which has two protocols of before 2019 at one address, with a key in its path:
//!
//! * `POST` with a form and `Metadata: true`, as in Cloud Shell: msrestazure, which az has up to
//!   2.74 (`get_msi_token` of azure_active_directory.py), and the Cloud Shell credentials of SDKs.
//! * `GET ?api-version=2017-09-01` with a second key, `MSI_SECRET`, in the header `secret`: App
//!   Service, as azure-identity before 2021 and msrestazure ask
//!   (<https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>,
//!   2017-09-01).

use crate::reply::{self, After, Reply, Status, quoted};
use crate::{ClientSelector, EndpointRequest, Issued, Protocol, Target};
use crate::{parameters, protocol::azurerm};

/// Of App Service's form; the other has none.
pub(crate) const API_VERSION: &str = "2017-09-01";

const END: &str = "/msi/token";

/// The path with that key, without the slash in front.
pub(crate) fn path(key: &str) -> String {
    [key, END].concat()
}

/// The key in a path, if it is one of this address.
pub(crate) fn key_of(path: &str) -> Option<&str> {
    path.strip_prefix('/')?.strip_suffix(END).filter(|key| !key.is_empty() && !key.contains('/'))
}

/// What a form asks for. The names of an identity are those of `msi_conf` in msrestazure.
pub(crate) fn asked_by_form(body: &[u8]) -> Option<EndpointRequest> {
    let names = ["resource", "client_id", "object_id", "msi_res_id"];
    let [resource, client, object, res] = parameters::read(str::from_utf8(body).ok()?, names)?;
    let mut selectors = [
        client.map(ClientSelector::ClientId),
        object.map(ClientSelector::ObjectId),
        res.map(ClientSelector::ResourceId),
    ]
    .into_iter()
    .flatten();
    let (client, second) = (selectors.next(), selectors.next());
    second.is_none().then_some(EndpointRequest {
        target: Target::Resource(resource?),
        tenant: None,
        client,
        claims: None,
        refused_sha256: None,
        protocol: Protocol::CloudShell,
    })
}

/// App Service's form had a date for seconds.
pub(super) fn issued(issued: &Issued, token: &[u8], after: After) -> Reply {
    let Ok(expires_on) = jiff::Timestamp::from_second(issued.expires_on) else {
        return reply::last(Status::Broken, "{}");
    };
    let rest = format!(
        "\",\"expires_on\":\"{}\",\"resource\":{},\"token_type\":\"Bearer\"}}",
        expires_on.strftime("%m/%d/%Y %H:%M:%S +00:00"),
        quoted(&issued.resource)
    );
    reply::token(after, &[b"{\"access_token\":\"", token, rest.as_bytes()])
}

/// The reason stands in the status line too: it is all that msrestazure, and az with it, shows.
pub(super) fn denied(status: Status, message: &str) -> Reply {
    reply::last_with_reason(status, message, &azurerm::error(status, message))
}
