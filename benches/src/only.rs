//! The frame of the programs that verify a signature with one library and do nothing else.

use std::{env, error::Error, fs};

/// What the programs are given.
pub struct Given {
    /// SubjectPublicKeyInfo in DER.
    pub key: Vec<u8>,
    pub message: Vec<u8>,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub signature: Vec<u8>,
    /// How often to verify.
    pub times: usize,
}

impl Given {
    /// From the arguments: `KEY MESSAGE SIGNATURE TIMES`.
    pub fn from_arguments() -> Result<Self, Box<dyn Error>> {
        let arguments: Vec<_> = env::args().skip(1).collect();
        let [key, message, signature, times] = arguments.as_slice() else {
            return Err("usage: KEY MESSAGE SIGNATURE TIMES".into());
        };
        Ok(Self {
            key: fs::read(key)?,
            message: fs::read(message)?,
            signature: fs::read(signature)?,
            times: times.parse()?,
        })
    }
}
