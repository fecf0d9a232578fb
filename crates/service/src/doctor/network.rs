//! Who can read what is sent: the certificate authorities that are trusted, and the proxy.

use azvault_signin::{SystemStore, authorities_of_bundle};

use super::check::Check;
use crate::app::App;
use crate::online::authorities;
use crate::paths;
use crate::text::{count, shown, shown_path};

/// What makes a further authority go, and what makes a proxy go.
const WITHOUT_BUNDLE: &str = "unset AZVAULT_CA_BUNDLE";
const WITHOUT_PROXY: &str = "unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY";

pub(super) fn authorities(app: &App) -> Check {
    let name = "certificate-authorities";
    let store = SystemStore::read();
    let mut what = match store.place {
        Some(place) => {
            let number = match store.authorities() {
                1 => "1 authority".to_owned(),
                more => format!("{more} authorities"),
            };
            format!("{number} of {}", shown_path(place))
        }
        None => "this system has no certificate authorities".to_owned(),
    };
    let ignored = paths::foreign_authorities();
    if !ignored.is_empty() {
        what.push_str(&format!("; not followed: {}", ignored.join(", ")));
    }
    let Some(path) = app.options.ca_bundle.as_deref() else {
        return match store.place {
            Some(_) => Check::ok(name, what),
            None => Check::finding(name, what, "azvault connect --ca-bundle FILE"),
        };
    };
    let bundle = authorities::bundle(app).map_err(|failure| failure.what);
    let number = bundle.and_then(|pem| {
        authorities_of_bundle(&pem.unwrap_or_default())
            .map_err(|e| format!("{}: {e}", shown_path(path)))
    });
    match number {
        Err(why) => Check::finding(name, why, WITHOUT_BUNDLE),
        Ok(number) => {
            let more = count(number, "certificate");
            let what = format!("{what}, and {more} of {} besides", shown_path(path));
            match authorities::reader(app) {
                Some(reader) => Check::finding(name, format!("{what}; {reader}"), WITHOUT_BUNDLE),
                None => Check::ok(name, what),
            }
        }
    }
}

pub(super) fn proxy() -> Check {
    let name = "proxy";
    match paths::proxy().map(|proxy| proxy.address()) {
        None => Check::ok(name, "none"),
        Some(Ok(address)) => Check::ok(name, format!("connections go through {}", shown(&address))),
        Some(Err(e)) => Check::finding(name, e.to_string(), WITHOUT_PROXY),
    }
}
