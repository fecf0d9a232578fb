//! What was typed, and copies of what products keep: found wherever they lie.

use std::fs;

use crate::scan::CACHE;
use azvault_test_support::Home;

const TYPED: &str = "export ARM_CLIENT_SECRET=SYNTH-hunter2\n";

fn home_with(path: &str, content: &str) -> Home {
    let home = Home::empty();
    let path = home.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    home
}

#[test]
fn variables_of_a_project_are_found_in_the_whole_home() {
    for path in ["src/app/.env", "src/app/.env.local", "src/.envrc", "backup/.bash_history"] {
        let said = home_with(path, TYPED).run(&["scan", "--home"]).expect(10);
        assert!(said.stdout.contains(path) && !said.stdout.contains("SYNTH"), "{}", said.stdout);
        let without = home_with(path, "export ARM_CLIENT_SECRET=$SECRET\n");
        without.run(&["scan", "--home"]).expect(0);
    }
}

#[test]
fn copies_of_histories_and_of_folders_of_products_are_found() {
    for path in [
        ".bash_history.bak",
        ".bashrc~",
        ".config/zsh/.zsh_history",
        ".local/share/powershell/PSReadLine/ConsoleHost_history.txt.bak",
    ] {
        assert!(home_with(path, TYPED).run(&["scan"]).expect(10).stdout.contains(path), "{path}");
    }
    let variables = "SETUVAR --export ARM_CLIENT_SECRET:SYNTH-hunter2\n";
    home_with(".config/fish/fish_variables", variables).run(&["scan"]).expect(10);
    for path in [
        ".azd.bak/auth/msal/cache.json",
        ".IdentityService-old/any",
        ".local/share/.IdentityService.bak/a",
    ] {
        assert!(home_with(path, CACHE).run(&["scan"]).expect(10).stdout.contains(path), "{path}");
    }
}
