//! `az account get-access-token`. The library that answers queries sees a stand-in of the token.

use azvault_model::Secret;
use azvault_service::failure::{Failure, Kind};
use azvault_service::tokens::{Issued, Target};
use azvault_service::verbs::{Destination, Token, Which};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use zeroize::Zeroizing;

use super::account::answered;
use super::form::{Columns, Form};
use crate::app::{App, Exit};
use crate::commands::secret::{json_room, push_json};

#[derive(clap::Args)]
pub(super) struct GetAccessToken {
    #[command(flatten)]
    form: Form,
    #[arg(long, conflicts_with_all = ["scope", "resource_type"])]
    resource: Option<String>,
    #[arg(long, num_args = 1..)]
    scope: Vec<String>,
    #[arg(long)]
    resource_type: Option<String>,
    #[arg(short, long, conflicts_with = "subscription")]
    tenant: Option<String>,
    #[arg(short, long, visible_short_alias = 'n', alias = "name")]
    subscription: Option<String>,
}

/// What az prints of a token.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "accessToken")]
    stand_in: &'a str,
    /// Local time: scripts of before 2023 read this one.
    #[serde(rename = "expiresOn")]
    expires_on_local: String,
    expires_on: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<&'a str>,
    tenant: &'a str,
    #[serde(rename = "tokenType")]
    token_type: &'static str,
}

impl GetAccessToken {
    pub(super) fn run(self, app: &App) -> Exit {
        self.form.check_takes()?;
        let target = match (self.resource.or(self.resource_type), self.scope.is_empty()) {
            (Some(resource), _) => Target::Resource(Some(resource)),
            (None, false) => Target::Scopes(self.scope),
            (None, true) => Target::Resource(None),
        };
        let verb = Token {
            subscription: self.subscription,
            target,
            tenant: self.tenant,
            claims: None,
            which: Which::Any,
            destination: Destination::Caller,
            confirm: Vec::new(),
        };
        let reply = answered(app, verb)?;
        let subscription = reply.request.subscription.clone();
        let Issued { value, expires_on, tenant } = reply.issued();
        let stand_in = stand_in(&value);
        let local = Timestamp::from_second(expires_on)
            .map_err(|e| Failure::new(Kind::Other, e.to_string()))?
            .to_zoned_datetime(TimeZone::system());
        let document = Document {
            stand_in: &stand_in,
            expires_on_local: local.strftime("%Y-%m-%d %H:%M:%S.000000").to_string(),
            expires_on,
            subscription: subscription.as_deref(),
            tenant: &tenant,
            token_type: "Bearer",
        };
        let text = self.form.text(&document, Columns::Sorted)?;
        let written = match self.form.quotes()? {
            true => put(&text, &format!("\"{stand_in}\""), &value, push_json),
            // EXPOSE: the token was asked for.
            false => put(&text, &stand_in, &value, |out, value| out.extend(value.expose())),
        };
        app.ui.raw(&written);
        Ok(0)
    }
}

/// As long as the token, so that a table is as wide; long enough to be found nowhere else.
fn stand_in(value: &Secret) -> String {
    const MIN_LENGTH: usize = 24;
    "T".repeat(value.len().max(MIN_LENGTH))
}

/// The text with the token in the place of its stand-in.
fn put(
    text: &str,
    stand_in: &str,
    value: &Secret,
    push: impl Fn(&mut Zeroizing<Vec<u8>>, &Secret),
) -> Zeroizing<Vec<u8>> {
    let times = text.matches(stand_in).count();
    let mut written = Zeroizing::new(Vec::with_capacity(text.len() + times * json_room(value)));
    for (at, part) in text.split(stand_in).enumerate() {
        if at > 0 {
            push(&mut written, value);
        }
        written.extend(part.as_bytes());
    }
    written
}

#[cfg(test)]
mod tests {
    use azvault_model::Secret;

    use super::{put, stand_in};
    use crate::commands::secret::push_json;

    #[test]
    fn a_token_stands_where_its_stand_in_stood() {
        let token = Secret::copied_from(b"a\"b");
        let stand_in = stand_in(&token);
        let text = format!("{{\"accessToken\": \"{stand_in}\"}}\n");
        let quoted = format!("\"{stand_in}\"");
        assert_eq!(&**put(&text, &quoted, &token, push_json), b"{\"accessToken\": \"a\\\"b\"}\n");
        let plain = put(&format!("x\t{stand_in}\n"), &stand_in, &token, |out, value| {
            // EXPOSE: a token of this test.
            out.extend(value.expose());
        });
        assert_eq!(&**plain, b"x\ta\"b\n");
        assert_eq!(&**put("nothing\n", &stand_in, &token, push_json), b"nothing\n");
    }
}
