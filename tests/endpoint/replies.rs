//! What is said to who asks right, to the byte, and what the environment of a child says.

use std::collections::BTreeSet;

use azvault_endpoint::{
    ClientSelector, EndpointRequest, Protocol, TOOL_VARIABLES, Target, foreign_variable,
};

use azvault_test_support::endpoint::{NOW, World, token};

pub(crate) fn azd(world: &World, body: &str) -> String {
    format!(
        "POST /token?api-version=2023-07-12-preview HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\
         Content-Type: application/json\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        world.port,
        world.environment["AZD_AUTH_KEY"],
        body.len()
    )
}

pub(crate) fn azurerm(world: &World) -> String {
    let at = &world.environment["AZD_AUTH_ENDPOINT"];
    let path = world.environment["ARM_MSI_ENDPOINT"].strip_prefix(at.as_str()).unwrap();
    format!(
        "GET {path}?api-version={}&resource=https%3A%2F%2Fmanagement.azure.com%2F HTTP/1.1\r\n\
         Host: 127.0.0.1:{}\r\nMetadata: true\r\n\r\n",
        world.environment["ARM_MSI_API_VERSION"], world.port
    )
}

#[test]
fn each_protocol_has_its_own_reply() {
    let world = World::new();
    let arm = "https://management.azure.com/";
    let value = token(arm, None);
    let until = NOW + 3600;
    let (_, body) = world.send(world.request().as_bytes());
    let expected = format!(
        "{{\"access_token\":\"{value}\",\"expires_on\":\"{until}\",\"resource\":\"{arm}\",\"token_type\":\"Bearer\"}}"
    );
    assert_eq!(body, expected);

    let client = ClientSelector::ClientId("some-id".to_owned());
    let (_, body) = world.send(world.request_for(&format!("{arm}&client_id=some-id")).as_bytes());
    assert!(body.contains(&token(arm, Some(&client))), "{body}");
    assert!(body.ends_with("\"client_id\":\"some-id\"}"), "{body}");

    let scope = "https://management.azure.com//.default";
    let (_, body) = world
        .send(azd(&world, &format!("{{\"scopes\":[\"{scope}\"],\"tenantId\":\"t\"}}")).as_bytes());
    let value_of_scope = token(scope, None);
    let expected = format!(
        "{{\"status\":\"success\",\"token\":\"{value_of_scope}\",\"expiresOn\":\"2026-09-21T15:13:20Z\"}}"
    );
    assert_eq!(body, expected);

    let (_, body) = world.send(azurerm(&world).as_bytes());
    let expected = format!(
        "{{\"access_token\":\"{value}\",\"expires_in\":\"3600\",\"expires_on\":\"{until}\",\"resource\":\"{arm}\",\"token_type\":\"Bearer\"}}"
    );
    assert_eq!(body, expected);

    let asked = world.asked.lock().unwrap();
    let resource = || Target::Resource(arm.to_owned());
    let of = |target, tenant: Option<&str>, client, protocol| EndpointRequest {
        target,
        tenant: tenant.map(str::to_owned),
        client,
        claims: None,
        refused_sha256: None,
        protocol,
    };
    let expected = [
        of(resource(), None, None, Protocol::AppService),
        of(resource(), None, Some(client), Protocol::AppService),
        of(Target::Scopes(vec![scope.to_owned()]), Some("t"), None, Protocol::Azd),
        of(resource(), None, None, Protocol::Azurerm),
    ];
    assert_eq!(*asked, expected);
}

#[test]
fn an_identity_is_named_in_any_of_the_ways_of_the_protocols() {
    let world = World::new();
    for (query, expected) in [
        ("client_id=a", ClientSelector::ClientId("a".to_owned())),
        ("object_id=a", ClientSelector::ObjectId("a".to_owned())),
        ("mi_res_id=%2Fsub%2Fa", ClientSelector::ResourceId("/sub/a".to_owned())),
        ("msi_res_id=a", ClientSelector::ResourceId("a".to_owned())),
    ] {
        let (status, _) = world.send(world.request_for(&format!("r&{query}")).as_bytes());
        assert_eq!(status, 200);
        assert_eq!(world.asked.lock().unwrap().last().unwrap().client, Some(expected));
    }
}

/// Always set, so that nothing inherited stays; or added to.
const KEPT: [&str; 6] = [
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "AZURE_CONFIG_DIR",
    "AzContextAutoSave",
    "NO_PROXY",
    "no_proxy",
];

#[test]
fn a_child_is_told_where_to_ask_and_nothing_else() {
    let world = World::new();
    let at = format!("http://127.0.0.1:{}", world.port);
    let (tenant, subscription) =
        ("11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222");
    let encoded = |byte: u8| data_encoding::BASE64URL_NOPAD.encode(&[byte; 32]);
    let arm_msi = format!("{at}/{}/token", encoded(3));
    let msi = format!("{at}/{}/msi/token", encoded(4));
    let identity = format!("{at}/msi/token");
    let expected = [
        ("ANSIBLE_AZURE_AUTH_SOURCE", "msi"),
        ("ARM_ENVIRONMENT", "public"),
        ("ARM_MSI_API_VERSION", "2018-02-01"),
        ("ARM_MSI_ENDPOINT", &arm_msi),
        ("ARM_SUBSCRIPTION_ID", subscription),
        ("ARM_TENANT_ID", tenant),
        ("ARM_USE_CLI", "false"),
        ("ARM_USE_MSI", "true"),
        ("AZCOPY_AUTO_LOGIN_TYPE", "MSI"),
        ("AZD_AUTH_ENDPOINT", &at),
        ("AZD_AUTH_KEY", &encoded(2)),
        ("AZURE_MSI_ENDPOINT", &identity),
        ("AZURE_SUBSCRIPTION_ID", subscription),
        ("AZURE_TENANT_ID", tenant),
        ("AZURE_TOKEN_CREDENTIALS", "prod"),
        ("AzContextAutoSave", "false"),
        ("IDENTITY_ENDPOINT", &identity),
        ("IDENTITY_HEADER", &encoded(1)),
        ("MSI_ENDPOINT", &msi),
        ("MSI_SECRET", &encoded(5)),
        ("NO_PROXY", "intern.example,127.0.0.1,localhost"),
        ("no_proxy", "intern.example,127.0.0.1,localhost"),
    ];
    let found: Vec<(&str, &str)> =
        world.environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(found, expected);
    // What is set here is taken away where it was inherited: a child has one value, or none.
    for name in TOOL_VARIABLES.iter().map(|row| row.name).filter(|name| !KEPT.contains(name)) {
        assert!(foreign_variable(name).is_some(), "{name}");
    }
    let mut names = BTreeSet::new();
    assert!(TOOL_VARIABLES.iter().all(|row| names.insert(row.name)), "{names:?}");
}
