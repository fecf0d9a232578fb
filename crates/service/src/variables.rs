//! Secrets in the environment of a command, because they were asked for by name.

use std::collections::BTreeSet;
use std::process::Command;

use azvault_model::{Context, Secret};
use azvault_signin::TenantName;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::contexts::none_active;
use crate::failure::{Failure, Kind};
use crate::message::SecretPart;
use crate::opening::OpenVault;
use crate::text::{quoted, shown};
use crate::time::utc;
use crate::tokens::{Target, TokenRequest};
use crate::{online, policy, tokens};

/// The variables in which a service principal's secret stands: of the Azure SDKs, and of Terraform.
pub const SECRETS: [&str; 2] = ["AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET"];

/// What is put into the environment.
#[derive(Serialize, Deserialize)]
pub struct WantedVariables {
    pub tokens: Vec<WantedToken>,
    pub principal: Principal,
}

/// A variable, and what the token in it opens.
#[derive(Clone, Serialize, Deserialize)]
pub struct WantedToken {
    pub name: String,
    pub resource: Option<String>,
}

/// Whether the secret of the context's service principal is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Principal {
    InVariables,
    LeftOut,
}

/// Variables for a command. The secret ones were told to the audit log.
#[derive(Default, Serialize, Deserialize)]
pub struct Variables {
    plain: Vec<PlainVariable>,
    secret: Vec<SecretVariable>,
}

#[derive(Serialize, Deserialize)]
struct PlainVariable {
    name: String,
    value: String,
}

#[derive(Serialize, Deserialize)]
struct SecretVariable {
    name: String,
    value: SecretPart,
}

impl WantedVariables {
    /// Releases what was asked for, of that context.
    pub(crate) fn release(
        &self,
        app: &App,
        open: &mut OpenVault,
        acting: Option<&Context>,
    ) -> Result<Variables, Failure> {
        let mut variables = Variables::default();
        if self.tokens.is_empty() && self.principal == Principal::LeftOut {
            return Ok(variables);
        }
        let context = acting.ok_or_else(none_active)?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.tokens.iter().find(|token| !seen.insert(&token.name)) {
            let what = format!("{} can hold one token", twice.name);
            return Err(Failure::new(Kind::Usage, what).hint("name another variable"));
        }
        if self.principal == Principal::InVariables {
            policy::export_plaintext(app, "a secret is not put into variables")?;
        }
        let wanted = |open: &OpenVault, resource: &Option<String>| {
            let to = Target::Resource(resource.clone());
            TokenRequest::new(&open.contexts, context, to, None)
        };
        // First all that may have to be waited for: then none is handed out twice.
        for WantedToken { resource, .. } in &self.tokens {
            let wanted = wanted(open, resource)?;
            tokens::prepare(app, open, &wanted)?;
        }
        for WantedToken { name, resource } in &self.tokens {
            let wanted = wanted(open, resource)?;
            let issued = tokens::token(app, open, &wanted)?;
            app.console.note(format!(
                "{name} holds an access token of {} until {}: what runs can read it",
                quoted(&wanted.context),
                utc(issued.expires_on)
            ));
            let value = SecretPart::new(issued.value);
            variables.secret.push(SecretVariable { name: name.clone(), value });
        }
        if self.principal == Principal::InVariables {
            variables.put_principal(app, open, context)?;
        }
        Ok(variables)
    }
}

impl Variables {
    fn put_principal(
        &mut self,
        app: &App,
        open: &mut OpenVault,
        context: &Context,
    ) -> Result<(), Failure> {
        let wanted = TokenRequest::new(&open.contexts, context, Target::Resource(None), None)?;
        let cloud = online::cloud(&open.contexts, &wanted.environment)?;
        let tenant = TenantName::parse(&wanted.tenant).map_err(online::failed)?;
        let authority = cloud.authority(tenant).token_endpoint().origin().ascii_serialization();
        let secret = tokens::client_secret(app, open, &wanted)?;
        app.console.warning(format!(
            "{} hold the secret of {}: what runs can read it",
            SECRETS.join(" and "),
            shown(&wanted.account)
        ));
        // The tenant stands there already. Whoever signs in with a secret is no managed identity, and
        // a host that was inherited is nobody's to show it to.
        let plain = [
            ("AZURE_CLIENT_ID", wanted.account.clone()),
            ("ARM_CLIENT_ID", wanted.account),
            ("AZURE_AUTHORITY_HOST", authority),
            ("ARM_USE_MSI", "false".to_owned()),
        ];
        let plain = plain.into_iter();
        self.plain =
            plain.map(|(name, value)| PlainVariable { name: name.to_owned(), value }).collect();
        let secret = SecretPart::new(secret);
        let again = secret.copied();
        let values = SECRETS.into_iter().zip([secret, again]);
        self.secret
            .extend(values.map(|(name, value)| SecretVariable { name: name.to_owned(), value }));
        Ok(())
    }

    /// The secret ones, in one order.
    pub(crate) fn secrets(&mut self) -> impl Iterator<Item = &mut SecretPart> {
        self.secret.iter_mut().map(|variable| &mut variable.value)
    }

    /// Puts them into the environment of a command.
    pub fn surround(&self, command: &mut Command) {
        for PlainVariable { name, value } in &self.plain {
            command.env(name, value);
        }
        for SecretVariable { name, value } in &self.secret {
            let value: &Secret = value.value();
            // EXPOSE: it was asked for in this variable.
            command.env(name, azvault_os::process::variable(value.expose()));
        }
    }
}
