//! What the program writes: lines on the standard output, and files that were not there before.

use crate::failure::Failure;
use anstyle::Style;
use std::{
    ffi::OsString,
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, StdoutLock, Write},
    path::{Path, PathBuf},
};

/// The standard output.
///
/// A reader that goes away (`dokimos … | head`) is no failure: what it does not want is not written, and the command
/// still ends with the exit code of its answer.
pub(crate) struct Output {
    stream: BufWriter<StdoutLock<'static>>,
    colour: bool,
    closed: bool,
}

impl Output {
    pub(crate) fn standard() -> Self {
        let stdout = io::stdout();
        let colour = anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        Self { stream: BufWriter::new(stdout.lock()), colour, closed: false }
    }

    /// Writes one line. Text that comes from an input goes through [`OneLine`](crate::text::OneLine) first.
    pub(crate) fn line(&mut self, text: impl fmt::Display) -> Result<(), Failure> {
        self.write(|stream| writeln!(stream, "{text}"))
    }

    /// Writes exactly these bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.write(|stream| stream.write_all(bytes))
    }

    /// `text` in a style on a terminal that takes colour, else as it is.
    pub(crate) fn styled(&self, style: Style, text: impl fmt::Display) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    /// Hands on what is still held back; to be called last.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.write(Write::flush)
    }

    fn write(
        &mut self,
        action: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        match action(&mut self.stream) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => Err(Failure::io("standard output", &error)),
            Ok(()) => Ok(()),
        }
    }
}

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
            Ok(_) => Err(Failure::io(path.display(), &io::ErrorKind::AlreadyExists.into())),
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
