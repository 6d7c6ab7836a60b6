//! The file in which docker keeps credentials (github.com/docker/cli, cli/config/types/authconfig.go), as Kubernetes
//! mounts it from a secret of type `kubernetes.io/dockerconfigjson`.

use super::{Repository, helper};
use crate::{evidence::FetchError, file};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use dokimos::Excerpt;
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

/// A file of credentials: a secret of Kubernetes has at most 1 MiB.
const MOST: usize = 1024 * 1024;

/// What an empty name of a login with a token is in docker's files.
const TOKEN_NAME: &str = "<token>";

#[derive(Clone, Debug)]
pub(super) struct Credentials {
    file: Option<PathBuf>,
}

/// With what one logs in. Not for display.
#[derive(PartialEq, Eq)]
pub(super) enum Login {
    Password {
        name: String,
        password: String,
    },
    /// A refresh token of OAuth 2.0.
    IdentityToken(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct File {
    auths: BTreeMap<String, Entry>,
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry {
    /// `name:password` in Base64.
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

impl Credentials {
    /// # Errors
    /// The file cannot be read or understood.
    pub(super) fn new(file: Option<PathBuf>) -> Result<Self, String> {
        let credentials = Self { file };
        credentials.read().map_err(|error| error.to_string())?;
        Ok(credentials)
    }

    /// Those for a repository, as they are in the file now; none where it has none.
    ///
    /// # Errors
    /// The file cannot be read or understood, or a program that it names does not help.
    pub(super) async fn find(&self, repository: &Repository) -> Result<Option<Login>, FetchError> {
        let file = self.read()?;
        let domain = repository.domain();
        if let Some((server, name)) = best(&file.cred_helpers, repository)
            && !name.is_empty()
        {
            return helper::ask(name, server).await;
        }
        let entry = best(&file.auths, repository);
        if let Some(name) = file.creds_store.as_deref().filter(|name| !name.is_empty()) {
            let server = match entry {
                Some((server, _)) => server,
                None if domain == "docker.io" => "https://index.docker.io/v1/",
                None => domain,
            };
            if let Some(login) = helper::ask(name, server).await? {
                return Ok(Some(login));
            }
        }
        entry.map_or(Ok(None), |(server, entry)| entry.login().map_err(|what| self.refused(server, what)))
    }

    fn read(&self) -> Result<File, FetchError> {
        let Some(path) = &self.file else { return Ok(File::default()) };
        let bytes = file::read(path, MOST).map_err(FetchError::transient)?;
        // What serde_json says can quote the file.
        serde_json::from_slice(&bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            FetchError::permanent(format_args!(
                "{}: not docker's file of credentials (line {line}, column {column})",
                path.display()
            ))
        })
    }

    fn refused(&self, server: &str, what: &str) -> FetchError {
        let path = self.file.as_deref().unwrap_or_else(|| "".as_ref());
        FetchError::permanent(format_args!("{}: auths: {}: {what}", path.display(), Excerpt::new(server, 200)))
    }
}

impl Entry {
    fn login(&self) -> Result<Option<Login>, &'static str> {
        if let Some(token) = filled(&self.identitytoken) {
            return Ok(Some(Login::IdentityToken(token.to_owned())));
        }
        if let Some(auth) = filled(&self.auth) {
            const LENIENT: GeneralPurpose = GeneralPurpose::new(
                &STANDARD,
                GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
            );
            let text = LENIENT.decode(auth.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let text = text.ok_or("auth is not Base64 of a text")?;
            // docker writes a NUL behind what it stores.
            let (name, password) = text.trim_end_matches('\0').split_once(':').ok_or("auth has no colon")?;
            return Ok(Some(Login::named(name, password)));
        }
        Ok(match (filled(&self.username), filled(&self.password)) {
            (Some(name), Some(password)) => Some(Login::named(name, password)),
            _ => None,
        })
    }
}

impl Login {
    pub(super) fn named(name: &str, password: &str) -> Self {
        match name {
            TOKEN_NAME => Self::IdentityToken(password.to_owned()),
            name => Self::Password { name: name.to_owned(), password: password.to_owned() },
        }
    }
}

fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// The entry that says most about where the repository is: `registry.example.com/shop` before `registry.example.com`.
fn best<'a, T>(map: &'a BTreeMap<String, T>, repository: &Repository) -> Option<(&'a str, &'a T)> {
    let whole = repository.to_string();
    map.iter()
        .filter_map(|(key, value)| {
            let place = place(key)?;
            let rest = whole.strip_prefix(place.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then_some((place.len(), key.as_str(), value))
        })
        .max_by_key(|(length, ..)| *length)
        .map(|(_, key, value)| (key, value))
}

/// What a key of the file stands for: `https://index.docker.io/v1/` is `docker.io`. None for what is no host.
fn place(key: &str) -> Option<String> {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let key = key.trim_end_matches('/');
    let (host, path) = key.split_once('/').unwrap_or((key, ""));
    // The version of the API is no part of a repository's name.
    let path = if matches!(path, "v1" | "v2") { "" } else { path };
    // Spellings of a host are those of an image's name.
    let host = dokimos::ImageReference::parse(&format!("{host}/x")).ok()?.domain().to_owned();
    Some(if path.is_empty() { host } else { format!("{host}/{path}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(text: &str) -> Repository {
        Repository::parse(text).unwrap()
    }

    fn written(json: &str) -> Result<(Credentials, PathBuf), String> {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("dokimos-credentials-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, json).unwrap();
        let credentials = Credentials::new(Some(path.clone()));
        if credentials.is_err() {
            std::fs::remove_file(&path).unwrap();
        }
        Ok((credentials?, path))
    }

    async fn find(json: &str, name: &str) -> Result<Option<Login>, String> {
        let (credentials, path) = written(json)?;
        let found = credentials.find(&repository(name)).await;
        std::fs::remove_file(path).unwrap();
        found.map_err(|error| error.to_string())
    }

    fn password(name: &str, password: &str) -> Option<Login> {
        Some(Login::Password { name: name.into(), password: password.into() })
    }

    #[tokio::test]
    async fn credentials_are_found_as_docker_kubernetes_and_podman_write_them() {
        // "me:pass:word", with and without padding, and with docker's NUL.
        for auth in ["bWU6cGFzczp3b3Jk", "bWU6cGFzczp3b3JkAA==", "bWU6cGFzczp3b3JkAA"] {
            for key in [
                "registry.example.com",
                "https://registry.example.com",
                "https://registry.example.com/v1/",
                "https://registry.example.com/v2/",
                "Registry.Example.com:443",
                "registry.example.com/shop",
            ] {
                let json = format!(r#"{{"auths":{{"{key}":{{"auth":"{auth}"}}}},"HttpHeaders":{{}}}}"#);
                let found = find(&json, "registry.example.com/shop/web").await.unwrap();
                assert!(found == password("me", "pass:word"), "{key} {auth}");
            }
        }
        let hub = r#"{"auths":{"https://index.docker.io/v1/":{"username":"me","password":"secret","email":"x"}}}"#;
        assert!(find(hub, "alpine").await.unwrap() == password("me", "secret"));
        assert!(find(hub, "registry.example.com/alpine").await.unwrap().is_none());
        let token = r#"{"auths":{"a.example":{"auth":"bWU6eA==","identitytoken":"secret"}}}"#;
        assert!(find(token, "a.example/x").await.unwrap() == Some(Login::IdentityToken("secret".into())));
        for none in [r#"{"auths":{"a.example":{}}}"#, r#"{"auths":{"a.example":{"auth":"","username":"me"}}}"#, "{}"] {
            assert!(find(none, "a.example/x").await.unwrap().is_none(), "{none}");
        }
    }

    #[tokio::test]
    async fn the_nearest_entry_counts_and_no_other_host_has_it() {
        // "a:a", "b:b", "c:c".
        let json = r#"{"auths":{"r.example":{"auth":"YTph"},"r.example/shop":{"auth":"Yjpi"},"r.example/shop/web":{"auth":"Yzpj"}}}"#;
        for (name, letter) in
            [("other", "a"), ("shopping/web", "a"), ("shop/api", "b"), ("shop/web", "c"), ("shop/web/x", "c")]
        {
            assert!(find(json, &format!("r.example/{name}")).await.unwrap() == password(letter, letter), "{name}");
        }
        for name in ["r.example.org/shop", "xr.example/shop", "r.example:5000/shop", "sub.r.example/shop"] {
            assert!(find(json, name).await.unwrap().is_none(), "{name}");
        }
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_without_the_secret() {
        for json in [
            r#"{"auths":{"a.example":{"auth":"hunter2!"}}}"#,
            r#"{"auths":{"a.example":{"auth":"aHVudGVyMg=="}}}"#,
            r#"{"auths":{"a.example":{"auth":["hunter2"]}}}"#,
            r#"{"auths":{"a.example":{"auth":"hunter2","auth":"hunter2"}}}"#,
            r#"{"auths":"hunter2"}"#,
            "hunter2",
        ] {
            let error = find(json, "a.example/x").await.err().unwrap();
            assert!(!error.contains("hunter2") && !error.contains("aHVudGVy"), "{error}");
            assert!(!error.is_empty() && !error.contains('\n'), "{error}");
        }
        let missing = Credentials::new(Some("/nowhere/config.json".into())).err().unwrap();
        assert_eq!(missing, "/nowhere/config.json: no such file or directory");
    }
}
