//! Tokens by `azure_identity` as it is: one a line, and a refusal.

use azure_core::credentials::TokenCredential;
use azure_identity::{AzureCliCredential, DeveloperToolsCredential, ManagedIdentityCredential};

const ARM: &str = "https://management.core.windows.net//.default";
const VAULT: &str = "https://vault.azure.net/.default";

async fn token(credential: &dyn TokenCredential, scope: &str) -> String {
    match credential.get_token(&[scope], None).await {
        Ok(token) => token.token.secret().to_owned(),
        Err(error) => format!("refused: {error:?}").replace('\n', " "),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> azure_core::Result<()> {
    let managed = ManagedIdentityCredential::new(None)?;
    println!("{}", token(&*managed, ARM).await);
    println!("{}", token(&*managed, VAULT).await);
    println!("{}", token(&*managed, "https://user@no.example/.default").await);
    // They run az.
    println!("{}", token(&*AzureCliCredential::new(None)?, VAULT).await);
    println!("{}", token(&*DeveloperToolsCredential::new(None)?, VAULT).await);
    Ok(())
}
