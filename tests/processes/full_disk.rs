//! A disk that is full.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::injection::Extent;
use azvault_test_support::{CHEAP, Home, Saved, not_run, ran};

/// In KiB. The first is too small for a vault.
const SIZES: [u32; 9] = [32, 64, 96, 128, 192, 256, 384, 512, 1024];

/// A small file system, as long as this is there.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where nothing can be mounted.
    fn mount(folder: &Path, kib: u32) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let size = format!("size={kib}k,mode=700");
        let mount = ["-t", "tmpfs", "-o", &size, "azvault-small-disk"];
        let mounted = Command::new("mount").args(mount).arg(folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder.to_owned()));
        }
        not_run("nothing may be mounted here");
        None
    }

    fn grow(&self, kib: u32) {
        let size = format!("remount,size={kib}k");
        let grown = Command::new("mount").args(["-o", &size]).arg(&self.0).status().unwrap();
        assert!(grown.success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn names(home: &Home) -> Vec<String> {
    let list = home.json(&["context", "list"]);
    let contexts = list["contexts"].as_array().unwrap().iter();
    contexts.map(|context| context["name"].as_str().unwrap().to_owned()).collect()
}

/// A file with one context of that name, to be imported.
fn import(home: &Home, name: &str) -> [String; 5] {
    home.write_saved(&[Saved {
        name,
        account: "ada@contoso.example",
        tenant: "72f00000-0000-4000-8000-000000000001",
        subscription: &format!("5b000000-0000-4000-8000-{:012}", name[1..].parse::<u32>().unwrap()),
        subscription_name: &"a long name ".repeat(400),
    }]);
    ["migrate", "run", "--yes", "--from", "saved.json"].map(str::to_owned)
}

/// Fills a disk of that size; how many changes were acknowledged.
fn fill(kib: u32) -> Option<usize> {
    let home = Home::empty();
    let disk = SmallDisk::mount(&home.join(".local"), kib)?;
    let init = [&["init", "--no-recovery"], &CHEAP[..]].concat();
    let made = home.run(&init);
    if made.code != 0 {
        made.expect(1).says("error:").says("full");
        assert!(!home.vault().exists());
        disk.grow(4096);
        home.run(&init).expect(0);
    }
    let mut acknowledged = Vec::new();
    loop {
        let name = format!("n{:03}", acknowledged.len());
        let command = import(&home, &name);
        let ran = home.run(&command.each_ref().map(String::as_str));
        if ran.code == 0 {
            acknowledged.push(name);
            continue;
        }
        ran.expect(1).says("error:").says("full");
        home.run(&["verify"]).expect(0);
        assert_eq!(names(&home), acknowledged, "{kib} KiB: what was acknowledged, and no more");
        disk.grow(8192);
        home.run(&command.each_ref().map(String::as_str)).expect(0);
        home.run(&["verify"]).expect(0);
        assert_eq!(names(&home).len(), acknowledged.len() + 1);
        return Some(acknowledged.len());
    }
}

#[test]
fn on_a_full_disk_what_was_acknowledged_is_there_and_the_rest_is_refused() {
    let is_sample = Extent::asked() == Extent::Sample;
    let sizes = if is_sample { &SIZES[..4] } else { &SIZES[..] };
    let mut acknowledged = 0;
    for kib in sizes {
        let Some(count) = fill(*kib) else { return };
        println!("{kib} KiB: {count} acknowledged");
        acknowledged += count;
    }
    let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
    println!(
        "figure: disks of {first} to {last} KiB filled up: {acknowledged} of {acknowledged} acknowledged changes \
         there, {} of {} refused ones with a clear error and nothing half done, and done once there was room",
        sizes.len(),
        sizes.len()
    );
}

#[test]
fn an_answer_that_does_not_fit_is_an_error() {
    let home = Home::with_vault();
    let mut list = home.command(&["context", "list", "-o", "json"]);
    list.stdout(File::create("/dev/full").unwrap()).stderr(Stdio::piped());
    ran(list.spawn().unwrap().wait_with_output().unwrap()).expect(1).says("was not written");
    // And where nothing can be said, the exit code still is.
    let mut list = home.command(&["context", "show", "nobody"]);
    list.stderr(File::create("/dev/full").unwrap());
    ran(list.output().unwrap()).expect(5);
}
