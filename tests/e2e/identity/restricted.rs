//! Tokens that are no plain bearer tokens of their account, and those that an account brought along.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::{PAT, TENANT, WORK, cache, context, known, powershell, public, token, token_of, user};
use azvault_test_support::Home;

const HOST: &str = "login.windows.net";

fn with_tokens(tokens: &[Value]) -> Home {
    let contexts = json!({ "c": context(user(Some(WORK)), 1, public()) });
    powershell(contexts, &cache(tokens, &[], &[known(WORK, HOST)]))
}

#[test]
fn a_token_that_is_bound_or_of_a_partition_or_on_behalf_of_a_user_is_never_handed_out_or_saved() {
    let longest = json!({ "expires_on": "4133980800" });
    let restricted = |more: Value| {
        let mut more = more;
        more.as_object_mut().unwrap().extend(longest.as_object().unwrap().clone());
        token(WORK, HOST, "at-restricted", more)
    };
    for (more, restriction) in [
        (json!({ "token_type": "pop", "key_id": "kid" }), "bound"),
        (json!({ "token_type": "mtls_pop" }), "bound"),
        (json!({ "credential_type": "AccessToken_With_AuthScheme", "token_type": null }), "bound"),
        (json!({ "ext_cache_key": "Zm1pX3BhdGg" }), "partitioned"),
        (json!({ "credential_type": "ATExt" }), "partitioned"),
        (json!({ "user_assertion_hash": "L9TOR5VWIAfO" }), "on_behalf_of"),
    ] {
        let alone = with_tokens(&[restricted(more.clone())]);
        let refused = token_of(&alone, "c").expect(4);
        assert!(!refused.stdout.contains("at-restricted") && !refused.stderr.contains("at-restr"));
        let listed = alone.json(&["secret", "list"]);
        assert_eq!(listed["secrets"][0]["restriction"], restriction, "{more}");
        let words = restriction.replace('_', " ");
        let table = alone.run(&["secret", "list"]).expect(0).stdout;
        assert!(table.contains(&format!("access_token ({words})")), "{table}");
        let save = ["context", "save", "s.json", "--format", "azure-powershell", "--plaintext"];
        let saved = alone.run(&[&save[..], &["--yes", "--force", "-o", "json"]].concat()).expect(0);
        assert_eq!(saved.json()["left_out"][0]["restriction"], restriction);
        let text = std::fs::read_to_string(alone.join("s.json")).unwrap();
        assert!(!text.contains("TokenCache\": {\n        \"CacheData\": \""), "{text}");

        let plain = token(WORK, HOST, "at-plain", json!({}));
        let both = with_tokens(&[restricted(more.clone()), plain]);
        assert_eq!(token_of(&both, "c").expect(0).stdout, "at-plain\n", "{more}");
    }
}

/// A token that says to whom it is and until when.
fn jwt(audience: &str, exp: i64) -> String {
    let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let claims = json!({ "aud": audience, "exp": exp, "tid": TENANT });
    format!("{}.{}.c3ludGg", part(json!({ "alg": "none" })), part(claims))
}

#[test]
fn an_account_that_brought_tokens_along_has_those_while_they_live() {
    let far = 4_102_444_800;
    let arm = jwt("https://management.core.windows.net/", far);
    let (graph, vault) =
        (jwt("https://graph.microsoft.com", far), jwt("https://vault.azure.net", 1_000_000_000));
    let account = json!({ "Id": PAT, "Type": "AccessToken", "ExtendedProperties": {
        "AccessToken": arm, "MicrosoftGraphAccessToken": graph, "KeyVault": vault,
    } });
    // Tokens that its user has elsewhere are not the ones that it brought.
    let of_user = token(WORK, HOST, "at-user", json!({}));
    let contexts = json!({ "c": context(account, 1, public()) });
    let home = powershell(contexts, &cache(&[of_user], &[], &[known(WORK, HOST)]));
    assert_eq!(token_of(&home, "c").expect(0).stdout, format!("{arm}\n"));
    let with = |resource: &str| home.run(&["--context", "c", "token", "--resource", resource]);
    assert_eq!(with("graph").expect(0).stdout, format!("{graph}\n"));
    with("keyvault").expect(4).says("expired at 2001-09-09");
    with("storage").expect(4).says("no access token").says("azvault connect --access-token-file");
}
