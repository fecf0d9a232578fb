//! How the sign-in service is reached, as a command's options and environment say: plain data, so that
//! another process can be told.

use azvault_model::Secret;
use azvault_signin::managed_identity::Endpoint;
use azvault_signin::{Error, ProxySetting, Settings, Timeouts};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::message::SecretPart;
use crate::text::shown;

/// What a command would apply if it asked the service itself.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Network {
    pub(crate) proxy: Option<Proxy>,
    pub(crate) authorities: Option<Authorities>,
    pub(crate) machine: Option<MachineEndpoint>,
}

/// The proxy for HTTPS.
#[derive(Serialize, Deserialize)]
pub(crate) struct Proxy {
    /// It may hold a password.
    pub(crate) url: SecretPart,
    pub(crate) bypass: Vec<String>,
}

/// Certificate authorities besides the system's.
#[derive(Serialize, Deserialize)]
pub(crate) struct Authorities {
    /// The file, as it may be shown.
    pub(crate) file: String,
    /// PEM, or why there is none. No secret, and as large as one may be.
    pub(crate) pem: Result<SecretPart, Failure>,
}

/// Where App Service and its like hand out tokens of a managed identity.
#[derive(Serialize, Deserialize)]
pub(crate) struct MachineEndpoint {
    pub(crate) url: String,
    /// What the header must hold.
    pub(crate) header: SecretPart,
}

impl Network {
    /// The same once more.
    pub(crate) fn copied(&self) -> Self {
        let proxy = self
            .proxy
            .as_ref()
            .map(|proxy| Proxy { url: proxy.url.copied(), bypass: proxy.bypass.clone() });
        let authorities = self.authorities.as_ref().map(|own| Authorities {
            file: own.file.clone(),
            pem: own.pem.as_ref().map(SecretPart::copied).map_err(Failure::clone),
        });
        let machine = self.machine.as_ref().map(|machine| MachineEndpoint {
            url: machine.url.clone(),
            header: machine.header.copied(),
        });
        Self { proxy, authorities, machine }
    }

    /// What is a secret in it, in one order.
    pub(crate) fn secrets(&mut self) -> Vec<&mut Secret> {
        let proxy = self.proxy.iter_mut().map(|proxy| &mut proxy.url);
        let authorities = self.authorities.iter_mut().filter_map(|own| own.pem.as_mut().ok());
        let machine = self.machine.iter_mut().map(|machine| &mut machine.header);
        proxy.chain(authorities).chain(machine).map(SecretPart::value_mut).collect()
    }

    /// Whether there are authorities besides the system's, and why they cannot be read.
    pub(crate) fn besides_the_system(&self) -> Option<Result<(), Failure>> {
        let pem = &self.authorities.as_ref()?.pem;
        Some(pem.as_ref().map(drop).map_err(Failure::clone))
    }

    /// Who could read along, in words: whoever controls both a proxy and an authority that is not the
    /// system's. Two variables are enough to arrange that.
    pub(crate) fn reader(&self) -> Option<String> {
        let bundle = &self.authorities.as_ref()?.file;
        let proxy = shown(&self.proxy.as_ref()?.setting().address().ok()?);
        Some(format!(
            "connections go through {proxy}, and {bundle} is trusted besides the system's certificate \
             authorities: someone who controls both can read credentials"
        ))
    }

    /// How connections are opened.
    pub(crate) fn settings(&self, timeouts: Timeouts) -> Result<Settings, Failure> {
        let authorities = self.authorities.as_ref().map(|own| own.pem.as_ref());
        let pem = authorities.transpose().map_err(Failure::clone)?;
        Ok(Settings {
            // EXPOSE: certificates, which are no secret.
            ca_bundle: pem.map(|pem| pem.value().expose().to_vec()),
            proxy: self.proxy.as_ref().map(Proxy::setting),
            timeouts,
            ..Settings::default()
        })
    }

    /// Where this machine's managed identities are asked for.
    pub(crate) fn machine(&self) -> Result<Endpoint, Error> {
        let Some(MachineEndpoint { url, header }) = &self.machine else { return Endpoint::imds() };
        let bad = |_| Error::Input { what: "IDENTITY_ENDPOINT cannot be read" };
        Ok(Endpoint::AppService {
            url: url.parse().map_err(bad)?,
            header: header.copied().into_value(),
        })
    }
}

impl Proxy {
    fn setting(&self) -> ProxySetting {
        ProxySetting { url: self.url.copied().into_value(), bypass: self.bypass.clone() }
    }
}
