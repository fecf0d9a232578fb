//! `az-shim install` and `remove`: where the wrapper goes, and that nothing else is touched.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use azvault_test_support::{Home, ran};

use super::program;

const FOREIGN: &str = "#!/bin/sh\necho real\n";

#[test]
fn a_program_that_azvault_did_not_write_is_neither_replaced_nor_removed() {
    let home = Home::empty();
    let folder = program(&home, "bin", FOREIGN);
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    home.run(&["az-shim", "install", "--dir", "bin"]).expect(9).says("--dir FOLDER");
    home.run(&["az-shim", "remove", "--dir", "bin"]).expect(7).says("stays");
    assert_eq!(text("az"), FOREIGN);
    fs::remove_file(folder.join("az")).unwrap();

    home.run(&["az-shim", "remove", "--dir", "bin"]).expect(5);
    home.run(&["az-shim", "install", "--dir", "bin"]).expect(0);
    let written = text("az");
    let again = home.run(&["az-shim", "install", "--dir", "bin", "-o", "json"]).expect(0).json();
    assert!(again["path"].as_str().unwrap().ends_with("/bin/az"));
    assert_eq!((&again["is_first"], again["real"].is_null()), (&false.into(), true));
    let mode = fs::metadata(folder.join("az")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);

    // Edited, or reached by a link: somebody's own.
    for edited in [format!("{written}echo more\n"), written.replacen("exec", "echo; exec", 1)] {
        fs::write(folder.join("az"), &edited).unwrap();
        home.run(&["az-shim", "install", "--dir", "bin"]).expect(9);
        home.run(&["az-shim", "remove", "--dir", "bin"]).expect(7);
        assert_eq!(text("az"), edited);
    }
    fs::rename(folder.join("az"), folder.join("elsewhere")).unwrap();
    fs::write(folder.join("elsewhere"), &written).unwrap();
    symlink("elsewhere", folder.join("az")).unwrap();
    home.run(&["az-shim", "install", "--dir", "bin"]).expect(9);
    home.run(&["az-shim", "remove", "--dir", "bin"]).expect(7);
    assert_eq!(text("elsewhere"), written);

    fs::remove_file(folder.join("az")).unwrap();
    fs::rename(folder.join("elsewhere"), folder.join("az")).unwrap();
    fs::write(folder.join("beside"), "").unwrap();
    home.run(&["az-shim", "remove", "--dir", "bin"]).expect(0).says("");
    assert!(!folder.join("az").exists() && folder.join("beside").exists());
}

#[test]
fn it_says_which_az_is_first_and_which_stands_behind() {
    let home = Home::empty();
    let real = program(&home, "real", FOREIGN);
    let bin = home.join("bin");
    fs::create_dir(&bin).unwrap();
    let installed = |verb: &str, path: String| {
        let mut command = home.command(&["az-shim", verb, "--dir", "bin", "-o", "json"]);
        let said = ran(command.env("PATH", path).output().unwrap()).expect(0);
        (said.json(), said.stderr)
    };
    let (bin, real) = (bin.display(), real.display());
    let (said, warned) = installed("install", format!("{bin}:{real}:/usr/bin:/bin"));
    assert_eq!(said["is_first"], true);
    assert_eq!(said["real"], format!("{real}/az"));
    assert_eq!(warned, "");
    let (said, warned) = installed("install", format!("{real}:{bin}:/usr/bin:/bin"));
    assert_eq!(said["is_first"], false);
    assert!(warned.contains(&format!("az still means {real}/az")), "{warned}");
    // The line can be pasted, and helps.
    let line = warned.split_once("export").unwrap().1.trim();
    let script = format!("PATH={real}:{bin}:/bin; export {line}; command -v az");
    let first = ran(home.script(&script).output().unwrap()).expect(0).stdout;
    assert_eq!(first, format!("{bin}/az\n"));
    // One that cannot run, and a folder of that name, are no az.
    fs::set_permissions(home.join("real/az"), fs::Permissions::from_mode(0o644)).unwrap();
    let (said, _) = installed("install", format!("{bin}:{real}:/usr/bin:/bin"));
    assert!(said["real"].is_null(), "{said}");
    fs::set_permissions(home.join("real/az"), fs::Permissions::from_mode(0o755)).unwrap();

    let (said, _) = installed("remove", format!("{bin}:{real}:/usr/bin:/bin"));
    assert_eq!(said["path"], format!("{bin}/az"));
    assert_eq!(said["real"], format!("{real}/az"));
    assert_eq!(fs::read_to_string(home.join("real/az")).unwrap(), FOREIGN);
}

#[test]
fn the_usual_place_is_the_persons_own_and_remove_finds_another_on_the_path() {
    let home = Home::empty();
    home.run(&["az-shim", "install"]).expect(0);
    assert!(home.join(".local/bin/az").is_file());
    home.run(&["az-shim", "remove"]).expect(0);
    assert!(!home.join(".local/bin/az").exists());
    home.run(&["az-shim", "install", "--dir", "tools"]).expect(0);
    home.run(&["az-shim", "remove"]).expect(5);
    let mut command = home.command(&["az-shim", "remove"]);
    let path = format!("{}:/usr/bin:/bin", home.join("tools").display());
    ran(command.env("PATH", path).output().unwrap()).expect(0);
    assert!(!home.join("tools/az").exists());
}

#[test]
fn who_has_az_is_offered_the_wrapper_at_the_end_of_the_migration() {
    for (path, is_offered) in [("real:/usr/bin:/bin", true), ("/usr/bin:/bin", false)] {
        let home = Home::with_files("azure-cli/adal-2.29.2");
        let real = program(&home, "real", FOREIGN);
        fs::create_dir(home.join(".azure")).unwrap();
        fs::rename(home.join("azureProfile.json"), home.join(".azure/azureProfile.json")).unwrap();
        let mut command = home.command(&["migrate", "--yes"]);
        command.env("PATH", path.replace("real", real.to_str().unwrap()));
        let said = ran(command.output().unwrap()).stderr;
        assert_eq!(said.contains("azvault az-shim install"), is_offered, "{said}");
    }
}

#[test]
fn on_a_terminal_the_offer_is_a_question_where_the_wrapper_would_be_found() {
    let question = "go on working, signed in by the vault?";
    for (answer, path, is_asked) in [
        ("y\n", "HOME/.local/bin:HOME/real:/usr/bin:/bin", true),
        ("n\n", "HOME/.local/bin:HOME/real:/usr/bin:/bin", true),
        ("y\n", "HOME/real:HOME/.local/bin:/usr/bin:/bin", false),
    ] {
        let home = Home::with_files("azure-cli/adal-2.29.2");
        program(&home, "real", FOREIGN);
        fs::create_dir(home.join(".azure")).unwrap();
        fs::rename(home.join("azureProfile.json"), home.join(".azure/azureProfile.json")).unwrap();
        let passphrase = home.join("passphrase");
        let args = ["migrate", "--passphrase-file", passphrase.to_str().unwrap()];
        let mut steps = vec![("Use short names", "n\n"), ("Import this", "y\n")];
        steps.extend(is_asked.then_some((question, answer)));
        let path = path.replace("HOME", home.path().to_str().unwrap());
        let line = home.command(&args);
        let mut command = std::process::Command::new("python3");
        command.arg(azvault_test_support::peer("terminal.py"));
        command.arg(serde_json::to_string(&steps).unwrap()).arg("env").arg(format!("PATH={path}"));
        command.arg(line.get_program()).args(line.get_args()).env_clear().current_dir(home.path());
        command.envs(line.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("TERM", "xterm").env("PATH", "/usr/local/bin:/usr/bin:/bin");
        let shown = ran(command.output().unwrap()).stdout;
        let installed = is_asked && answer == "y\n";
        assert_eq!(home.join(".local/bin/az").exists(), installed, "{shown}");
        assert_eq!(shown.contains(question), is_asked, "{shown}");
        assert_eq!(shown.contains("azvault az-shim install"), !installed, "{shown}");
    }
}
