use azvault_test_support::{Home, fixture};

#[test]
fn contexts_are_sorted_by_tenant_subscription_and_name() {
    let home = Home::with_files("azure-powershell/homes/az-modern-linux-plaintext");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let list = home.json(&["context", "list"]);
    let text = |context: &serde_json::Value, pointer: &str| {
        context.pointer(pointer).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
    };
    let keys: Vec<_> = list["contexts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (text(c, "/tenant/id"), text(c, "/subscription/name"), text(c, "/name")))
        .collect();
    assert_eq!(keys.len(), 7);
    assert!(keys.is_sorted(), "{keys:?}");
    let marked = list["contexts"].as_array().unwrap().iter().filter(|c| c["default"] == true);
    assert_eq!(marked.count(), 1);
}

#[test]
fn a_context_is_shown_by_name_in_any_case_and_an_unknown_one_is_not_found() {
    let home = Home::with_files("azure-powershell/homes/az-modern-linux-plaintext");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    assert_eq!(home.json(&["context", "show", "CI"])["name"], "ci");
    home.run(&["context", "show", "nobody"]).expect(5).says("azvault context list");
    assert_eq!(home.json(&["context", "list", "--context", "ci"])["active"], "ci");
    home.run(&["context", "list", "--context", "nobody"]).expect(5);
}

#[test]
fn without_a_default_no_context_is_active() {
    let home = Home::with_vault();
    home.run(&["context", "show"]).expect(5).says("no context is active");
    assert!(home.json(&["context", "list"])["active"].is_null());
}

#[test]
fn names_are_escaped_for_people_and_exact_for_programs() {
    let home = Home::with_vault();
    let file = home.join("names.json");
    let text = std::fs::read_to_string(fixture(
        "azure-powershell/files/contexts/11-client-assertion.json",
    ))
    .unwrap();
    let name = "\\u001b[31mred\\u0007 \\u202etxt";
    std::fs::write(&file, text.replace("\"gha\"", &format!("\"{name}\""))).unwrap();
    home.run(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
    let exact = home.json(&["context", "list"]);
    assert_eq!(exact["contexts"][0]["name"], "\u{1b}[31mred\u{7} \u{202e}txt");
    for args in [vec!["context", "list"], vec!["context", "show"], vec!["status"]] {
        let table = home.run(&args).expect(0).stdout;
        assert!(!table.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{table:?}");
        assert!(table.contains("\\u{1b}[31mred"), "{table:?}");
    }
}
