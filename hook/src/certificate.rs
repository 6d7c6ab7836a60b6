//! `dokimos-hook certificate`: an authority and a certificate for the webhook's service, where no cert-manager makes them.

use crate::file;
use base64::{Engine, prelude::BASE64_STANDARD};
use clap::Args;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// Makes a certificate for the webhook's service, and the authority that the API server is to trust
///
/// Writes `tls.crt`, `tls.key` and `ca.crt` into a folder, and prints the `caBundle` for the webhook's configuration. The
/// authority's own key is not kept: it signs this one certificate, and the next one comes from a new authority.
#[derive(Args)]
#[command(after_long_help = "\
Example:
  dokimos-hook certificate --service dokimos-hook --namespace dokimos --out tls/
  kubectl -n dokimos create secret tls dokimos-hook-tls --cert tls/tls.crt --key tls/tls.key")]
pub(crate) struct CertificateCommand {
    /// The service's name
    #[arg(long, value_name = "NAME", default_value = "dokimos-hook")]
    service: String,

    /// The service's namespace
    #[arg(long, value_name = "NAME", default_value = "dokimos")]
    namespace: String,

    /// One more name or IP address at which it is served; can be given several times
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,

    /// How long the certificate is valid, in days
    #[arg(long, value_name = "NUMBER", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,

    /// The folder that the files go into; files that are there already are not overwritten
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl CertificateCommand {
    pub(crate) fn run(self) -> Result<(), Vec<String>> {
        let made = self.make().map_err(|error| vec![format!("no certificate for these names: {error}")])?;
        self.write(&made).map_err(|error| vec![error])?;
        let bundle = BASE64_STANDARD.encode(&made.authority);
        writeln!(io::stdout(), "caBundle: {bundle}").map_err(|error| vec![format!("standard output: {error}")])
    }

    /// The names by which the API server, and whoever tries it by hand, call the service.
    fn names(&self) -> Vec<String> {
        let Self { service, namespace, name, .. } = self;
        let mut names = vec![
            format!("{service}.{namespace}.svc"),
            format!("{service}.{namespace}.svc.cluster.local"),
            format!("{service}.{namespace}"),
            service.clone(),
        ];
        names.extend(name.iter().cloned());
        names
    }

    fn make(&self) -> Result<Made, rcgen::Error> {
        let mut names = self.names().into_iter();
        let common_name = names.clone().next().unwrap_or_default();

        let mut authority = self.params(Vec::new(), format!("{common_name} authority"))?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_key = KeyPair::generate()?;
        let authority_certificate = authority.self_signed(&authority_key)?;

        let mut params = self.params(names.by_ref().collect(), common_name)?;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &Issuer::new(authority, authority_key))?;
        Ok(Made { authority: authority_certificate.pem(), certificate: certificate.pem(), key: key.serialize_pem() })
    }

    fn params(&self, names: Vec<String>, common_name: String) -> Result<CertificateParams, rcgen::Error> {
        const DAY: u64 = 24 * 60 * 60;
        let now = SystemTime::now();
        // Clocks differ.
        let begin = now.checked_sub(Duration::from_secs(60 * 60)).unwrap_or(now);
        let end = now.checked_add(Duration::from_secs(u64::from(self.days).saturating_mul(DAY))).unwrap_or(now);
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.not_before = begin.into();
        params.not_after = end.into();
        Ok(params)
    }

    fn write(&self, made: &Made) -> Result<(), String> {
        fs::create_dir_all(&self.out).map_err(|error| file::failure(&self.out, &error))?;
        for (name, mode, text) in
            [("tls.key", 0o600, &made.key), ("tls.crt", 0o644, &made.certificate), ("ca.crt", 0o644, &made.authority)]
        {
            let path = self.out.join(name);
            write(&path, mode, text).map_err(|error| file::failure(&path, &error))?;
        }
        Ok(())
    }
}

/// Each in PEM.
struct Made {
    authority: String,
    certificate: String,
    key: String,
}

fn write(path: &Path, mode: u32, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?.write_all(text.as_bytes())
}
