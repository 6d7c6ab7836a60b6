//! The lines of a list of images, in chunks, whatever the length of the list and of its lines.

use crate::failure::io_words;
use std::io::{self, BufRead, BufReader, Read};

/// A line that is to be answered.
pub(super) struct Line {
    /// From 1; none where the list itself cannot be read on.
    pub(super) number: Option<usize>,
    /// Its text without white space around it, or why it cannot be read.
    pub(super) text: Result<Vec<u8>, String>,
}

/// Some lines, in their order.
pub(super) struct Chunk {
    pub(super) lines: Vec<Line>,
    /// How far into the list they reach.
    pub(super) read: u64,
}

/// The lines of a list.
pub(super) struct Lines<R: Read> {
    reader: BufReader<R>,
    longest: usize,
    number: usize,
    read: u64,
    ended: bool,
}

impl<R: Read> Lines<R> {
    /// Of a list whose lines have at most `longest` bytes; one that is longer cannot be read, and the next can.
    pub(super) fn new(reader: R, longest: usize) -> Self {
        Self { reader: BufReader::new(reader), longest, number: 0, read: 0, ended: false }
    }

    /// The next line that is not empty and not a comment.
    fn line(&mut self) -> Option<Line> {
        while !self.ended {
            self.number = self.number.saturating_add(1);
            let number = Some(self.number);
            match self.whole_line() {
                Ok(Some(text)) => match text.trim_ascii() {
                    [] | [b'#', ..] => {}
                    text => return Some(Line { number, text: Ok(text.to_vec()) }),
                },
                Ok(None) => {
                    return Some(Line { number, text: Err(format!("longer than {} bytes", self.longest)) });
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Line { number: None, text: Err(io_words(&error)) });
                }
            }
        }
        None
    }

    /// A line, or none for one that is too long.
    fn whole_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut text = Vec::new();
        // One byte more than the limit tells "at the limit" from "beyond it"; the line feed is another.
        let most = u64::try_from(self.longest).unwrap_or(u64::MAX).saturating_add(2);
        let count = self.reader.by_ref().take(most).read_until(b'\n', &mut text)?;
        self.count(count);
        if text.ends_with(b"\n") {
            text.pop();
        } else if text.len() <= self.longest {
            self.ended = true;
        } else {
            self.skip_line()?;
        }
        Ok((text.len() <= self.longest).then_some(text))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let count = end.map_or(buffer.len(), |end| end.saturating_add(1));
            self.reader.consume(count);
            self.count(count);
            self.ended = count == 0;
            if self.ended || end.is_some() {
                return Ok(());
            }
        }
    }

    fn count(&mut self, bytes: usize) {
        self.read = self.read.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Chunk;

    /// At most [`CHUNK`](super::CHUNK) lines. Fewer where they are long, and where more would have to be waited for: who
    /// writes a line and waits gets an answer.
    fn next(&mut self) -> Option<Chunk> {
        let mut lines = Vec::new();
        let mut room = BYTES;
        while let Some(line) = self.line() {
            room = room.saturating_sub(line.text.as_ref().map_or(0, Vec::len));
            lines.push(line);
            if lines.len() >= super::CHUNK || room == 0 || self.reader.buffer().is_empty() {
                break;
            }
        }
        (!lines.is_empty()).then_some(Chunk { lines, read: self.read })
    }
}

/// How many bytes of text a chunk holds before it is closed; its last line may go beyond.
const BYTES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of each chunk, as `number: text`.
    fn chunks(list: impl Read, longest: usize) -> Vec<Vec<String>> {
        let shown = |line: Line| {
            let text = line.text.map_or_else(|what| format!("({what})"), |text| String::from_utf8(text).unwrap());
            format!("{}: {text}", line.number.map_or("-".to_owned(), |number| number.to_string()))
        };
        Lines::new(list, longest).map(|chunk| chunk.lines.into_iter().map(shown).collect()).collect()
    }

    #[test]
    fn numbers_are_those_of_an_editor() {
        let list = b"# images\n\na\r\n  b \n#c\n\n\nd#e";
        assert_eq!(chunks(&list[..], 100), [["3: a", "4: b", "8: d#e"]]);
        assert!(chunks(&b""[..], 100).is_empty());
        assert!(chunks(&b"\n# nothing\n \n"[..], 100).is_empty());
    }

    #[test]
    fn a_long_line_takes_no_other_with_it() {
        let long = "x".repeat(1_000_000);
        assert_eq!(chunks(&b"12345\n123456\n12345"[..], 5), [["1: 12345", "2: (longer than 5 bytes)", "3: 12345"]]);
        assert_eq!(chunks(&b"123456"[..], 5), [["1: (longer than 5 bytes)"]]);
        assert_eq!(chunks(&b"1234567\n1"[..], 5), [["1: (longer than 5 bytes)", "2: 1"]]);
        let list = format!("{long}\na\n{long}");
        let flat: Vec<String> = chunks(list.as_bytes(), 5).concat();
        assert_eq!(flat, ["1: (longer than 5 bytes)", "2: a", "3: (longer than 5 bytes)"]);
    }

    #[test]
    fn chunks_are_bounded_in_lines_and_in_bytes() {
        let list: String = (1..=150).map(|number| format!("{number}\n")).collect();
        let chunks_of_short: Vec<usize> = chunks(list.as_bytes(), 100).iter().map(Vec::len).collect();
        assert_eq!(chunks_of_short, [64, 64, 22]);
        let list: String = (0..20).map(|_| "x".repeat(100_000) + "\n").collect();
        assert!(chunks(list.as_bytes(), 1_000_000).iter().all(|chunk| chunk.len() <= 3));
    }

    #[test]
    fn what_is_there_is_answered_before_more_is_waited_for() {
        struct Typed(Vec<&'static [u8]>);
        impl Read for Typed {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let line = if self.0.is_empty() { &b""[..] } else { self.0.remove(0) };
                buffer[..line.len()].copy_from_slice(line);
                Ok(line.len())
            }
        }
        assert_eq!(
            chunks(Typed(vec![b"a\n", b"b\nc\n", b"d"]), 100),
            [vec!["1: a"], vec!["2: b", "3: c"], vec!["4: d"]]
        );
    }

    #[test]
    fn a_list_that_breaks_off_says_so() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::PermissionDenied.into())
            }
        }
        assert_eq!(chunks(b"a\n".chain(Broken), 100), [vec!["1: a"], vec!["-: (permission denied)"]]);
        assert_eq!(chunks(b"123456789".chain(Broken), 5), [["-: (permission denied)"]]);
    }
}
