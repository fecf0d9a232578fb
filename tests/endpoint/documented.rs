//! docs/environment.md is the tables of the variables.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use azvault_endpoint::{FOREIGN_VARIABLES, Holds, TOOL_VARIABLES, ToolValue};

const PAGE: &str = "# The environment of `exec` and `shell`

Written by the tables in `crates/endpoint/src/environment.rs` and
`crates/endpoint/src/foreign_variables.rs`. Regenerate with
`AZVAULT_UPDATE_DOCS=1 cargo test -p azvault-endpoint documented`.

## What is set

Keys to an endpoint that ends with the command, and what the acting context is. No token. Two of the
addresses have a key in their path, because their protocol has no header for it, and some tools print
it: it is good on this machine, for processes of this user, until the command ends.
";

const TAKEN: &str = "
## What is taken away

Variables by which tools sign in as another identity, or ask elsewhere for tokens. A name with `*` is
every name that begins so.
";

fn value(value: ToolValue) -> String {
    let text = match value {
        ToolValue::Fixed(text) => return format!("`{text}`"),
        ToolValue::Address => "the endpoint",
        ToolValue::IdentityEndpoint => "the endpoint, App Service 2019-08-01",
        ToolValue::MsiEndpoint => "the endpoint, Cloud Shell and App Service 2017-09-01",
        ToolValue::ArmMsiEndpoint => "the endpoint, IMDS 2018-02-01",
        ToolValue::IdentityHeader | ToolValue::MsiSecret | ToolValue::AzdKey => "a key",
        ToolValue::AzFolder => "a folder of this command, without tokens",
        ToolValue::Tenant => "the tenant's id",
        ToolValue::Subscription => "the subscription's id",
        ToolValue::ArmEnvironment => "the cloud: `public`, `usgovernment`, `china`",
        ToolValue::NoProxy => "what was there, `127.0.0.1`, `localhost`",
    };
    text.to_owned()
}

#[test]
fn docs_environment_md_is_the_tables() {
    let mut page = PAGE.to_owned();
    page.push_str("\n| Variable | Value | For | Without it |\n|---|---|---|---|\n");
    for row in TOOL_VARIABLES {
        let value = value(row.value);
        writeln!(page, "| `{}` | {value} | {} | {} |", row.name, row.tool, row.why).unwrap();
    }
    page.push_str(TAKEN);
    page.push_str("\n| Tool | Secrets | Identities | Addresses |\n|---|---|---|---|\n");
    let mut rows = FOREIGN_VARIABLES;
    while let Some(first) = rows.first() {
        let ends = rows.iter().position(|row| row.tool != first.tool).unwrap_or(rows.len());
        let (own, rest) = rows.split_at(ends);
        let of = |holds: Holds| {
            let names = own.iter().filter(|row| row.holds == holds);
            names.map(|row| format!("`{}`", row.name)).collect::<Vec<_>>().join(" ")
        };
        let [secrets, identities, endpoints] =
            [Holds::Secret, Holds::Identity, Holds::Endpoint].map(of);
        writeln!(page, "| {} | {secrets} | {identities} | {endpoints} |", first.tool).unwrap();
        rows = rest;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/environment.md");
    if std::env::var_os("AZVAULT_UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/environment.md is not what the tables say: regenerate it");
}
