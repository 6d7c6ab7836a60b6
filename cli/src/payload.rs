//! `dokimos payload`: the bytes that a signature of an image is made over.

use crate::{
    Answer, annotation::Annotation, failure::Failure, image::PinnedImage, output::Output, target::Target, text::quoted,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::{Args, ValueEnum};
use dokimos::{
    COSIGN_SIMPLE_SIGNING_TYPE, Hash, ImageReference, PayloadStyle, PreAuthenticationEncoding, SimpleSigning,
};

/// Writes the payload of an image, to be signed elsewhere
///
/// For keys that never leave a key management service or a hardware module: writes the exact bytes to sign, or with
/// --digest their hash, which such services sign. Give the payload and the signature to `dokimos attach`.
///
/// A signature covers every byte of the payload, so keep the file: a payload written in another style, or by another
/// program, is another text.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  image=registry.example.com/shop/web@sha256:…
  dokimos payload --image $image -o web.payload

  # a file with a key
  openssl dgst -sha256 -sign release.pem -out web.sig web.payload

  # a hardware module
  pkcs11-tool --sign --login --label release --mechanism SHA256-RSA-PKCS \\
    --input-file web.payload --output-file web.sig

  # a key management service, which signs the hash
  hash=$(dokimos payload --image $image --digest sha256)
  aws kms sign --key-id alias/release --message $hash --message-type DIGEST \\
    --signing-algorithm RSASSA_PKCS1_V1_5_SHA_256 \\
    --query Signature --output text >web.sig

  dokimos attach --payload web.payload --signature web.sig \\
    --public-key release.pub.pem --algorithm RSA_SIGN_PKCS1_3072_SHA256 \\
    -o web.json")]
pub(crate) struct Payload {
    #[command(flatten)]
    claim: Claim,

    /// Style of the payload
    #[arg(long, visible_alias = "payload-style", value_enum, default_value_t = Style::Kritis)]
    style: Style,

    /// Puts DSSE's pre-authentication encoding around it, as `gcloud … sign-and-create --pae-encode-payload` does
    #[arg(long)]
    pae: bool,

    /// Writes the hash instead, in base64
    #[arg(long, value_enum, value_name = "HASH")]
    digest: Option<HashName>,

    /// Writes bytes, not text: with --digest those of the hash; else the payload, which is always written so
    #[arg(long)]
    raw: bool,

    /// Where it goes: a file that does not exist yet, or - for the standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: Target,
}

impl Payload {
    pub(crate) fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        let payload = self.claim.payload(self.style)?;
        let message = if self.pae { pre_authentication_encoding(&payload) } else { payload };
        let bytes = match (self.digest, self.raw) {
            (None, _) => message,
            (Some(hash), true) => hash.of(&message),
            (Some(hash), false) => (STANDARD.encode(hash.of(&message)) + "\n").into_bytes(),
        };
        self.output.write(&bytes, out)?;
        Ok(Answer::Yes)
    }
}

/// What DSSE signs for a payload of cosign's type.
pub(crate) fn pre_authentication_encoding(payload: &[u8]) -> Vec<u8> {
    PreAuthenticationEncoding::new(COSIGN_SIMPLE_SIGNING_TYPE, payload).parts().concat()
}

/// What a payload says.
#[derive(Args)]
pub(crate) struct Claim {
    /// The image, by digest
    #[arg(long, value_name = "REPOSITORY@DIGEST")]
    image: PinnedImage,

    /// Name to write instead of the image's repository, as cosign's --sign-container-identity
    #[arg(long, value_name = "REFERENCE")]
    identity: Option<ImageReference>,

    /// A text to add to the payload's annotations (style cosign); can be given several times
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "annotations")]
    annotation: Vec<Annotation>,

    /// The payload's annotations as a JSON object (style cosign)
    #[arg(long, value_name = "JSON")]
    annotations: Option<String>,
}

impl Claim {
    /// The payload, to the byte as the tool of that style writes it.
    pub(crate) fn payload(&self, style: Style) -> Result<Vec<u8>, Failure> {
        let name = self.identity.as_ref().map_or(self.image.repository(), ImageReference::as_given);
        let (option, annotations) = match self.annotations.clone() {
            None if self.annotation.is_empty() => ("--image", None),
            None => ("--annotation", Some(object(&self.annotation)?)),
            annotations => ("--annotations", annotations),
        };
        SimpleSigning::write(style.into(), name, &self.image.digest().to_string(), annotations.as_deref())
            .map_err(|problem| Failure::usage(option, problem))
    }
}

/// The JSON object that annotations make.
fn object(annotations: &[Annotation]) -> Result<String, Failure> {
    let members = Annotation::by_name(annotations, "--annotation")?;
    let members: Vec<String> =
        members.into_iter().map(|(name, value)| format!("{}:{}", quoted(name), quoted(value))).collect();
    Ok(format!("{{{}}}", members.join(",")))
}

/// The tool whose payload is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Style {
    /// The kritis signer
    Kritis,
    /// `gcloud container binauthz create-signature-payload`
    Gcloud,
    /// `cosign sign`
    Cosign,
    /// voucher
    Voucher,
}

impl From<Style> for PayloadStyle {
    fn from(style: Style) -> Self {
        match style {
            Style::Kritis => Self::Kritis,
            Style::Gcloud => Self::Gcloud,
            Style::Cosign => Self::Cosign,
            Style::Voucher => Self::Voucher,
        }
    }
}

/// A hash that signing services take.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum HashName {
    Sha256,
    Sha384,
    Sha512,
}

impl HashName {
    fn of(self, message: &[u8]) -> Vec<u8> {
        let hash = match self {
            Self::Sha256 => Hash::Sha256,
            Self::Sha384 => Hash::Sha384,
            Self::Sha512 => Hash::Sha512,
        };
        hash.digest(&[message]).as_ref().to_vec()
    }
}
