//! An endpoint that is open, and callers with nothing but a socket.

use std::collections::BTreeMap;
use std::io::{PipeWriter, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use azvault_endpoint::{
    ClientSelector, EndpointRequest, Facts, Issued, Keys, Refusal, Target, TokenEndpoint,
};
use azvault_model::Secret;
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

pub const NOW: i64 = 1_790_000_000;

pub const LIFE: i64 = 3600;

/// An open endpoint, which closes when this is dropped.
pub struct World {
    pub environment: BTreeMap<&'static str, String>,
    pub port: u16,
    pub asked: Arc<Mutex<Vec<EndpointRequest>>>,
    stop: Option<PipeWriter>,
    serving: Option<JoinHandle<std::io::Result<()>>>,
}

impl World {
    /// An endpoint behind which every token is to be had, except one for `https://no.example`.
    pub fn new() -> Self {
        Self::issuing(issue)
    }

    pub fn issuing(
        issue: impl Fn(&EndpointRequest) -> Result<Issued, Refusal> + Send + Sync + 'static,
    ) -> Self {
        Self::at(|| NOW, issue)
    }

    /// The same for clients that have a clock of their own.
    pub fn today() -> Self {
        Self::at(today, |asked| Ok(Issued { expires_on: today() + LIFE, ..issue(asked)? }))
    }

    fn at(
        now: fn() -> i64,
        issue: impl Fn(&EndpointRequest) -> Result<Issued, Refusal> + Send + Sync + 'static,
    ) -> Self {
        let key = |byte| Zeroizing::new([byte; 32]);
        let keys = Keys {
            identity_header: key(1),
            azd_key: key(2),
            azurerm_path: key(3),
            msi_path: key(4),
            msi_secret: key(5),
        };
        let endpoint = TokenEndpoint::open(&keys).unwrap();
        let facts = Facts {
            tenant: Some("11111111-1111-1111-1111-111111111111"),
            subscription: Some("22222222-2222-2222-2222-222222222222"),
            environment: None,
            az_folder: None,
            no_proxy: &["intern.example"],
        };
        let environment = endpoint.environment(&facts);
        let environment: BTreeMap<_, _> =
            environment.into_iter().map(|(name, value)| (name, value.to_string())).collect();
        let port = environment["AZD_AUTH_ENDPOINT"].rsplit(':').next().unwrap().parse().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (stopped, stop) = std::io::pipe().unwrap();
        let log = Arc::clone(&asked);
        let serving = std::thread::spawn(move || {
            endpoint.serve(&stopped, now, |asked, _| {
                log.lock().unwrap().push(asked.clone());
                issue(asked)
            })
        });
        Self { environment, port, asked, stop: Some(stop), serving: Some(serving) }
    }

    pub fn header(&self) -> &str {
        &self.environment["IDENTITY_HEADER"]
    }

    /// What a client of App Service sends.
    pub fn request(&self) -> String {
        self.request_for("https://management.azure.com/")
    }

    pub fn request_for(&self, resource: &str) -> String {
        let (port, key) = (self.port, self.header());
        format!(
            "GET /msi/token?api-version=2019-08-01&resource={resource} HTTP/1.1\r\n\
             Host: 127.0.0.1:{port}\r\nX-IDENTITY-HEADER: {key}\r\n\r\n"
        )
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Status and body of the reply.
    pub fn send(&self, request: &[u8]) -> (u16, String) {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        reply(stream)
    }

    /// The child has ended.
    pub fn stop(&mut self) {
        self.stop = None;
    }

    pub fn wait(&mut self) {
        self.serving.take().unwrap().join().unwrap().unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
        if let Some(serving) = self.serving.take() {
            let _ = serving.join();
        }
    }
}

/// Status and body; a connection that the reply closes has to end after it.
pub fn reply(mut stream: TcpStream) -> (u16, String) {
    let reply = Reply::read(&mut stream);
    if reply.closes {
        assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0);
    }
    (reply.status, reply.body)
}

/// One reply of a connection that may go on.
pub struct Reply {
    pub status: u16,
    pub body: String,
    pub closes: bool,
}

impl Reply {
    /// Reads this reply and nothing behind it.
    pub fn read(stream: &mut impl Read) -> Self {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", head.escape_ascii());
            head.extend(byte);
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.contains("\r\nCache-Control: no-store"), "{head}");
        let length = head.split("\r\nContent-Length: ").nth(1).unwrap().lines().next().unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut body).unwrap();
        Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            body: String::from_utf8(body).unwrap(),
            closes: head.contains("\r\nConnection: close"),
        }
    }
}

pub fn issue(asked: &EndpointRequest) -> Result<Issued, Refusal> {
    let resource = match &asked.target {
        Target::Resource(resource) => resource.clone(),
        Target::Scopes(scopes) => scopes.join(" "),
    };
    if resource.contains("no.example") {
        let message = "azvault does not hand out tokens for this resource".to_owned();
        return Err(Refusal::NotAllowed { message });
    }
    let access_token = Secret::copied_from(token(&resource, asked.client.as_ref()).as_bytes());
    Ok(Issued { access_token, expires_on: NOW + LIFE, resource, tenant: asked.tenant.clone() })
}

/// A token that says what it is for.
pub fn token(resource: &str, client: Option<&ClientSelector>) -> String {
    let said = format!("{} {client:?}", resource.trim_end_matches('/'));
    format!("azv.{}.sig", BASE64URL_NOPAD.encode(said.as_bytes()))
}

fn today() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_secs()).unwrap()
}
