//! Tenants and subscriptions of who signed in.

use serde_json::json;

use super::{kinds, names, several_tenants, words};
use crate::stack::{
    APPLICATION, Azure, HOME_TENANT, OTHER_TENANT, USER, certificates, one_tenant, principal,
    stored, subscription, subscriptions,
};
use azvault_test_support::{Home, ran};

#[test]
fn a_person_signs_in_with_a_code_and_sees_every_tenant_but_the_one_that_wants_more() {
    let azure = Azure::start(&several_tenants());
    let home = azure.home();
    let device = ["--device-code", "--subscription", "prod", "-o", "json"];
    let connected = azure.connect(&home, &device).expect(0);
    let connected = connected
        .says("https://login.example/device")
        .says("ABCD-EFGH")
        .says("AADSTS50076")
        .says("azvault connect --tenant 70000000-0000-4000-8000-000000000003")
        .says("AADSTS65001");
    let done = connected.json();
    let name = |n, text| format!("{text} ({})", subscription(n));
    assert_eq!(names(&done), [name(2, "Prod"), name(1, "Dev"), name(4, "dev"), name(3, "Managed")]);
    assert_eq!(done["active"], name(2, "Prod"));
    assert_eq!(done["account"], json!({ "id": USER, "type": "User" }));
    assert_eq!(done["skipped"][0]["name"], "Strict");
    assert_eq!(done["skipped"].as_array().unwrap().len(), 2);
    // What two tenants show is its owner's.
    assert_eq!(done["contexts"][3]["tenant"]["id"], OTHER_TENANT);

    let kept = ["access_token 1", "access_token 2", "refresh_token -"];
    assert_eq!(kinds(&home.json(&["secret", "list"])), kept);
    let revealed = |home: &Home| {
        let all = home.json(&["secret", "list", "--reveal"]);
        let all = all["secrets"].as_array().unwrap().clone();
        all.into_iter().find(|secret| secret["kind"] == "refresh_token").unwrap()
    };
    let last = |azure: &Azure| {
        let issued = azure.issued();
        issued.into_iter().rfind(|secret| secret.starts_with("refresh.")).unwrap()
    };
    let refresh = revealed(&home);
    assert_eq!(refresh["value"], last(&azure), "the one that is valid after it was redeemed");
    assert_eq!(
        (&refresh["family_id"], &refresh["home_account_id"], &refresh["account"]),
        (&json!("1"), &json!(format!("oid-1.{HOME_TENANT}")), &json!(USER))
    );

    // Again: the active subscription stands, and the older refresh token goes.
    home.run(&["context", "remove", &name(1, "Dev"), "--yes"]).expect(0);
    let done = azure.connected(&home, &["--device-code"]);
    assert_eq!(done["active"], name(2, "Prod"));
    assert_eq!(names(&done).len(), 3, "what was removed stays away: {done}");
    assert_eq!(kinds(&home.json(&["secret", "list"])), kept);
    assert_eq!(revealed(&home)["value"], last(&azure));
    let done = azure.connected(&home, &["--device-code", "--max-contexts", "25"]);
    assert_eq!(names(&done).len(), 4);

    // One tenant alone, the one that wanted more: a sign-in there has it.
    let done = azure.connected(&home, &["--device-code", "--tenant", "contoso.example"]);
    assert_eq!(done["contexts"][0]["tenant"]["id"], HOME_TENANT);
    assert_eq!(done["skipped"], json!([]));
}

#[test]
fn of_many_subscriptions_twenty_five_get_contexts_unless_another_number_is_said() {
    let azure = Azure::start(&one_tenant(subscriptions(1..41)));
    let wanted = subscription(40);
    for (options, made, left) in [
        (&[][..], 25, Some("15 further subscriptions")),
        (&["--max-contexts", "0"], 1, Some("39 further subscriptions")),
        (&["--no-contexts"], 1, Some("39 further subscriptions")),
        (&["--max-contexts", "3"], 3, Some("37 further subscriptions")),
        (&["--max-contexts", "1000"], 40, None),
    ] {
        let home = azure.home();
        let principal = principal(&home, "the client secret");
        let args = [&words(&principal)[..], &["--subscription", &wanted], options].concat();
        let ran = azure.connect(&home, &[&args[..], &["-o", "json"]].concat()).expect(0);
        assert_eq!(names(&ran.json()).len(), made, "{options:?}");
        assert_eq!(ran.json()["active"], format!("Sub 40 ({wanted})"));
        assert_eq!(ran.stderr.contains("further subscription"), left.is_some(), "{}", ran.stderr);
        if let Some(left) = left {
            ran.says(left);
        }
    }
    let pages = azure.requests();
    let pages = pages.iter().filter(|r| r["path"] == "/subscriptions").count();
    assert_eq!(pages, 5 * 4, "pages of ten");
}

#[test]
fn without_a_terminal_the_first_is_active_and_what_is_not_seen_is_refused() {
    let mut scenario = one_tenant(subscriptions(1..4));
    scenario["tenants"][0]["subscriptions"][1]["name"] = json!("Sub 1");
    let azure = Azure::start(&scenario);
    let home = azure.home();
    let principal = principal(&home, "the client secret");
    let before = stored(&home);
    for (options, code, said) in [
        (&["--subscription", "sub 1"][..], 5, "several subscriptions are called \"sub 1\""),
        (&["--subscription", "Sub 9"], 5, "sees no subscription \"Sub 9\""),
    ] {
        let failed = azure.connect(&home, &[&words(&principal)[..], options].concat());
        let failed =
            failed.expect(code).says(said).says(&subscription(1)).says("--subscription ID");
        assert_eq!(failed.stdout, "");
        assert_eq!(stored(&home), before, "{options:?}");
    }
    let other = azure.home();
    let first = crate::stack::principal(&other, "the client secret");
    let done = azure.connect(&other, &[&words(&first)[..], &["-o", "json"]].concat()).expect(0);
    let done = done.says("the first of 3 subscriptions is active").says(&subscription(1));
    assert_eq!(names(&done.json()).len(), 3);
    assert_eq!(done.json()["contexts"][0]["subscription"]["id"], subscription(1));
    let id = ["--subscription", &subscription(2), "--context-name", "mine", "--no-contexts"];
    let done = azure.connected(&home, &[&words(&principal)[..], &id].concat());
    assert_eq!(names(&done), ["mine"]);
    // A name that another one has.
    let before = stored(&home);
    let id = ["--subscription", &subscription(3), "--context-name", "mine"];
    azure.connect(&home, &[&words(&principal)[..], &id].concat()).expect(9).says("--force");
    assert_eq!(stored(&home), before);
    let done = azure.connected(&home, &[&words(&principal)[..], &id, &["--force"]].concat());
    assert_eq!(done["contexts"][0]["subscription"]["id"], subscription(3));

    // Without any subscription it is the tenant's; a single one that is disabled is said.
    azure.becomes(&one_tenant(json!([])));
    let ran = azure.connect(&home, &[&words(&principal)[..], &["-o", "json"]].concat()).expect(0);
    assert_eq!(ran.json()["active"], format!("{HOME_TENANT} - {APPLICATION}"));
    ran.says("no subscription");
    let disabled = json!([{ "id": subscription(7), "name": "Old", "state": "Disabled" }]);
    azure.becomes(&one_tenant(disabled));
    azure.connect(&home, &words(&principal)).expect(0).says("state is \"Disabled\"");
}

#[test]
fn subscriptions_are_listed_and_found_by_name_online() {
    let azure = Azure::start(&one_tenant(subscriptions(1..13)));
    let home = azure.home();
    let first = subscription(1);
    azure.connect(&home, &["--device-code", "--subscription", &first, "--no-contexts"]).expect(0);
    let run = |args: &[&str]| {
        let mut command = home.command(args);
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        ran(command.output().unwrap())
    };
    let name = format!("Sub 1 ({first})");
    let list = run(&["subscription", "list", "-o", "json"]).expect(0).json();
    assert_eq!(
        list,
        json!({ "schema": 1, "refreshed": false, "subscriptions": [{
            "id": first, "name": "Sub 1", "state": "Enabled", "environment": "Test",
            "tenant": { "id": HOME_TENANT, "name": "Contoso" }, "contexts": [name],
        }] })
    );
    let elsewhere = run(&["subscription", "list", "--tenant", OTHER_TENANT, "-o", "json"]);
    assert_eq!(elsewhere.expect(0).json()["subscriptions"], json!([]));
    let asked = azure.requests().len();
    let list = run(&["subscription", "list", "--refresh", "-o", "json"]).expect(0).json();
    let all = list["subscriptions"].as_array().unwrap();
    assert_eq!((all.len(), &list["refreshed"]), (12, &json!(true)));
    assert_eq!((&all[0]["contexts"], &all[1]["contexts"]), (&json!([name]), &json!([])));
    assert_eq!(azure.requests().len(), asked + 2, "two pages, with the token that was there");
    let table = run(&["subscription", "list", "--refresh"]).expect(0).stdout;
    assert!(table.contains("Sub 12") && table.contains("Contoso"), "{table}");

    let before = stored(&home);
    run(&["context", "set", "--subscription", "Sub 7"]).expect(5).says("--online");
    assert_eq!(stored(&home), before);
    run(&["context", "set", "--subscription", "Sub 99", "--online"]).expect(5);
    let set = run(&["context", "set", "--subscription", "sub 7", "--online", "-o", "json"]);
    let set = set.expect(0).json();
    assert_eq!(set["active"], format!("Sub 7 ({})", subscription(7)));
    assert_eq!(set["contexts"][0]["subscription"]["state"], "Enabled");
    let by_id = ["context", "set", "--subscription", &subscription(8), "--online", "-o", "json"];
    assert_eq!(run(&by_id).expect(0).json()["contexts"][0]["subscription"]["name"], "Sub 8");
}
