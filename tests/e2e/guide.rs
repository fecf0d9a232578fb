//! The first hour of docs/guide.md, typed from top to bottom into one shell.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use azvault_test_support::{Home, copy_folder, fixture, make_folder, root};

/// A command of the page, its exit code, and what it prints; `…` stands for any lines.
struct Typed {
    command: String,
    code: i32,
    told: Vec<String>,
}

fn commands(page: &str) -> Vec<Typed> {
    let mut all: Vec<Typed> = Vec::new();
    for block in page.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            match line.strip_prefix("$ ") {
                Some(typed) => {
                    let (command, code) = typed.split_once("   # exit ").unwrap_or((typed, "0"));
                    let (command, code) = (command.to_owned(), code.parse().unwrap());
                    all.push(Typed { command, code, told: Vec::new() });
                }
                None => all.last_mut().unwrap().told.push(line.to_owned()),
            }
        }
    }
    all
}

/// Words of a line: tables are as wide as the terminal.
fn plain(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the lines are what was told, `…` being any number of them.
fn is_told(printed: &[String], told: &[String]) -> bool {
    match told.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "…" => {
            (0..=printed.len()).any(|skipped| is_told(&printed[skipped..], rest))
        }
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, others)| *first == plain(line) && is_told(others, rest)),
    }
}

#[test]
fn the_first_hour_goes_as_the_guide_says() {
    let page = fs::read_to_string(root().join("docs/guide.md")).unwrap();
    let typed = commands(&page);
    assert!(typed.len() > 20, "{}", typed.len());
    let home = Home::empty();
    copy_folder(&fixture("azure-powershell/homes/az4-linux"), home.path());
    for file in azvault_test_support::files_below(&home.join(".Azure")) {
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    make_folder(&home.join("run"), 0o700);
    let mut script = "set +e\n".to_owned();
    for (number, typed) in typed.iter().enumerate() {
        let command = &typed.command;
        script.push_str(&format!("echo '@@{number}'; {command}\necho \"@@code $?\"\n"));
    }
    let said = home.bash(&format!("exec 2>&1\n{script}")).stdout;
    for (number, Typed { command, code, told }) in typed.iter().enumerate() {
        let (_, rest) = said.split_once(&format!("@@{number}\n")).unwrap();
        let (printed, rest) = rest.split_once("@@code ").unwrap();
        assert_eq!(rest.lines().next(), Some(&*code.to_string()), "{command}: {printed}");
        let printed: Vec<String> =
            printed.lines().map(plain).filter(|line| !line.is_empty()).collect();
        assert!(is_told(&printed, told), "{command}:\n{printed:#?}\nis not\n{told:#?}");
    }
}

#[test]
fn what_the_page_leaves_out_is_left_out_and_nothing_else() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for (printed, told, wanted) in [
        ("a\nb", "a\nb", true),
        ("a\nb\nc", "a\n…", true),
        ("a\nb\nc", "…\nc", true),
        ("a\nb\nc", "a\n…\nc", true),
        ("a", "a\n…", true),
        ("a\nb", "a", false),
        ("a\nb", "b\n…", false),
        ("", "a", false),
    ] {
        assert_eq!(is_told(&lines(printed), &lines(told)), wanted, "{printed:?} {told:?}");
    }
}
