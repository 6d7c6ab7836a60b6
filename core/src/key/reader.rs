//! A reader of DER (X.690) that needs no heap: the elements of public keys, and no others.
//!
//! Every length is definite and as short as can be, every INTEGER too, and nothing is behind the last element of a
//! SEQUENCE. The input has at most 64 KiB.

use super::{
    oid::ObjectIdentifier,
    writer::{BIT_STRING, INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE, explicit},
};

/// The bits of a tag that say its class (X.690 8.1.2.2).
pub(super) const CLASS: u8 = 0xc0;
/// The class of the tags that have a meaning only where they stand.
pub(super) const CONTEXT_SPECIFIC: u8 = 0x80;
/// The bit of a tag that says that the element consists of elements (X.690 8.1.2.5).
const CONSTRUCTED: u8 = 0x20;
/// The number that says that the number of the tag follows (X.690 8.1.2.4).
const LONG: u8 = 0x1f;

/// Why no key is read: a [`KeyError`](super::KeyError), of one byte, for it is handed on by every step of the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Certificate,
    /// The object identifier of the type is not here: who wants it reads it again.
    KeyType,
    /// An INTEGER below zero.
    Negative,
    /// Not the one encoding that DER has for something.
    NotDer,
    ParametersNotNull,
    PrivateKey,
    PssHash,
    PssMaskGeneration,
    PssSha1,
    PssTrailer,
    /// Bytes behind what was to be read.
    Trailing,
    /// An element ends behind the one that it is in, or there is none.
    Truncated,
    /// Another element than there should be.
    Unexpected,
}

/// An element of which only the tag and the content are known.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    /// The first byte of the tag.
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
}

impl<'a> Element<'a> {
    pub(super) fn is_null(&self) -> bool {
        self.tag == NULL && self.content.is_empty()
    }

    /// What stands in the SEQUENCE that this must be.
    pub(super) fn sequence(&self) -> Result<Reader<'a>, Refusal> {
        if self.tag == SEQUENCE { Ok(Reader::new(self.content)) } else { Err(Refusal::Unexpected) }
    }
}

/// Elements that stand one behind the other.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    /// How many bytes stand before the rest.
    position: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, position: 0 }
    }

    pub(super) fn is_finished(&self) -> bool {
        self.rest.is_empty()
    }

    /// Refuses what follows what was read.
    pub(super) fn end(&self) -> Result<(), Refusal> {
        if self.is_finished() { Ok(()) } else { Err(Refusal::Trailing) }
    }

    /// What stands in a SEQUENCE, to be read up to its [`end`](Self::end).
    pub(super) fn sequence(&mut self) -> Result<Self, Refusal> {
        self.content(SEQUENCE)
    }

    /// What stands in a field `[number] EXPLICIT`, if that comes next; the number is below 31.
    pub(super) fn field(&mut self, number: u8) -> Result<Option<Self>, Refusal> {
        if self.is_finished() || self.peek()? | CONSTRUCTED != explicit(number) {
            return Ok(None);
        }
        let (tag, length) = self.head()?;
        if tag & CONSTRUCTED == 0 {
            return Err(Refusal::NotDer);
        }
        self.take(length).map(Some)
    }

    /// An INTEGER that is not negative: big-endian, without leading zeros; for zero, nothing.
    pub(super) fn unsigned(&mut self) -> Result<&'a [u8], Refusal> {
        match self.content(INTEGER)?.rest {
            [] | [0, 0..=0x7f, ..] => Err(Refusal::NotDer),
            [0x80..=0xff, ..] => Err(Refusal::Negative),
            [0, number @ ..] | number => Ok(number),
        }
    }

    /// A BIT STRING of whole bytes. One with a number of bits that is no multiple of 8 can hold no DER.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Refusal> {
        match self.content(BIT_STRING)?.rest {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(Refusal::NotDer),
        }
    }

    /// The content of an OBJECT IDENTIFIER.
    pub(super) fn object_identifier(&mut self) -> Result<&'a [u8], Refusal> {
        let content = self.content(OBJECT_IDENTIFIER)?.rest;
        if ObjectIdentifier::is_content(content) { Ok(content) } else { Err(Refusal::NotDer) }
    }

    /// An element of any kind.
    pub(super) fn any(&mut self) -> Result<Element<'a>, Refusal> {
        let (tag, length) = self.head()?;
        Ok(Element { tag, content: self.take(length)?.rest })
    }

    /// The first byte of the tag that comes next.
    pub(super) fn peek(&self) -> Result<u8, Refusal> {
        // A copy.
        let mut reader = *self;
        reader.tag()
    }

    /// The content of an element with this tag.
    fn content(&mut self, tag: u8) -> Result<Self, Refusal> {
        let (found, length) = self.head()?;
        if found != tag {
            return Err(Refusal::Unexpected);
        }
        self.take(length)
    }

    /// The first byte of the tag of an element, and the length of its content.
    fn head(&mut self) -> Result<(u8, u32), Refusal> {
        Ok((self.tag()?, self.length()?))
    }

    /// A tag (X.690 8.1.2), of which the first byte is returned.
    fn tag(&mut self) -> Result<u8, Refusal> {
        let tag = self.byte()?;
        if tag & LONG == LONG {
            // No universal type has a number above 30.
            if tag & CLASS == 0 {
                return Err(if tag == LONG { Refusal::NotDer } else { Refusal::Unexpected });
            }
            self.long_tag_number()?;
        } else if !is_known(tag) {
            return Err(Refusal::Unexpected);
        }
        Ok(tag)
    }

    /// The number of a tag behind its first byte (X.690 8.1.2.4.2): base 128, as short as can be, up to 32 bits.
    fn long_tag_number(&mut self) -> Result<(), Refusal> {
        let mut number = 0_u32;
        loop {
            let byte = self.byte()?;
            number = number << 7 | u32::from(byte & 0x7f);
            if byte < 0x80 {
                return if number < LONG.into() { Err(Refusal::NotDer) } else { Ok(()) };
            }
            if number == 0 || number.leading_zeros() < 7 {
                return Err(Refusal::NotDer);
            }
        }
    }

    /// A length (X.690 8.1.3), definite and as short as can be (10.1).
    fn length(&mut self) -> Result<u32, Refusal> {
        // How many bytes follow, and from which length on it takes so many. None takes five: the input is not so long.
        let (count, least) = match self.byte()? {
            short @ ..=0x7f => return Ok(short.into()),
            0x81 => (1, 0x80),
            0x82 => (2, 0x100),
            0x83 => (3, 0x1_0000),
            0x84 => (4, 0x100_0000),
            _ => return Err(Refusal::NotDer),
        };
        let mut length = 0_u32;
        for _ in 0..count {
            length = length << 8 | u32::from(self.byte()?);
        }
        if length < least { Err(Refusal::NotDer) } else { Ok(length) }
    }

    fn byte(&mut self) -> Result<u8, Refusal> {
        match self.take(1)?.rest {
            [byte] => Ok(*byte),
            _ => Err(Refusal::Truncated),
        }
    }

    /// The next bytes, as many as `length`.
    fn take(&mut self, length: u32) -> Result<Self, Refusal> {
        // An end that has more than 32 bits is a length that no encoder wrote, rather than bytes that are missing.
        let end = self.position.checked_add(length).ok_or(Refusal::NotDer)?;
        let count = usize::try_from(length).map_err(|_| Refusal::Truncated)?;
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Refusal::Truncated)?;
        let taken = Self { rest: taken, position: self.position };
        *self = Self { rest, position: end };
        Ok(taken)
    }
}

/// Whether the tag is of a class in which numbers are free, or that of one of the usual types of X.680 in the form that DER
/// has for it: primitive, but for SEQUENCE and SET.
fn is_known(tag: u8) -> bool {
    matches!(tag, 0x40..|1..=6| 9 | 10 | 12 | 13 | 18..=24 | 26 | 27 | 30 | 0x30 | 0x31)
}
