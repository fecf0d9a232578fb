use crate::home::Home;

#[test]
fn the_ways_to_unlock_are_listed_with_their_cost() {
    let home = Home::with_vault();
    let keys = home.json(&["key", "list"]);
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["kind"], "passphrase");
    assert_eq!(keys[0]["label"], "passphrase");
    assert_eq!(keys[0]["kdf"]["memory_kib"], 19 * 1024);
    assert_eq!(keys[0]["kdf"]["weak"], true);
    home.run(&["key", "list"]).expect(0).says("weak");
}
