//! Bytes to text: BOM, UTF-16, NUL tails.
