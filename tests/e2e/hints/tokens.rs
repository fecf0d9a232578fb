//! Of tokens, and of endpoints that hand them out.

use super::situation::{Situation, Start, all_hold};

#[rustfmt::skip]
const SITUATIONS: [Situation; 17] = [
    (Start::Odd, "script -qec 'azvault token --context cached' /dev/null", 7, "add --copy or --reveal, or hand it on: $(azvault token)", "script -qec 'azvault token --context cached --reveal' /dev/null && x=$(azvault token --context cached)", 0),
    (Start::Odd, "azvault token --context cached --copy", 13, "a pipe, without --copy: azvault token | COMMAND, or azvault secret show ID --reveal | COMMAND", "azvault token --context cached | cat", 0),
    (Start::Odd, "STY=1.pts-0 script -qec 'azvault token --context cached --copy' /dev/null", 13, "a pipe, without --copy: azvault token | COMMAND, or azvault secret show ID --reveal | COMMAND", "azvault token --context cached | cat", 0),
    (Start::Contexts, "azvault token --claims @gone", 2, "name a file with the claims challenge: @FILE", "echo '{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\"}}}' >claims; azvault token --context gov --claims @claims", 4),
    (Start::Odd, "azvault token --context handed --resource graph", 4, "azvault connect --access-token-file FILE --account eve@x.example --tenant 72f00000-0000-4000-8000-000000000001, or azvault connect", "azvault connect --help", 0),
    (Start::Odd, "azvault token --context machine", 4, "azvault connect --identity --client-id ID, with the id of the identity", "azvault connect --help", 0),
    (Start::Odd, "azvault token --context bare --confirm https://login.bare.example", 5, "name the resource: --resource URI", "azvault token --context bare --confirm https://login.bare.example --resource https://vault.bare.example", 4),
    (Start::Odd, "azvault token --context cached --for https://management.core.windows.net//.default --for https://graph.microsoft.com/.default", 2, "ask once for each", "azvault token --context cached --for https://management.core.windows.net//.default", 0),
    (Start::Contexts, "azvault token --context ci --resource https://management.usgovcloudapi.net", 7, "azvault context list, and a context of that cloud", "azvault context list", 0),
    (Start::Odd, "azvault exec --env-token A=arm --env-token A=graph cached -- true", 2, "name another variable", "azvault exec --env-token A=arm --env-token B=arm cached -- true", 0),
    (Start::Contexts, "azvault exec --env-principal dev -- true", 7, "--env-token VARIABLE for a token, or a context of a service principal", "azvault exec --env-principal ci -- true", 0),
    (Start::Contexts, "script -qec 'azvault endpoint --for-process $$ ci' /dev/null", 7, "eval \"$(azvault endpoint --for-process $$ NAME)\"", "eval \"$(azvault endpoint --for-process $$ ci)\"", 0),
    (Start::Contexts, "sleep 60 >/dev/null 2>&1 & azvault endpoint --for-process $! ci; code=$?; kill $!; exit $code", 2, "azvault endpoint --for-process $$ NAME", "eval \"$(azvault endpoint --for-process $$ ci)\"", 0),
    (Start::Odd, "azvault endpoint --for-process $$ tenantless", 4, "azvault context set, or another context of azvault context list", "eval \"$(azvault endpoint --for-process $$ cached)\"", 0),
    (Start::Contexts, "azvault exec ci -- sh -c 'curl -s -H \"X-IDENTITY-HEADER: $IDENTITY_HEADER\" \"$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://management.azure.com&client_id=11111111-0000-4000-8000-000000000000\"'", 0, "azvault exec --as-identity 11111111-0000-4000-8000-000000000000 NAME -- COMMAND, if NAME is to be meant by it", "azvault exec --as-identity 11111111-0000-4000-8000-000000000000 ci -- true", 0),
    (Start::Contexts, "eval \"$(azvault endpoint --for-process $$ ci)\"; sh -c 'curl -s -H \"X-IDENTITY-HEADER: $IDENTITY_HEADER\" \"$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://management.azure.com&client_id=11111111-0000-4000-8000-000000000000\"'", 0, "azvault endpoint --for-process PID NAME ...", "eval \"$(azvault endpoint --for-process $$ ci gov)\"", 0),
    (Start::Contexts, "eval \"$(azvault session start)\"; eval \"$(azvault endpoint --for-process $$ ci)\"; azvault session end >/dev/null; sh -c 'curl -s -H \"X-IDENTITY-HEADER: $IDENTITY_HEADER\" \"$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://management.azure.com\"'", 0, "azvault endpoint --for-process PID NAME, in PowerShell Connect-AzVault, opens it again", "eval \"$(azvault endpoint --for-process $$ ci)\"", 0),
];

#[test]
fn a_hint_works_in_the_situation_that_prints_it() {
    all_hold(&SITUATIONS);
}
