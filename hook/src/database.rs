//! Attestations in an SQLite file: what signing on push made, for the webhook to find.

use dokimos::{Digest, ImageReference};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::{
    fmt,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// `doki` in ASCII: the file's application id, by which this program knows its own files.
const APPLICATION_ID: i64 = 0x646f_6b69;

/// The version of the tables.
const SCHEMA_VERSION: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE attestation (
        digest     TEXT    NOT NULL,
        repository TEXT    NOT NULL,
        attestor   TEXT    NOT NULL,
        key_id     TEXT    NOT NULL,
        document   TEXT    NOT NULL,
        made_at    INTEGER NOT NULL,
        PRIMARY KEY (digest, repository, attestor, key_id)
    ) STRICT;
";

/// An SQLite file of attestation documents, by the digest of the image.
///
/// What [`add`](Self::add) returned is on the disk: a crash or a full disk loses nothing that was acknowledged.
#[derive(Debug)]
pub struct Database {
    connection: Mutex<Connection>,
}

/// Which attestation: there is one of each attestor's key for an image.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The image, by its digest.
    pub image: &'a ImageReference,
    /// The digest of `image`.
    pub digest: &'a Digest,
    /// The attestor that signs.
    pub attestor: &'a str,
    /// The id of the key that signs.
    pub key_id: &'a str,
}

impl Database {
    /// Opens a database, and makes the file if there is none.
    ///
    /// # Errors
    /// The file cannot be opened or made, or is not a database of this version.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        let mut connection = Connection::open(path)?;
        // Another process may write at the same time: the webhook reads what it signed, and people look at it.
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // With WAL the default would leave the last transactions to a power failure; they were acknowledged.
        connection.pragma_update(None, "synchronous", "FULL")?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let number = |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        match (number("application_id")?, number("user_version")?) {
            (APPLICATION_ID, SCHEMA_VERSION) => {}
            (APPLICATION_ID, version) => {
                return Err(DatabaseError(format!(
                    "the file has tables of version {version}, this program reads {SCHEMA_VERSION}"
                )));
            }
            (0, 0) if is_empty(&transaction)? => {
                transaction.execute_batch(SCHEMA)?;
                transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
                transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            }
            _ => return Err(DatabaseError("the file is a database of another program".to_owned())),
        }
        transaction.commit()?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// The document of an attestation that is there.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn find(&self, entry: Entry<'_>) -> Result<Option<String>, DatabaseError> {
        let connection = self.lock();
        let mut query = connection.prepare_cached(
            "SELECT document FROM attestation WHERE digest = ?1 AND repository = ?2 AND attestor = ?3 AND key_id = ?4",
        )?;
        let Entry { image, digest, attestor, key_id } = entry;
        let key = params![digest.to_string(), image.repository(), attestor, key_id];
        Ok(query.query_row(key, |row| row.get(0)).optional()?)
    }

    /// Keeps a document, unless there is one already; returns the one that is kept.
    ///
    /// # Errors
    /// It could not be written, and is not kept.
    pub fn add(&self, entry: Entry<'_>, document: &str) -> Result<String, DatabaseError> {
        let made_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let made_at = i64::try_from(made_at).unwrap_or(i64::MAX);
        let Entry { image, digest, attestor, key_id } = entry;
        let connection = self.lock();
        let mut insert = connection.prepare_cached(
            "INSERT INTO attestation (digest, repository, attestor, key_id, document, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET document = document
             RETURNING document",
        )?;
        let row = params![digest.to_string(), image.repository(), attestor, key_id, document, made_at];
        let mut rows = insert.query(row)?;
        let kept = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?.get(0)?;
        // The row comes before it is written to the disk: that is done, or fails, with the end of the rows.
        while rows.next()?.is_some() {}
        Ok(kept)
    }

    /// The documents for a digest, whatever the repository: an attestor may ask for no more than the digest. Each has a
    /// name for reports. The oldest come first, at most so many.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn documents(&self, digest: &Digest, most: usize) -> Result<Vec<(String, String)>, DatabaseError> {
        let connection = self.lock();
        let mut query = connection.prepare_cached(
            "SELECT attestor, repository, document FROM attestation WHERE digest = ?1
             ORDER BY made_at, attestor, repository, key_id LIMIT ?2",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = query.query_map(params![digest.to_string(), most], |row| {
            let (attestor, repository): (String, String) = (row.get(0)?, row.get(1)?);
            Ok((format!("{attestor} for {repository}"), row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A panic while the lock was held left no transaction half done: SQLite's are whole.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_empty(connection: &Connection) -> Result<bool, DatabaseError> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0)
}

/// Why a database cannot be used, in words, one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseError(String);

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DatabaseError {}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::PathBuf};

    const IMAGE: &str = "registry.example.com/shop/web\
        @sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";

    fn path(test: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("dokimos-database-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder.join("attestations.sqlite")
    }

    fn entry(image: &ImageReference) -> Entry<'_> {
        Entry { image, digest: image.digest().unwrap(), attestor: "release", key_id: "id" }
    }

    #[test]
    fn the_first_document_is_kept_and_outlives_the_process() {
        let path = path("first");
        let image = IMAGE.parse().unwrap();
        let entry = entry(&image);
        let database = Database::open(&path).unwrap();
        assert_eq!(database.find(entry), Ok(None));
        assert_eq!(database.add(entry, "one").as_deref(), Ok("one"));
        assert_eq!(database.add(entry, "two").as_deref(), Ok("one"));
        drop(database);
        let database = Database::open(&path).unwrap();
        assert_eq!(database.find(entry), Ok(Some("one".to_owned())));
        assert_eq!(database.find(Entry { attestor: "qa", ..entry }), Ok(None));
        assert_eq!(database.find(Entry { key_id: "other", ..entry }), Ok(None));
        let named = ("release for registry.example.com/shop/web".to_owned(), "one".to_owned());
        assert_eq!(database.documents(entry.digest, 10), Ok(vec![named]));
    }

    /// As when the disk is full: what fails is not the insertion but the end of its transaction. Here a key that leads
    /// nowhere, which is looked at only then, makes it fail.
    #[test]
    fn what_was_not_written_in_the_end_is_an_error() {
        let image = IMAGE.parse().unwrap();
        let database = Database::open(&path("end")).unwrap();
        let hindrance = "
            PRAGMA foreign_keys = ON;
            CREATE TABLE there (id INTEGER PRIMARY KEY);
            CREATE TABLE leads (id REFERENCES there (id) DEFERRABLE INITIALLY DEFERRED);
            CREATE TRIGGER hindrance AFTER INSERT ON attestation BEGIN INSERT INTO leads VALUES (1); END;";
        database.lock().execute_batch(hindrance).unwrap();
        assert_eq!(database.add(entry(&image), "one").unwrap_err().to_string(), "FOREIGN KEY constraint failed");
        assert_eq!(database.find(entry(&image)), Ok(None));
        database.lock().execute_batch("DROP TRIGGER hindrance").unwrap();
        assert_eq!(database.add(entry(&image), "one").as_deref(), Ok("one"));
    }

    #[test]
    fn documents_of_every_repository_are_found_by_the_digest_up_to_a_limit() {
        let database = Database::open(&path("digest")).unwrap();
        let other = "sha256:25b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94".parse().unwrap();
        for repository in ["a.example/x", "b.example/x", "c.example/x"] {
            let image = IMAGE.replace("registry.example.com/shop/web", repository).parse().unwrap();
            database.add(entry(&image), repository).unwrap();
        }
        let image: ImageReference = IMAGE.parse().unwrap();
        assert_eq!(database.documents(image.digest().unwrap(), 10).unwrap().len(), 3);
        assert_eq!(database.documents(image.digest().unwrap(), 2).unwrap().len(), 2);
        assert_eq!(database.documents(&other, 10), Ok(vec![]));
    }

    #[test]
    fn a_file_of_something_else_is_refused_and_left_alone() {
        let path = path("foreign");
        fs::write(&path, "not a database, and long enough that nobody takes it for the header of one, at any rate")
            .unwrap();
        assert_eq!(Database::open(&path).unwrap_err().to_string(), "file is not a database");
        fs::remove_file(&path).unwrap();
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a TEXT)").unwrap();
        assert_eq!(Database::open(&path).unwrap_err().to_string(), "the file is a database of another program");
        fs::remove_file(&path).unwrap();
        drop(Database::open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 2).unwrap();
        let error = Database::open(&path).unwrap_err().to_string();
        assert_eq!(error, "the file has tables of version 2, this program reads 1");
    }

    #[test]
    fn two_connections_write_at_the_same_time_without_a_loss() {
        let path = path("two");
        let images: Vec<ImageReference> =
            (0..100).map(|number| IMAGE.replace("shop/web", &format!("shop/web{number}")).parse().unwrap()).collect();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let database = Database::open(&path).unwrap();
                    for image in &images {
                        database.add(entry(image), image.repository()).unwrap();
                    }
                });
            }
        });
        let database = Database::open(&path).unwrap();
        for image in &images {
            assert_eq!(database.find(entry(image)), Ok(Some(image.repository().to_owned())));
        }
    }
}
