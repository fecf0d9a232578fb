//! Of a vault, what unlocks it, and what is moved into it.

use super::situation::{Situation, Start, all_hold};

#[rustfmt::skip]
const SITUATIONS: [Situation; 36] = [
    (Start::Nothing, "azvault scan", 10, "azvault migrate", "azvault migrate --no-recovery", 0),
    (Start::Nothing, "azvault scan .Azure", 10, "azvault migrate --from .Azure", "azvault migrate --from .Azure --no-recovery", 0),
    (Start::Contexts, "azvault secret show 0000", 5, "azvault secret list", "azvault secret list", 0),
    (Start::Contexts, "azvault migrate show 0000", 5, "azvault migrate list", "azvault migrate list", 0),
    (Start::Contexts, "azvault migrate verify 0000", 5, "azvault migrate list", "azvault migrate list", 0),
    (Start::Contexts, "azvault init", 9, "azvault status, or name another file with --vault FILE", "azvault status && azvault init --vault other.db --no-recovery", 0),
    (Start::Contexts, "azvault key remove 77 --yes", 5, "azvault key list", "azvault key list", 0),
    (Start::Contexts, "azvault --passphrase-file wrong verify", 6, "check the passphrase (or recovery code), and --key-file if the vault has one", "azvault --passphrase-file passphrase verify", 0),
    (Start::Contexts, "azvault migrate run --default nothing --yes", 5, "azvault migrate plan", "azvault migrate plan", 0),
    (Start::Contexts, "azvault backup create own.db && azvault backup create own.db", 9, "name another file, or add --force to replace it", "azvault backup create own.db --force && azvault backup create other.db", 0),
    (Start::Contexts, "azvault backup create own.db && azvault backup restore own.db", 9, "add --force: the existing vault is kept among the backups", "azvault backup restore own.db --force", 0),
    (Start::Contexts, "azvault init --vault other.db --no-recovery --kdf-memory 1 --kdf-passes 2", 2, "--kdf-memory 19 to 1024, --kdf-passes 1 to 16, their product 38 to 4096", "azvault init --vault other.db --no-recovery --kdf-memory 19 --kdf-passes 2", 0),
    (Start::Contexts, "azvault key add passphrase", 14, "name a file: --new-passphrase-file FILE", "azvault key add passphrase --new-passphrase-file wrong", 0),
    (Start::Contexts, "azvault --no-agent unlock", 2, "azvault unlock, without --no-agent and without AZVAULT_NO_AGENT", "azvault unlock", 0),
    (Start::Contexts, "azvault man nothing", 5, "azvault --help", "azvault --help", 0),
    (Start::Contexts, "azvault scan -o sarif --query x", 2, "azvault scan -o json --query QUERY", "azvault scan -o json --query schema", 10),
    (Start::Contexts, "azvault secret list --reveal", 2, "azvault secret list --reveal -o json, or azvault secret show ID --reveal", "azvault secret list --reveal -o json", 0),
    (Start::Contexts, "azvault backup restore gone.db --force", 5, "azvault backup list, for those beside the vault", "azvault backup list", 0),
    (Start::Contexts, "unset AZVAULT_PASSPHRASE_FILE; azvault verify", 14, "azvault unlock in a terminal, or name a file: --passphrase-file FILE", "azvault --passphrase-file passphrase verify", 0),
    (Start::Contexts, "azvault az-shim remove --dir nothing", 5, "azvault az-shim remove --dir FOLDER, the folder it was installed in", "azvault az-shim install --dir bin && azvault az-shim remove --dir bin", 0),
    (Start::Contexts, "azvault --expect-vault 00000000000000000000000000000000:0000-0000-0000-0000 status", 8, "name the right file with --vault, or expect this one: azvault status --anchor", "azvault --expect-vault \"$(azvault status --anchor)\" status", 0),
    (Start::Contexts, "azvault --vault gone.db --expect-vault \"$(azvault status --anchor)\" migrate --no-recovery", 8, "name the expected one with --vault FILE, or leave out --expect-vault", "azvault --vault gone.db migrate --no-recovery", 0),
    (Start::Contexts, "azvault backup create .local/share/azvault/vault.db --force", 2, "name another one", "azvault backup create other.db", 0),
    (Start::Contexts, "echo '{\"DefaultContextKey\":\"Default\",\"EnvironmentTable\":{},\"Contexts\":{},\"ExtendedProperties\":{}}' >odd; azvault context import odd", 5, "to take what else is in it: azvault migrate run --from ~/odd", "azvault migrate run --from odd", 0),
    (Start::Contexts, "azvault key add raw raw.key; azvault key passphrase 2", 2, "azvault key add passphrase, then azvault key remove ID", "azvault key add passphrase --new-passphrase-file wrong && azvault key remove 1 --yes", 0),
    (Start::Contexts, "azvault key add raw raw.key; azvault init --vault other.db --no-recovery --key-file raw.key", 2, "name a new file with --key-file FILE", "azvault init --vault other.db --no-recovery --key-file new.key", 0),
    (Start::Contexts, "azvault key rotate --recovery-file code --yes", 2, "azvault key add recovery, afterwards", "azvault key rotate --yes && azvault key add recovery --recovery-file code", 0),
    (Start::Contexts, "azvault key add passphrase --new-passphrase-file wrong; azvault key rotate --keep-or-fail", 7, "name a file with it: --also FILE; or leave --keep-or-fail out", "azvault key rotate --keep-or-fail --also wrong", 0),
    (Start::Contexts, "azvault key add passphrase --new-passphrase-file wrong; python3 $TERMINAL '[[\"let it go\", \"\\n\"], [\"Rotate?\", \"y\\n\", [\"azvault\", \"key\", \"add\", \"raw\", \"raw.key\"]]]' azvault key rotate", 11, "azvault key rotate once more", "azvault key rotate --yes", 0),
    (Start::Contexts, "echo weak >weak; chmod 600 weak; azvault key add passphrase --new-passphrase-file weak", 7, "take 4 random words, or make a file with one: (umask 077; head -c 16 /dev/urandom | base64 >FILE)", "(umask 077; head -c 16 /dev/urandom | base64 >file); azvault key add passphrase --new-passphrase-file file", 0),
    (Start::Contexts, "azvault unlock --accept-rollback", 14, "azvault unlock --accept-rollback in a terminal", "script -qec 'azvault unlock --accept-rollback' /dev/null", 0),
    (Start::Contexts, "a=$(azvault status --anchor); azvault --expect-vault \"${a%:*}:99\" status", 8, "put the newer vault back, or expect this one: azvault status --anchor", "azvault --expect-vault \"$(azvault status --anchor)\" status", 0),
    (Start::Contexts, "unset AZVAULT_PASSPHRASE_FILE; azvault --passphrase-fd 1 verify", 2, "--passphrase-fd 3 3<FILE", "unset AZVAULT_PASSPHRASE_FILE; azvault --passphrase-fd 3 verify 3<passphrase", 0),
    (Start::Contexts, "mkdir -p .config/azvault; printf '[slots]\\nrequired = [\"recovery-code\"]\\n' >.config/azvault/policy.toml; azvault init --vault other.db --no-recovery", 7, "azvault init has --key-file FILE, --raw-key-file FILE, --recovery-file FILE and --no-recovery", "azvault init --vault other.db --recovery-file code", 0),
    (Start::Contexts, "mkdir -p .config/azvault; echo nonsense >.config/azvault/policy.toml; azvault context list", 7, "azvault policy check says what to do", "azvault policy check", 10),
    (Start::Contexts, "azvault keep-names azure-powershell", 9, "azvault migrate, then azvault migrate clean", "azvault migrate --yes && azvault migrate clean --yes && azvault keep-names azure-powershell", 0),
];

#[test]
fn a_hint_works_in_the_situation_that_prints_it() {
    all_hold(&SITUATIONS);
}
