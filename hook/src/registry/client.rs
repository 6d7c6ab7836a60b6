use super::{
    Access, Descriptor, Manifest, Repository,
    auth::{Auth, Right},
    challenge::Challenge,
    credentials::Credentials,
    has_digest,
    manifest::sha256,
};
use crate::{
    evidence::FetchError,
    http::{Answer, Http, Question, origin, percent_encoded, resolve, with_query},
};
use dokimos::{Budget, Digest};
use hyper::{
    HeaderMap, Method, StatusCode, Uri,
    body::Bytes,
    header::{CONTENT_TYPE, LINK, LOCATION},
};
use std::fmt;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const ANY_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

/// The most bytes of a manifest ("registries SHOULD … limit … to at least 4 megabytes").
pub(crate) const MOST_MANIFEST: usize = 4 * 1024 * 1024;
/// The most bytes of an answer that is not read for its content.
const MOST_ANSWER: usize = 256 * 1024;
/// The most manifests that are about one image, or are in one index. cosign reads as many signatures.
const MOST_MANIFESTS: usize = 1000;
/// The most pages of a list.
const MOST_PAGES: usize = 100;

/// A client of registries: of any number of them, as image names name them.
#[derive(Debug)]
pub struct Registry {
    http: Http,
    auth: Auth,
    /// Held while a tag's manifest is read and written again, since registries have no way to compare and swap.
    pub(super) writing: tokio::sync::Mutex<()>,
}

/// What a manifest is asked for by.
#[derive(Clone, Copy, Debug)]
pub enum Reference<'a> {
    /// The bytes then have it.
    Digest(&'a Digest),
    /// Whatever the registry has there now.
    Tag(&'a str),
}

impl fmt::Display for Reference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(digest) => digest.fmt(f),
            Self::Tag(tag) => f.write_str(tag),
        }
    }
}

impl Registry {
    /// # Errors
    /// A file that is named cannot be read or understood.
    pub fn new(access: &Access) -> Result<Self, String> {
        let http =
            Http::new(access.ca_file.as_deref(), &access.insecure).map_err(|error| format!("caFile: {error}"))?;
        let credentials =
            Credentials::new(access.docker_config.clone()).map_err(|error| format!("dockerConfig: {error}"))?;
        Ok(Self { http, auth: Auth::new(credentials), writing: tokio::sync::Mutex::default() })
    }

    /// The manifest; none if the registry does not have it.
    ///
    /// # Errors
    /// No answer, a refusal, or what cannot be understood.
    pub async fn manifest(
        &self,
        repository: &Repository,
        reference: Reference<'_>,
    ) -> Result<Option<Manifest>, FetchError> {
        let Some(bytes) = self.manifest_bytes(repository, reference, Right::Pull).await? else { return Ok(None) };
        let manifest = Manifest::parse(&bytes).map_err(|what| refused(repository, &reference, &what))?;
        Ok(Some(manifest))
    }

    pub(super) async fn manifest_bytes(
        &self,
        repository: &Repository,
        reference: Reference<'_>,
        right: Right,
    ) -> Result<Option<Vec<u8>>, FetchError> {
        let uri = self.uri(repository, &format!("manifests/{reference}"))?;
        let mut question = Question::new(Method::GET, uri, MOST_MANIFEST);
        question.accept = Some(ANY_MANIFEST);
        let answer = self.ask(repository, right, question).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            _ => return Err(answer.failure(&format!("{repository}: {reference}"))),
        }
        match reference {
            Reference::Digest(digest) if !has_digest(&answer.body, digest) => {
                Err(refused(repository, &reference, "the registry gives a manifest with another digest"))
            }
            _ => Ok(Some(answer.body)),
        }
    }

    /// A blob that a manifest names.
    ///
    /// # Errors
    /// As for a manifest; and the registry does not have it, or it is longer than `Budget::document_bytes`.
    pub async fn blob(&self, repository: &Repository, blob: &Descriptor) -> Result<Vec<u8>, FetchError> {
        let digest = blob.digest().map_err(|what| refused(repository, &"a layer", &what))?;
        let uri = self.uri(repository, &format!("blobs/{digest}"))?;
        let size = usize::try_from(blob.size).unwrap_or(usize::MAX);
        let most = Budget::default().document_bytes;
        if size > most {
            return Err(refused(repository, &digest, &format!("a blob of {size} bytes, more than {most}")));
        }
        let answer = self.ask(repository, Right::Pull, Question::new(Method::GET, uri, size.max(MOST_ANSWER))).await?;
        match answer.status {
            StatusCode::OK if has_digest(&answer.body, &digest) => Ok(answer.body),
            StatusCode::OK => Err(refused(repository, &digest, "the registry gives a blob with another digest")),
            StatusCode::NOT_FOUND => Err(refused(repository, &digest, "a manifest names a blob that is not there")),
            _ => Err(answer.failure(&format!("{repository}: {digest}"))),
        }
    }

    /// The manifests that an index lists, as the platforms of an image; none if the digest is that of one image.
    ///
    /// # Errors
    /// As for a manifest; and the registry does not have it.
    pub async fn manifests(&self, repository: &Repository, digest: &Digest) -> Result<Vec<Digest>, FetchError> {
        let reference = Reference::Digest(digest);
        let manifest = self.manifest(repository, reference).await?;
        let manifest = manifest.ok_or_else(|| {
            FetchError::transient(format_args!("{repository}: {digest}: the registry does not have it"))
        })?;
        let children = manifest.children();
        if children.len() > MOST_MANIFESTS {
            return Err(refused(repository, &digest, &format!("more than {MOST_MANIFESTS} manifests in an index")));
        }
        children.iter().map(|child| child.digest().map_err(|what| refused(repository, &digest, &what))).collect()
    }

    /// What the registry lists as being about the image, by its API or, where it has none, under the tag that stands in
    /// for it (distribution-spec, "Listing Referrers", "Referrers Tag Schema").
    pub(crate) async fn referrers(
        &self,
        repository: &Repository,
        image: &Digest,
    ) -> Result<Vec<Descriptor>, FetchError> {
        let mut list = Vec::new();
        let mut uri = self.uri(repository, &format!("referrers/{image}"))?;
        for page in 0..MOST_PAGES {
            let mut question = Question::new(Method::GET, uri.clone(), MOST_MANIFEST);
            question.accept = Some(INDEX);
            let answer = self.ask(repository, Right::Pull, question).await?;
            // Registries that know of no such thing answer in one of these ways, or with a page for people.
            let unknown = matches!(answer.status.as_u16(), 400 | 404 | 405 | 406);
            if page == 0 && (unknown || answer.status == StatusCode::OK && !is_index(&answer.headers)) {
                return self.tagged_referrers(repository, image).await;
            }
            let place = format!("the list of what is about {image}");
            if answer.status != StatusCode::OK {
                return Err(answer.failure(&format!("{repository}: {place}")));
            }
            let index = Manifest::parse(&answer.body).map_err(|what| refused(repository, &place, &what))?;
            list.extend_from_slice(index.children());
            if list.len() > MOST_MANIFESTS {
                return Err(refused(repository, &place, &format!("more than {MOST_MANIFESTS} entries")));
            }
            let Some(next) = next(&answer.headers) else { return Ok(list) };
            let next = resolve(&answer.uri, &next).filter(|next| origin(next) == origin(&uri));
            uri = next.ok_or_else(|| refused(repository, &place, "its next page is at another place"))?;
        }
        Err(refused(repository, &image, &format!("more than {MOST_PAGES} pages of what is about it")))
    }

    async fn tagged_referrers(&self, repository: &Repository, image: &Digest) -> Result<Vec<Descriptor>, FetchError> {
        // "the truncated hash of at most 64 characters"
        let hex = image.hex().get(..64).unwrap_or(image.hex());
        let tag = format!("{}-{hex}", image.algorithm());
        let index = self.manifest(repository, Reference::Tag(&tag)).await?;
        let list = index.map(|index| index.children().to_vec()).unwrap_or_default();
        if list.len() > MOST_MANIFESTS {
            return Err(refused(repository, &tag, &format!("more than {MOST_MANIFESTS} entries")));
        }
        Ok(list)
    }

    /// Stores bytes, unless they are there, and returns their name.
    pub(super) async fn put_blob(&self, repository: &Repository, bytes: Vec<u8>) -> Result<String, FetchError> {
        let digest = sha256(&bytes);
        let uri = self.uri(repository, &format!("blobs/{digest}"))?;
        let right = Right::PullAndPush;
        let answer = self.ask(repository, right, Question::new(Method::HEAD, uri, MOST_ANSWER)).await?;
        match answer.status {
            StatusCode::OK => return Ok(digest),
            StatusCode::NOT_FOUND => {}
            _ => return Err(answer.failure(&format!("{repository}: {digest}"))),
        }
        let uri = self.uri(repository, "blobs/uploads/")?;
        let mut question = Question::new(Method::POST, uri, MOST_ANSWER);
        question.body = Some(("application/octet-stream", Bytes::new()));
        let answer = self.ask(repository, right, question).await?;
        if answer.status != StatusCode::ACCEPTED {
            return Err(answer.failure(&format!("{repository}: an upload")));
        }
        let place = answer
            .headers
            .get(LOCATION)
            .and_then(|location| resolve(&answer.uri, location.to_str().ok()?))
            .and_then(|location| with_query(&location, &format!("digest={}", percent_encoded(&digest))))
            .ok_or_else(|| refused(repository, &"an upload", "the registry names no place for it"))?;
        let mut question = Question::new(Method::PUT, place, MOST_ANSWER);
        question.body = Some(("application/octet-stream", bytes.into()));
        let answer = self.ask(repository, right, question).await?;
        match answer.status {
            StatusCode::CREATED => Ok(digest),
            _ => Err(answer.failure(&format!("{repository}: the upload of {digest}"))),
        }
    }

    pub(super) async fn put_manifest(
        &self,
        repository: &Repository,
        tag: &str,
        media_type: &'static str,
        bytes: Vec<u8>,
    ) -> Result<(), FetchError> {
        let uri = self.uri(repository, &format!("manifests/{tag}"))?;
        let mut question = Question::new(Method::PUT, uri, MOST_ANSWER);
        question.body = Some((media_type, bytes.into()));
        let answer = self.ask(repository, Right::PullAndPush, question).await?;
        match answer.status {
            StatusCode::CREATED => Ok(()),
            _ => Err(answer.failure(&format!("{repository}: the upload of {tag}"))),
        }
    }

    /// Asks, and logs in if the registry wants it.
    async fn ask(&self, repository: &Repository, right: Right, question: Question) -> Result<Answer, FetchError> {
        let ours = origin(&question.uri) == origin(&self.uri(repository, "")?);
        let known = if ours { self.auth.known(repository, right) } else { None };
        let first = Question { authorization: known, ..question.clone() };
        let answer = self.http.ask(first).await?;
        // Of where it led we know nothing, and tell it nothing.
        if answer.status != StatusCode::UNAUTHORIZED || !ours || origin(&answer.uri) != origin(&question.uri) {
            return Ok(answer);
        }
        let Some(challenge) = Challenge::of(&answer.headers) else { return Ok(answer) };
        let authorization = Some(self.auth.answer(&self.http, challenge, repository, right).await?);
        self.http.ask(Question { authorization, ..question }).await
    }

    fn uri(&self, repository: &Repository, rest: &str) -> Result<Uri, FetchError> {
        let (scheme, host, path) = (self.http.scheme(repository.domain()), repository.host(), repository.path());
        let text = format!("{scheme}://{host}/v2/{path}/{rest}");
        text.parse().map_err(|_| FetchError::permanent(format_args!("{repository}: it has no address")))
    }
}

fn is_index(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().is_some_and(|text| text.trim().eq_ignore_ascii_case(INDEX))
}

/// Where the next page is (RFC 8288): `Link: </v2/…>; rel="next"`.
fn next(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    links.flat_map(|text| text.split('<').skip(1)).find_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        let mut parameters = parameters.split([';', ',']).map(|text| text.replace([' ', '\t', '"'], ""));
        parameters.any(|text| text.eq_ignore_ascii_case("rel=next")).then(|| target.to_owned())
    })
}

pub(super) fn refused(repository: &Repository, place: &impl fmt::Display, what: &str) -> FetchError {
    FetchError::permanent(format_args!("{repository}: {place}: {what}"))
}
