//! A key in a hardware module (PKCS #11 v2.40).

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
    mechanism::{
        Mechanism, MechanismType,
        rsa::{PkcsMgfType, PkcsPssParams},
    },
    object::{Attribute, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    types::AuthPin,
};
use dokimos::{Hash, Padding, PublicKey};
use std::{
    fmt,
    path::Path,
    sync::{Mutex, PoisonError},
};

/// A private key of a token, behind a session that is opened again when it is lost.
pub(super) struct Token {
    module: Pkcs11,
    token_label: String,
    key_label: String,
    pin: AuthPin,
    session: Mutex<Option<(Session, ObjectHandle)>>,
}

impl Token {
    /// Loads the module, logs in and finds the key.
    pub(super) fn open(module: &Path, token_label: String, key_label: String, pin: &[u8]) -> Result<Self, String> {
        let pin = std::str::from_utf8(pin.trim_ascii()).map_err(|_| "the PIN is not UTF-8")?;
        let loaded = Pkcs11::new(module).map_err(|error| format!("{}: {error}", module.display()))?;
        match loaded.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Another rule has a key in the same module.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(error.to_string()),
        }
        let token =
            Self { module: loaded, token_label, key_label, pin: AuthPin::new(pin.into()), session: Mutex::new(None) };
        let session = token.log_in()?;
        *token.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
        Ok(token)
    }

    /// Signs the message as the public half, which has the algorithm, will verify it.
    pub(super) fn sign(&self, public: &PublicKey, message: &[u8]) -> Result<Vec<u8>, String> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((session, key)) = session.as_ref()
            && let Ok(signature) = sign(session, *key, public, message)
        {
            return Ok(signature);
        }
        // A module that was restarted or unplugged has forgotten its sessions.
        let (fresh, key) = session.insert(self.log_in()?);
        sign(fresh, *key, public, message).map_err(|error| format!("the module cannot sign: {error}"))
    }

    fn log_in(&self) -> Result<(Session, ObjectHandle), String> {
        let failed = |error: Error| error.to_string();
        let mut slots = Vec::new();
        for slot in self.module.get_slots_with_token().map_err(failed)? {
            if self.module.get_token_info(slot).map_err(failed)?.label() == self.token_label {
                slots.push(slot);
            }
        }
        let [slot] = slots.as_slice() else {
            return Err(format!("{} tokens have the label {:?}, one is needed", slots.len(), self.token_label));
        };
        let session = self.module.open_ro_session(*slot).map_err(failed)?;
        match session.login(UserType::User, Some(&self.pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => return Err(format!("the login fails: {error}")),
        }
        let wanted = [
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::Label(self.key_label.clone().into_bytes()),
            Attribute::Sign(true),
        ];
        match session.find_objects(&wanted).map_err(failed)?.as_slice() {
            [key] => Ok((session, *key)),
            keys => Err(format!("{} private keys have the label {:?}, one is needed", keys.len(), self.key_label)),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("token_label", &self.token_label).finish_non_exhaustive()
    }
}

fn sign(session: &Session, key: ObjectHandle, public: &PublicKey, message: &[u8]) -> Result<Vec<u8>, Error> {
    let algorithm = public.algorithm();
    let mechanism = match algorithm.padding() {
        Padding::Pkcs1V15 => match algorithm.hash() {
            Hash::Sha256 => Mechanism::Sha256RsaPkcs,
            Hash::Sha384 => Mechanism::Sha384RsaPkcs,
            Hash::Sha512 => Mechanism::Sha512RsaPkcs,
        },
        Padding::Pss => {
            let (hash_alg, mgf, length) = match algorithm.hash() {
                Hash::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32),
                Hash::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48),
                Hash::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64),
            };
            let salt = public.salt_length().unwrap_or(length);
            let s_len = u64::try_from(salt).unwrap_or(u64::MAX).into();
            // The hash is made here: not every module has the mechanism that hashes as well.
            let digest = algorithm.hash().digest(&[message]);
            return session.sign(&Mechanism::RsaPkcsPss(PkcsPssParams { hash_alg, mgf, s_len }), key, digest.as_ref());
        }
    };
    session.sign(&mechanism, key, message)
}
