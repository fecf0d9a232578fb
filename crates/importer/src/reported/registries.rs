//! Sign-ins to container registries: `config.json` of Docker (docker/cli
//! `cli/config/configfile/file.go`), `auth.json` of Podman and Helm's `registry/config.json`
//! (containers/image `pkg/docker/config`, helm/helm `pkg/registry`), `.dockercfg` of old.
//!
//! `az acr login` leaves a refresh token under the user of zeros. An application id as the user is
//! a service principal with its secret.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::kinds::{self, Kind};
use super::leaves::{self, Leaf, text_at};
use super::{hosts, values};
use crate::Found;
use crate::json::JsonError;

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// Names the credentials for Azure's registries.
pub(crate) fn read(text: &str, found: &mut Found) -> Result<(), JsonError> {
    let leaves = leaves::of_json(text)?;
    for leaf in &leaves {
        let host = match &leaf.path[..] {
            [auths, host, _] if auths == "auths" => host,
            // `.dockercfg` has no level above.
            [host, _] => host,
            _ => continue,
        };
        if !hosts::is_registry(hosts::host_of(host)) || !values::is_literal(&leaf.value) {
            continue;
        }
        if let Some(kind) = kind(leaf, &leaves) {
            kind.at(leaf.place(), found);
        }
    }
    Ok(())
}

fn kind(leaf: &Leaf, leaves: &[Leaf]) -> Option<&'static Kind> {
    match leaf.name() {
        "identitytoken" | "registrytoken" => Some(&kinds::REGISTRY_TOKEN),
        "password" => {
            let mut path: Vec<&str> = leaf.path.iter().map(String::as_str).collect();
            *path.last_mut()? = "username";
            Some(of_user(text_at(leaves, &path).unwrap_or_default()))
        }
        "auth" => {
            let decoded = Zeroizing::new(BASE64.decode(leaf.value.trim().as_bytes()).ok()?);
            let text = std::str::from_utf8(&decoded).ok()?;
            let (user, password) = text.split_once(':')?;
            // Beside an identity token it is the user alone.
            (!password.trim_matches('\0').is_empty()).then(|| of_user(user))
        }
        _ => None,
    }
}

fn of_user(user: &str) -> &'static Kind {
    if user == NOBODY {
        &kinds::REGISTRY_TOKEN
    } else if values::is_guid(user) {
        &kinds::CLIENT_SECRET
    } else {
        &kinds::REGISTRY_PASSWORD
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::read;
    use crate::reported::tests::whats;

    #[test]
    fn a_sign_in_counts_by_its_host_and_says_whose_it_is() {
        let (token, password) =
            ("token of an Azure container registry", "password of an Azure container registry");
        let secret = "client secret of a service principal";
        let auth = |text: &str| format!("\"auth\":\"{}\"", BASE64.encode(text.as_bytes()));
        let zeros = "00000000-0000-0000-0000-000000000000";
        let app = "aaaaaaaa-0000-0000-0000-000000000001";
        for (host, members, wanted) in [
            (
                "a.azurecr.io",
                format!("{},\"identitytoken\":\"0123456789\"", auth(&format!("{zeros}:"))),
                vec![token],
            ),
            ("a.azurecr.io", auth(&format!("{zeros}:0123456789")), vec![token]),
            ("https://a.azurecr.cn/v2/", auth(&format!("{app}:0123456789")), vec![secret]),
            ("A.azurecr.us", auth("a:0123456789"), vec![password]),
            (
                "a.azurecr.io",
                "\"username\":\"a\",\"password\":\"0123456789\"".to_owned(),
                vec![password],
            ),
            ("a.azurecr.io", String::new(), vec![]),
            ("a.azurecr.io", "\"auth\":\"not base64!\"".to_owned(), vec![]),
            ("https://index.docker.io/v1/", auth("megan:0123456789"), vec![]),
            ("ghcr.io", auth("megan:0123456789"), vec![]),
            ("azurecr.io.example", auth("megan:0123456789"), vec![]),
        ] {
            let text = format!("{{\"auths\":{{\"{host}\":{{{members}}}}},\"credsStore\":\"x\"}}");
            assert_eq!(whats(read, &text), wanted, "{text}");
        }
        let old =
            format!("{{\"a.azurecr.io\":{{{},\"email\":\"a@b.example\"}}}}", auth("a:0123456789"));
        assert_eq!(whats(read, &old), [password]);
    }
}
