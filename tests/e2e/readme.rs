//! The first screen of the README is what the binary prints.

use azvault_test_support::{Home, fixture};

/// The lines that a command of the README prints, up to the next command.
fn shown<'a>(readme: &'a str, command: &str) -> Vec<&'a str> {
    let (_, rest) = readme.split_once(&format!("$ azvault {command}\n")).unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    block.split("\n$ ").next().unwrap().lines().filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_scan_and_the_migration_of_the_first_screen_are_as_they_look() {
    let readme = std::fs::read_to_string(fixture("../../README.md")).unwrap();
    let home = Home::empty();
    let demo = home.join("demo");
    azvault_test_support::copy_folder(&fixture("azure-powershell/homes/az4-linux"), &demo);
    let demo = demo.to_str().unwrap();
    let scan = home.run(&["scan", demo]).expect(10);
    let vault = home.join("demo/vault.db");
    let passphrase = home.secret_file("passphrase", "correct horse battery field");
    let migrate = ["--vault", vault.to_str().unwrap(), "--passphrase-file", &passphrase];
    let migrate = [&migrate[..], &["migrate", "--yes", "--no-recovery", "--from", demo]].concat();
    let migrate = home.run(&migrate).expect(0);
    for (command, ran) in
        [("scan", &scan), ("--vault /tmp/azvault-demo/vault.db migrate --from", &migrate)]
    {
        let printed = format!("{}{}", ran.stdout, ran.stderr);
        // Who can read a file depends on the folders above it, and a migration has an id of its own.
        let plain = |line: &str| -> Vec<String> {
            let words = line.split_whitespace().map(|word| {
                word.replace(demo, "/tmp/azvault-demo").replace("~/demo", "/tmp/azvault-demo")
            });
            words
                .filter(|word| word.len() != 16)
                .map(|word| word.replace("everybody*", "everybody"))
                .collect()
        };
        let printed: Vec<_> = printed.lines().map(plain).collect();
        let told = shown(&readme, &format!("{command} /tmp/azvault-demo"));
        assert!(told.len() > 6, "{command}");
        for line in told {
            let asked =
                line == "…" || line.starts_with("Import this") || line.starts_with("* by its mode");
            let line = plain(line);
            assert!(asked || printed.contains(&line), "{line:?} is not in {printed:#?}");
        }
    }
}
