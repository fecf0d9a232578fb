//! What an endpoint was asked, with what it knows of who asks.

use azvault_endpoint::EndpointRequest;
use serde::{Deserialize, Serialize};

/// A request, as it goes to who has the vault open.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) request: EndpointRequest,
    /// SHA-256 of the token that the same process was given seconds ago: it asks again, and does not say why.
    pub(crate) again_for: Option<[u8; 32]>,
}
