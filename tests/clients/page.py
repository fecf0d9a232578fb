"""docs/clients.md: the table of results."""

from install import ROOT
from matrix import Result
from rows import Client, Row

PAGE = ROOT / "docs" / "clients.md"
HEAD = """# Clients

Written by `tests/clients/run`: each client is as its registry has it, runs in `azvault exec`, and speaks
to a loopback Azure under Azure's own host names, which judges issuer, audience and signature of every
token that it is shown. Storage is azurite, which judges by itself. After each row every file of the
home, of /tmp and of /dev/shm was searched for every token that was issued.

| Client | Version | What it did | Result | Token on disk |
|---|---|---|---|---|
"""
TYPED = """
## What to type

After `azvault az-shim install`, az and whatever runs it work anywhere, as the active context; the wrapper answers
account and token lines, all other lines of az run in `exec`. The right column was not run by `tests/clients/run`.

| Tool | In `azvault exec -- …` or `azvault shell` | Elsewhere, with the wrapper |
|---|---|---|
| az | as ever; no login | as ever; `az account set` is `azvault use`, `az login` is `azvault connect` |
| Terraform, OpenTofu | `azvault exec -- terraform plan`; no login, and no `use_cli`, `use_msi` in the provider | `terraform plan`: the provider asks az unless it is told otherwise (`use_cli`); `export ARM_SUBSCRIPTION_ID="$(az account show --query id -o tsv)"` for azurerm 4 |
| azd | `azvault exec -- azd up`; no login | `azd config set auth.useAzCliAuth true`, once, then `azd up` |
| the Azure SDKs, azcopy | as ever; no login | DefaultAzureCredential and AzureCliCredential ask az; azcopy with `AZCOPY_AUTO_LOGIN_TYPE=AZCLI` |
| PowerShell with Az | `Connect-AzVault`, in the module AzVault | the same; or nothing, after `azvault keep-names azure-powershell` and `shell-init --endpoint` |
| rclone | a remote with `env_auth = true` | a remote with `use_az = true` |
| kubelogin | `kubelogin convert-kubeconfig -l msi`, once, or `-l azurecli` | `-l azurecli` |
| Databricks | `auth_type = azure-cli`, with az on the path | the same |
| Ansible | as ever; where a task says `auth_source: auto` itself: `azvault exec -- env -u AZURE_SUBSCRIPTION_ID ansible-playbook …` | `auth_source: cli` |
| CLI for Microsoft 365 | `m365 login --authType identity`; it keeps the token in the home: `m365 logout` | no way by az |
| what asks 169.254.169.254 alone (rclone 1.60, restic 0.14, azcopy 10.18) | `azvault exec --imds -- COMMAND` on Linux, with pasta (package passt) and where users may have namespaces: the command is in a network of its own, which has this address and reaches what yours does. Else a newer release, or `azvault exec --env-principal`, where the tool takes a secret | no way by az |
"""
NOT_RUN = "\n## Not run\n\n| Client | Version | Why |\n|---|---|---|\n"
UNTRIED = {
    "Terraform's provider azurerm": "no registry of the machine has it as a program, and it is too large to build here",
    "Terraform's provider azapi": "no registry of the machine has it, as a program or as a module",
    "azd": "no registry of the machine has it, as a program or as a module",
}


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def write(rows: list[Row], results: list[Result], missing: dict[Client, str]) -> None:
    """Of rows that were not run this time, the line stays that they had."""
    old = PAGE.read_text().splitlines(keepends=True) if PAGE.exists() else []
    new = {(one.family, one.version, one.does):
           _line(one.family, one.version, one.does, one.result, one.on_disk) for one in results}
    told = "".join(old).partition(NOT_RUN)[2].splitlines(keepends=True)
    tried = {(one.family, one.version) for one in results}
    page, not_run = HEAD, {}
    for row in rows:
        client = row.client
        begins = _line(client.family, client.version, row.does).removesuffix("\n")
        kept = (line for line in old if line.startswith(begins))
        page += new.get((client.family, client.version, row.does)) or next(kept, "")
        if client in missing:
            not_run[client] = _line(client.family, client.version, missing[client])
        elif (client.family, client.version) not in tried:
            begins = f"| {client.family} | {client.version} | "
            not_run |= {client: line for line in told if line.startswith(begins)}
    page += NOT_RUN + "".join(not_run.values())
    page += "".join(_line(name, "any", why) for name, why in UNTRIED.items())
    PAGE.write_text(page + TYPED)


def lacks(rows: list[Row]) -> list[Row]:
    """Rows that the page says nothing of."""
    lines = PAGE.read_text().splitlines() if PAGE.exists() else []
    told = {tuple(cell.strip() for cell in line.split("|")[1:3]) for line in lines if "|" in line}
    return [row for row in rows if (row.client.family, row.client.version) not in told]
