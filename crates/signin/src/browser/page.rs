//! What the listener answers. No page has a word of the request or of the provider in it.

use url::Url;

/// The browser is sent to the provider, and neither keeps the address nor tells it to anybody.
pub(super) fn to_provider(address: &Url) -> String {
    let more = format!("Location: {address}\r\n");
    page("302 Found", &more, "Sign in", "The sign-in service opens in a moment.")
}

pub(super) fn signed_in() -> String {
    page("200 OK", "", "Signed in", "You can close this page.")
}

pub(super) fn not_signed_in() -> String {
    page("200 OK", "", "Not signed in", "The terminal says why. You can close this page.")
}

pub(super) fn not_found() -> String {
    page("404 Not Found", "", "Not found", "There is nothing here.")
}

pub(super) fn of_another_user() -> String {
    let text = "This sign-in is of another user of this machine. If it is yours, and the browser \
                runs as another user or in a virtual machine: azvault connect --device-code";
    page("403 Forbidden", "", "Refused", text)
}

fn page(status: &str, header: &str, title: &str, text: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>azvault</title>\
         <body><h1>{title}</h1><p>{text}</p></body></html>"
    );
    format!(
        "HTTP/1.1 {status}\r\n{header}Content-Type: text/html; charset=utf-8\r\n\
         Content-Length: {}\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}
