//! What the help of a command lists.

/// The verbs below it, in groups or in one list: lines of two blanks and a word, before the options.
pub fn verbs(help: &str) -> Vec<String> {
    let lines = help.lines().take_while(|line| !line.ends_with("ptions:"));
    let words = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let is_verb =
        |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase()) && *word != "help";
    words.filter(is_verb).map(str::to_owned).collect()
}
