//! Of the az that azvault installs. As az does it says what to type in the same line.

use super::situation::{Situation, Start, all_hold};

#[rustfmt::skip]
const SITUATIONS: [Situation; 11] = [
    (Start::Odd, "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; az account get-access-token --query 'length(accessToken)'", 1, "az account get-access-token --query accessToken -o tsv", "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; AZVAULT_CONTEXT=cached az account get-access-token --query accessToken -o tsv", 0),
    (Start::Contexts, "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; mkdir .azure; printf '[core]\\noutput = xml\\n' >.azure/config; az account show", 1, "az config set core.output=json", "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; printf '[core]\\noutput = json\\n' >.azure/config; az account show", 0),
    (Start::Contexts, "mkdir bin; echo x >bin/az; azvault az-shim install --dir bin", 9, "azvault az-shim install --dir FOLDER, a folder before it on the PATH", "azvault az-shim install --dir first", 0),
    (Start::Contexts, "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; mkdir real; printf '#!/bin/sh\\nexec az \"$@\"\\n' >real/az; chmod +x real/az; PATH=$PWD/bin:$PWD/real:$PATH az vm list", 1, "take one of them off the PATH", "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; rm real/az; az account show", 0),
    (Start::Contexts, "azvault az-shim install --dir bin; echo x >>bin/az; azvault az-shim remove --dir bin", 7, "look at it, and remove it yourself", "cat bin/az && rm bin/az", 0),
    (Start::Contexts, "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; az vm list", 2, "install Azure CLI for the rest", "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; mkdir real; printf '#!/bin/sh\\n' >real/az; chmod +x real/az; PATH=$PWD/bin:$PWD/real:$PATH az vm list", 0),
    (Start::Contexts, "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; az account show --nonsense", 2, "azvault az-shim --help", "azvault az-shim --help", 0),
    (Start::Contexts, "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; az login --identity --use-device-code", 1, "azvault connect --help", "azvault connect --help", 0),
    (Start::Contexts, "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; az login --service-principal --username a --tenant b --password x", 1, "az login --service-principal --username ID --tenant ID --password @FILE, or leave --password out to be asked for a secret", "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; echo x >secret; chmod 600 secret; unshare --map-root-user --net az login --service-principal --username a0000000-0000-4000-8000-000000000001 --tenant b.example --password @secret", 1),
    (Start::Contexts, "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; az login --username a --password x", 1, "az login", "azvault connect --help", 0),
    (Start::Contexts, "azvault az-shim install --dir bin 2>/dev/null >&2; PATH=$PWD/bin:$PATH; az logout", 1, "azvault disconnect --yes", "azvault disconnect --yes", 0),
];

#[test]
fn a_hint_works_in_the_situation_that_prints_it() {
    all_hold(&SITUATIONS);
}
