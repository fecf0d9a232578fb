#!/usr/bin/env bash
# Fills the corpus with the fixtures of every product; the first byte chooses the name that a file is read under.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p corpus/look
number=0
while IFS= read -r -d '' file; do
  number=$((number + 1))
  { printf "\\$(printf '%03o' $((number % 4)))"; head -c 16384 "$file"; } > "corpus/look/$number"
done < <(find ../../../tests/fixtures -type f -print0 | sort -z)
