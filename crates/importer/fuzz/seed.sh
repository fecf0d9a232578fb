#!/usr/bin/env bash
# Fills the corpus of each target with the fixtures of its format.
set -euo pipefail
cd "$(dirname "$0")"
fixtures=../../../tests/fixtures
seed() {
  mkdir -p "corpus/$1"
  local target=$1 number=0
  shift
  for file in "$@"; do
    [ -f "$file" ] || continue
    number=$((number + 1))
    cp "$file" "corpus/$target/$number"
  done
}
ps=$fixtures/azure-powershell/files
az=$fixtures/azure-cli
seed context_file "$ps"/contexts/*.json "$ps"/odd/*.json
seed azurerm_profile "$ps"/contexts/07*.json "$ps"/odd/both-shapes.json
seed token_cache_dat "$ps"/caches/TokenCache.*
seed keystore "$ps"/caches/keystore.*
seed autosave_settings "$ps"/settings/*.json
seed msal_cache "$ps"/caches/msal.* "$az"/*/msal_token_cache.json
seed azure_profile "$az"/*/azureProfile.json
seed access_tokens "$az"/*/accessTokens.json
seed service_principals "$az"/*/service_principal_entries.json
seed azcli_config "$az"/*/config
seed azcli_clouds "$az"/*/clouds.config
mkdir -p corpus/reported
number=0
for file in "$fixtures"/other-tools/*/* "$fixtures"/other-tools/shells/variables/.[a-z]*; do
  [ -f "$file" ] || continue
  number=$((number + 1))
  # The first byte chooses the format that the rest is read as.
  for format in 255 $((number % 27)); do
    { printf "\\$(printf '%03o' "$format")"; cat "$file"; } > "corpus/reported/$number-$format"
  done
done
mkdir -p corpus/recognise
number=0
for file in "$ps"/*/* "$az"/*/*; do
  [ -f "$file" ] || continue
  number=$((number + 1))
  # The first byte chooses the name under which the rest is read.
  { printf "\\$(printf '%03o' $((number % 8)))"; cat "$file"; } > "corpus/recognise/$number"
done
