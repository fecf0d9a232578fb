//! `--env-token` and `--env-principal`: secrets in the environment of a command, because they were
//! asked for by name.

use std::collections::BTreeSet;
use std::process::Command;

use azvault_model::{Context, Secret};
use azvault_service::contexts::none_active;
use azvault_service::failure::{Failure, Kind};
use azvault_service::opening::OpenVault;
use azvault_service::text::{quoted, shown};
use azvault_service::time::utc;
use azvault_service::tokens;
use azvault_service::tokens::{Target, TokenRequest};
use azvault_service::{online, policy};
use azvault_signin::TenantName;

use crate::app::App;

/// The variables in which a service principal's secret stands: of the Azure SDKs, and of Terraform.
const SECRETS: [&str; 2] = ["AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET"];

/// What is put into the environment.
#[derive(clap::Args)]
pub(crate) struct VariableOptions {
    /// Put an access token into this variable, for a tool that knows no other way: PGPASSWORD=oss-rdbms
    /// [default: to arm]. What runs can read it, nothing renews it, and the audit log has it
    #[arg(long = "env-token", value_name = "VARIABLE[=RESOURCE]", value_parser = parse)]
    tokens: Vec<TokenVariable>,
    /// Put the secret of the context's service principal into AZURE_CLIENT_SECRET and
    /// ARM_CLIENT_SECRET, with what belongs to it, so that tools sign in with it themselves. What runs
    /// can read it, it is worth more than any token, and the audit log has it
    #[arg(long)]
    env_principal: bool,
}

/// A variable, and what the token in it opens.
#[derive(Clone)]
struct TokenVariable {
    name: String,
    resource: Option<String>,
}

/// Variables for a command. The secret ones were told to the audit log.
#[derive(Default)]
pub(crate) struct Variables {
    plain: Vec<(&'static str, String)>,
    secret: Vec<(String, Secret)>,
}

fn parse(text: &str) -> Result<TokenVariable, String> {
    let (name, resource) = match text.split_once('=') {
        Some((name, resource)) => (name, Some(resource.to_owned())),
        None => (text, None),
    };
    let fits = |c: char| c == '_' || c.is_ascii_alphanumeric();
    if name.is_empty() || !name.chars().all(fits) || name.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err("a variable has letters, digits and _: PGPASSWORD=oss-rdbms".to_owned());
    }
    if resource.as_deref() == Some("") {
        return Err("no resource stands behind `=`".to_owned());
    }
    if name.starts_with("AZVAULT_") || SECRETS.contains(&name) {
        return Err("that variable has a meaning of its own".to_owned());
    }
    Ok(TokenVariable { name: name.to_owned(), resource })
}

impl VariableOptions {
    /// Releases what was asked for, of that context.
    pub(super) fn release(
        &self,
        app: &App,
        open: &mut OpenVault,
        acting: Option<&Context>,
    ) -> Result<Variables, Failure> {
        let mut variables = Variables::default();
        if self.tokens.is_empty() && !self.env_principal {
            return Ok(variables);
        }
        let context = acting.ok_or_else(none_active)?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.tokens.iter().find(|token| !seen.insert(&token.name)) {
            let what = format!("{} can hold one token", twice.name);
            return Err(Failure::new(Kind::Usage, what).hint("name another variable"));
        }
        if self.env_principal {
            policy::export_plaintext(app, "a secret is not put into variables")?;
            variables.put_principal(app, open, context)?;
        }
        for TokenVariable { name, resource } in &self.tokens {
            let to = Target::Resource(resource.clone());
            let wanted = TokenRequest::new(&open.contexts, context, to, None)?;
            let issued = tokens::token(app, open, &wanted)?;
            app.ui.note(format!(
                "{name} holds an access token of {} until {}: what runs can read it",
                quoted(&wanted.context),
                utc(issued.expires_on)
            ));
            variables.secret.push((name.clone(), issued.value));
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
        app.ui.warning(format!(
            "{} hold the secret of {}: what runs can read it",
            SECRETS.join(" and "),
            shown(&wanted.account)
        ));
        // The tenant stands there already. Whoever signs in with a secret is no managed identity, and
        // a host that was inherited is nobody's to show it to.
        self.plain = vec![
            ("AZURE_CLIENT_ID", wanted.account.clone()),
            ("ARM_CLIENT_ID", wanted.account),
            ("AZURE_AUTHORITY_HOST", authority),
            ("ARM_USE_MSI", "false".to_owned()),
        ];
        // EXPOSE: the same value for the second variable.
        let again = Secret::copied_from(secret.expose());
        let values = SECRETS.map(str::to_owned).into_iter().zip([secret, again]);
        self.secret.extend(values);
        Ok(())
    }

    /// Puts them into the environment of a command.
    pub(super) fn surround(&self, command: &mut Command) {
        for (name, value) in &self.plain {
            command.env(name, value);
        }
        for (name, value) in &self.secret {
            // EXPOSE: it was asked for in this variable.
            command.env(name, azvault_os::process::variable(value.expose()));
        }
    }
}
