//! What the tools behind an endpoint are told without asking.

use std::path::PathBuf;

use azvault_model::Context;
use serde::{Deserialize, Serialize};

use super::az_folder::{self, AzFile, OwnAzFiles};
use super::az_profile::{self, AZ_PROFILE, LeftFromAz};
use super::terms::Served;
use crate::contexts::Contexts;
use crate::failure::Failure;
use crate::verbs::ServedContext;

/// What the tools behind an endpoint are told without asking.
#[derive(Serialize, Deserialize)]
pub struct ToolFacts {
    pub(super) facts: Facts,
    pub(super) az: Vec<AzFile>,
}

/// Of the context that acts.
#[derive(Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) tenant: Option<String>,
    pub(super) subscription: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) served: Served,
    /// The folder of az that goes with it; told once it is made.
    pub(super) az_folder: Option<PathBuf>,
}

impl ToolFacts {
    /// Puts the file for Azure PowerShell into the folder of the endpoint; gives what is not in it.
    pub(crate) fn add_profile(
        &mut self,
        contexts: &Contexts,
        served: &[ServedContext],
    ) -> Result<Vec<LeftFromAz>, Failure> {
        let (text, left) = az_profile::az_profile(contexts, served)?;
        self.az.push(AzFile { name: AZ_PROFILE.to_owned(), text });
        Ok(left)
    }
}

impl ToolFacts {
    /// Nothing: tools act as they did before.
    pub(super) fn nothing(served: Served) -> Self {
        let (tenant, subscription, environment, az_folder) = (None, None, None, None);
        let facts = Facts { tenant, subscription, environment, served, az_folder };
        Self { facts, az: Vec::new() }
    }
}

/// What there is to tell when that context acts.
pub(crate) fn tool_facts(
    contexts: &Contexts,
    acting: Option<&Context>,
    served: &Served,
    own_az: &OwnAzFiles,
) -> ToolFacts {
    let az = az_folder::content(contexts, acting, &served.reach, own_az);
    let facts = Facts {
        tenant: acting
            .and_then(|own| own.tenant.as_ref())
            .map(|tenant| tenant.id.clone())
            .map(|text| text.to_string()),
        subscription: acting
            .and_then(|own| own.subscription.as_ref())
            .map(|own| own.id.clone())
            .map(|text| text.to_string()),
        environment: acting.and_then(|own| own.environment.clone()).map(|text| text.to_string()),
        served: served.clone(),
        az_folder: None,
    };
    ToolFacts { facts, az }
}
