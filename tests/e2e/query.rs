//! `-o yaml` and `--query`: the documents of `-o json` in another form, or a part of them.

use azvault_test_support::Home;

#[test]
fn a_query_prints_a_part_of_the_document_in_each_form() {
    let home = Home::with_contexts();
    let list = home.json(&["context", "list"]);
    for (form, query, text) in [
        ("json", "default", "\"prod\"\n"),
        ("table", "default", "\"prod\"\n"),
        ("yaml", "{a: default, b: `1`}", "a: prod\nb: 1\n"),
        ("tsv", "default", "prod\n"),
        ("tsv", "contexts[?name=='ci'].[name, scope]", "ci\tuser\n"),
        ("tsv", "length(contexts)", "7\n"),
        ("json", "nothing", "null\n"),
    ] {
        let ran = home.run(&["context", "list", "-o", form, "--query", query]).expect(0);
        assert_eq!(ran.stdout, text, "{form} {query}");
    }
    let yaml = home.run(&["context", "list", "-o", "yaml"]).expect(0).stdout;
    assert!(yaml.starts_with("schema: 1\n"), "{yaml}");
    for context in list["contexts"].as_array().unwrap() {
        let id = context["account"]["id"].as_str().unwrap();
        assert!(yaml.contains(id), "{yaml}");
    }
    // A document is text of YAML too where a value is in it, which no library writes.
    let revealed = home.run(&["secret", "list", "--reveal", "-o", "yaml"]).expect(0).stdout;
    assert!(revealed.starts_with("{\"schema\":1,"), "{revealed}");
}

#[test]
fn a_bad_query_is_refused_before_anything_is_done() {
    let home = Home::with_contexts();
    for query in ["contexts[", "", "a b"] {
        let args = ["context", "remove", "gov", "--yes", "--query", query];
        home.run(&args).expect(2).says("no JMESPath query").says("at character");
    }
    assert_eq!(home.json(&["context", "show", "gov"])["name"], "gov");
    for (args, plain) in [
        (&["token", "--query", "accessToken"][..], "azvault token"),
        (&["secret", "list", "--reveal", "--query", "secrets"], "azvault secret show ID --reveal"),
        (&["session", "start", "--query", "value"], "azvault session start"),
    ] {
        home.run(args).expect(2).says("a secret in it").says(plain);
    }
    home.run(&["scan", "-o", "sarif", "--query", "runs"]).expect(2).says("SARIF");
    // One that does not fit the document is known with the document alone.
    home.run(&["context", "list", "--query", "sum(default)"]).expect(2).says("is not printed");
}
