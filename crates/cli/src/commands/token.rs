//! `azvault token`

use std::io::IsTerminal;

use azvault_service::ask::ask;
use azvault_service::claims_challenge;
use azvault_service::failure::{Failure, Kind};
use azvault_service::tokens::{Issued, Target, TokenRequest};
use azvault_service::verbs::{Destination, Token, Which};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::copy::CopyOptions;
use crate::options::name::name;
use crate::options::resource::{ResourceParser, resources};

/// Print an access token of the active context (Get-AzAccessToken)
///
/// From the cache while it lives for five minutes more, else a new one. To a terminal only with
/// --reveal; with --copy to the clipboard. With -o json as `az account get-access-token` prints it.
#[derive(clap::Args)]
#[command(after_long_help = resources())]
pub(crate) struct Args {
    /// What it shall open: https://HOST, api://ID, an application id, or a name of the table below
    /// [default: arm]
    #[arg(long, value_name = "URI|NAME", conflicts_with = "scopes")]
    #[arg(value_parser = ResourceParser, hide_possible_values = true)]
    resource: Option<String>,
    /// Scopes, all of one resource, instead of a resource
    #[arg(long = "for", value_name = "SCOPE", num_args = 1..)]
    #[arg(value_parser = name)]
    scopes: Vec<String>,
    /// Another tenant than the context's
    #[arg(long, value_name = "ID")]
    #[arg(value_parser = name)]
    tenant: Option<String>,
    /// Answer this claims challenge: JSON, its Base64 as in WWW-Authenticate, or a file with either. A
    /// token that was got for the same one comes from the cache
    #[arg(long, value_name = "CLAIMS|@FILE")]
    #[arg(value_parser = name)]
    claims: Option<String>,
    /// Get a new one, whatever is in the cache
    #[arg(long)]
    refresh: bool,
    /// Trust these hosts for the context's custom cloud
    #[arg(long, value_name = "https://HOST")]
    #[arg(value_parser = name)]
    confirm: Vec<String>,
    /// Print it to a terminal too
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    copy: CopyOptions,
}

/// What is around the token.
#[derive(Serialize)]
struct Document<'a> {
    expires_on: i64,
    /// Local time: scripts of before 2023 read this one.
    #[serde(rename = "expiresOn")]
    expires_on_local: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<&'a str>,
    tenant: &'a str,
    #[serde(rename = "tokenType")]
    token_type: &'static str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let clipboard = self.copy.destination(app)?;
        if clipboard.is_none() && std::io::stdout().is_terminal() && !self.reveal {
            return Err(Failure::new(Kind::Refused, "a token is not shown on a terminal")
                .hint("add --copy or --reveal, or hand it on: $(azvault token)"));
        }
        let claims = self.claims.as_deref().map(claims_challenge::read).transpose()?;
        let to = match self.scopes.is_empty() {
            true => Target::Resource(self.resource),
            false => Target::Scopes(self.scopes),
        };
        let which = if self.refresh { Which::New } else { Which::Any };
        let verb = Token {
            subscription: None,
            target: to,
            tenant: self.tenant,
            claims,
            which,
            destination: match clipboard {
                Some(_) => Destination::Clipboard,
                None => Destination::Caller,
            },
            confirm: self.confirm,
        };
        let reply = ask(app, verb)?;
        let request = reply.request.clone();
        if let Some(clipboard) = clipboard {
            clipboard.put(app, &reply.issued().value)?;
            return Ok(0);
        }
        print(app, &request, &reply.issued())?;
        Ok(0)
    }
}

fn print(app: &App, wanted: &TokenRequest, issued: &Issued) -> Result<(), Failure> {
    if app.ui.output == Output::Json {
        return print_as_az(app, wanted, issued);
    }
    // EXPOSE: the token was asked for.
    app.ui.raw(issued.value.expose());
    app.ui.raw(b"\n");
    Ok(())
}

/// As `az account get-access-token` prints it.
fn print_as_az(app: &App, wanted: &TokenRequest, issued: &Issued) -> Result<(), Failure> {
    let local = Timestamp::from_second(issued.expires_on)
        .map_err(|e| Failure::new(Kind::Other, e.to_string()))?
        .to_zoned_datetime(TimeZone::system());
    let head = serde_json::to_vec(&Document {
        expires_on: issued.expires_on,
        expires_on_local: local.strftime("%Y-%m-%d %H:%M:%S.000000").to_string(),
        subscription: wanted.subscription.as_deref(),
        tenant: &issued.tenant,
        token_type: "Bearer",
    })
    .map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
    let room = super::secret::json_room(&issued.value) + head.len() + 32;
    let mut document = Zeroizing::new(Vec::with_capacity(room));
    document.extend(b"{\"accessToken\":");
    super::secret::push_json(&mut document, &issued.value);
    document.push(b',');
    document.extend(&head[1..]);
    document.push(b'\n');
    app.ui.raw(&document);
    Ok(())
}
