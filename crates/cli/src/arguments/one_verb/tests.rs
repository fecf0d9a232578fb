use std::ffi::OsString;

use clap::{ArgMatches, Command, CommandFactory};
use proptest::prelude::*;

use super::{VERBS, tree};
use crate::cli::Cli;

/// What a line means: each option that has a value, where it came from and which words it has.
fn meaning(matches: &ArgMatches) -> Vec<String> {
    let mut told: Vec<String> = matches
        .ids()
        .filter(|id| matches.try_get_raw(id.as_str()).is_ok())
        .map(|id| {
            let id = id.as_str();
            let words: Vec<_> = matches.get_raw(id).into_iter().flatten().collect();
            let places: Vec<_> = matches.indices_of(id).into_iter().flatten().collect();
            format!("{id} {:?} {words:?} {places:?}", matches.value_source(id))
        })
        .collect();
    told.sort();
    if let Some((verb, below)) = matches.subcommand() {
        told.push(verb.to_owned());
        told.extend(meaning(below));
    }
    told
}

fn typed(words: &[&str]) -> Vec<OsString> {
    std::iter::once(&"azvault").chain(words).map(OsString::from).collect()
}

fn by(tree: Command, line: &[OsString]) -> Result<Vec<String>, clap::Error> {
    tree.try_get_matches_from(line).map(|matches| meaning(&matches))
}

/// Who takes a line.
#[derive(Debug, PartialEq, Eq)]
enum Taker {
    /// The tree of its verb, and with the same meaning the whole.
    OneVerb,
    /// The whole tree.
    Whole,
    Nobody,
}

fn taker(words: &[&str]) -> Taker {
    let line = typed(words);
    let whole = by(Cli::command(), &line);
    match (tree(&line).and_then(|tree| by(tree, &line).ok()), whole) {
        (Some(small), Ok(whole)) => {
            assert_eq!(small, whole, "{words:?}");
            Taker::OneVerb
        }
        (Some(_), Err(e)) => panic!("{words:?} is no line: {e}"),
        (None, Ok(_)) => Taker::Whole,
        (None, Err(_)) => Taker::Nobody,
    }
}

#[test]
fn a_line_of_every_day_needs_the_tree_of_its_verb_and_other_lines_the_whole() {
    for (line, expected) in [
        ("prompt", Taker::OneVerb),
        ("-q prompt -o json", Taker::OneVerb),
        ("--vault token prompt", Taker::Whole),
        ("token", Taker::OneVerb),
        ("token --resource graph", Taker::OneVerb),
        ("token --for a b --tenant t -o json", Taker::OneVerb),
        ("token --reveal --vault prompt", Taker::OneVerb),
        ("-vv -o tsv --color never token", Taker::OneVerb),
        ("exec -- true", Taker::OneVerb),
        ("exec prod -- azvault token", Taker::OneVerb),
        ("exec --env-token TOKEN=arm prod -- token --version", Taker::OneVerb),
        ("use", Taker::OneVerb),
        ("use -", Taker::OneVerb),
        ("use token", Taker::OneVerb),
        ("--vault=use use exec", Taker::OneVerb),
        ("status", Taker::OneVerb),
        ("status --anchor", Taker::OneVerb),
        ("context show", Taker::OneVerb),
        ("context show context", Taker::OneVerb),
        ("-o json context list", Taker::OneVerb),
        ("context list --quiet", Taker::OneVerb),
        ("context -q select prod --scope user", Taker::OneVerb),
        ("context select show", Taker::Whole),
        ("secret show 0000000000000001 --reveal", Taker::OneVerb),
        ("secret list --wide", Taker::OneVerb),
        ("agent serve --socket /s --vault-id i --anchors /a", Taker::OneVerb),
        ("renew", Taker::OneVerb),
        ("carry", Taker::OneVerb),
        ("age", Taker::OneVerb),
        ("clipboard", Taker::OneVerb),
        ("token --copy", Taker::OneVerb),
        ("secret show 0000000000000001 --copy --copy-for 9s", Taker::OneVerb),
        ("pkcs11", Taker::OneVerb),
        ("key add age age1qqq", Taker::Whole),
        ("door --leader 7", Taker::OneVerb),
        ("connect --tenant token", Taker::Whole),
        ("context rename prompt token", Taker::Whole),
        ("key list", Taker::Whole),
        ("", Taker::Nobody),
        ("--version", Taker::Nobody),
        ("--help", Taker::Nobody),
        ("help token", Taker::Nobody),
        ("token --help", Taker::Nobody),
        ("token -h", Taker::Nobody),
        ("prompt --version", Taker::Nobody),
        ("prompt more", Taker::Nobody),
        ("token --resource a --for b", Taker::Nobody),
        ("token --resorce graph", Taker::Nobody),
        ("tokn", Taker::Nobody),
        ("context", Taker::Nobody),
        ("context shwo", Taker::Nobody),
        ("context --help", Taker::Nobody),
        ("context help select", Taker::Nobody),
        ("context select --scope nobody x", Taker::Nobody),
        ("secret show nonsense", Taker::Nobody),
        ("secret", Taker::Nobody),
        ("exec prod true", Taker::Nobody),
        ("exec", Taker::Nobody),
        ("agent", Taker::Nobody),
        ("agent token", Taker::Nobody),
        ("-o xml prompt", Taker::Nobody),
        ("-q -v prompt", Taker::Nobody),
        ("show context", Taker::Nobody),
        ("key list prompt", Taker::Nobody),
    ] {
        let words: Vec<_> = line.split_whitespace().collect();
        assert_eq!(taker(&words), expected, "{line}");
    }
}

#[test]
fn one_verb_is_all_that_is_built() {
    for (path, _) in VERBS {
        let mut small = &tree(&typed(path)).unwrap();
        let mut whole = &Cli::command();
        for verb in path {
            assert_eq!(small.get_subcommands().count(), 1, "{path:?}");
            small = small.find_subcommand(verb).unwrap();
            whole = whole.find_subcommand(verb).unwrap();
        }
        assert_eq!(small.get_arguments().count(), whole.get_arguments().count(), "{path:?}");
    }
}

/// Verbs, options and values in any order: most are no command line, and some are.
fn words() -> impl Strategy<Value = Vec<&'static str>> {
    let verbs = VERBS.iter().flat_map(|(path, _)| path.iter().copied());
    let options = "-q -v -o json table --output=tsv --vault --context --scope user process --reveal \
                   --resource --for --tenant --wide --all --no-agent --passphrase-fd 3 -- - -h help \
                   --color never x prod 0000000000000001 connect migrate run key";
    let all: Vec<_> = verbs.chain(options.split_whitespace()).collect();
    prop::collection::vec(prop::sample::select(all), 0..7)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_line_means_something_else_to_the_whole_tree(
        verb in prop::sample::select(&VERBS[..]),
        before in words(),
        after in words(),
    ) {
        let short = |words: &[&'static str]| words[..words.len().min(2)].to_vec();
        for line in [
            [&before[..], verb.0, &after].concat(),
            [&short(&before)[..], verb.0, &short(&after)].concat(),
            [verb.0, &after].concat(),
            before.clone(),
        ] {
            taker(&line);
        }
    }
}
