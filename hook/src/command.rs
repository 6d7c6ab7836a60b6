//! The subcommands.

use crate::{
    app::App,
    certificate::CertificateCommand,
    config::{Config, OnError, TlsConfig},
    evidence::SourceConfig,
    file,
    log::LogFormat,
    policy::Files,
    server,
};
use clap::{Args, Subcommand};
use dokimos::Budget;
use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
};

#[derive(Subcommand)]
pub(crate) enum Command {
    Serve(Serve),
    Check(Check),
    Convert(Convert),
    Certificate(CertificateCommand),
}

impl Command {
    pub(crate) fn run(self) -> u8 {
        let done = match self {
            Self::Serve(command) => command.run(),
            Self::Check(command) => command.run(),
            Self::Convert(command) => command.run(),
            Self::Certificate(command) => command.run(),
        };
        match done {
            Ok(()) => 0,
            Err(problems) => {
                for problem in problems {
                    // With the standard error closed there is nobody to tell: the exit code still says it.
                    let _ = writeln!(io::stderr(), "dokimos-hook: {problem}");
                }
                3
            }
        }
    }
}

/// Answers admission reviews over HTTPS
///
/// Serves `POST /` and `POST /validate`, and on a second port, over plain HTTP, `/healthz`, `/readyz` and `/metrics`. The
/// policy and the certificate are read again when their files change; what is then no policy, or no certificate, is
/// refused, and what was in force stays.
///
/// Ends on SIGTERM: /readyz says no, and when those who ask have had time to notice, no more connections are taken, and
/// what was begun is finished.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  dokimos-hook serve --config hook.yaml

  dokimos-hook serve --policy policy.yaml --attestations attestations/ \\
    --certificate tls.crt --key tls.key --cluster prod-1")]
pub(crate) struct Serve {
    #[command(flatten)]
    settings: Settings,
}

/// Says whether the configuration, the policy and the certificate are good, and serves nothing
#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    settings: Settings,
}

/// The configuration, and options that overrule it.
#[derive(Args, Default)]
struct Settings {
    /// The configuration, in YAML or JSON; docs/HOOK.md lists its fields
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The policy: a file, or a folder of files
    ///
    /// Policies of dokimos, or objects of kritis (AttestationAuthority, GenericAttestationPolicy, AdmissionAllowlist).
    /// Several policies count as one, with the lists one behind the other in the order of the files' names.
    #[arg(long, value_name = "FILE|DIR")]
    policy: Option<PathBuf>,

    /// A folder of attestation files; can be given several times
    #[arg(long, value_name = "DIR")]
    attestations: Vec<PathBuf>,

    /// The certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,

    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,

    /// The name of this cluster, as the policy's rules name it
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,

    /// Where HTTPS is served [default: 0.0.0.0:8443]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// Where health and metrics are served [default: 0.0.0.0:8080]
    #[arg(long, value_name = "ADDRESS")]
    observe: Option<SocketAddr>,

    /// What becomes of an image when attestations cannot be fetched [default: deny]
    #[arg(long, value_enum, value_name = "ANSWER")]
    on_error: Option<OnError>,

    /// How log lines look [default: json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    log: Option<LogFormat>,
}

impl Serve {
    fn run(self) -> Result<(), Vec<String>> {
        let app = Arc::new(App::new(self.settings.config()?)?);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| vec![format!("no threads: {error}")])?;
        runtime.block_on(server::serve(app)).map_err(|error| vec![error])
    }
}

impl Check {
    fn run(self) -> Result<(), Vec<String>> {
        App::new(self.settings.config()?).map(drop)
    }
}

impl Settings {
    fn config(self) -> Result<Config, Vec<String>> {
        let mut config = match &self.config {
            None => Config::default(),
            Some(path) => file::read(path, Budget::default().document_bytes)
                .and_then(|bytes| Config::parse(&bytes).map_err(|error| format!("{}: {error}", path.display())))
                .map_err(|error| vec![error])?,
        };
        config.policy = self.policy.or(config.policy);
        config.evidence.extend(self.attestations.into_iter().map(SourceConfig::directory));
        if let (Some(certificate), Some(key)) = (self.certificate, self.key) {
            config.tls = Some(TlsConfig { certificate, key });
        }
        config.cluster = self.cluster.or(config.cluster);
        config.listen = self.listen.unwrap_or(config.listen);
        config.observe = self.observe.unwrap_or(config.observe);
        config.on_error = self.on_error.unwrap_or(config.on_error);
        config.log = self.log.unwrap_or(config.log);
        Ok(config)
    }
}

/// Prints objects of kritis as a policy of dokimos
///
/// The policy admits no image that the objects do not admit. What cannot be said in a policy is an error that names the
/// object.
#[derive(Args)]
pub(crate) struct Convert {
    /// The objects, in YAML or JSON: a file, or a folder of files
    #[arg(value_name = "FILE|DIR")]
    path: PathBuf,

    /// The configuration, whose field `kritis` says how the objects are understood
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Convert {
    fn run(self) -> Result<(), Vec<String>> {
        let settings = Settings { config: self.config, ..Settings::default() };
        let files = Files::new(self.path, settings.config()?.kritis);
        let contents = files.read().map_err(|error| vec![error])?;
        files.compile(&contents)?;
        let (document, _) = files.document(&contents).map_err(|error| vec![error])?;
        writeln!(io::stdout(), "{document:#}").map_err(|error| vec![format!("standard output: {error}")])
    }
}
