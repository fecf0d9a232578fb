use super::{Accounts, Found};
use crate::rules::testing::{context, of_principal};
use crate::{
    AccountType, Clouds, Context, ContextAccount, HOME_ACCOUNT_ID, IdentityKind, SecretDescription,
    SecretKind,
};

const WORK: &str = "0b.11";
const HOME: &str = "00.91";

/// A context of `ada@x`, of this home account if one is named.
fn of_user(name: &str, home: Option<&str>) -> Context {
    let mut context = context(name, "ada@x", name);
    if let (Some(account), Some(home)) = (&mut context.account, home) {
        account.properties.insert(HOME_ACCOUNT_ID.to_owned(), home.to_owned());
    }
    context
}

/// `kind account home client cloud`, `-` where nothing is said.
fn about(words: &str) -> SecretDescription {
    let words: Vec<Option<String>> =
        words.split(' ').map(|word| (word != "-").then(|| word.to_owned())).collect();
    let kind = match words[0].as_deref() {
        Some("rt") => SecretKind::RefreshToken,
        Some("at") => SecretKind::AccessToken,
        _ => SecretKind::ClientSecret,
    };
    SecretDescription {
        account: words[1].as_deref().map(Into::into),
        home_account_id: words[2].as_deref().map(Into::into),
        client_id: words[3].as_deref().map(Into::into),
        environment: words[4].as_deref().map(Into::into),
        ..SecretDescription::of(kind)
    }
}

fn accounts(contexts: &[Context], secrets: &[SecretDescription]) -> Accounts {
    Accounts::of(Clouds::default(), contexts, [], secrets)
}

/// Ids of the accounts that were found: home accounts where they are known.
fn ids(found: Found<'_>) -> Vec<String> {
    let all = match found {
        Found::Nobody => Vec::new(),
        Found::One(one) => vec![one],
        Found::Several(several) => several,
    };
    let id =
        |one: &super::KnownAccount| one.home_account_id.as_ref().unwrap_or(&one.id).to_string();
    all.into_iter().map(id).collect()
}

#[test]
fn a_secret_serves_the_account_that_it_names_and_never_another_of_the_same_name() {
    let (work, home, bare) =
        (of_user("w", Some(WORK)), of_user("h", Some(HOME)), of_user("b", None));
    let of_work = "rt ada@x 0b.11 ps AzureCloud";
    let of_home = "rt ADA@x 00.91 ps login.windows.net";
    let bare_token = "rt ada@x - ps AzureCloud";
    for (contexts, secrets, context, wanted) in [
        // Both homes are known: each context has its own, and a bare name is nobody's.
        (vec![&work, &home], vec![of_work, of_home], &work, vec![true, false]),
        (vec![&work, &home], vec![of_work, of_home], &home, vec![false, true]),
        (vec![&work, &home], vec![bare_token], &work, vec![false]),
        // Only the other one has tokens.
        (vec![&work], vec![of_home], &work, vec![false]),
        // One home account is known: a bare name means it.
        (vec![&work], vec![bare_token], &work, vec![true]),
        (vec![&bare], vec![of_work], &bare, vec![true]),
        (vec![&bare], vec![bare_token], &bare, vec![true]),
        // An account under another name is the same account.
        (vec![&work], vec!["rt ada.new@x 0B.11 ps AzureCloud"], &work, vec![true]),
        (vec![&work], vec!["rt - 0b.11 ps AzureCloud"], &work, vec![true]),
        // A cache that was made from ADAL's names the user in the place of the home account.
        (vec![&work], vec!["rt ada@x ada@x ps AzureCloud"], &work, vec![true]),
        // Another cloud, another account.
        (vec![&bare], vec!["rt ada@x - ps AzureChinaCloud"], &bare, vec![false]),
        (vec![&bare], vec!["rt ada@x - ps -"], &bare, vec![true]),
        (vec![&bare], vec!["rt bob@x - ps AzureCloud", "rt - - ps -"], &bare, vec![false, false]),
    ] {
        let secrets: Vec<_> = secrets.into_iter().map(about).collect();
        let contexts: Vec<Context> = contexts.into_iter().map(Context::copied).collect();
        let known = accounts(&contexts, &secrets);
        let key = known.of_context(context).one().map(|account| account.key.clone());
        let key = key.unwrap_or_else(|| panic!("{:?}", known.of_context(context)));
        let found: Vec<bool> = secrets.iter().map(|about| known.may_use(&key, about)).collect();
        assert_eq!(found, wanted, "{} {secrets:?}", context.name.as_str());
    }
}

#[test]
fn a_name_that_several_accounts_have_means_none_of_them() {
    let tokens = [about("rt ada@x 0b.11 az AzureCloud"), about("rt ada@x 00.91 az AzureCloud")];
    let contexts = [of_user("az", None), of_principal("app", "App-1", "s")];
    let mut china = of_principal("china", "app-1", "s");
    china.environment = Some("AzureChinaCloud".into());
    let contexts = [contexts[0].copied(), contexts[1].copied(), china];
    let known = accounts(&contexts, &tokens);
    assert_eq!(ids(known.of_context(&contexts[0])), [WORK, HOME]);
    assert_eq!(ids(known.named("ADA@x")), [WORK, HOME]);
    assert_eq!(ids(known.named("00.91")), [HOME]);
    assert_eq!(ids(known.named("app-1")), ["App-1", "app-1"]);
    assert_eq!(ids(known.named("eve@x")), [""; 0]);
    for context in &contexts[1..] {
        let found = known.of_context(context).one().map(|account| account.key.kind());
        assert_eq!(found, Some(IdentityKind::Application));
    }
}

#[test]
fn a_credential_serves_its_application_in_its_cloud_and_one_without_a_cloud_in_each() {
    let public = of_principal("a", "app", "s");
    let mut china = of_principal("c", "APP", "s");
    china.environment = Some("AzureChinaCloud".into());
    let contexts = [public, china];
    let secrets = [
        about("secret app - app AzureCloud"),
        about("secret app - app login.chinacloudapi.cn"),
        about("secret app - app -"),
    ];
    let known = accounts(&contexts, &secrets);
    for (context, wanted) in contexts.iter().zip([[true, false, true], [false, true, true]]) {
        let key = known.of_context(context).one().unwrap().key.clone();
        assert_eq!(secrets.each_ref().map(|about| known.may_use(&key, about)), wanted);
        // What serves both belongs to neither alone, so it stays when one of them goes.
        let owned = [wanted[0], wanted[1], false];
        assert_eq!(secrets.each_ref().map(|about| known.owns(&key, about)), owned);
    }
}

#[test]
fn an_account_that_names_no_cloud_lends_nothing_from_one_cloud_to_another() {
    let mut nowhere = of_user("nowhere", None);
    nowhere.environment = None;
    let mut government = of_user("government", None);
    government.environment = Some("AzureUSGovernment".into());
    if let Some(account) = &mut government.account {
        account.account_type = AccountType::new("Odd");
    }
    let secret = about("at ada@x - - AzureCloud");
    let contexts = [nowhere, government];
    let known = accounts(&contexts, std::slice::from_ref(&secret));
    let there = known.of_context(&contexts[1]).one().unwrap();
    assert!(!known.may_use(&there.key, &secret));
}

#[test]
fn managed_identities_are_told_apart_by_what_they_are_and_not_by_azure_clis_name_for_all() {
    let of_machine = |id: &str, info: Option<&str>| {
        let mut context = context(info.unwrap_or(id), id, "s");
        context.account = Some(ContextAccount {
            id: id.into(),
            account_type: AccountType::new("ManagedService"),
            properties: info
                .map(|text| ("assignedIdentityInfo".to_owned(), text.to_owned()))
                .into_iter()
                .collect(),
        });
        context
    };
    let contexts = [
        of_machine("userAssignedIdentity", Some("MSIClient-C1")),
        of_machine("userAssignedIdentity", Some("MSIObject-o1")),
        of_machine("systemAssignedIdentity", Some("MSI")),
        of_machine("MSI@50342", None),
        of_machine("c1", None),
    ];
    let token = |id: &str, kind: Option<IdentityKind>| SecretDescription {
        account_kind: kind,
        ..about(&format!("at {id} - - AzureCloud"))
    };
    let machine = Some(IdentityKind::ManagedIdentity);
    let secrets = [
        token("c1", machine),
        token("O1", machine),
        token("MSI@50342", machine),
        // Of an older vault: whose it is cannot be told.
        token("userAssignedIdentity", None),
    ];
    let known = accounts(&contexts, &secrets);
    for (context, wanted) in contexts.iter().zip([0, 1, 2, 2, 0]) {
        let key = known.of_context(context).one().unwrap().key.clone();
        let found: Vec<usize> = (0..4).filter(|at| known.may_use(&key, &secrets[*at])).collect();
        assert_eq!(found, [wanted], "{}", context.name.as_str());
    }
    assert_eq!(known.all().len(), 3);
}
