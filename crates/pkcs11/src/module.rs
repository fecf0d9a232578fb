//! Modules, and the tokens that they reach.

use std::path::Path;

use azvault_model::Secret;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::MechanismType;
use cryptoki::session::UserType;
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;

use crate::key::Session;
use crate::{Error, KeyUri};

/// A module that was loaded into this process.
pub struct Module(Pkcs11);

/// A token that is there.
pub struct Token<'a> {
    module: &'a Module,
    slot: Slot,
    info: TokenInfo,
}

/// How the token learns who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// It does not ask.
    None,
    /// By a PIN that is handed to it.
    Pin,
    /// By a PIN that is typed on the device itself.
    OnDevice,
}

impl Module {
    /// Loads the library at that path, and has it look for tokens.
    pub fn load(path: &Path) -> Result<Self, Error> {
        if cfg!(target_feature = "crt-static") {
            let what = "this program is static and loads no library; the packages of Linux \
                        distributions do";
            return Err(Error::NotLoaded(what.to_owned()));
        }
        let not_loaded = |e: cryptoki::error::Error| Error::NotLoaded(e.to_string());
        let module = Pkcs11::new(path).map_err(not_loaded)?;
        let arguments = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        module.initialize(arguments).map_err(not_loaded)?;
        Ok(Self(module))
    }

    /// The one token that fits the URI.
    pub fn token(&self, uri: &KeyUri) -> Result<Token<'_>, Error> {
        let mut labels = Vec::new();
        let mut fitting = Vec::new();
        for slot in self.0.get_slots_with_initialized_token()? {
            // One that is taken out right now is not there.
            let Ok(info) = self.0.get_token_info(slot) else { continue };
            if fits(uri, slot, &info) {
                fitting.push((slot, info));
            } else {
                labels.push(info.label().to_owned());
            }
        }
        match fitting.len() {
            0 => Err(Error::TokenAbsent(labels)),
            1 => {
                let (slot, info) = fitting.remove(0);
                Ok(Token { module: self, slot, info })
            }
            _ => {
                let labels = fitting.iter().map(|(_, info)| info.label().to_owned());
                Err(Error::SeveralTokens(labels.collect()))
            }
        }
    }
}

fn fits(uri: &KeyUri, slot: Slot, info: &TokenInfo) -> bool {
    let is = |wanted: &Option<String>, own: &str| wanted.as_ref().is_none_or(|text| text == own);
    is(&uri.token, info.label())
        && is(&uri.manufacturer, info.manufacturer_id())
        && is(&uri.model, info.model())
        && is(&uri.serial, info.serial_number())
        && uri.slot_id.is_none_or(|number| number == slot.id())
}

impl Token<'_> {
    /// Its label.
    pub fn label(&self) -> &str {
        self.info.label()
    }

    /// Its serial number.
    pub fn serial(&self) -> &str {
        self.info.serial_number()
    }

    /// Who made it, and which model it is.
    pub fn model(&self) -> String {
        format!("{} {}", self.info.manufacturer_id(), self.info.model())
    }

    /// How it learns who it is.
    pub fn login(&self) -> Login {
        match (self.info.protected_authentication_path(), self.info.login_required()) {
            (true, _) => Login::OnDevice,
            (false, true) => Login::Pin,
            (false, false) => Login::None,
        }
    }

    /// Logs in for reading and signing. A PIN that was tried and found locked is not tried.
    pub fn open(&self, pin: Option<&Secret>) -> Result<Session, Error> {
        let session = self.module.0.open_ro_session(self.slot)?;
        self.log_in(session, pin)
    }

    /// Logs in for making keys.
    pub fn open_to_write(&self, pin: Option<&Secret>) -> Result<Session, Error> {
        let session = self.module.0.open_rw_session(self.slot)?;
        self.log_in(session, pin)
    }

    fn log_in(
        &self,
        session: cryptoki::session::Session,
        pin: Option<&Secret>,
    ) -> Result<Session, Error> {
        let pin = match (self.login(), pin) {
            (Login::None, _) => None,
            (Login::OnDevice, _) => {
                session.login(UserType::User, None)?;
                None
            }
            (Login::Pin, None) => return Err(Error::PinNeeded),
            (Login::Pin, Some(pin)) => {
                if self.info.user_pin_locked() {
                    return Err(Error::PinLocked);
                }
                let pin = auth_pin(pin)?;
                session.login(UserType::User, Some(&pin))?;
                Some(pin)
            }
        };
        let mechanisms: Vec<MechanismType> = self.module.0.get_mechanism_list(self.slot)?;
        Ok(Session { session, mechanisms, pin })
    }
}

/// A PIN in the memory that the module reads it from; wiped when it is dropped.
fn auth_pin(pin: &Secret) -> Result<AuthPin, Error> {
    // EXPOSE: the token is shown its PIN.
    let text = std::str::from_utf8(pin.expose()).map_err(|_| Error::PinWrong)?;
    Ok(AuthPin::new(text.into()))
}
