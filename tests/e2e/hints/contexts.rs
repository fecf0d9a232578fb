//! Of contexts, and of which of them is meant.

use super::situation::{Situation, Start, all_hold};

#[rustfmt::skip]
const SITUATIONS: [Situation; 36] = [
    (Start::Nothing, "azvault context list", 5, "azvault migrate (makes one and moves your sign-ins in), or azvault init", "azvault migrate --no-recovery", 0),
    (Start::Nothing, "azvault context list", 5, "azvault migrate (makes one and moves your sign-ins in), or azvault init", "azvault init --no-recovery", 0),
    (Start::Contexts, "azvault context show nothing", 5, "azvault context list", "azvault context list", 0),
    (Start::Contexts, "azvault exec nothing -- true", 5, "azvault context list", "azvault context list", 0),
    (Start::Contexts, "azvault context list --context nothing", 5, "azvault context list", "azvault context list", 0),
    (Start::Contexts, "azvault context show 'contoso dev'", 5, "type more of the name; azvault context list shows all", "azvault context list", 0),
    (Start::Contexts, "azvault context select", 14, "give its name; azvault context list shows them", "azvault context select gov --scope user", 0),
    (Start::Contexts, "azvault use prod", 7, "eval \"$(azvault session start)\"", "eval \"$(azvault session start)\"; azvault use prod", 0),
    (Start::Contexts, "azvault use -", 7, "eval \"$(azvault session start)\"", "eval \"$(azvault session start)\"; azvault use prod; azvault use gov; azvault use -", 0),
    (Start::Contexts, "azvault session show", 5, "eval \"$(azvault session start)\"", "eval \"$(azvault session start)\"; azvault session show", 0),
    (Start::Contexts, "azvault context rename gov ci --scope user", 9, "add --force to replace it", "azvault context rename gov ci --scope user --force", 0),
    (Start::Contexts, "azvault context remove prod --scope user", 14, "add --yes to answer beforehand", "azvault context remove prod --scope user --yes", 0),
    (Start::Contexts, "azvault context clear --scope user", 14, "add --yes to answer beforehand", "azvault context clear --scope user --yes", 0),
    (Start::Contexts, "azvault context remove gov --scope user --context prod", 7, "eval \"$(azvault session start)\", or leave out --context and AZVAULT_CONTEXT to change the vault", "azvault context remove gov --scope user", 0),
    (Start::Contexts, "azvault disconnect --account nothing --scope user", 5, "azvault context list, and azvault secret list, show the accounts", "azvault context list; azvault secret list", 0),
    (Start::Contexts, "azvault context set --subscription nothing --scope user", 5, "give its id, a name of azvault subscription list, or --online to ask Azure", "azvault subscription list && azvault context set --subscription 'Contoso Dev' --scope user", 0),
    (Start::Contexts, "azvault context set --tenant nothing.example --scope user", 5, "give the tenant's id: azvault context list -o json", "azvault context list -o json && azvault context set own --tenant 72f00000-0000-4000-8000-000000000001 --scope user", 0),
    (Start::Contexts, "AZVAULT_CONTEXT= azvault context show", 2, "unset AZVAULT_CONTEXT", "unset AZVAULT_CONTEXT; azvault context show", 0),
    (Start::Contexts, "azvault context list -o sarif", 2, "azvault scan -o sarif", "azvault scan -o sarif", 10),
    (Start::Contexts, "azvault context save out --format azure-powershell", 7, "add --plaintext, or leave --format away for a sealed file", "azvault context save out --format azure-powershell --plaintext --yes", 0),
    (Start::Contexts, "azvault context save out --plaintext", 2, "add --format azure-powershell, or leave --plaintext away", "azvault context save out --format azure-powershell --plaintext --yes", 0),
    (Start::Contexts, "azvault context save out", 14, "name a file: --export-passphrase-file FILE", "azvault context save out --export-passphrase-file wrong", 0),
    (Start::Contexts, "echo x >odd; azvault context import odd", 1, "azvault scan PATH says what a file is", "azvault scan odd", 0),
    (Start::Contexts, "eval \"$(azvault session start)\"; azvault use -", 5, "azvault use NAME, with a name of azvault context list", "eval \"$(azvault session start)\"; azvault use gov", 0),
    (Start::Contexts, "echo | azvault context select -", 2, "azvault context list -o json | jq '.contexts[0]' | azvault context select -", "azvault context list -o json | jq '.contexts[0]' | azvault context select -", 0),
    (Start::Contexts, "azvault token --claims nonsense", 2, "the value of claims in the service's WWW-Authenticate, as it stands there, or @FILE", "azvault token --help", 0),
    (Start::Contexts, "azvault context clear --scope user --yes; azvault context select", 14, "give its name; azvault context list shows them", "azvault context list", 0),
    (Start::Contexts, "azvault context clear --scope user --yes; azvault context show", 5, "azvault context select NAME, with a name of azvault context list", "azvault migrate run --yes && azvault context select gov --scope user", 0),
    (Start::Contexts, "azvault context remove 'Fabrikam Shared' --scope user --yes", 7, "azvault context remove shared --yes", "azvault context remove shared --yes", 0),
    (Start::Contexts, "azvault context clear --scope user --yes; script -qec 'azvault context select' /dev/null", 5, "azvault migrate moves your sign-ins in", "azvault migrate run --yes", 0),
    (Start::Contexts, "azvault context list >/dev/full", 1, "what the command changed is changed: azvault status", "azvault status", 0),
    (Start::Odd, "azvault context select twice-1 --scope user; azvault context set own --subscription Twice --scope user", 5, "give one of the ids: 5b000000-0000-4000-8000-000000000101, 5b000000-0000-4000-8000-000000000102", "azvault context set own --subscription 5b000000-0000-4000-8000-000000000102 --scope user", 0),
    (Start::Contexts, "azvault context select ci --scope user; azvault context set own --subscription 'Fabrikam Shared' --scope user", 7, "add --online to have Azure asked, or --tenant ID to name the tenant yourself", "azvault context set own --subscription 'Fabrikam Shared' --tenant 72f00000-0000-4000-8000-000000000002 --scope user", 0),
    (Start::Contexts, "eval \"$(azvault session start)\"; azvault context rename prod ci --scope process --force; azvault context rename ci mine --scope user", 7, "--scope process changes this session alone; azvault context rename gives its context another name", "eval \"$(azvault session start)\"; azvault context rename ci mine --scope process", 0),
    (Start::Odd, "azvault disconnect --account same@x.example --scope user --yes", 5, "azvault disconnect --account ID, with a home account id, or --context-name NAME", "azvault disconnect --account 1.1 --scope user --yes && azvault disconnect --context-name two --scope user --yes", 0),
    (Start::Odd, "azvault disconnect --context-name nobody --scope user --yes", 5, "azvault disconnect --account ID, with an account of azvault context list", "azvault disconnect --account ada@contoso.example --scope user --yes", 0),
];

#[test]
fn a_hint_works_in_the_situation_that_prints_it() {
    all_hold(&SITUATIONS);
}
