use std::collections::BTreeMap;

use super::{Cloud, Confirmed, Foreign};
use crate::error::Error;
use azvault_model::Environment;

fn environment(settings: &[(&str, &str)]) -> Environment {
    let settings: BTreeMap<_, _> =
        settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Environment { name: "Stack".into(), settings }
}

#[test]
fn a_host_that_could_be_a_command_is_none() {
    for host in ["a;id", "$(id)", "`id`", "a&b", "a'b", "a\"b", "a!b", "a,b", "a{b}"] {
        let address = format!("https://{host}.example/");
        let settings = [("ActiveDirectoryAuthority", address.as_str())];
        let refused = Cloud::custom(&environment(&settings), &Confirmed::none());
        assert!(matches!(refused, Err(Error::Input { .. })), "{host}");
    }
    for host in ["login.example", "xn--bcher-kva.example", "10.0.0.1:8443", "[fd00::1]:8443"] {
        let address = format!("https://{host}/");
        let settings = [("ActiveDirectoryAuthority", address.as_str())];
        let asked = Cloud::custom(&environment(&settings), &Confirmed::none());
        assert!(matches!(asked, Err(Error::Unconfirmed { .. })), "{host}");
    }
}

#[test]
fn hosts_that_are_no_known_clouds_must_be_confirmed() {
    let graph = "https://management.azure.com/";
    for (authority, manager, unconfirmed) in [
        ("https://login.microsoftonline.com/", graph, &[][..]),
        ("https://login.windows.net/", "", &[]),
        ("https://LOGIN.microsoftonline.com", graph, &[]),
        (
            "https://login.microsoftonline.com/",
            "https://arm.evil.example/",
            &["https://arm.evil.example"],
        ),
        ("https://login.microsoftonline.us/", graph, &["https://management.azure.com"]),
        (
            "https://login.microsoftonline.com:444/",
            graph,
            &["https://login.microsoftonline.com:444", "https://management.azure.com"],
        ),
        (
            "https://login.microsoftonline.com.evil.example/",
            "",
            &["https://login.microsoftonline.com.evil.example"],
        ),
        (
            "https://adfs.local/adfs",
            "https://arm.local/",
            &["https://adfs.local", "https://arm.local"],
        ),
    ] {
        let environment = environment(&[
            ("ActiveDirectoryAuthority", authority),
            ("ResourceManagerUrl", manager),
        ]);
        let found = match Cloud::custom(&environment, &Confirmed::none()) {
            Ok(_) => Vec::new(),
            Err(Error::Unconfirmed { origins }) => origins,
            Err(other) => panic!("{authority}: {other}"),
        };
        assert_eq!(found, unconfirmed, "{authority} {manager}");
        let all = Confirmed::these(found);
        assert!(Cloud::custom(&environment, &all).is_ok(), "{authority} once confirmed");
    }
}

#[test]
fn an_address_without_tls_or_with_a_user_is_refused_though_confirmed() {
    for authority in [
        "http://login.microsoftonline.com/",
        "ftp://x/",
        "login.microsoftonline.com",
        "https://user@login.microsoftonline.com/",
        "",
    ] {
        let environment = environment(&[("endpoint_active_directory", authority)]);
        let all = Confirmed::these([authority.trim_end_matches('/').to_owned()]);
        let found = Cloud::custom(&environment, &all);
        assert!(matches!(found, Err(Error::Input { .. })), "{authority}");
    }
}

#[test]
fn graph_is_where_the_cloud_or_what_was_confirmed_is() {
    let graph = |settings: &[(&str, &str)]| {
        let own = environment(settings);
        let origins = match Cloud::custom(&own, &Confirmed::none()) {
            Err(Error::Unconfirmed { origins }) => origins,
            _ => Vec::new(),
        };
        let cloud = Cloud::custom(&own, &Confirmed::these(origins)).unwrap();
        cloud.graph().map(|url| url.to_string()).ok()
    };
    let public = Cloud::built_in("AzureCloud").unwrap();
    assert_eq!(public.graph().unwrap().as_str(), "https://graph.microsoft.com/");
    let (entra, own) = ("https://login.microsoftonline.com/", "https://adfs.local/adfs");
    for (authority, url, wanted) in [
        (entra, "", Some("https://graph.microsoft.com/")),
        (entra, "https://graph.microsoft.com", Some("https://graph.microsoft.com/")),
        (entra, "https://graph.microsoft.us/", None),
        (entra, "https://graph.evil.example/", None),
        (own, "", None),
        (own, "https://adfs.local/graph", Some("https://adfs.local/graph")),
        (own, "https://adfs.local:444/graph", None),
        (own, "http://adfs.local/graph", None),
        (own, "adfs.local", None),
    ] {
        let found = graph(&[("ActiveDirectoryAuthority", authority), ("MicrosoftGraphUrl", url)]);
        assert_eq!(found.as_deref(), wanted, "{authority} {url}");
    }
}

#[test]
fn resources_come_from_the_environment_first_and_from_its_cloud_second() {
    let cloud = Cloud::custom(
        &environment(&[
            ("ActiveDirectoryAuthority", "https://login.microsoftonline.com/"),
            ("endpoint_active_directory_resource_id", "https://management.own/1"),
        ]),
        &Confirmed::none(),
    )
    .unwrap();
    assert_eq!(cloud.resource("arm"), Some("https://management.own/1"));
    assert_eq!(cloud.resource("keyvault"), Some("https://vault.azure.net"));
}

#[test]
fn a_cloud_gives_tokens_to_what_is_its_own_or_nobodys() {
    let own = |settings: &[(&str, &str)]| {
        let own = environment(settings);
        let Err(Error::Unconfirmed { origins }) = Cloud::custom(&own, &Confirmed::none()) else {
            return Cloud::custom(&own, &Confirmed::none()).unwrap();
        };
        Cloud::custom(&own, &Confirmed::these(origins)).unwrap()
    };
    let public = Cloud::built_in("AzureCloud").unwrap();
    let china = Cloud::built_in("AzureChinaCloud").unwrap();
    let government = Cloud::built_in("AzureUSGovernment").unwrap();
    let renamed = own(&[("ActiveDirectoryAuthority", "https://login.microsoftonline.us/")]);
    let stack = own(&[
        ("ActiveDirectoryAuthority", "https://adfs.local/adfs"),
        ("endpoint_active_directory_resource_id", "odd resource of a stack"),
    ]);
    for (cloud, resource, found) in [
        (&public, "https://acct.documents.azure.com:443/", Ok(())),
        (&public, "https://my-own.contoso.example/app", Ok(())),
        (&public, "api://my-own-app", Ok(())),
        (&public, "6dae42f8-4368-4678-94ff-3960e28e3630", Ok(())),
        (&public, "https://Management.ChinaCloudAPI.cn/", Err(Foreign::OfCloud("AzureChinaCloud"))),
        (&public, "https://vault.usgovcloudapi.net", Err(Foreign::OfCloud("AzureUSGovernment"))),
        (&public, "http://graph.microsoft.us", Err(Foreign::OfCloud("AzureUSGovernment"))),
        (&china, "https://management.azure.com/", Err(Foreign::OfCloud("AzureCloud"))),
        (&china, "https://acct.blob.core.chinacloudapi.cn", Ok(())),
        // Called the same in several clouds.
        (&china, "https://storage.azure.com", Ok(())),
        (&government, "https://servicebus.azure.net/", Ok(())),
        (&government, "https://graph.windows.net/", Ok(())),
        (&government, "https://graph.microsoft.com/", Err(Foreign::OfCloud("AzureCloud"))),
        (&renamed, "https://management.azure.com", Err(Foreign::OfCloud("AzureCloud"))),
        (&renamed, "https://vault.usgovcloudapi.net", Ok(())),
        (&stack, "https://vault.azure.net", Ok(())),
        (&stack, "odd resource of a stack", Ok(())),
    ] {
        assert_eq!(cloud.check_resource(resource), found, "{} {resource}", cloud.name());
    }
    let malformed = public.check_resource("keyvalt");
    assert!(matches!(malformed, Err(Foreign::Malformed(_))), "{malformed:?}");
}

#[test]
fn a_resource_has_its_names_however_it_is_written() {
    let public = Cloud::built_in("AzureCloud").unwrap();
    for (resource, name) in [
        ("https://management.core.windows.net/", "arm"),
        ("https://management.azure.com", "arm"),
        ("797F4846-ba00-4fd7-ba43-dac1f8f63013", "arm"),
        ("https://graph.microsoft.com", "ms-graph"),
        ("https://acct.blob.core.windows.net", "storage"),
        ("https://acct.documents.azure.com:443/", "cosmos"),
        ("https://vault.azure.net", "keyvault"),
        ("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/", "databricks"),
    ] {
        assert!(public.names_of(resource).contains(&name), "{resource}");
    }
    assert!(public.names_of("https://contoso.example").is_empty());
    assert!(!public.names_of("https://vault.azure.net.evil.example").contains(&"keyvault"));
}
