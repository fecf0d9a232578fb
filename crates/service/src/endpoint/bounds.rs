//! What an endpoint hands out at most, of all that its accounts may get.

use azvault_model::{Context, TenantId};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::text::quoted;
use crate::time::utc;
use crate::tokens::{Target, TokenRequest};

/// What an endpoint hands out at most.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Bounds {
    /// By id, as tokens are asked for. Every tenant, where there is none.
    pub tenants: Vec<String>,
    /// As they are typed. Every resource, where there is none.
    pub resources: Vec<String>,
    /// When the last token is handed out, in Unix seconds.
    pub expires: Option<i64>,
}

impl Bounds {
    /// Refuses a resource that none of these contexts' clouds has, before anything is begun.
    pub(crate) fn check(&self, contexts: &Contexts, of: &[&Context]) -> Result<(), Failure> {
        for resource in &self.resources {
            for context in of {
                self::resource(contexts, context, resource)?;
            }
        }
        Ok(())
    }

    /// Refuses what is beyond.
    pub(super) fn allow(
        &self,
        app: &App,
        contexts: &Contexts,
        context: &Context,
        wanted: &TokenRequest,
    ) -> Result<(), Failure> {
        if let Some(expires) = self.expires.filter(|expires| app.now() >= *expires) {
            let what = format!("what this command may ask for ended at {}", utc(expires));
            return Err(Failure::new(Kind::Refused, what).hint(START_AGAIN));
        }
        let is_wanted = |tenant: &String| TenantId(tenant) == TenantId(&wanted.tenant);
        if !self.tenants.is_empty() && !self.tenants.iter().any(is_wanted) {
            let what =
                format!("this command gets no tokens for the tenant {}", quoted(&wanted.tenant));
            return Err(Failure::new(Kind::Refused, what).hint(LIST));
        }
        for resource in &self.resources {
            if self::resource(contexts, context, resource)? == wanted.resource() {
                return Ok(());
            }
        }
        if self.resources.is_empty() {
            return Ok(());
        }
        let what = format!("this command gets no tokens for {}", quoted(wanted.resource()));
        Err(Failure::new(Kind::Refused, what).hint(LIST))
    }
}

/// What a resource is called in the tokens of a context's cloud.
fn resource(contexts: &Contexts, context: &Context, typed: &str) -> Result<String, Failure> {
    let to = Target::Resource(Some(typed.to_owned()));
    let wanted = TokenRequest::new(contexts, context, to, None)?;
    Ok(wanted.resource().to_owned())
}

const LIST: &str = "azvault grant list";

const START_AGAIN: &str = "start the command again";
