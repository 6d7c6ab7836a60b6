//! A key in a file, in any form in which one is handed out.

use crate::{failure::Failure, input::Source, text};
use dokimos::{KeyError, PublicKey, SignatureAlgorithm};
#[cfg(feature = "sign")]
use dokimos_private_key::PrivateKey;

/// The content of a file with a public key, or with a private one whose public half is asked for.
pub(crate) struct KeyFile {
    source: Source,
    form: Form,
}

enum Form {
    Pem(Vec<u8>),
    Der(Vec<u8>),
}

impl KeyFile {
    /// The longest file that is read as a key. A private key of 8192 bits has 6,500 bytes in PEM; text may stand before
    /// it.
    pub(crate) const MAX_BYTES: usize = 64 * 1024;

    /// Reads a file and tells the forms apart: PEM, DER, or the base64 text of one of these. Whether it is a key at all
    /// shows when it is used as one.
    pub(crate) fn read(source: &Source) -> Result<Self, Failure> {
        let form = match Form::new(source.read(Self::MAX_BYTES)?) {
            // `publicKeyData` in the objects of Alibaba's kritis-validation-hook is the base64 text of a PEM file.
            Form::Der(bytes) => text::base64(&bytes).map_or(Form::Der(bytes), Form::new),
            pem => pem,
        };
        Ok(Self { source: source.clone(), form })
    }

    /// The public key in the file.
    pub(crate) fn public(&self, algorithm: SignatureAlgorithm) -> Result<PublicKey, Failure> {
        self.form.public(algorithm).map_err(|error| Failure::input(&self.source, error))
    }

    /// The public key in the file, or the public half of the private key in it.
    pub(crate) fn public_half(&self, algorithm: SignatureAlgorithm) -> Result<PublicKey, Failure> {
        match self.form.public(algorithm) {
            #[cfg(feature = "sign")]
            Err(KeyError::PrivateKey) => {
                let public = self.private()?.public(algorithm);
                public.map_err(|error| Failure::input(&self.source, error))
            }
            public => public.map_err(|error| Failure::input(&self.source, error)),
        }
    }

    /// As [`public_half`](Self::public_half), where the key's name is wanted and not what it verifies: with whichever
    /// algorithm the key allows.
    pub(crate) fn public_half_for_any_use(&self) -> Result<PublicKey, Failure> {
        let algorithms = SignatureAlgorithm::all().filter(|algorithm| algorithm.modulus_bits().is_none());
        let mut refusal = Failure::input(&self.source, "no algorithm fits this key");
        for algorithm in algorithms {
            match self.public_half(algorithm) {
                Ok(public) => return Ok(public),
                Err(failure) => refusal = failure,
            }
        }
        Err(refusal)
    }

    /// The private key in the file.
    #[cfg(feature = "sign")]
    pub(crate) fn private(&self) -> Result<PrivateKey, Failure> {
        let private = match &self.form {
            Form::Pem(pem) => PrivateKey::from_pem(pem),
            Form::Der(der) => PrivateKey::from_der(der),
        };
        private.map_err(|what| Failure::input(&self.source, what))
    }
}

impl Form {
    fn new(bytes: Vec<u8>) -> Self {
        let begin = b"-----BEGIN ";
        let is_pem = bytes.windows(begin.len()).any(|window| window == begin);
        if is_pem { Self::Pem(bytes) } else { Self::Der(bytes) }
    }

    fn public(&self, algorithm: SignatureAlgorithm) -> Result<PublicKey, KeyError> {
        match self {
            Self::Pem(pem) => PublicKey::from_pem(pem, algorithm),
            Self::Der(der) => PublicKey::from_der(der, algorithm),
        }
    }
}
