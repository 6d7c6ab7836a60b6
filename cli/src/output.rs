//! The standard output.

use crate::failure::Failure;
use anstyle::Style;
use std::{
    fmt,
    io::{self, BufWriter, StdoutLock, Write},
};

/// The standard output.
///
/// A reader that goes away (`dokimos … | head`) is no failure: what it does not want is not written, and the command
/// still ends with the exit code of its answer.
pub(crate) struct Output {
    stream: BufWriter<StdoutLock<'static>>,
    paint: Paint,
    closed: bool,
}

impl Output {
    pub(crate) fn standard() -> Self {
        let stdout = io::stdout();
        let colour = anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        Self { stream: BufWriter::new(stdout.lock()), paint: Paint { colour }, closed: false }
    }

    /// Writes one line. Text that comes from an input goes through [`OneLine`](crate::text::OneLine) first.
    pub(crate) fn line(&mut self, text: impl fmt::Display) -> Result<(), Failure> {
        self.write(|stream| writeln!(stream, "{text}"))
    }

    /// Writes exactly these bytes.
    #[cfg(feature = "sign")]
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.write(|stream| stream.write_all(bytes))
    }

    /// How words are emphasised here.
    pub(crate) fn paint(&self) -> Paint {
        self.paint
    }

    /// Hands on what is held back, for a reader who waits for it.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.write(Write::flush)
    }

    /// As [`flush`](Self::flush); to be called last.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.flush()
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

/// Whether words are coloured: on a terminal that takes colour.
#[derive(Clone, Copy)]
pub(crate) struct Paint {
    colour: bool,
}

impl Paint {
    pub(crate) const PLAIN: Self = Self { colour: false };

    /// `text` in a style on a terminal that takes colour, else as it is.
    pub(crate) fn styled(self, style: Style, text: impl fmt::Display) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_string() }
    }
}
