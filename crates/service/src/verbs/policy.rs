//! What of the contexts does not go with the policy in force.

use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::policy;
use crate::policy::Finding;

/// Looks at all contexts that are seen.
#[derive(Serialize, Deserialize)]
pub struct CheckContexts {}

/// Those that may not be used.
#[derive(Serialize, Deserialize)]
pub struct CheckedContexts {
    pub findings: Vec<Finding>,
}

impl Message for CheckContexts {}

impl Message for CheckedContexts {}

impl Verb for CheckContexts {
    const NAME: &'static str = "policy check";
    type Reply = CheckedContexts;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<CheckedContexts, Failure> {
        let policy = app.policy()?;
        let seen = open.contexts.seen();
        let findings = seen.iter().filter_map(|seen| policy::of_context(policy, seen.context));
        Ok(CheckedContexts { findings: findings.collect() })
    }
}
