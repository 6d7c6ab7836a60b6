use serde::Deserialize;
use serde_json::{Value, json};

/// What an `AttestationAuthority` says, in the fields of each version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Authority {
    note_reference: Option<String>,
    /// kritis' last version.
    #[serde(default)]
    public_keys: Vec<PublicKey>,
    /// kritis 0.2.2: base64 of the key in PEM.
    public_key_data: Option<String>,
    /// Alibaba Cloud: the id of the key in its key management.
    public_key_id: Option<String>,
    /// For kritis' own signing, in 0.2.2.
    #[serde(rename = "privateKeySecretName")]
    _private_key_secret_name: Option<String>,
    #[serde(rename = "policyType")]
    _policy_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PublicKey {
    key_id: Option<String>,
    key_type: String,
    pkix_public_key: Option<PkixPublicKey>,
    #[serde(rename = "asciiArmoredPgpPublicKey")]
    _ascii_armored_pgp_public_key: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PkixPublicKey {
    public_key_pem: String,
    signature_algorithm: String,
}

const PGP: &str = "PGP keys are not supported; give the authority a PKIX key";

impl Authority {
    pub(super) fn note_reference(&self) -> &str {
        self.note_reference.as_deref().unwrap_or_default()
    }

    /// The keys as a policy has them.
    pub(super) fn keys(&self, algorithms: &[String]) -> Result<Vec<Value>, String> {
        match (&self.public_key_data, self.public_keys.as_slice()) {
            (Some(data), []) => self.key_of_data(data, algorithms),
            (None, keys @ [_, ..]) => {
                let keys = keys.iter().enumerate();
                keys.map(|(index, key)| key.key().map_err(|error| format!("publicKeys[{index}]: {error}"))).collect()
            }
            (Some(_), _) => Err("has both publicKeyData and publicKeys".to_owned()),
            (None, []) => Err("has no public key".to_owned()),
        }
    }

    /// A key of which nobody says how it signs: it may be in either of the ways that its owner's key management has.
    fn key_of_data(&self, data: &str, algorithms: &[String]) -> Result<Vec<Value>, String> {
        let pem = decode_base64(data).and_then(|bytes| String::from_utf8(bytes).ok());
        let pem = pem.ok_or("publicKeyData: not the base64 text of a key in PEM")?;
        if pem.contains("-----BEGIN PGP") {
            return Err(format!("publicKeyData: {PGP}"));
        }
        let key = |algorithm: &String| key(self.public_key_id.as_deref(), algorithm, &pem);
        Ok(algorithms.iter().map(key).collect())
    }
}

impl PublicKey {
    fn key(&self) -> Result<Value, String> {
        match (self.key_type.as_str(), &self.pkix_public_key) {
            ("PKIX", Some(pkix)) => Ok(key(self.key_id.as_deref(), &pkix.signature_algorithm, &pkix.public_key_pem)),
            ("PKIX", None) => Err("pkixPublicKey is missing".to_owned()),
            ("PGP", _) => Err(PGP.to_owned()),
            (other, _) => Err(format!("keyType {other:?} is neither PKIX nor PGP")),
        }
    }
}

fn key(id: Option<&str>, algorithm: &str, pem: &str) -> Value {
    match id {
        // kritis makes the default id then.
        None | Some("") => json!({ "algorithm": algorithm, "pem": pem }),
        Some(id) => json!({ "id": id, "algorithm": algorithm, "pem": pem }),
    }
}

/// The standard alphabet with padding (RFC 4648 section 4), in lines of any length.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64_STANDARD.decode(text).ok()
}
