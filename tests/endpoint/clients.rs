//! Microsoft's own clients, unmodified, with the environment that the endpoint gives.

use std::path::Path;
use std::process::Command;

use azvault_endpoint::{ClientSelector, FOREIGN_VARIABLES};

use azvault_test_support::endpoint::{World, token};
use azvault_test_support::{find, not_run, root};

/// A program in an empty home with the environment of the endpoint. A proxy that nobody runs stands in
/// it as well: who asked that proxy would fail, and would have shown it the key.
fn child(world: &World, program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", home);
    for row in FOREIGN_VARIABLES {
        command.env_remove(row.name);
    }
    command.env("http_proxy", "http://127.0.0.1:9").env("HTTP_PROXY", "http://127.0.0.1:9");
    command.envs(&world.environment);
    command
}

fn said(mut command: Command) -> String {
    let output = command.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{command:?}\n{errors}\n{text}");
    text
}

fn expected() -> Vec<String> {
    let client = ClientSelector::ClientId("33333333-3333-3333-3333-333333333333".to_owned());
    vec![
        token("https://management.azure.com", None),
        token("https://vault.azure.net", None),
        token("https://storage.azure.com", Some(&client)),
        "azvault does not hand out".to_owned(),
    ]
}

#[test]
fn azure_identity_for_python_gets_tokens() {
    let Some(python) = find("python3") else { return };
    let has = Command::new(&python).args(["-c", "import azure.identity"]).output().unwrap();
    if !has.status.success() {
        return not_run("python3 -m pip install -r tests/requirements.txt");
    }
    let home = tempfile::tempdir().unwrap();
    let world = World::today();
    let mut command = child(&world, &python, home.path());
    command.arg(root().join("tests/peers/sdk_py.py"));
    let text = said(command);
    let lines: Vec<&str> = text.lines().collect();
    for (line, expected) in lines.iter().zip(expected()) {
        assert!(line.contains(&expected), "{line}\n{expected}");
    }
    println!("azure-identity for Python: {}", lines[4]);
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "nothing is written");
}

#[test]
fn azure_identity_for_javascript_gets_tokens() {
    let (Some(node), Some(npm)) = (find("node"), find("npm")) else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers/sdk-js");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["package.json", "package-lock.json", "tokens.mjs"] {
        std::fs::copy(root().join("tests/peers/sdk-js").join(name), folder.join(name)).unwrap();
    }
    if !folder.join("node_modules/@azure/identity").is_dir() {
        let mut install = Command::new(npm);
        install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]);
        let installed = install.current_dir(&folder).output().unwrap();
        if !installed.status.success() {
            return not_run("npm ci in tests/peers/sdk-js failed");
        }
    }
    let home = tempfile::tempdir().unwrap();
    let world = World::today();
    let mut command = child(&world, &node, home.path());
    command.arg("tokens.mjs").current_dir(&folder);
    let text = said(command);
    for (line, expected) in text.lines().zip(expected()) {
        assert!(line.contains(&expected), "{line}\n{expected}");
    }
    println!("azure-identity for JavaScript: {}", text.lines().nth(4).unwrap());
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "nothing is written");
}
