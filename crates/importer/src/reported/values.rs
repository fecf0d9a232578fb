//! What a value says by its own shape, wherever it stands: a connection string, a signed URL, a
//! key with the signature that Azure puts into its keys.
//!
//! A shape is precise or it is not used: a long random word alone says nothing of Azure.

use super::hosts;
use super::kinds::{self, Kind};

/// Shortest value that is taken for a secret.
const MIN_VALUE: usize = 8;

/// Signatures within keys, each at its place in a token of that length (without padding). They are
/// what Azure's own scanners look for (microsoft/security-utilities, Common Annotated Security Keys).
const SIGNATURES: [(usize, usize, &str, &Kind); 9] = [
    (84, 76, "AZDO", &kinds::DEVOPS_PAT),
    (84, 52, "JQQJ99", &kinds::SERVICE_KEY),
    (86, 76, "+ASt", &kinds::STORAGE_KEY),
    (86, 76, "ACDb", &kinds::COSMOS_KEY),
    (52, 42, "+ACR", &kinds::REGISTRY_PASSWORD),
    (43, 33, "+ASb", &kinds::MESSAGING_KEY),
    (43, 33, "+AEh", &kinds::MESSAGING_KEY),
    (43, 33, "AIoT", &kinds::DEVICE_KEY),
    (52, 42, "AzSe", &kinds::SERVICE_KEY),
];

/// The kind of credential that a text holds, by shape alone.
pub(super) fn by_shape(text: &str) -> Option<&'static Kind> {
    connection_string(text)
        .or_else(|| signed_url(text))
        .or_else(|| in_url(text))
        .or_else(|| tokens(text).find_map(signature))
}

/// Whether a value is a secret at all, and not a reference to one, a placeholder or a redaction.
pub(super) fn is_literal(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    let reference = value.starts_with(['$', '<', '`'])
        || value.starts_with("@Microsoft.KeyVault")
        || (value.starts_with('%') && value.ends_with('%'))
        || ["{{", "#{", "${", "$(", "op://", "bws://", "vault:"].iter().any(|r| value.contains(r));
    let stand_in = ["redacted", "your", "changeme", "placeholder", "example-", "(sensitive"]
        .iter()
        .any(|word| lower.contains(word))
        || value.bytes().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'-' | b'0'));
    value.len() >= MIN_VALUE && !reference && !stand_in
}

/// What an Azure DevOps PAT looks like: 52 characters of base 32 until 2024, 84 with a signature
/// since.
pub(super) fn is_devops_pat(value: &str) -> bool {
    let base32 = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
    (value.len() == 52 && value.bytes().all(base32) && value.bytes().any(|b| b.is_ascii_digit()))
        || signature(value) == Some(&kinds::DEVOPS_PAT)
}

/// A GUID, as application ids are.
pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn connection_string(text: &str) -> Option<&'static Kind> {
    if !text.contains('=') {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let has = |name: &str| {
        lower.match_indices(name).any(|(at, _)| {
            // The value ends where the next member begins, or the text around it does.
            let value = &text[at + name.len()..];
            let end = value.find([';', '"', '\'', ' ', ',', '\\']).unwrap_or(value.len());
            is_literal(&value[..end])
        })
    };
    let of_host = |hosts: &[&str]| hosts.iter().any(|host| lower.contains(host));
    if has("accountkey=") && !lower.contains("devstoreaccount1") {
        let cosmos = of_host(&[".documents.azure", ".cosmos.azure"]);
        return Some(if cosmos { &kinds::COSMOS_KEY } else { &kinds::STORAGE_KEY });
    }
    if has("sharedaccesskey=") && !lower.contains("usedevelopmentemulator=true") {
        let hub = of_host(&[".azure-devices."]);
        return Some(if hub { &kinds::DEVICE_KEY } else { &kinds::MESSAGING_KEY });
    }
    if of_host(&[".azconfig.io", ".azconfig.azure."]) && has("secret=") {
        return Some(&kinds::APP_CONFIGURATION_KEY);
    }
    if of_host(&[".database.windows.net", ".database.azure.com", ".database.chinacloudapi.cn"])
        && (has("password=") || has("pwd="))
    {
        return Some(&kinds::DATABASE_PASSWORD);
    }
    (of_host(&[".redis.cache.windows.net", ".redis.azure.net"]) && has("password="))
        .then_some(&kinds::CACHE_KEY)
}

/// `sig=` of a shared access signature, beside the members without which none is one.
fn signed_url(text: &str) -> Option<&'static Kind> {
    let signed = text.match_indices("sig=").any(|(at, _)| {
        let before = text[..at].bytes().next_back();
        let value = &text[at + 4..];
        let end = value
            .find(|c: char| !(c.is_ascii_alphanumeric() || "%+/=_-".contains(c)))
            .unwrap_or(value.len());
        before.is_none_or(|byte| !byte.is_ascii_alphanumeric())
            && end >= 20
            && is_literal(&value[..end])
    });
    let dated = ["se=", "skn=", "si="].iter().any(|member| text.contains(member));
    let of_azure = text.contains("sv=") || text.contains("sr=");
    (signed && dated && of_azure).then_some(&kinds::SAS)
}

/// A user's password within a URL of one of Azure's hosts.
fn in_url(text: &str) -> Option<&'static Kind> {
    text.match_indices("://").find_map(|(at, _)| {
        let rest = &text[at + 3..];
        let end =
            rest.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c)).unwrap_or(rest.len());
        let (user, host) = rest[..end].rsplit_once('@')?;
        let host = hosts::host_of(host);
        let secret = match user.split_once(':') {
            Some((_, password)) if !password.is_empty() => password,
            // Azure DevOps takes a PAT for the user's name.
            _ if is_devops_pat(user.trim_end_matches(':')) => user.trim_end_matches(':'),
            _ => return None,
        };
        if !is_literal(secret) {
            return None;
        }
        if hosts::is_devops(host) {
            Some(&kinds::DEVOPS_PAT)
        } else if hosts::is_registry(host) {
            Some(&kinds::REGISTRY_PASSWORD)
        } else if hosts::is_publishing(host) {
            Some(&kinds::PUBLISHING_PASSWORD)
        } else if hosts::is_data_service(host) {
            Some(&kinds::DATABASE_PASSWORD)
        } else {
            None
        }
    })
}

/// Words of the characters that keys and client secrets are made of.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/_.~-".contains(c)))
        .filter(|token| token.len() >= 37)
}

fn signature(token: &str) -> Option<&'static Kind> {
    if is_client_secret(token) {
        return Some(&kinds::CLIENT_SECRET);
    }
    let found = SIGNATURES.iter().find(|(length, at, word, _)| {
        token.len() == *length && token.get(*at..).is_some_and(|rest| rest.starts_with(word))
    });
    found.map(|(.., kind)| *kind)
}

/// Client secrets of Microsoft Entra since 2021: three characters, a digit, `Q~`, and 31 to 34 more.
fn is_client_secret(token: &str) -> bool {
    let bytes = token.as_bytes();
    (37..=40).contains(&bytes.len()) && bytes[3].is_ascii_digit() && &bytes[4..6] == b"Q~"
}

#[cfg(test)]
mod tests {
    use super::{by_shape, is_devops_pat, is_guid, is_literal};

    const KEY: &str =
        "Z3gKpLhZjwY6T0x4rJ3RKuYS4DgXHc/+R3nTyHQQmDeHL06BrTBSWmwe9wZ/+F/uyw49S4Ki28PQOZJUl8vWGA==";
    const PAT: &str = "l7xol3lfggb44qsgv6a6tk5fdg3thlvcym7ahul4bdqyjsgcbkhz";

    #[test]
    fn a_value_says_what_it_is_or_nothing() {
        let storage = Some("access key of a storage account");
        let database = Some("password of an Azure database");
        let pat = Some("personal access token of Azure DevOps");
        let sig = "sig=bWFkZSB1cCBzaWduYXR1cmUgb2YgYSBmaXh0dXJl%2Bg%3D";
        for (text, what) in [
            (format!("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={KEY}"), storage),
            (format!("defaultendpointsprotocol=https;accountname=a;accountkey={KEY}"), storage),
            ("AccountName=a;AccountKey=$KEY;".to_owned(), None),
            (format!("AccountName=devstoreaccount1;AccountKey={KEY}"), None),
            ("UseDevelopmentStorage=true".to_owned(), None),
            (
                format!("AccountEndpoint=https://a.documents.azure.com:443/;AccountKey={KEY}"),
                Some("key of a Cosmos DB account"),
            ),
            (
                "Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=c2VjcmV0c2VjcmV0"
                    .to_owned(),
                Some("shared access key of a Service Bus or Event Hubs namespace"),
            ),
            (
                "HostName=a.azure-devices.net;DeviceId=b;SharedAccessKey=c2VjcmV0c2VjcmV0".to_owned(),
                Some("shared access key of an IoT hub"),
            ),
            (
                "Endpoint=https://a.azconfig.io;Id=1;Secret=c2VjcmV0c2VjcmV0".to_owned(),
                Some("access key of an App Configuration store"),
            ),
            ("Server=tcp:a.database.windows.net;Password=hunter2hunter2;".to_owned(), database),
            ("Server=tcp:a.database.windows.net;Authentication=Active Directory Default".to_owned(), None),
            ("Server=db.example;Password=hunter2hunter2;".to_owned(), None),
            ("postgres://u:hunter2hunter2@a.postgres.database.azure.com/db".to_owned(), database),
            ("postgres://u:hunter2hunter2@db.example/db".to_owned(), None),
            (format!("https://a.blob.core.windows.net/c?sv=2024-11-04&se=2030&{sig}"), Some("shared access signature")),
            (format!("https://a.example/c?{sig}"), None),
            ("https://a.blob.core.windows.net/c?sv=2024-11-04&se=2030&sig=REDACTED".to_owned(), None),
            (format!("https://contoso:{PAT}@dev.azure.com/contoso"), pat),
            (format!("https://{PAT}@dev.azure.com/contoso"), pat),
            (format!("https://{PAT}:@contoso.visualstudio.com"), pat),
            ("https://contoso@dev.azure.com/contoso/_git/web".to_owned(), None),
            ("https://contoso:${PAT}@dev.azure.com/contoso".to_owned(), None),
            ("https://megan:ghp_notarealone@github.com".to_owned(), None),
            ("x Qx18Q~nCxC7RdoUcm08gpCxrpXyh0e86AX436XOc y".to_owned(), Some("client secret of a service principal")),
            ("\"mECjoyDGOs5DKqtOsgmnvJkbMHWymMj1yqQ00TDfCFZSqamVrJSqJQQJ99BKACAAAAAAAAAAAAAAAZDO1a2B\"".to_owned(), pat),
            ("mECjoyDGOs5DKqtOsgmnvJkbMHWymMj1yqQ00TDfCFZSqamVrJSqJQQJ99BKACAAAAAAAAAAAAAA1234abcd".to_owned(), Some("key of an Azure service")),
            ("VjVgH16Ofb0qBFaUV90sBeMpUnNXN9alwZyCGDMWJ6+ACRB5c3d1".to_owned(), Some("password of an Azure container registry")),
            ("https://u:VjVgH16Ofb0qBFaUV90s@a.azurecr.io".to_owned(), Some("password of an Azure container registry")),
            ("https://$shop:VjVgH16Ofb0qBFaUV90s@shop.scm.azurewebsites.net/shop.git".to_owned(), Some("publishing password of an App Service")),
            (KEY.to_owned(), None),
            ("d41d8cd98f00b204e9800998ecf8427e".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(by_shape(&text).map(|kind| kind.what), what, "{text}");
        }
    }

    #[test]
    fn references_and_placeholders_are_no_secrets() {
        for (value, wanted) in [
            ("hunter2hunter2", true),
            ("hunter2", false),
            ("", false),
            ("$ARM_CLIENT_SECRET", false),
            ("${secret:client}", false),
            ("$(az keyvault secret show)", false),
            ("%CLIENT_SECRET%", false),
            ("<client-secret>", false),
            ("YOUR_CLIENT_SECRET", false),
            ("op://vault/item/field", false),
            ("@Microsoft.KeyVault(SecretUri=https://a.vault.azure.net/secrets/b)", false),
            ("{{ client_secret }}", false),
            ("#{ClientSecret}#", false),
            ("********", false),
            ("xxxxxxxxxxxx", false),
            ("REDACTED-abc", false),
        ] {
            assert_eq!(is_literal(value), wanted, "{value}");
        }
    }

    #[test]
    fn a_pat_is_told_from_other_words_of_its_length() {
        assert!(is_devops_pat(PAT));
        assert!(!is_devops_pat(&PAT.to_uppercase()));
        assert!(!is_devops_pat(&PAT[1..]));
        assert!(!is_devops_pat("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"));
        assert!(is_guid("aaaaaaaa-0000-0000-0000-000000000001"));
        assert!(!is_guid("aaaaaaaa-0000-0000-0000-00000000000g"));
    }
}
