//! A cloud, for a process that has no vault in which it is defined.

use std::collections::BTreeSet;

use azvault_model::Environment;
use azvault_signin::{Cloud, Confirmed};
use serde::{Deserialize, Serialize};

use super::{custom, failed};
use crate::contexts::Contexts;
use crate::failure::Failure;

/// A cloud by what defines it. Holds no secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct CloudChoice {
    name: String,
    custom: Option<Box<Custom>>,
}

/// What a file said, and what a person agreed to.
#[derive(Clone, Serialize, Deserialize)]
struct Custom {
    environment: Environment,
    confirmed: BTreeSet<String>,
}

impl CloudChoice {
    /// The cloud of an environment's name, if it is known, and agreed to where Microsoft does not run it.
    pub fn of(contexts: &Contexts, environment: &str) -> Result<Self, Failure> {
        if let Some(choice) = Self::built_in(environment) {
            return Ok(choice);
        }
        Self::custom(custom(contexts, environment)?.clone(), contexts.confirmed())
    }

    /// A cloud that a file defined, with the origins that a person agreed to: all that it has.
    pub(super) fn custom(
        environment: Environment,
        confirmed: BTreeSet<String>,
    ) -> Result<Self, Failure> {
        let name = environment.name.to_string();
        let choice = Self { name, custom: Some(Box::new(Custom { environment, confirmed })) };
        choice.cloud().map(|_| choice)
    }

    /// A cloud that Microsoft runs.
    pub(super) fn built_in(name: &str) -> Option<Self> {
        Cloud::built_in(name).map(|_| Self { name: name.to_owned(), custom: None })
    }

    /// The cloud itself.
    pub fn cloud(&self) -> Result<Cloud, Failure> {
        match &self.custom {
            Some(custom) => {
                let confirmed = Confirmed::these(custom.confirmed.iter().cloned());
                Cloud::custom(&custom.environment, &confirmed).map_err(failed)
            }
            None => Cloud::built_in(&self.name).ok_or_else(|| super::unknown(&self.name)),
        }
    }
}
