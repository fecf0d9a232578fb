//! A key on a TPM: tpm2-pkcs11 with the emulator swtpm, which counts wrong PINs as a TPM does.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use azvault_test_support::memory::{Searched, found};
use azvault_test_support::{Home, eventually, find, is_root, not_run};

use super::keeping::known_key_file;
use super::{PIN, Tokened};
use crate::stack::{Azure, one_tenant, subscriptions};

/// Where distributions have the module.
const MODULES: [&str; 2] =
    ["/usr/lib/x86_64-linux-gnu/pkcs11/libtpm2_pkcs11.so", "/usr/lib64/pkcs11/libtpm2_pkcs11.so"];

/// A TPM, and what speaks to it; they end with this.
struct Tpm {
    child: Child,
    process: u32,
}

impl Drop for Tpm {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A token on a TPM.
#[track_caller]
fn tokened() -> Option<(Tokened, Tpm)> {
    let module = MODULES.into_iter().find(|path| Path::new(path).exists());
    let Some(module) = module else {
        not_run("libtpm2-pkcs11-1 is missing");
        return None;
    };
    for program in ["swtpm", "tpm2-abrmd", "tpm2_ptool", "dbus-daemon", "dbus-send", "openssl"] {
        find(program)?;
    }
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = azure.home();
    let (tpm, variables) = started(&home);
    home.run(&["unlock"]).expect(0);
    Some((Tokened { azure, home, module, variables }, tpm))
}

fn started(home: &Home) -> (Tpm, Vec<(String, String)>) {
    let folder = home.join("tpm");
    fs::create_dir(&folder).unwrap();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/pkcs11/tpm.py");
    let mut command = Command::new("python3");
    command.arg(program).arg(&folder).arg(PIN).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    let process = u32::try_from(told["tpm"].as_u64().unwrap()).unwrap();
    let variables = told["variables"].as_object().unwrap().iter();
    let variables =
        variables.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    (Tpm { child, process }, variables.collect())
}

#[test]
fn a_key_of_the_tpm_signs_in_and_the_tpm_stops_who_guesses_its_pin() {
    let Some((tokened, _tpm)) = tokened() else { return };
    let uri = tokened.make("app");
    tokened.connect(&uri, &[]).expect(0);
    for _ in 0..3 {
        tokened.renew().expect(0);
    }
    assert!(["PS256", "RS256"].contains(&tokened.last_header()["alg"].as_str().unwrap()));
    // Another key of that label is not made beside it.
    let pin = tokened.pin_file(PIN);
    let again = ["key", "create-principal", &uri, "--subject", "CN=x", "--pin-file", &pin];
    tokened.run(&[&again[..], &["--pkcs11-module", tokened.module]].concat()).expect(13);

    let wrong = tokened.pin_file("000000");
    let guess = || tokened.connect_without(&uri, &["--pin-file", &wrong]);
    guess().expect(7).says("says that the PIN is wrong");
    let mut guesses = 1;
    let locked = loop {
        let ran = guess().expect(7);
        guesses += 1;
        if !ran.stderr.contains("says that the PIN is wrong") {
            break ran;
        }
        assert!(guesses < 40, "the TPM counts");
    };
    locked.says("the PIN of the token \"hsm\" is locked").says(
        "unlock it with the token's own program: pkcs11-tool --login --login-type so --init-pin",
    );
    // It takes the right one no more either.
    tokened.connect(&uri, &[]).expect(7).says("is locked");
}

#[test]
fn the_key_is_in_the_memory_of_the_tpm_and_of_no_process_of_azvault() {
    let Some((tokened, tpm)) = tokened() else { return };
    if !is_root() {
        not_run("memory of other processes is root's to read");
        return;
    }
    let (file, numbers) = known_key_file(&tokened);
    let store = tokened.home.join("tpm/store");
    let import =
        ["import", "--privkey", file.to_str().unwrap(), "--label", "hsm", "--key-label", "known"];
    let more = ["--userpin", PIN, "--algorithm", "rsa", "--path", store.to_str().unwrap()];
    tokened.tool("tpm2_ptool", &[&import[..], &more].concat()).expect(0);
    fs::remove_file(&file).unwrap();
    fs::remove_file(tokened.home.join("key.der")).unwrap();
    let certificate = tokened.home.join("known.cer");
    tokened.register(&[&certificate]);
    let own = certificate.to_str().unwrap();
    tokened.connect("pkcs11:token=hsm;object=known", &["--certificate", own]).expect(0);

    // A renewer that has signed, and waits for Entra.
    let mut scenario = one_tenant(subscriptions(1..2));
    scenario["registered"] = json!([certificate]);
    scenario["hold"] = json!({ "run": "a", "at": 0, "effect": "before" });
    tokened.azure.becomes(&scenario);
    let mut renewal = tokened
        .command(&["token", "--refresh"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the request is held", || tokened.azure.file("held").exists());
    let agent = tokened.home.json(&["status"])["agent"]["pid"].as_u64().unwrap();
    let agent = u32::try_from(agent).unwrap();
    let children = fs::read_to_string(format!("/proc/{agent}/task/{agent}/children")).unwrap();
    let mut processes = vec![agent, renewal.id()];
    processes.extend(children.split_whitespace().map(|own| own.parse::<u32>().unwrap()));
    let is_renewer = |process: &&u32| {
        let words = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        words.split(|byte| *byte == 0).any(|word| word == b"renew")
    };
    assert_eq!(processes.iter().filter(is_renewer).count(), 1, "{processes:?}");
    let searched: Vec<Searched> = numbers
        .iter()
        .map(|number| Searched::new("a number of the key".to_owned(), &number[..32]))
        .collect();
    for process in &processes {
        assert_eq!(found(*process, &searched), Vec::<String>::new(), "process {process}");
    }
    let control = found(tpm.process, &searched);
    assert!(!control.is_empty(), "a control: the TPM has it");
    println!(
        "figure: 0 of 3 numbers of a key on a TPM in {} processes, one of which has just signed",
        processes.len()
    );
    println!("control: {} found in the TPM", control.len());
    fs::write(tokened.azure.file("go"), "").unwrap();
    let _ = renewal.wait();
}
