//! Keys with errors, at random.

use super::builder::{element, long};
use crate::key::oid;
use alloc::vec;
use proptest::{prelude::*, sample::Index};
use std::vec::Vec;

/// Bytes that mean something: tags, lengths, ends of numbers.
const TELLING: [u8; 32] = [
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x1f, 0x20, 0x24, 0x30, 0x31, 0x3f, 0x5f, 0x7f, 0x80, 0x81, 0x82,
    0x83, 0x84, 0x85, 0x88, 0x8f, 0x9f, 0xa0, 0xa1, 0xa2, 0xa3, 0xbf, 0xc0, 0xff,
];

/// A change of the bytes of a key.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Flip(Index, u8),
    Set(Index, u8),
    Insert(Index, u8),
    /// From here on, so many bytes.
    Remove(Index, usize),
    /// So many bytes from the first place, again at the second.
    Copy(Index, usize, Index),
    Truncate(Index),
    /// The length that a byte may be, and all that it is in.
    Grow(Index, i8),
}

impl Change {
    /// Which of the keys (a short one, if true), and how it is changed.
    pub(super) fn some() -> impl Strategy<Value = (bool, Index, Vec<Self>)> {
        (prop::bool::weighted(0.8), any::<Index>(), prop::collection::vec(Self::any(), 1..5))
    }

    fn any() -> impl Strategy<Value = Self> {
        let index = any::<Index>;
        let byte = || prop_oneof![prop::sample::select(&TELLING[..]), any::<u8>()];
        prop_oneof![
            2 => (index(), 0_u8..8).prop_map(|(place, bit)| Self::Flip(place, bit)),
            3 => (index(), byte()).prop_map(|(place, byte)| Self::Set(place, byte)),
            2 => (index(), byte()).prop_map(|(place, byte)| Self::Insert(place, byte)),
            1 => (index(), 1_usize..12).prop_map(|(place, count)| Self::Remove(place, count)),
            1 => (index(), 1_usize..20, index()).prop_map(|(from, count, to)| Self::Copy(from, count, to)),
            1 => index().prop_map(Self::Truncate),
            2 => (index(), -4_i8..5).prop_map(|(place, by)| Self::Grow(place, by)),
        ]
    }

    pub(super) fn apply(&self, key: &mut Vec<u8>) {
        if key.is_empty() {
            return;
        }
        let len = key.len();
        match self {
            Self::Flip(place, bit) => key[place.index(len)] ^= 1 << bit,
            Self::Set(place, byte) => key[place.index(len)] = *byte,
            Self::Insert(place, byte) => key.insert(place.index(len), *byte),
            Self::Remove(place, count) => {
                let place = place.index(len);
                key.drain(place..len.min(place + count));
            }
            Self::Copy(from, count, to) => {
                let from = from.index(len);
                let bytes = key[from..len.min(from + count)].to_vec();
                let to = to.index(len);
                key.splice(to..to, bytes);
            }
            Self::Truncate(place) => key.truncate(place.index(len)),
            // With the outermost length, so that the change is not only seen there.
            Self::Grow(place, by) => {
                let place = place.index(len);
                key[place] = key[place].wrapping_add_signed(*by);
                if let Some(outer) = key.get_mut(1).filter(|_| place != 1) {
                    *outer = outer.wrapping_add_signed(*by);
                }
            }
        }
    }
}

/// Builds a key from its grammar, with an error here and there: what each byte asks for.
pub(super) struct Grammar<'d>(core::slice::Iter<'d, u8>);

impl<'d> Grammar<'d> {
    pub(super) fn new(choices: &'d [u8]) -> Self {
        Self(choices.iter())
    }

    pub(super) fn key(&mut self) -> Vec<u8> {
        let algorithm = match self.next() {
            0..32 => return self.numbers(),
            32..128 => vec![self.object_identifier(&[oid::RSA_ENCRYPTION]), self.element(5, &[])],
            128..144 => vec![self.object_identifier(&[oid::RSASSA_PSS])],
            144..160 => vec![self.object_identifier(&[oid::PBES2, b"\x2a\x86\x48\xce\x3d\x02\x01", &[42], &[119, 1]])],
            _ => vec![self.object_identifier(&[oid::RSASSA_PSS]), self.pss()],
        };
        let unused = if self.next() < 8 { self.next() } else { 0 };
        let numbers = [&[unused][..], &self.numbers()].concat();
        let parts = [self.sequence(&algorithm), self.element(3, &numbers)];
        self.sequence(&parts)
    }

    fn next(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(u8::MAX)
    }

    fn one_of<'t>(&mut self, what: &[&'t [u8]]) -> &'t [u8] {
        what[usize::from(self.next()) % what.len()]
    }

    /// An element, in one of eleven cases of 256 not as it should be.
    fn element(&mut self, tag: u8, content: &[u8]) -> Vec<u8> {
        let mut right = element(tag, content);
        match self.next() {
            0 => element(TELLING[usize::from(self.next()) % TELLING.len()], content),
            1 => long(tag, content, usize::from(self.next() % 8) + 1),
            2 => [&right[..], &right].concat(),
            3 => vec![],
            4 => {
                right[1] = right[1].wrapping_add(1);
                right
            }
            5 => {
                right[1] = right[1].wrapping_sub(1);
                right
            }
            6 => [&[tag, 0x84, 0xff, 0xff, 0xff, self.next()], content].concat(),
            7 => [&right[..], &[0x05, 0x00]].concat(),
            8 => element(tag, &[content, &[0x05, 0x00]].concat()),
            9 => [&[self.next() | 0x1f, self.next(), self.next()], content].concat(),
            10 => [&[tag, 0x80], content, &[0, 0]].concat(),
            _ => right,
        }
    }

    fn sequence(&mut self, parts: &[Vec<u8>]) -> Vec<u8> {
        self.element(0x30, &parts.concat())
    }

    fn integer(&mut self, usual: &[&[u8]]) -> Vec<u8> {
        let unusual: [&[u8]; 9] =
            [&[], &[0], &[1], &[2], &[0x80], &[0, 0x7f], &[0, 0x80], &[0xff, 0xff], &[1, 0, 0, 0, 0, 0, 0, 0, 1]];
        let content = if self.next() < 16 { self.one_of(&unusual) } else { self.one_of(usual) };
        self.element(2, content)
    }

    fn object_identifier(&mut self, usual: &[&[u8]]) -> Vec<u8> {
        let content = match self.next() {
            0..8 => (0..self.next() % 42).map(|_| self.next()).collect(),
            8..16 => [&[42][..], &[0x81; 38][..usize::from(self.next() % 39)], &[1]].concat(),
            _ => self.one_of(usual).to_vec(),
        };
        self.element(6, &content)
    }

    fn hash(&mut self) -> Vec<u8> {
        let mut parts = vec![self.object_identifier(&[oid::SHA256, oid::SHA256, oid::SHA384, oid::SHA512, oid::SHA1])];
        if self.next() >= 64 {
            parts.push(self.element(5, &[]));
        }
        self.sequence(&parts)
    }

    fn pss(&mut self) -> Vec<u8> {
        let mut fields = vec![];
        if self.next() >= 8 {
            let hash = self.hash();
            fields.push(self.element(0xa0, &hash));
        }
        if self.next() >= 8 {
            let parts = [self.object_identifier(&[oid::MGF1]), self.hash()];
            let mask = self.sequence(&parts);
            fields.push(self.element(0xa1, &mask));
        }
        if self.next() >= 64 {
            let salt = self.integer(&[&[32], &[48], &[20], &[0, 222]]);
            fields.push(self.element(0xa2, &salt));
        }
        if self.next() < 32 {
            let trailer = self.integer(&[&[1], &[2]]);
            fields.push(self.element(0xa3, &trailer));
        }
        self.sequence(&fields)
    }

    fn numbers(&mut self) -> Vec<u8> {
        let parts = [self.integer(&[&[0, 0xa5, 0x7f], &[0x7f]]), self.integer(&[&[1, 0, 1], &[3]])];
        self.sequence(&parts)
    }
}
