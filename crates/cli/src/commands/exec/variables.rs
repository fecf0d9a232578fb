//! `--env-token` and `--env-principal`: secrets in the environment of a command, because they were
//! asked for by name.

use azvault_service::variables::{Principal, SECRETS, WantedToken, WantedVariables};

/// What is put into the environment.
#[derive(clap::Args, Default)]
pub(crate) struct VariableOptions {
    /// Put an access token into this variable, for a tool that knows no other way: PGPASSWORD=oss-rdbms
    /// [default: to arm]. What runs can read it, nothing renews it, and the audit log has it
    #[arg(long = "env-token", value_name = "VARIABLE[=RESOURCE]", value_parser = parse)]
    tokens: Vec<WantedToken>,
    /// Put the secret of the context's service principal into AZURE_CLIENT_SECRET and
    /// ARM_CLIENT_SECRET, with what belongs to it, so that tools sign in with it themselves. What runs
    /// can read it, it is worth more than any token, and the audit log has it
    #[arg(long)]
    env_principal: bool,
}

fn parse(text: &str) -> Result<WantedToken, String> {
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
    Ok(WantedToken { name: name.to_owned(), resource })
}

impl VariableOptions {
    /// What was asked for.
    pub(super) fn wanted(&self) -> WantedVariables {
        WantedVariables {
            tokens: self.tokens.clone(),
            principal: match self.env_principal {
                true => Principal::InVariables,
                false => Principal::LeftOut,
            },
        }
    }
}
