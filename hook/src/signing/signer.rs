use super::{command::Command, config::KeyConfig};
use dokimos::{KeyId, PublicKey, SignatureAlgorithm};
use dokimos_private_key::PrivateKey;
use std::{fmt, fs, path::Path, sync::Arc};

/// A private key, wherever it is, and its public half.
pub(super) struct Signer {
    public: PublicKey,
    key_id: String,
    key: Key,
}

/// Where the private key is.
enum Key {
    File(Arc<PrivateKey>),
    Command(Command),
    #[cfg(feature = "pkcs11")]
    Pkcs11(Arc<super::pkcs11::Token>),
}

impl Signer {
    pub(super) fn new(key: KeyConfig, algorithm: &str, key_id: Option<String>) -> Result<Self, String> {
        let algorithm: SignatureAlgorithm = algorithm.parse().map_err(|error| format!("algorithm: {error}"))?;
        let (public, key) = match key {
            KeyConfig::File(path) => {
                let at = |what: &dyn fmt::Display| format!("key.file: {}: {what}", path.display());
                let private = PrivateKey::from_pem(&read(&path, "key.file")?).map_err(|what| at(&what))?;
                let public = private.public(algorithm).map_err(|error| at(&error))?;
                (public, Key::File(Arc::new(private)))
            }
            KeyConfig::Command { command, public_key, timeout_seconds } => {
                let public = public_half(&public_key, "key.command.publicKey", algorithm)?;
                (public, Key::Command(Command::new(command, timeout_seconds)?))
            }
            #[cfg(feature = "pkcs11")]
            KeyConfig::Pkcs11 { module, token_label, key_label, pin_file, public_key } => {
                let public = public_half(&public_key, "key.pkcs11.publicKey", algorithm)?;
                let pin = read(&pin_file, "key.pkcs11.pinFile")?;
                let token = super::pkcs11::Token::open(&module, token_label, key_label, &pin)
                    .map_err(|error| format!("key.pkcs11: {error}"))?;
                (public, Key::Pkcs11(Arc::new(token)))
            }
            #[cfg(not(feature = "pkcs11"))]
            KeyConfig::Pkcs11 { .. } => return Err("key.pkcs11: this program was built without PKCS #11".to_owned()),
        };
        let key_id = match key_id {
            Some(id) => id.parse::<KeyId>().map_err(|error| format!("keyId: {error}"))?,
            None => public.default_id(),
        };
        Ok(Self { public, key_id: key_id.as_str().to_owned(), key })
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(super) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// A signature over the message, which the public key verifies: what does not verify is not given out.
    pub(super) async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let signature = match &self.key {
            Key::File(private) => {
                let (private, public, message) = (Arc::clone(private), self.public.clone(), message.to_vec());
                // Milliseconds of arithmetic, which would hold up the requests on the same thread.
                blocking(move || private.sign(&public, &message).map_err(|error| error.to_string())).await?
            }
            Key::Command(command) => command.sign(&self.public, message).await?,
            #[cfg(feature = "pkcs11")]
            Key::Pkcs11(token) => {
                let (token, public, message) = (Arc::clone(token), self.public.clone(), message.to_vec());
                blocking(move || token.sign(&public, &message)).await?
            }
        };
        match self.public.verify(message, &signature) {
            Ok(()) => Ok(signature),
            Err(error) => Err(format!("the signature that was made does not verify with the public key: {error}")),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

async fn blocking<T: Send + 'static>(action: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(action).await.map_err(|error| error.to_string())?
}

fn public_half(path: &Path, place: &str, algorithm: SignatureAlgorithm) -> Result<PublicKey, String> {
    let pem = read(path, place)?;
    PublicKey::from_pem(pem, algorithm).map_err(|error| format!("{place}: {}: {error}", path.display()))
}

fn read(path: &Path, place: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{place}: {}: {error}", path.display()))
}
