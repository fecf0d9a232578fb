//! The program az that `az-shim install` writes: it answers as az does, and hands the rest on.

mod answers;
mod as_az;
mod behind;
mod installed;
mod signing_in;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::azure::{Azure, certificates};
use azvault_test_support::{Home, Ran, ran};

/// A line of sh with the wrapper first on the PATH, as SDKs run it: from another folder, without input.
fn command(home: &Home, line: &str) -> Command {
    let mut command: Command = home.script(line);
    let path = format!("{}:/usr/bin:/bin", home.join("bin").display());
    command.env("PATH", path).env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
    command.env_remove("AZVAULT_PASSPHRASE_FILE").current_dir("/bin");
    command
}

fn az(home: &Home, line: &str) -> Ran {
    ran(command(home, line).output().unwrap())
}

fn install(home: &Home) {
    home.run(&["az-shim", "install", "--dir", "bin"]).expect(0).says("not on the PATH");
}

/// With a wrapper, and a vault whose contexts sign in at a server like Entra.
fn installed(tenants: &[&str]) -> Azure {
    let azure = Azure::with(tenants);
    install(&azure.home);
    azure
}

/// A program `az` in a folder of the home.
fn program(home: &Home, folder: &str, text: &str) -> PathBuf {
    let folder = home.join(folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("az"), text).unwrap();
    fs::set_permissions(folder.join("az"), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}
