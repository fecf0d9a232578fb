//! The JSON documents that scripts rely on. Fields are only ever added.

use std::borrow::Cow;

use azvault_model::rules::blast_radius::BlastRadius;
use azvault_model::rules::secrets::{Restriction, restriction};
use azvault_model::rules::sign_in::SignIn;
use azvault_model::{Acting, Context, ContextName, Mark, Scope, SecretDescription};
use azvault_service::change;
use azvault_service::revocation::to_type;
use azvault_service::secrets::SecretRef;
use azvault_service::time::utc;
use azvault_service::verbs::ListedSecret;
use serde::Serialize;

/// Number of the document form, in each document's `schema`.
pub(crate) const SCHEMA: u8 = 1;

/// One context, as `context list` and `migrate plan` print it.
#[derive(Serialize)]
pub(crate) struct ContextView<'a> {
    pub(crate) name: &'a str,
    /// The generated name that it had before it got a short one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) long_name: Option<&'a str>,
    /// `production`, where the user marked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mark: Option<&'static str>,
    /// The team that shares it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) team: Option<&'a str>,
    pub(crate) account: Option<AccountView<'a>>,
    pub(crate) tenant: Option<TenantView<'a>>,
    pub(crate) subscription: Option<SubscriptionView<'a>>,
    pub(crate) environment: Option<&'a str>,
    pub(crate) scope: &'static str,
    pub(crate) default: bool,
    pub(crate) active: bool,
    /// Where it was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in: Option<SignInView>,
}

/// What is known of a sign-in without asking anybody.
#[derive(Serialize)]
pub(crate) struct SignInView {
    /// `stored`, `expires` or `needed`.
    state: &'static str,
    /// Where it says so.
    expires_on: Option<String>,
}

impl SignInView {
    pub(crate) fn new(known: SignIn) -> Self {
        match known {
            SignIn::Stored => Self { state: "stored", expires_on: None },
            SignIn::Until(at) => Self { state: "expires", expires_on: Some(utc(at)) },
            SignIn::Needed => Self { state: "needed", expires_on: None },
        }
    }
}

#[derive(Serialize)]
pub(crate) struct AccountView<'a> {
    pub(crate) id: &'a str,
    #[serde(rename = "type")]
    pub(crate) account_type: &'a str,
    /// Of a user whose home account is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) home_account_id: Option<&'a str>,
}

#[derive(Serialize)]
pub(crate) struct TenantView<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: Option<&'a str>,
}

#[derive(Serialize)]
pub(crate) struct SubscriptionView<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) state: Option<&'a str>,
}

/// Who acts, and why.
#[derive(Serialize)]
pub(crate) struct ActingView {
    context: String,
    account: Option<String>,
    account_type: Option<String>,
    tenant: Option<String>,
    environment: Option<String>,
    /// `--context`, `AZVAULT_CONTEXT`, `session` or `default`.
    source: &'static str,
}

impl ActingView {
    pub(crate) fn new(acting: &Acting) -> Self {
        let context = acting.context();
        Self {
            context: context.name.as_str().to_owned(),
            account: acting
                .account()
                .map(|account| account.id.clone())
                .map(|text| text.to_string()),
            account_type: acting.account().map(|own| own.account_type.as_str().to_owned()),
            tenant: context
                .tenant
                .as_ref()
                .map(|tenant| tenant.id.clone())
                .map(|text| text.to_string()),
            environment: context.environment.as_ref().map(|text| text.to_string()),
            source: acting.source().source(),
        }
    }

    /// The account in words.
    pub(crate) fn whose(&self) -> Option<String> {
        let account = self.account.as_deref()?;
        Some(change::named(account, self.environment.as_deref()))
    }
}

/// Which contexts are marked.
#[derive(Clone, Copy, Default)]
pub(crate) struct Marks<'a> {
    pub(crate) default: Option<&'a ContextName>,
    pub(crate) active: Option<&'a ContextName>,
}

impl<'a> ContextView<'a> {
    pub(crate) fn new(context: &'a Context, scope: Scope, marks: Marks<'_>) -> Self {
        let is = |name: Option<&ContextName>| name.is_some_and(|n| n.same_as(&context.name));
        Self {
            name: context.name.as_str(),
            long_name: context.labels.long_name.as_ref().map(ContextName::as_str),
            mark: context.labels.mark.map(Mark::as_str),
            team: context.labels.team.as_ref().map(|team| team.name.as_str()),
            account: context.account.as_ref().map(|account| AccountView {
                id: &account.id,
                account_type: account.account_type.as_str(),
                home_account_id: account.home_account_id(),
            }),
            tenant: context
                .tenant
                .as_ref()
                .map(|t| TenantView { id: &t.id, name: t.name.as_deref() }),
            subscription: context.subscription.as_ref().map(|s| SubscriptionView {
                id: &s.id,
                name: s.name.as_deref(),
                state: s.state.as_deref(),
            }),
            environment: context.environment.as_deref(),
            scope: scope.as_str(),
            // A context of the session covers the default of the same name and is not it.
            default: scope == Scope::User && is(marks.default),
            active: is(marks.active),
            sign_in: None,
        }
    }

    /// With what is known of its sign-in.
    pub(crate) fn signed_in(self, known: Option<SignIn>) -> Self {
        Self { sign_in: known.map(SignInView::new), ..self }
    }
}

/// One secret, as `secret list` prints it; the value only where it was asked for.
#[derive(Serialize)]
pub(crate) struct SecretView<'a> {
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) facts: SecretFacts<'a>,
    pub(crate) scope: &'static str,
    /// `null` for a secret of a session, which is stored nowhere.
    pub(crate) created: Option<String>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blast_radius: Option<RadiusView>,
}

/// What a secret opens, and what revokes it.
#[derive(Serialize)]
pub(crate) struct RadiusView {
    pub(crate) rank: u8,
    pub(crate) opens: String,
    pub(crate) clients: Vec<String>,
    pub(crate) tenants: Vec<String>,
    /// Unix seconds.
    pub(crate) until: Option<i64>,
    /// Whether a copy opens the same, wherever it is.
    pub(crate) works_as_copy: bool,
    pub(crate) revoke: Vec<String>,
    pub(crate) remark: Option<Cow<'static, str>>,
}

impl RadiusView {
    /// What there is to type, a command a line, and what else to know.
    pub(crate) fn to_type(&self) -> Vec<String> {
        to_type(&self.revoke, self.remark.as_deref())
    }
}

impl From<BlastRadius> for RadiusView {
    fn from(radius: BlastRadius) -> Self {
        let rank = radius.rank.number();
        let BlastRadius { opens, clients, tenants, until, works_as_copy, revoke, remark, .. } =
            radius;
        Self { rank, opens, clients, tenants, until, works_as_copy, revoke, remark }
    }
}

/// What is known of a secret without opening it.
#[derive(Serialize)]
pub(crate) struct SecretFacts<'a> {
    pub(crate) kind: &'static str,
    pub(crate) account: Option<&'a str>,
    pub(crate) tenant: Option<&'a str>,
    pub(crate) client_id: Option<&'a str>,
    pub(crate) environment: Option<&'a str>,
    pub(crate) target: Option<&'a str>,
    pub(crate) expires_on: Option<i64>,
    pub(crate) family_id: Option<&'a str>,
    pub(crate) home_account_id: Option<&'a str>,
    /// `pop`, `mtls_pop`, as written; `null` for a bearer token.
    pub(crate) token_type: Option<&'a str>,
    /// Why it is never handed out as the account's token: `bound`, `partitioned`, `on_behalf_of`.
    pub(crate) restriction: Option<&'static str>,
}

impl<'a> SecretFacts<'a> {
    pub(crate) fn new(about: &'a SecretDescription) -> Self {
        Self {
            kind: about.kind.as_str(),
            account: about.account.as_deref(),
            tenant: about.tenant.as_deref(),
            client_id: about.client_id.as_deref(),
            environment: about.environment.as_deref(),
            target: about.target.as_deref(),
            expires_on: about.expires_on,
            family_id: about.family_id.as_deref(),
            home_account_id: about.home_account_id.as_deref(),
            token_type: about.token_type.as_deref(),
            restriction: restriction(about).map(Restriction::as_str),
        }
    }

    /// The kind for people, with what keeps the secret from being used.
    pub(crate) fn kind_in_words(&self) -> String {
        match self.restriction {
            Some(restriction) => format!("{} ({})", self.kind, restriction.replace('_', " ")),
            None => self.kind.to_owned(),
        }
    }
}

impl<'a> SecretView<'a> {
    /// With what it opens, where that was asked for.
    pub(crate) fn of_listed(listed: &'a ListedSecret) -> Self {
        let blast_radius = listed.blast_radius.clone().map(Into::into);
        Self { blast_radius, ..Self::of(listed.as_ref()) }
    }

    pub(crate) fn of(secret: SecretRef<'a>) -> Self {
        let scope = secret.location.scope();
        Self {
            id: secret.location.id().to_string(),
            facts: SecretFacts::new(secret.description),
            scope: scope.as_str(),
            created: (scope == Scope::User).then(|| utc(secret.created)),
            blast_radius: None,
        }
    }
}
