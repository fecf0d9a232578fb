//! Azure CLI's files.
