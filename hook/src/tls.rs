//! The certificate that is served.

use crate::{config::TlsConfig, file};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::{TLS12, TLS13},
};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// A certificate and its key in two files, read again when they change.
#[derive(Debug)]
pub(crate) struct Certificate {
    files: TlsConfig,
    current: RwLock<Arc<ServerConfig>>,
    /// What was read last, good or not, and how often it was good.
    seen: Mutex<(Result<Pair, String>, u64)>,
}

/// The bytes of the two files.
#[derive(PartialEq, Eq)]
struct Pair {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is a secret.
        f.write_str("Pair")
    }
}

impl Certificate {
    /// # Errors
    /// A file cannot be read, or the two are no certificate with its key.
    pub(crate) fn new(files: TlsConfig) -> Result<Self, String> {
        let pair = Pair::read(&files)?;
        let current = RwLock::new(Arc::new(pair.server_config(&files)?));
        Ok(Self { files, current, seen: Mutex::new((Ok(pair), 1)) })
    }

    /// What a new connection is served with.
    pub(crate) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the files again. None where nothing changed; else how often they were good, the start among them.
    ///
    /// # Errors
    /// The new files are not good; what was served is served further. It is said once for each change.
    pub(crate) fn reload(&self) -> Option<Result<u64, String>> {
        let pair = Pair::read(&self.files);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, generation) = &mut *seen;
        if *last == pair {
            return None;
        }
        let config = pair.as_ref().map_err(String::clone).and_then(|pair| pair.server_config(&self.files));
        *last = pair;
        Some(config.map(|config| {
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
            *generation = generation.saturating_add(1);
            *generation
        }))
    }
}

impl Pair {
    fn read(files: &TlsConfig) -> Result<Self, String> {
        // The most bytes of a chain of certificates, or of a key: far more than either has.
        const MOST: usize = 1024 * 1024;
        Ok(Self { certificate: file::read(&files.certificate, MOST)?, key: file::read(&files.key, MOST)? })
    }

    fn server_config(&self, files: &TlsConfig) -> Result<ServerConfig, String> {
        let place = files.certificate.display();
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<_, _>>()
            .map_err(|_| format!("{place}: not a certificate in PEM"))?;
        if chain.is_empty() {
            return Err(format!("{place}: no certificate in PEM"));
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| format!("{}: not a private key in PEM", files.key.display()))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| format!("{place}: the certificate and its key cannot be used: {error}"))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}
