#!/usr/bin/env bash
# Fills the corpus of each target with the fixtures of its format.
set -euo pipefail
cd "$(dirname "$0")"
cargo run --quiet --example seed
