//! `kubeconfig` (kubernetes/client-go `tools/clientcmd/api/v1/types.go`): users with client keys,
//! tokens, or a program that gets them. `az aks get-credentials` writes the keys of an
//! administrator, which open the cluster until its certificates are rotated.

use super::kinds::{self, Kind};
use super::leaves::{self, Leaf, text_at};
use super::{hosts, values};
use crate::Found;
use crate::json::JsonError;

/// Whether a text is one, in YAML or JSON.
pub(crate) fn is(text: &str) -> bool {
    let has = |word: &str| text.contains(word);
    // A file of one user alone is one too: kubectl joins the files of KUBECONFIG.
    has("users") && (has("clusters") || has("apiVersion")) && {
        let kind = text.find("kind").map(|at| &text[at..]).unwrap_or_default();
        kind.trim_start_matches(|c: char| c.is_alphabetic() || "\": '".contains(c)).len()
            < kind.len()
            && (has("kind: Config") || has("\"Config\"") || has("kind: \"Config\""))
    }
}

/// Names the credentials of users of Azure's clusters.
pub(crate) fn read(text: &str, found: &mut Found) -> Result<(), JsonError> {
    let leaves = leaves::read(text)?;
    for leaf in &leaves {
        if !leaf.is_below(&["users", "*", "user"]) {
            continue;
        }
        let Some(kind) = kind(leaf, &leaves) else { continue };
        if is_azures(&leaf.path[1], kind, &leaves) {
            kind.at(leaf.place(), found);
        }
    }
    Ok(())
}

fn kind(leaf: &Leaf, leaves: &[Leaf]) -> Option<&'static Kind> {
    if !values::is_literal(&leaf.value) {
        return None;
    }
    let path: Vec<&str> = leaf.path[3..].iter().map(String::as_str).collect();
    match path[..] {
        ["client-key-data"] => Some(&kinds::CLUSTER_KEY),
        ["token"] => Some(&kinds::CLUSTER_TOKEN),
        ["password"] => Some(&kinds::CLUSTER_PASSWORD),
        ["auth-provider", "config", "refresh-token"] => Some(&kinds::REFRESH_TOKEN),
        ["auth-provider", "config", "access-token"] => Some(&kinds::ACCESS_TOKEN),
        ["auth-provider", "config", "client-secret"] => Some(&kinds::CLIENT_SECRET),
        ["exec", "args", at] => argument(leaf, at, leaves),
        ["exec", "env", at, "value"] => {
            let name =
                text_at(leaves, &["users", &leaf.path[1], "user", "exec", "env", at, "name"]);
            by_variable(name?)
        }
        _ => None,
    }
}

/// `--client-secret VALUE`, or `--client-secret=VALUE`.
fn argument(leaf: &Leaf, at: &str, leaves: &[Leaf]) -> Option<&'static Kind> {
    if let Some((option, value)) = leaf.value.split_once('=')
        && option.starts_with("--")
    {
        return values::is_literal(value).then(|| by_option(option)).flatten();
    }
    let before = at.parse::<usize>().ok()?.checked_sub(1)?.to_string();
    by_option(text_at(leaves, &["users", &leaf.path[1], "user", "exec", "args", &before])?)
}

fn by_option(option: &str) -> Option<&'static Kind> {
    match option {
        "--client-secret" => Some(&kinds::CLIENT_SECRET),
        "--client-certificate-password" => Some(&kinds::CERTIFICATE_PASSWORD),
        "--password" => Some(&kinds::USER_PASSWORD),
        _ => None,
    }
}

fn by_variable(name: &str) -> Option<&'static Kind> {
    let known = ["AAD_", "AZURE_", "ARM_"].iter().any(|start| name.starts_with(start));
    match name {
        _ if !known => None,
        _ if name.ends_with("CLIENT_SECRET") => Some(&kinds::CLIENT_SECRET),
        _ if name.ends_with("CERTIFICATE_PASSWORD") => Some(&kinds::CERTIFICATE_PASSWORD),
        _ if name.ends_with("PASSWORD") => Some(&kinds::USER_PASSWORD),
        _ => None,
    }
}

/// By the servers that the user signs in to; where no context says one, by what it was given.
fn is_azures(user: &str, kind: &Kind, leaves: &[Leaf]) -> bool {
    let of_entra = [&kinds::CLIENT_SECRET, &kinds::REFRESH_TOKEN, &kinds::CERTIFICATE_PASSWORD];
    let provider = text_at(leaves, &["users", user, "user", "auth-provider", "name"]);
    let program = text_at(leaves, &["users", user, "user", "exec", "command"]);
    let by_program = provider == Some("azure")
        || program.is_some_and(|program| {
            let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
            matches!(name.trim_end_matches(".exe"), "kubelogin" | "kubectl-aks" | "az")
        });
    if by_program {
        return true;
    }
    if of_entra.contains(&kind) && provider.is_some() {
        return false;
    }
    let Some(name) = text_at(leaves, &["users", user, "name"]) else { return false };
    let contexts = leaves.iter().filter(|leaf| {
        leaf.is_at(&["contexts", "*", "context", "user"]) && leaf.value.as_str() == name
    });
    let clusters = contexts
        .filter_map(|leaf| text_at(leaves, &["contexts", &leaf.path[1], "context", "cluster"]));
    let mut servers = clusters.filter_map(|cluster| server(cluster, leaves)).peekable();
    if servers.peek().is_none() {
        // What `az aks get-credentials` names its users.
        return name.starts_with("clusterUser_") || name.starts_with("clusterAdmin_");
    }
    servers.any(|server| hosts::is_cluster(hosts::host_of(server)))
}

fn server<'a>(cluster: &str, leaves: &'a [Leaf]) -> Option<&'a str> {
    let named = leaves
        .iter()
        .find(|leaf| leaf.is_at(&["clusters", "*", "name"]) && leaf.value.as_str() == cluster)?;
    text_at(leaves, &["clusters", &named.path[1], "cluster", "server"])
}

#[cfg(test)]
mod tests {
    use super::{is, read};
    use crate::reported::tests::places;

    fn config(server: &str, user: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {{server: '{server}'}}\n\
             contexts:\n- name: x\n  context: {{cluster: c, user: u}}\nusers:\n- name: u\n  user: {user}\n"
        )
    }

    #[test]
    fn a_user_counts_by_the_server_or_by_the_program() {
        let aks = "https://a.hcp.westeurope.azmk8s.io:443";
        let own = "https://10.0.0.5:6443";
        let token = "{token: 0123456789}";
        let login = "{exec: {command: /usr/bin/kubelogin, args: [get-token, --client-secret, \
                     hunter2hunter2], env: [{name: AAD_SERVICE_PRINCIPAL_CLIENT_SECRET, value: \
                     hunter2hunter2}, {name: A, value: hunter2hunter2}]}}";
        let provider = "{auth-provider: {name: azure, config: {refresh-token: 0123456789}}}";
        let google = "{auth-provider: {name: gcp, config: {access-token: 0123456789}}}";
        let user = "/users/0/user";
        for (server, user_text, wanted) in [
            (aks, token, vec!["/token"]),
            (own, token, vec![]),
            (aks, "{token: ''}", vec![]),
            (
                aks,
                "{client-key-data: MDEyMzQ1Njc4OQ==, password: hunter2hunter2}",
                vec!["/client-key-data", "/password"],
            ),
            (aks, "{client-key: /home/megan/key.pem}", vec![]),
            (own, login, vec!["/exec/args/2", "/exec/env/0/value"]),
            (aks, "{exec: {command: kubelogin, args: [get-token, --login, azurecli]}}", vec![]),
            (
                aks,
                "{exec: {command: kubelogin, args: ['--client-secret=hunter2hunter2']}}",
                vec!["/exec/args/0"],
            ),
            (own, provider, vec!["/auth-provider/config/refresh-token"]),
            (own, google, vec![]),
            ("", google, vec![]),
        ] {
            let text = config(server, user_text);
            assert!(is(&text));
            let wanted: Vec<_> = wanted.iter().map(|place| format!("{user}{place}")).collect();
            assert_eq!(places(read, &text), wanted, "{text}");
        }
    }

    #[test]
    fn a_user_of_az_that_no_context_names_is_still_one() {
        let text = "kind: Config\nclusters: []\ncontexts: []\nusers:\n- name: clusterAdmin_a_b\n  \
                    user: {token: 0123456789}\n- name: other\n  user: {token: 0123456789}\n";
        assert!(is(text));
        assert_eq!(places(read, text), ["/users/0/user/token"]);
        assert!(!is("kind: Deployment\nusers: clusters contexts\n"));
        assert!(is(
            "apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user: {token: 0123456789}\n"
        ));
    }
}
