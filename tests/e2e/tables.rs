//! Lists on a terminal: a row is a line, an id stays whole, and a narrow terminal has fewer columns.

use azvault_test_support::{Home, copy_folder, fixture};

const PASSPHRASE: (&str, &str) = ("Passphrase of the vault: ", "correct horse battery staple\r");

/// The lines of an answer on a terminal of so many columns.
fn lines(home: &Home, columns: u16, args: &[&str]) -> Vec<String> {
    let args = [args, &["--color", "never"]].concat();
    let shown = home.on_terminal_of(Some(columns), &[PASSPHRASE], &args).expect(0).stdout;
    let is_heading = |line: &&str| line.contains("ACCOUNT") || line.contains("WHEN");
    let lines = shown.lines().skip_while(|line| !is_heading(line));
    lines.map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

fn long_names() -> Home {
    let home = Home::with_vault();
    copy_folder(&fixture("azure-powershell/homes/az-modern-linux-plaintext"), home.path());
    let file = home.join(".Azure/AzureRmContext.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("\"Enabled\"", "\"Disabled\"", 1)).unwrap();
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home
}

#[test]
fn a_list_of_contexts_fits_eighty_and_a_hundred_and_twenty_columns() {
    let home = long_names();
    let number = home.json(&["context", "list"])["contexts"].as_array().unwrap().len();
    for columns in [80, 120, 200] {
        let lines = lines(&home, columns, &["context", "list"]);
        assert_eq!(lines.len(), number + 1, "{columns}: {lines:#?}");
        for line in &lines {
            assert!(line.chars().count() <= columns.into(), "{columns}: {line:?}");
        }
        for heading in ["NAME", "ACCOUNT", "SIGN-IN"] {
            assert!(lines[0].contains(heading), "{columns}: {lines:#?}");
        }
        assert_eq!(lines[0].contains("SUBSCRIPTION"), columns > 80, "{columns}: {lines:#?}");
        assert!(lines.iter().any(|line| line.contains("disabled")), "{columns}: {lines:#?}");
        assert!(lines.iter().any(|line| line.ends_with(" ok")), "{columns}: {lines:#?}");
    }
    let wide = lines(&home, 80, &["context", "list", "--wide"]).concat();
    let flat = home.run(&["context", "list"]).expect(0).stdout;
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    assert!(bare(&wide).contains(&bare(&flat)), "{wide}");
}

#[test]
fn ids_of_secrets_are_whole_and_times_are_told_from_now() {
    let home = long_names();
    let list = home.json(&["secret", "list"]);
    for columns in [80, 120] {
        let lines = lines(&home, columns, &["secret", "list"]);
        let secrets = list["secrets"].as_array().unwrap();
        assert_eq!(lines.len(), secrets.len() + 1, "{columns}: {lines:#?}");
        for (secret, line) in secrets.iter().zip(&lines[1..]) {
            assert!(line.contains(secret["id"].as_str().unwrap()), "{line}");
            assert_eq!(secret["expires_on"].is_null(), !line.contains("years"), "{line}");
            assert!(line.chars().count() <= columns.into(), "{columns}: {line:?}");
        }
    }
    let when = &lines(&home, 80, &["migrate", "list"])[1];
    assert!(when.contains("now") || when.contains("minute"), "{when}");
    let exact = &lines(&home, 80, &["migrate", "list", "--wide"])[1];
    let created = home.json(&["migrate", "list"])["migrations"][0]["created"].clone();
    assert!(exact.contains(created.as_str().unwrap()), "{exact}");
}
