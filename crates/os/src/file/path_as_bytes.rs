//! A path in a message: it need not be text.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{path_bytes, path_of_bytes};

/// For `#[serde(with = "path_as_bytes")]`.
pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    path_bytes(path).serialize(serializer)
}

/// For `#[serde(with = "path_as_bytes")]`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    Vec::deserialize(deserializer).map(path_of_bytes)
}
