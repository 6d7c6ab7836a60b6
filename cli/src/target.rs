//! Files that the program writes, none of which was there before.

use crate::{failure::Failure, output::Output};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

/// Where a command writes its result: a file that must not exist yet, or `-`, the standard output.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    StandardOutput,
    File(PathBuf),
}

impl From<OsString> for Target {
    fn from(name: OsString) -> Self {
        if name == "-" { Self::StandardOutput } else { Self::File(name.into()) }
    }
}

impl Target {
    pub(crate) fn write(&self, bytes: &[u8], out: &mut Output) -> Result<(), Failure> {
        match self {
            Self::StandardOutput => out.bytes(bytes),
            Self::File(path) => NewFile::create(path, Readers::Everybody)?.write(bytes).map(NewFile::keep),
        }
    }
}

/// Who may read a new file, within what the process's umask allows.
#[derive(Clone, Copy)]
pub(crate) enum Readers {
    Everybody,
    /// Mode 0600 on Unix, from the moment the file exists.
    Owner,
}

/// A file that this program made. It is removed again unless it is kept, so that a failure leaves nothing half written.
pub(crate) struct NewFile {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl NewFile {
    /// Whether nothing stands there, as far as can be told before the file is made.
    pub(crate) fn check_name(path: &Path) -> Result<(), Failure> {
        match fs::symlink_metadata(path) {
            Ok(_) => Err(Failure::io(path.display(), &std::io::ErrorKind::AlreadyExists.into())),
            Err(_) => Ok(()),
        }
    }

    /// Makes a file where nothing stands: no file is ever overwritten, and no link followed.
    pub(crate) fn create(path: &Path, readers: Readers) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        match readers {
            Readers::Everybody => {}
            Readers::Owner => owner_only(&mut options),
        }
        let file = options.open(path).map_err(|error| Failure::io(path.display(), &error))?;
        Ok(Self { path: path.to_owned(), file, kept: false })
    }

    /// Writes the whole content, and waits until it is on the disk.
    pub(crate) fn write(mut self, content: &[u8]) -> Result<Self, Failure> {
        let written = self.file.write_all(content).and_then(|()| self.file.sync_all());
        written.map_err(|error| Failure::io(self.path.display(), &error))?;
        Ok(self)
    }

    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept {
            // A file that cannot be removed stays; the failure that led here is the one to report.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

/// Elsewhere a new file has the rights of its folder.
#[cfg(not(unix))]
fn owner_only(_: &mut OpenOptions) {}
