//! The examples of docs/shells.md are run, or looked at by their own linters.

use std::fs;
use std::process::Command;

use azvault_test_support::{Home, has, ran, root};

/// The examples in one language, in their order.
fn examples(language: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/shells.md")).unwrap();
    let fence = format!("```{language}\n");
    let blocks = page.split(fence.as_str()).skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

fn with_production() -> Home {
    let home = Home::with_contexts();
    home.run(&["unlock"]).expect(0);
    home.run(&["context", "mark", "prod", "--production", "--scope", "user"]).expect(0);
    home
}

#[test]
fn every_language_of_the_page_is_looked_at() {
    let page = fs::read_to_string(root().join("docs/shells.md")).unwrap();
    let fences = page.lines().filter_map(|line| line.strip_prefix("```")).filter(|f| !f.is_empty());
    for language in fences {
        assert!(["sh", "bash", "zsh", "toml", "json", "yaml"].contains(&language), "{language}");
    }
}

#[test]
fn prompts_of_bash_and_starship_show_the_context_and_the_mark() {
    let home = with_production();
    let [init, ps1, command] = &examples("sh")[..] else { panic!("three examples of sh") };
    let shown = home.bash(&format!("{init}\n{ps1}\n{command}\necho \"${{PS1@P}}\"; eval \"$PROMPT_COMMAND\"; echo \"$AZVAULT_PROMPT\"")).expect(0);
    assert!(shown.stdout.starts_with("prod (production) "), "{shown:?}", shown = shown.stdout);
    assert_eq!(shown.stdout.lines().nth(1), Some("prod (production)"));
    // What starship runs, in the shell that it is told.
    let starship: serde_json::Value = toml_of(&examples("toml")[0]);
    for (module, output) in
        [("azvault", "prod (production)\n"), ("azvault_production", "production\n")]
    {
        let own = &starship["custom"][module];
        assert_eq!(own["shell"], serde_json::json!(["sh"]));
        let (when, command) = (own["when"].as_str().unwrap(), own["command"].as_str().unwrap());
        assert_eq!(home.bash(&format!("if {when} >/dev/null; then {command}; fi")).stdout, output);
    }
    let when = starship["custom"]["azvault_production"]["when"].as_str().unwrap();
    let dev = home.bash(&format!("export AZVAULT_CONTEXT=dev; if {when}; then echo wrong; fi"));
    assert_eq!(dev.stdout, "");
}

#[test]
fn powerlevel10k_gets_a_red_segment_for_production() {
    if !has("zsh") {
        return;
    }
    let home = with_production();
    let segment = &examples("zsh")[0];
    for (context, wanted) in
        [("prod", "segment -f red -t prod* (production)\n"), ("dev", "segment -f blue -t dev*\n")]
    {
        let script = format!(
            "cat >p10k.zsh <<'END'\np10k() {{ print -r -- \"$@\" }}\n{segment}\nprompt_azvault\nEND\n\
             AZVAULT_CONTEXT={context} zsh -f p10k.zsh"
        );
        assert_eq!(home.bash(&script).stdout, wanted);
    }
}

#[test]
fn folders_and_editors_name_a_context_that_acts() {
    let home = Home::with_contexts();
    home.run(&["unlock"]).expect(0);
    home.run(&["context", "rename", "dev", "contoso-dev", "--scope", "user"]).expect(0);
    let envrc = &examples("bash")[0];
    assert_eq!(home.bash(&format!("{envrc}\nazvault prompt")).stdout, "contoso-dev*\n");
    let mise = toml_of(&examples("toml")[1]);
    let json: Vec<serde_json::Value> =
        examples("json").iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(json[0]["type"], "text");
    for context in [
        &mise["env"]["AZVAULT_CONTEXT"],
        &json[1]["terminal.integrated.env.linux"]["AZVAULT_CONTEXT"],
        &json[2]["remoteEnv"]["AZVAULT_CONTEXT"],
    ] {
        let mut command = home.command(&["prompt"]);
        let shown =
            ran(command.env("AZVAULT_CONTEXT", context.as_str().unwrap()).output().unwrap());
        assert_eq!(shown.stdout, "contoso-dev*\n");
    }
}

#[test]
fn the_job_of_github_actions_passes_its_linter_and_unlocks_with_a_raw_key() {
    let yaml = &examples("yaml")[0];
    let home = Home::with_contexts();
    home.run(&["context", "rename", "ci", "contoso-dev-sp", "--scope", "user"]).expect(0);
    home.run(&["key", "add", "raw", "raw"]).expect(0);
    let (_, run) = yaml.split_once("run: |\n").unwrap();
    let run = run.replace("terraform plan", "azvault --version");
    let script = format!(
        "export KEY=\"$(cat raw)\" RUNNER_TEMP=$HOME AZVAULT_NO_INPUT=1 AZVAULT_NO_AGENT=1\nunset AZVAULT_PASSPHRASE_FILE\n{run}"
    );
    let done = home.bash(&script).expect(0);
    assert!(done.stdout.starts_with("azvault "), "{}", done.stdout);
    assert!(!home.join("key").exists());
    // `.ci/run` gets the linter once the tests are through; the step itself was run above.
    if Command::new("actionlint").arg("-version").output().is_err() {
        return;
    }
    let folder = home.join(".github/workflows");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("plan.yml");
    fs::write(&file, yaml).unwrap();
    let linted = ran(Command::new("actionlint").arg(file).output().unwrap());
    assert_eq!(linted.stdout, "");
}

fn toml_of(text: &str) -> serde_json::Value {
    let table: toml::Table = text.parse().unwrap();
    serde_json::to_value(table).unwrap()
}
