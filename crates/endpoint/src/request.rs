//! Requests: who may ask at all, and what is asked.

use crate::parameters;
use crate::protocol::{app_service, azd, azurerm, imds, msi};
use crate::reply::{After, Reply, Status};
use crate::token_endpoint::{Entrance, TokenEndpoint};
use crate::{ClientSelector, EndpointRequest, Protocol, Target};

/// Bytes of a request's head at most.
pub(crate) const MAX_HEAD: usize = 16 * 1024;

/// Bytes of a body at most.
pub(crate) const MAX_BODY: usize = 64 * 1024;

const MAX_HEADERS: usize = 64;

/// What a head says.
pub(crate) struct Head {
    pub(crate) asks: Asks,
    /// What its caller wants to become of the connection.
    pub(crate) after: After,
}

/// Where it stands what is asked.
pub(crate) enum Asks {
    /// In the head.
    This(EndpointRequest),
    /// In a body of so many bytes.
    InBody(Protocol, usize),
}

/// Why a request is not answered with a token.
#[derive(Debug)]
pub(crate) struct Denied {
    protocol: Protocol,
    status: Status,
    message: &'static str,
}

impl Denied {
    pub(crate) fn new(protocol: Protocol, status: Status, message: &'static str) -> Self {
        Self { protocol, status, message }
    }

    /// For a request of which not even the protocol is known.
    pub(crate) fn unknown(status: Status, message: &'static str) -> Self {
        Self::new(Protocol::AppService, status, message)
    }

    pub(crate) fn reply(&self) -> Reply {
        self.protocol.denied(self.status, self.message)
    }
}

/// Looks at a whole head, its last empty line included, of who came in there.
pub(crate) fn head(
    bytes: &[u8],
    endpoint: &TokenEndpoint,
    entrance: Entrance,
) -> Result<Head, Denied> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) if length == bytes.len() => {}
        Err(httparse::Error::TooManyHeaders) => {
            return Err(Denied::unknown(Status::HeadTooLarge, "too many headers"));
        }
        _ => return Err(Denied::unknown(Status::BadRequest, "no HTTP request")),
    }
    let (method, target) = (request.method.unwrap_or(""), request.path.unwrap_or(""));
    let http = request.version;
    let headers = Headers(request.headers);

    // A page in a browser can have a name of its own resolve to 127.0.0.1, and then speak to any
    // port there; the name stands in Host. It cannot leave Origin out where it sends headers.
    let is_own = |host: &[u8]| match entrance {
        Entrance::Keyed => is_host(host, endpoint.port),
        Entrance::Metadata => imds::is_host(host),
    };
    if !headers.only("Host").is_some_and(is_own) {
        return Err(Denied::unknown(Status::Forbidden, "Host is not this endpoint's address"));
    }
    if headers.named("Origin").next().is_some() {
        return Err(Denied::unknown(Status::Forbidden, "no page is answered"));
    }

    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let protocol = match entrance {
        Entrance::Keyed => keyed(path, method),
        Entrance::Metadata => (path == imds::PATH).then_some(Protocol::Imds),
    };
    let Some(protocol) = protocol else {
        return Err(Denied::unknown(Status::NotFound, "there is no such path"));
    };
    let deny = |status, message| Err(Denied::new(protocol, status, message));
    if method != protocol.method() {
        return deny(Status::NoSuchMethod, "there is another method for this path");
    }
    if !has_key(endpoint, protocol, path, &headers) {
        return deny(Status::Unauthorised, "the key is missing or wrong");
    }
    // As the service itself: what a proxy hands on is not of who runs it.
    if protocol == Protocol::Imds && headers.named("X-Forwarded-For").next().is_some() {
        return deny(Status::BadRequest, "no request is answered that was handed on");
    }
    let is_of_imds = matches!(protocol, Protocol::Azurerm | Protocol::CloudShell | Protocol::Imds);
    if is_of_imds && headers.only("Metadata") != Some(b"true") {
        return deny(Status::BadRequest, "Metadata: true is missing");
    }
    let body = match length_of_body(&headers) {
        Ok(length) => length,
        Err((status, message)) => return deny(status, message),
    };
    let asks = match (protocol, body) {
        (Protocol::Azd | Protocol::CloudShell, Some(length)) => {
            let Some([version]) = parameters::read(query, ["api-version"]) else {
                return deny(Status::BadRequest, "the query is malformed");
            };
            if !protocol.speaks(version.as_deref()) {
                return deny(Status::BadRequest, "this api-version is not spoken");
            }
            Asks::InBody(protocol, length)
        }
        (Protocol::Azd | Protocol::CloudShell, None) => {
            return deny(Status::LengthRequired, "a body with its length is missing");
        }
        (_, None | Some(0)) => match asked_by_query(protocol, query) {
            Ok(asked) => Asks::This(asked),
            Err(message) => return deny(Status::BadRequest, message),
        },
        (_, Some(_)) => return deny(Status::BadRequest, "there is no body in this protocol"),
    };
    Ok(Head { asks, after: after(http, &headers) })
}

/// The protocol of a path that is there with a key.
fn keyed(path: &str, method: &str) -> Option<Protocol> {
    match path {
        app_service::PATH => Some(Protocol::AppService),
        azd::PATH => Some(Protocol::Azd),
        _ if azurerm::key_of(path).is_some() => Some(Protocol::Azurerm),
        _ if msi::key_of(path).is_some() && method == "GET" => Some(Protocol::AppService2017),
        _ if msi::key_of(path).is_some() => Some(Protocol::CloudShell),
        _ => None,
    }
}

/// What a caller wants to become of its connection (RFC 9112, 9.3). One of HTTP/1.0 would have to
/// ask for it to go on, and none of the clients that there are does.
fn after(http: Option<u8>, headers: &Headers<'_, '_>) -> After {
    let mut options = headers.named("Connection").flat_map(|all| all.split(|byte| *byte == b','));
    match http == Some(1) && !options.any(|one| one.trim_ascii().eq_ignore_ascii_case(b"close")) {
        true => After::NextRequest,
        false => After::Close,
    }
}

/// Looks at the body of a request whose head was in order.
pub(crate) fn body(protocol: Protocol, bytes: &[u8]) -> Result<EndpointRequest, Denied> {
    let (asked, message) = if protocol == Protocol::CloudShell {
        (msi::asked_by_form(bytes), "the body is no form with one resource")
    } else {
        (azd::asked(bytes), "the body is not {\"scopes\":[…]}")
    };
    asked.ok_or(Denied::new(protocol, Status::BadRequest, message))
}

fn is_host(host: &[u8], port: u16) -> bool {
    let is_at = |name: &str| host == format!("{name}:{port}").as_bytes();
    is_at("127.0.0.1") || is_at("localhost")
}

fn has_key(
    endpoint: &TokenEndpoint,
    protocol: Protocol,
    path: &str,
    headers: &Headers<'_, '_>,
) -> bool {
    let has_msi_path =
        || msi::key_of(path).is_some_and(|given| endpoint.msi_path.is(given.as_bytes()));
    match protocol {
        Protocol::AppService => headers
            .only("X-IDENTITY-HEADER")
            .is_some_and(|given| endpoint.identity_header.is(given)),
        Protocol::Azd => headers
            .only("Authorization")
            .and_then(|given| given.strip_prefix(b"Bearer "))
            .is_some_and(|given| endpoint.azd_key.is(given)),
        Protocol::Azurerm => {
            azurerm::key_of(path).is_some_and(|given| endpoint.azurerm_path.is(given.as_bytes()))
        }
        Protocol::CloudShell => has_msi_path(),
        Protocol::AppService2017 => {
            has_msi_path()
                && headers.only("secret").is_some_and(|given| endpoint.msi_secret.is(given))
        }
        // To be in the network is the key.
        Protocol::Imds => true,
    }
}

/// `None` where there is none. Two lengths, or a length and chunks, are how requests are smuggled.
fn length_of_body(headers: &Headers<'_, '_>) -> Result<Option<usize>, (Status, &'static str)> {
    if headers.named("Transfer-Encoding").next().is_some() {
        return Err((Status::LengthRequired, "chunked bodies are not read"));
    }
    let mut lengths = headers.named("Content-Length");
    let (Some(length), None) = (lengths.next(), lengths.next()) else {
        let none = headers.named("Content-Length").next().is_none();
        return if none { Ok(None) } else { Err((Status::BadRequest, "two lengths of a body")) };
    };
    let is_number = (1..=20).contains(&length.len()) && length.iter().all(u8::is_ascii_digit);
    if !is_number {
        return Err((Status::BadRequest, "the length of the body is no number"));
    }
    let value = str::from_utf8(length).ok().and_then(|digits| digits.parse().ok());
    match value {
        Some(value) if value <= MAX_BODY => Ok(Some(value)),
        _ => Err((Status::BodyTooLarge, "the body is too large")),
    }
}

fn asked_by_query(protocol: Protocol, query: &str) -> Result<EndpointRequest, &'static str> {
    // The last is how 2017-09-01 spells the third.
    let names = [
        "api-version",
        "resource",
        "client_id",
        "object_id",
        "mi_res_id",
        "msi_res_id",
        "clientid",
        "claims",
        "token_sha256_to_refresh",
    ];
    let [
        version,
        resource,
        client,
        object,
        mi_resource,
        msi_resource,
        old_client,
        claims,
        refused_sha256,
    ] = parameters::read(query, names).ok_or("the query is malformed")?;
    if !protocol.speaks(version.as_deref()) {
        return Err("this api-version is not spoken");
    }
    let resource = resource.ok_or("the query has no resource")?;
    let mut selectors = [
        client.map(ClientSelector::ClientId),
        old_client.map(ClientSelector::ClientId),
        object.map(ClientSelector::ObjectId),
        mi_resource.map(ClientSelector::ResourceId),
        msi_resource.map(ClientSelector::ResourceId),
    ]
    .into_iter()
    .flatten();
    let client = selectors.next();
    if selectors.next().is_some() {
        return Err("the query names more than one identity");
    }
    let is_hash = |hash: &String| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if !refused_sha256.as_ref().is_none_or(is_hash) {
        return Err("token_sha256_to_refresh is no SHA-256 in hexadecimal digits");
    }
    Ok(EndpointRequest {
        target: Target::Resource(resource),
        tenant: None,
        client,
        claims,
        refused_sha256,
        protocol,
    })
}

struct Headers<'h, 'b>(&'h [httparse::Header<'b>]);

impl<'b> Headers<'_, 'b> {
    fn named(&self, name: &str) -> impl Iterator<Item = &'b [u8]> {
        self.0.iter().filter(move |h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value)
    }

    /// Its value, if it is there once.
    fn only(&self, name: &str) -> Option<&'b [u8]> {
        let mut values = self.named(name);
        values.next().filter(|_| values.next().is_none())
    }
}
