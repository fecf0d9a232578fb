//! Every verb of the command tree, with a line of bash that runs it. A verb that has none fails
//! the test: what is new is looked at as well.

use std::collections::BTreeSet;
use std::fs;

use azvault_test_support::help::verbs;
use azvault_test_support::trace::{Call, trace};
use azvault_test_support::{Home, PASSPHRASE, Ran, copy_folder, fixture, keys, make_folder};

/// `$loud` is how loud, `$secret` the id of a secret, `$migration` that of the import. Each line
/// runs in a session of its own, in a home with an unlocked agent.
#[rustfmt::skip]
pub(crate) const VERBS: &[(&str, &str)] = &[
    ("init", "azvault init $loud --vault $HOME/new/vault.db --no-recovery --kdf-memory 19 --kdf-passes 2"),
    // An agent that a line starts is followed by the tracer until it ends.
    ("unlock", "azvault unlock $loud; kill $(azvault status -o json | jq .agent.pid)"),
    ("lock", "azvault lock $loud"),
    ("status", "azvault status $loud"),
    ("scan", "azvault scan $loud"),
    ("migrate", "azvault migrate $loud"),
    ("migrate plan", "azvault migrate plan $loud"),
    ("migrate run", "azvault migrate run $loud --yes --from $HOME/more"),
    ("migrate verify", "azvault migrate verify $loud"),
    ("migrate clean", "azvault migrate clean $loud --yes"),
    ("migrate rollback", "azvault migrate clean -q --yes; azvault migrate rollback $loud --yes"),
    ("migrate list", "azvault migrate list $loud"),
    ("migrate show", "azvault migrate show $loud $migration"),
    ("migrate forget", "azvault migrate forget $loud --yes $migration"),
    ("connect", "azvault connect $loud --service-principal --application zq-app --tenant zq.example --secret-file $HOME/planted"),
    ("disconnect", "azvault disconnect $loud --yes --scope user"),
    ("context", "azvault context $loud"),
    ("context list", "azvault context list $loud"),
    ("context show", "azvault context show $loud dev"),
    ("context set", "azvault context set $loud zq-set --scope user --tenant zq-set-tenant --property k=zq-set-value"),
    ("context select", "azvault context select $loud dev --scope user"),
    ("context rename", "azvault context rename $loud dev zq-renamed --scope user"),
    ("context mark", "azvault context mark $loud dev --production --scope user"),
    ("context remove", "azvault context remove $loud dev --yes --scope user"),
    ("context clear", "azvault context clear $loud --yes --scope user"),
    ("context save", "azvault context save $loud $HOME/saved --export-passphrase-file $HOME/planted"),
    ("context import", "azvault context import $loud --scope user $HOME/more/AzureRmContext.json"),
    ("context share", "azvault context share $loud sp"),
    ("context unshare", "azvault context unshare $loud sp"),
    ("team", "azvault team $loud"),
    ("team create", "azvault team create $loud zq-team --database postgresql://zq-user@localhost:9/zq-base --password-file planted"),
    ("team invite", "azvault team invite $loud"),
    ("team join", "azvault team join $loud zq-invitation --database postgresql://zq-user@localhost:9/zq-base --password-file planted"),
    ("team confirm", "azvault team confirm $loud zq-request --words 'zq words'"),
    ("team sync", "azvault team sync $loud"),
    ("team list", "azvault team list $loud"),
    ("team status", "azvault team status $loud"),
    ("team members", "azvault team members $loud"),
    ("team remove", "azvault team remove $loud zq-member --yes"),
    ("team rotate", "azvault team rotate $loud"),
    ("team history", "azvault team history $loud"),
    ("team database", "azvault team database $loud --database postgresql://zq-user@localhost:9/zq-base --password-file planted"),
    ("team leave", "azvault team leave $loud --yes"),
    ("team schema", "azvault team schema $loud >/dev/null"),
    ("subscription", "azvault subscription $loud"),
    ("subscription list", "azvault subscription list $loud"),
    ("open", "azvault open $loud --print"),
    ("use", "azvault use $loud fab"),
    ("autosave", "azvault autosave $loud"),
    ("autosave show", "azvault autosave show $loud"),
    ("autosave enable", "azvault autosave enable $loud --scope user"),
    ("autosave disable", "azvault autosave disable $loud --scope user"),
    ("session", "azvault session $loud"),
    ("session start", "azvault session start $loud >/dev/null"),
    ("session end", "azvault session end $loud"),
    ("session show", "azvault session show $loud"),
    ("grant", "azvault grant $loud"),
    ("grant list", "azvault grant list $loud"),
    ("grant revoke", "azvault grant revoke $loud --all"),
    ("token", "azvault token $loud --resource graph"),
    ("exec", "azvault exec $loud sp -- azvault status"),
    ("shell", "SHELL=/bin/true azvault shell $loud sp"),
    ("endpoint", "azvault endpoint $loud --for-process $$ dev >/dev/null"),
    ("shell-init", "azvault shell-init $loud bash"),
    ("prompt", "azvault prompt $loud"),
    ("az-shim", "azvault az-shim $loud"),
    ("az-shim install", "azvault az-shim install $loud --dir $HOME/bin; bin/az account show; bin/az account get-access-token"),
    ("az-shim remove", "azvault az-shim install -q --dir $HOME/bin; azvault az-shim remove $loud --dir $HOME/bin"),
    ("keep-names", "azvault migrate clean -q --yes; azvault keep-names $loud azure-powershell; azvault keep-names $loud azure-powershell --remove"),
    ("secret", "azvault secret $loud"),
    ("secret list", "azvault secret list $loud; azvault secret list --wide $loud"),
    ("secret show", "azvault secret show $loud $secret"),
    ("key", "azvault key $loud"),
    ("key list", "azvault key list $loud"),
    ("key add", "azvault key add $loud"),
    ("key add passphrase", "azvault key add passphrase $loud --new-passphrase-file planted --kdf-memory 19 --kdf-passes 2"),
    ("key add key-file", "azvault key add key-file $loud file --new-passphrase-file planted --kdf-memory 19 --kdf-passes 2"),
    ("key add recovery", "azvault key add recovery $loud --recovery-file code"),
    ("key add raw", "azvault key add raw $loud raw"),
    ("key add keyring", "azvault key add keyring $loud"),
    ("key add age", "azvault key add age $loud age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"),
    ("key remove", "azvault key add recovery -q --recovery-file code >/dev/null; azvault key remove $loud 2 --yes"),
    ("key passphrase", "azvault key passphrase $loud --new-passphrase-file planted --kdf-memory 19 --kdf-passes 2"),
    ("key create-principal", "azvault key create-principal $loud pkcs11:object=zq --subject CN=zq --pkcs11-module /zq.so --pin-file planted"),
    ("key rotate", "azvault key rotate $loud; kill $(azvault status -o json | jq .agent.pid)"),
    ("audit", "azvault audit $loud"),
    ("audit log", "azvault audit log $loud"),
    ("audit verify", "azvault audit verify $loud"),
    ("backup", "azvault backup $loud"),
    ("backup create", "azvault backup create $loud"),
    ("backup restore", "azvault backup create -q saved.db >/dev/null; azvault backup restore $loud saved.db --force"),
    ("backup list", "azvault backup create -q >/dev/null; azvault backup list $loud"),
    ("policy", "azvault policy $loud"),
    ("policy show", "azvault policy show $loud"),
    ("policy check", "azvault policy check $loud"),
    ("verify", "azvault verify $loud"),
    ("doctor", "azvault doctor $loud"),
    ("harden", "azvault harden $loud; azvault harden $loud zq-app --key pkcs11:object=zq --pkcs11-module /zq.so --pin-file planted --yes"),
    ("panic", "unshare --map-root-user --net azvault panic $loud"),
    ("completions", "azvault completions $loud bash"),
    ("man", "azvault man $loud migrate clean"),
];

/// Everything that the help names, with the words before it.
pub(crate) fn of_the_help() -> BTreeSet<String> {
    let (home, mut found, mut next) = (Home::empty(), BTreeSet::new(), vec![String::new()]);
    while let Some(words) = next.pop() {
        let args: Vec<_> = words.split_whitespace().chain(["--help"]).collect();
        let help = home.run(&args).expect(0).stdout;
        for verb in verbs(&help) {
            let verb = format!("{words} {verb}").trim().to_owned();
            next.push(verb.clone());
            found.insert(verb);
        }
    }
    found
}

/// Whether a line only names verbs that have others below them: that is answered with help.
pub(crate) fn is_group(line: &str) -> bool {
    let words = line.strip_prefix("azvault ").and_then(|rest| rest.strip_suffix("$loud"));
    words.is_some_and(|words| VERBS.iter().any(|(verb, _)| verb.starts_with(words)))
}

#[test]
fn no_verb_is_forgotten() {
    let table: BTreeSet<_> = VERBS.iter().map(|(verb, _)| (*verb).to_owned()).collect();
    assert_eq!(table, of_the_help());
}

/// What stands in `planted`: a client secret, a passphrase.
pub(crate) const PLANTED: &str = "zq-planted-secret-91c4";

/// A home for one verb: contexts `dev`, `fab` and `sp`, and the files they come from.
pub(crate) fn home(template: &Home) -> Home {
    let home = Home::empty();
    make_folder(&home.join("run"), 0o700);
    copy_folder(&template.join(".local"), &home.join(".local"));
    let files = fixture("azure-powershell/homes/az4-linux");
    copy_folder(&files, home.path());
    let file = home.join(".Azure/AzureRmContext.json");
    let mut text = fs::read_to_string(&file).unwrap();
    for (long, short) in [
        (azvault_test_support::MEGAN, "dev"),
        (azvault_test_support::FABRIKAM, "fab"),
        (azvault_test_support::PRINCIPAL, "sp"),
    ] {
        text = text.replace(&format!("\"{long}\""), &format!("\"{short}\""));
    }
    fs::write(file, text).unwrap();
    home.secret_file("planted", PLANTED);
    let more = fixture("azure-powershell/homes/az-modern-linux-plaintext/.Azure");
    copy_folder(&more, &home.join("more"));
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home
}

/// Runs a line in a session, traced with all that it starts; `None` where that is not possible.
/// The agent is outside of the trace.
pub(crate) fn traced(home: &Home, line: &str, loud: &str) -> Option<(Ran, Vec<Call>)> {
    home.run(&["unlock", "-q"]).expect(0);
    let first = |args: &[&str]| {
        let list = home.run(&[args, &["-o", "tsv"]].concat()).expect(0).stdout;
        list.split('\t').next().unwrap().to_owned()
    };
    let session = home.json(&["session", "start"])["value"].as_str().unwrap().to_owned();
    let mut command = home.script(&format!("set +e\n{line}"));
    command.env("AZVAULT_SESSION", session).env("loud", loud);
    command.env("secret", first(&["secret", "list"]));
    command.env("migration", first(&["migrate", "list"]));
    // No address but this machine is asked, and nobody answers there.
    command.env("https_proxy", "http://127.0.0.1:9").env("HTTPS_PROXY", "http://127.0.0.1:9");
    trace(&command)
}

/// Secrets of such a home: what is stored, what opens the vault, and what was typed.
pub(crate) fn secrets(home: &Home) -> Vec<Vec<u8>> {
    let list = home.json(&["secret", "list", "--reveal"]);
    let stored = list["secrets"].as_array().unwrap().iter();
    let mut secrets: Vec<Vec<u8>> =
        stored.map(|secret| secret["value"].as_str().unwrap().as_bytes().to_vec()).collect();
    secrets.extend([PASSPHRASE.into(), PLANTED.into()]);
    secrets.extend(keys(home));
    secrets
}
