//! `application/x-www-form-urlencoded`, built once into wiped memory of its final size.

use std::borrow::Cow;

use azvault_model::Secret;
use zeroize::Zeroizing;

/// The members of a request, in the order in which they are sent.
#[derive(Default)]
pub(crate) struct Form<'a>(Vec<(&'static str, Value<'a>)>);

enum Value<'a> {
    Text(Cow<'a, str>),
    Secret(&'a Secret),
}

impl Value<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            // EXPOSE: it is sent to the endpoint that the flow is for.
            Self::Secret(secret) => secret.expose(),
        }
    }
}

impl<'a> Form<'a> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with(mut self, name: &'static str, text: impl Into<Cow<'a, str>>) -> Self {
        self.0.push((name, Value::Text(text.into())));
        self
    }

    pub(crate) fn with_some(self, name: &'static str, text: Option<&'a str>) -> Self {
        match text {
            Some(text) => self.with(name, text),
            None => self,
        }
    }

    pub(crate) fn with_secret(mut self, name: &'static str, secret: &'a Secret) -> Self {
        self.0.push((name, Value::Secret(secret)));
        self
    }

    /// What must not come back in an error text.
    pub(crate) fn secrets(&self) -> Vec<&[u8]> {
        let secrets = self.0.iter().filter(|(_, value)| matches!(value, Value::Secret(_)));
        secrets.map(|(_, value)| value.bytes()).collect()
    }

    pub(crate) fn encoded(&self) -> Zeroizing<Vec<u8>> {
        // Every byte takes three at most; a name has a `=` and a `&` besides.
        let size = self.0.iter().map(|(name, value)| name.len() + 2 + value.bytes().len() * 3);
        let mut out = Zeroizing::new(Vec::with_capacity(size.sum()));
        for (name, value) in &self.0 {
            if !out.is_empty() {
                out.push(b'&');
            }
            out.extend_from_slice(name.as_bytes());
            out.push(b'=');
            for piece in form_urlencoded::byte_serialize(value.bytes()) {
                out.extend_from_slice(piece.as_bytes());
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Form;
    use azvault_model::Secret;

    #[test]
    fn a_form_is_built_in_memory_that_never_grows() {
        let secret = Secret::copied_from("§+&= ~*%".as_bytes());
        let form = Form::new().with("scope", "a b").with_secret("client_secret", &secret);
        let size = "scope".len() + 2 + 9 + "client_secret".len() + 2 + secret.len() * 3;
        let encoded = form.encoded();
        assert_eq!(encoded.as_slice(), b"scope=a+b&client_secret=%C2%A7%2B%26%3D+%7E*%25");
        assert_eq!(encoded.capacity(), size);
        let parsed: Vec<_> = form_urlencoded::parse(&encoded).collect();
        assert_eq!(parsed[1].1, "§+&= ~*%");
        assert_eq!(form.secrets().len(), 1);
    }
}
