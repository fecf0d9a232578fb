//! A large home: each file is opened once, memory does not grow with it, and Ctrl-C keeps what was found.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::measured::{calls, most_memory};
use crate::scan::CACHE;
use azvault_test_support::Home;

const FOLDERS: usize = 1000;
const FILES: usize = 100;

/// 100,000 files that are none of Azure's, and one cache deep among them.
fn large() -> Home {
    let home = Home::empty();
    for folder in 0..FOLDERS {
        let folder = home.join(&format!("projects/{folder}"));
        fs::create_dir_all(&folder).unwrap();
        for file in 0..FILES {
            let text = if file % 2 == 0 { "{\"name\": \"x\"}\n" } else { "\u{7f}ELF\0\0\0\u{1}" };
            fs::write(folder.join(format!("{file}.json")), text).unwrap();
        }
    }
    fs::write(home.join("projects/777/cache.txt"), CACHE).unwrap();
    home
}

/// Opens of files below a folder, by the kernel's word.
fn opens(home: &Home, below: &Path, args: &[&str]) -> usize {
    let below = format!("\"{}/", below.display());
    calls(home, "openat,open", args)
        .iter()
        .filter(|line| {
            line.contains(&below) && line.contains("O_NOFOLLOW") && !line.contains("ENOENT")
        })
        .count()
}

#[test]
fn a_home_of_100_000_files_is_read_once_in_little_memory_and_can_be_interrupted() {
    let small = Home::empty();
    fs::write(small.join("cache.txt"), CACHE).unwrap();
    let (least, _) = most_memory(&small, 10, &["scan", "--home", "-o", "json"]);
    let home = large();
    let (memory, answer) = most_memory(&home, 10, &["scan", "--home", "-o", "json"]);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["looked"]["files"], FOLDERS * FILES + 2);
    assert_eq!(answer["findings"].as_array().unwrap().len(), 1);
    assert!(memory < least + 64 * 1024, "{memory} KiB for 100,000 files, {least} for two");
    let opened = opens(&home, &home.join("projects"), &["scan", "--home"]);
    // The one that a format knows is read again, under the products' locks.
    assert_eq!(opened, FOLDERS * FILES + 2);

    fs::create_dir(home.join(".azure")).unwrap();
    fs::write(home.join(".azure/msal_token_cache.json"), CACHE).unwrap();
    let mut command = home.command(&["scan", "--home", "-v"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    // The pipe is full long before the end: it is somewhere in the middle.
    told.by_ref().take(1000).for_each(drop);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let rest = told.count();
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert!(rest < FOLDERS * FILES / 2, "{rest} more");
    assert!(said.contains("interrupted: the rest was not looked at"), "{said}");
    assert!(said.contains("~/.azure/msal_token_cache.json"), "{said}");
}

/// On a terminal there is a bar, on standard error alone; anywhere else there is none.
#[test]
fn a_terminal_sees_a_bar_that_only_goes_forward() {
    let home = Home::empty();
    for folder in 0..8 {
        for file in 0..20 {
            let folder = home.join(&format!("top-{folder}/below"));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(file.to_string()), "{}").unwrap();
        }
    }
    let command = "stty cols 80 rows 24; azvault scan --home";
    let line = format!("script --quiet --return --command '{command}' typescript > /dev/null");
    let mut script = home.script(&line);
    assert!(script.env("TERM", "xterm").status().unwrap().success());
    let seen = fs::read_to_string(home.join("typescript")).unwrap();
    let frames = seen.split(['\r', '\n']).filter(|frame| frame.contains('%'));
    let frames: Vec<&str> = frames.collect();
    let percent = |frame: &&str| -> u32 {
        let end = frame.find('%').unwrap();
        frame[..end].rsplit(' ').next().unwrap().parse().unwrap()
    };
    let shown: Vec<u32> = frames.iter().map(percent).collect();
    assert!(shown.is_sorted() && shown.iter().any(|part| (1..100).contains(part)), "{seen:?}");
    assert!(frames.iter().all(|frame| frame.contains("looking")), "{frames:?}");
    assert!(frames.iter().any(|frame| frame.contains("files")), "{frames:?}");
    // It is gone by the end, and nobody sees it who is no terminal.
    let answer = seen.rsplit("\u{1b}[2K").next().unwrap();
    assert!(answer.contains("looked at") && !answer.contains('%'), "{answer:?}");
    let piped = home.run(&["scan", "--home"]).expect(0);
    assert!(!format!("{}{}", piped.stdout, piped.stderr).contains('%'), "{}", piped.stderr);
}
