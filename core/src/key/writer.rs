//! A writer of DER that needs no heap.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// The tag `[number] EXPLICIT`, for a number below 31.
pub(super) const fn explicit(number: u8) -> u8 {
    0xa0 | number
}

/// Writes DER from its end to its beginning, so that the length of what an element holds is known when its head is
/// written.
pub(super) struct Backwards {
    bytes: [u8; Self::CAPACITY],
    start: usize,
    /// Something had no room: then nothing is written.
    is_full: bool,
}

impl Backwards {
    /// A modulus of 8192 bits, an exponent, and all the rest that can stand around them (below 110 bytes).
    const CAPACITY: usize = 1024 + 176;

    pub(super) fn new() -> Self {
        Self { bytes: [0; Self::CAPACITY], start: Self::CAPACITY, is_full: false }
    }

    /// Where what is written next will end.
    pub(super) fn position(&self) -> usize {
        self.start
    }

    /// What was written since the position, and what stands behind it.
    pub(super) fn written_since(&self, position: usize) -> &[u8] {
        self.bytes.get(position..).filter(|_| !self.is_full).unwrap_or_default()
    }

    pub(super) fn put(&mut self, bytes: &[u8]) {
        let start = self.start.checked_sub(bytes.len());
        if let Some(start) = start
            && let Some(place) = self.bytes.get_mut(start..self.start)
        {
            place.copy_from_slice(bytes);
            self.start = start;
        } else {
            self.is_full = true;
        }
    }

    /// An INTEGER of this big-endian number (X.690 8.3: as short as can be, the first bit the sign).
    pub(super) fn unsigned(&mut self, number: &[u8]) {
        let end = self.start;
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = number.get(zeros..).unwrap_or_default();
        self.put(number);
        if number.first().is_none_or(|byte| *byte >= 0x80) {
            self.put(&[0]);
        }
        self.wrap(INTEGER, end);
    }

    /// Puts the head of an element before what was written since the position `end` (X.690 8.1.3 and 10.1).
    pub(super) fn wrap(&mut self, tag: u8, end: usize) {
        // No length passes the capacity.
        let length = u16::try_from(end.saturating_sub(self.start)).unwrap_or_default();
        match length.to_be_bytes() {
            [0, low @ 0..0x80] => self.put(&[low]),
            [0, low] => self.put(&[0x81, low]),
            [high, low] => self.put(&[0x82, high, low]),
        }
        self.put(&[tag]);
    }
}
