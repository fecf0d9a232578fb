//! What is no credential is left alone, with a reason where a person would ask.

use azvault_witness::{Confidence, NotASecret, look};

use super::places;

#[test]
fn ids_addresses_times_and_words_are_no_findings() {
    for text in [
        "{\"home_account_id\":\"0id00000-0000-4000-8000-00000000000a.11111111-2222-3333-4444-555555555555\"}",
        "{\"client_id\":\"1950a258-227b-4e31-a9cf-717495945fc2\",\"token_type\":\"Bearer\"}",
        "{\"target\":\"https://management.core.windows.net//.default https://a/b\"}",
        "{\"cached_at\":\"1795878127\",\"expires_on\":1795881726,\"token_expires\":\"2026-11-28T20:44:31Z\"}",
        "{\"secret\":null,\"password\":\"\",\"token\":false,\"credential\":{}}",
        "{\"credential_type\":\"RefreshToken\",\"environment\":\"login.windows.net\"}",
        "{\"CacheDirectory\":\"/home/ada/.local/share/.IdentityService\",\"KeyStoreFile\":\"keystore.cache\"}",
        "{\"passwordPolicies\":\"DisablePasswordExpiration\",\"secretName\":\"production\"}",
        "The password is asked for, and the token is never written. See the key vault.",
        "az login --service-principal -u $APP -p $SECRET --tenant $TENANT",
        "Microsoft.Azure.Commands.Common.Authentication.Abstractions, Version=1.0.0.0, Culture=neutral",
        "subscription_id=0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c\nclient_id=2b6f0c11-7a3d-4e58-9c21-d4e5f6a7b8c9\n",
        "0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c\n2b6f0c11-7a3d-4e58-9c21-d4e5f6a7b8c9\ntext\n",
        "git clone https://dev.azure.com/contoso/_git/infrastructure && cd infrastructure",
        "<add key=\"nuget\" value=\"https://api.nuget.org/v3/index.json\" protocolVersion=\"3\" />",
        "",
    ] {
        let looked = look(text.as_bytes(), "file");
        assert_eq!(places(&looked.findings), [], "{text}");
        assert!(looked.unread.is_empty(), "{text}");
    }
}

#[test]
fn what_a_person_would_ask_about_has_a_reason() {
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n";
    for (text, why) in [
        (certificate, NotASecret::PublicCertificate),
        ("-----BEGIN PUBLIC KEY-----\nMIIC\n-----END PUBLIC KEY-----\n", NotASecret::PublicKey),
        ("{\"thumbprint\":\"807E71872CC7B245DD49204928E5CC517A7E79FA\"}", NotASecret::Digest),
        ("{\"a\":\"807e71872cc7b245dd49204928e5cc517a7e79fa\"}", NotASecret::Digest),
        (
            "{\"user_assertion_hash\":\"q8uJ3kf9XbT2vLw0PzRn5yHcD7sE1aGm4Bx-q8uJ3kf\"}",
            NotASecret::Digest,
        ),
        ("client_secret = var.client_secret", NotASecret::Placeholder),
        (
            "<a ManagementCertificate=\"807E71872CC7B245DD49204928E5CC517A7E79FA\"/>",
            NotASecret::Digest,
        ),
        ("client_secret: ${CLIENT_SECRET}", NotASecret::Placeholder),
        (
            "{\"token\":\"https://login.microsoftonline.com/common/oauth2/token\"}",
            NotASecret::Address,
        ),
    ] {
        let looked = look(text.as_bytes(), "file");
        assert_eq!(places(&looked.findings), [], "{text}");
        assert_eq!(looked.set_aside.iter().map(|s| s.why).collect::<Vec<_>>(), [why], "{text}");
    }
}

#[test]
fn guesses_are_told_from_what_is_certain() {
    for (text, wanted) in [
        ("{\"client_secret\":\"abc\"}", Confidence::Certain),
        ("{\"other\":\"abc8Q~uJ3kf9XbT2vLw0PzRn5yHcD7sE1aGm4Bx\"}", Confidence::Certain),
        ("{\"other\":\"q8uJ3kf9XbT2vLw0PzRn5yHcD7sE1aGm4Bx\"}", Confidence::Likely),
        ("password: wanted", Confidence::Likely),
        ("password: W4nted!now", Confidence::Certain),
        ("cert=/home/ada/app.pem", Confidence::Likely),
    ] {
        let looked = look(text.as_bytes(), "file");
        assert_eq!(
            looked.findings.iter().map(|f| f.confidence).collect::<Vec<_>>(),
            [wanted],
            "{text}"
        );
    }
}
