//! Azure PowerShell's files.
