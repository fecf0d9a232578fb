//! `azvault open`

use azvault_model::ContextName;
use azvault_service::ask::ask;
use azvault_service::browser;
use azvault_service::failure::{Failure, Kind};
use azvault_service::text::{quoted, shown};
use azvault_service::verbs::{ShowContext, ShownContext};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::name::name;

/// Open the Azure portal in the tenant and subscription of the active context
///
/// In your browser, or the one that BROWSER names; where none can be started the address is printed. The
/// portal signs you in itself: it gets no token. The address has the ids of tenant and subscription, and
/// stands among the browser's arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Another context: its name, the beginning of it, or its subscription or tenant
    #[arg(value_parser = name)]
    name: Option<String>,
    /// Print the address, and open nothing
    #[arg(long)]
    print: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    context: &'a str,
    address: &'a str,
    opened: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let name = self.name.map(ContextName::new);
        let ShownContext { shown: listed, portal, .. } = ask(app, ShowContext { name })?;
        let context = &listed.context;
        let own = quoted(context.name.as_str());
        let Some(address) = portal else {
            let cloud = quoted(context.environment.as_deref().unwrap_or_default());
            return Err(Failure::new(
                Kind::Unsupported,
                format!("the cloud {cloud} has no known portal"),
            )
            .hint("azvault context show -o json"));
        };
        let failed = match (self.print, browser::can_open()) {
            (true, _) => Some(None),
            (false, false) => Some(Some("no browser here".to_owned())),
            (false, true) => {
                browser::open(&address).err().map(|e| Some(format!("no browser ({e})")))
            }
        };
        if app.ui.output == Output::Json {
            let (context, opened) = (context.name.as_str(), failed.is_none());
            app.ui.json(&Document { schema: 1, context, address: &address, opened });
            return Ok(0);
        }
        match failed {
            None => app.ui.note(format!("opened the portal for {own}: {}", shown(&address))),
            Some(why) => {
                if let Some(why) = why {
                    app.ui.note(format!("{why}; the portal for {own}:"));
                }
                app.ui.line(shown(&address));
            }
        }
        Ok(0)
    }
}
