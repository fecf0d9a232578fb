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
# The first byte chooses the reader: its place in the list of the target.
mkdir -p corpus/other_tools
tools=$fixtures/other-tools
number=0
seed_tool() {
  local reader=$1
  shift
  for file in "$@"; do
    [ -f "$file" ] || continue
    number=$((number + 1))
    { printf "\\$(printf '%03o' "$reader")"; cat "$file"; } > "corpus/other_tools/$number"
  done
}
seed_tool 0 "$tools"/azd/auth/cred*
seed_tool 1 "$tools"/azd/auth.json
seed_tool 2 "$tools"/power-platform-cli/pac.spn.cache*
seed_tool 3 "$tools"/power-platform-cli/authprofiles_v2.json
seed_tool 4 "$tools"/cli-microsoft365/.cli-m365-*connection*.json
seed_tool 5 "$tools"/maven/azure-secret.json
seed_tool 6 "$tools"/docker-azure/dockerAccessToken.json
seed_tool 7 "$tools"/{kubelogin,packer,docker-machine}/*.json
seed_tool 8 "$tools"/service-principal/*.json
seed_tool 9 "$tools"/azure-cli-aks/*.json
seed_tool 10 "$tools"/ansible/credentials
seed_tool 11 "$tools"/azure-sdk-java/*.properties
seed_tool 12 "$tools"/sfctl/config
seed_tool 13 "$tools"/classic-cli/*.publishsettings
