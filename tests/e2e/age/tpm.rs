//! The TPM of the machine: the real `age-plugin-tpm` on the emulator swtpm, which counts wrong PINs as a TPM does.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use azvault_test_support::{Home, Ran, find, has, is_root, not_run, ran};

use super::recipient_in;

/// A machine with a TPM: what is started by it finds the TPM where Linux has it.
struct Machine {
    home: Home,
    emulator: Emulator,
    program: PathBuf,
}

/// A TPM that ends with this.
struct Emulator(Child);

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Emulator {
    /// The TPM whose state that folder has, made if there is none. The link leads to it.
    fn start(state: &Path, link: &Path) -> Self {
        fs::create_dir_all(state).unwrap();
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/age/tpm.py");
        let mut command = Command::new("python3");
        command.arg(program).arg(state).arg(link).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self(child)
    }
}

impl Machine {
    fn new() -> Option<Self> {
        if !is_root() {
            not_run("a plugin has to be one that root alone can change");
            return None;
        }
        let (true, true, Some(plugin)) = (has("swtpm"), has("unshare"), find("age-plugin-tpm"))
        else {
            return None;
        };
        let home = Home::with_vault();
        let (folder, link, devices) = (home.join("bin"), home.join("tpm"), home.join("dev"));
        let emulator = Emulator::start(&home.join("state"), &link);
        fs::create_dir(&folder).unwrap();
        fs::create_dir(&devices).unwrap();
        let program = folder.join("age-plugin-tpm");
        // The plugin knows one path. Only it sees that path, so that tests do not meet there.
        let script = format!(
            "#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin exec unshare --mount /bin/sh -ec '
  mount --rbind /dev {devices}
  mount -t tmpfs tmpfs /dev
  ln -s {devices}/* /dev/
  rm -f /dev/tpmrm0
  ln -s \"$(readlink {link})\" /dev/tpmrm0
  exec {plugin} \"$@\"' plugin \"$@\"\n",
            devices = devices.display(),
            link = link.display(),
            plugin = plugin.display(),
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Some(Self { home, emulator, program })
    }

    /// A key on the TPM: where its identity is, and its recipient.
    fn key(&self, name: &str, pin: Option<&str>) -> (String, String) {
        let file = self.home.join(name);
        let mut command = Command::new(&self.program);
        command.arg("--generate").arg("-o").arg(&file);
        if let Some(pin) = pin {
            command.arg("--pin").env("AGE_TPM_PIN", pin);
        }
        let made = command.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8(made.stderr).unwrap());
        let file = file.to_str().unwrap().to_owned();
        (recipient_in(Path::new(&file)), file)
    }

    fn add(&self, recipient: &str, more: &[&str]) -> Ran {
        let mut command = self.home.command(&[&["key", "add", "age", recipient], more].concat());
        ran(command.env("PATH", self.program.parent().unwrap()).output().unwrap())
    }

    /// Another machine, with another TPM.
    fn move_elsewhere(&mut self) {
        self.emulator = Emulator::start(&self.home.join("another"), &self.home.join("tpm"));
    }

    fn verify(&self) -> Ran {
        let mut command = self.home.command(&["verify"]);
        ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
    }

    fn typed(&self, pin: &str) -> Ran {
        let steps = [("PIN", pin), ("Passphrase of the vault", "\u{3}")];
        self.home.on_terminal(&steps, &["verify"])
    }
}

#[test]
fn the_vault_opens_by_the_tpm_of_this_machine_and_by_no_other() {
    let Some(mut machine) = Machine::new() else { return };
    let (recipient, identity) = machine.key("identity", None);
    machine.add(&recipient, &["--new-identity", &identity]).expect(0);
    machine.verify().expect(0);

    // Who has the vault, the identity and the plugin has not the TPM.
    machine.move_elsewhere();
    let said = machine.verify().expect(6);
    assert!(said.stderr.contains("the plugin refused") && said.stderr.contains("azvault key list"));
    machine.home.run(&["verify"]).expect(0);
}

#[test]
fn a_pin_is_asked_for_and_the_tpm_stops_who_guesses() {
    let Some(machine) = Machine::new() else { return };
    let (recipient, identity) = machine.key("identity", Some("4711"));
    // Encrypting to a tag needs no plugin, and decrypting does: a way that nothing opens is none.
    let said = machine.add(&recipient, &[]).expect(2).says("only its identity says which plugin");
    said.says("add --new-identity FILE, with the file that the plugin made");

    let passphrase = machine.home.join("passphrase");
    let args = ["key", "add", "age", &recipient, "--new-identity", &identity, "--passphrase-file"];
    let args = [&args[..], &[passphrase.to_str().unwrap()]].concat();
    let path = format!("{}:/usr/bin:/bin", machine.program.parent().unwrap().display());
    machine.home.on_terminal_with(&[("PATH", &path)], &[("PIN", "4711\n")], &args).expect(0);
    machine.home.on_terminal(&[("PIN", "4711\n")], &["verify"]).expect(0);
    let said = machine.typed("0000\n").expect(3);
    assert!(said.stdout.contains("the TPM says that the PIN is wrong"), "{}", said.stdout);
    let locked_out = (0..5).any(|_| {
        machine.typed("0000\n").stdout.contains("the TPM takes no PIN for now: too many were wrong")
    });
    assert!(locked_out);
    // The right one does not help then; another way does.
    let said = machine.typed("4711\n").expect(3);
    assert!(said.stdout.contains("takes no PIN for now"), "{}", said.stdout);
    machine.home.run(&["verify"]).expect(0);
}
