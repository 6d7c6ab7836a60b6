//! Many public operations together: those of one kind go eight at once, where the engine can do that.

use super::{EncodedMessage, RsaPublicKey, SignatureError};

/// A signature and the key that is to have made it.
pub(crate) type Job<'a> = (&'a RsaPublicKey, &'a [u8]);

/// Recovers the encoded message of each signature with its key, and hands each result over with its place.
///
/// Each result is exactly that of [`RsaPublicKey::recover`]. The order of the calls is not given.
pub(crate) fn recover_batch(jobs: &[Job<'_>], each: &mut dyn FnMut(usize, Result<&EncodedMessage, SignatureError>)) {
    #[cfg(target_arch = "x86_64")]
    let mut groups = eight::Groups::default();
    for (place, (key, signature)) in jobs.iter().enumerate() {
        #[cfg(target_arch = "x86_64")]
        if groups.take(jobs, place, each) {
            continue;
        }
        match key.recover(signature) {
            Ok(message) => each(place, Ok(&message)),
            Err(error) => each(place, Err(error)),
        }
    }
    #[cfg(target_arch = "x86_64")]
    groups.finish(jobs, each);
}

/// The jobs that wait for others of their kind.
#[cfg(target_arch = "x86_64")]
mod eight {
    use super::Job;
    use crate::rsa::{EncodedMessage, SignatureError, ifma};

    type Each<'e> = &'e mut dyn FnMut(usize, Result<&EncodedMessage, SignatureError>);

    /// Up to four kinds that wait at once: three sizes with 65537, and one more.
    #[derive(Default)]
    pub(super) struct Groups([Group; 4]);

    impl Groups {
        /// Takes the job at this place, if it is of a kind that can go with others.
        pub(super) fn take(&mut self, jobs: &[Job<'_>], place: usize, each: Each<'_>) -> bool {
            let Some(kind) = jobs.get(place).and_then(Kind::of) else { return false };
            let same = self.0.iter().position(|group| group.kind == kind && group.len > 0);
            let free = || self.0.iter().position(|group| group.len == 0);
            let fullest = || (0..self.0.len()).max_by_key(|place| self.0.get(*place).map(|group| group.len));
            let chosen = same.or_else(free).or_else(fullest);
            let Some(group) = chosen.and_then(|place| self.0.get_mut(place)) else { return false };
            if group.kind != kind {
                group.run(jobs, each);
                group.kind = kind;
            }
            group.push(place);
            if group.len == group.places.len() {
                group.run(jobs, each);
            }
            true
        }

        /// Runs what still waits.
        pub(super) fn finish(&mut self, jobs: &[Job<'_>], each: Each<'_>) {
            for group in &mut self.0 {
                group.run(jobs, each);
            }
        }
    }

    /// What jobs must have in common to go at once.
    #[derive(Clone, Copy, Default, PartialEq, Eq)]
    struct Kind {
        digits: usize,
        /// The exponent is 2^squarings + 1: 3, 5, 17, 257, 65537, 2^32 + 1. Others are not in use, and go alone.
        squarings: u32,
    }

    impl Kind {
        fn of((key, signature): &Job<'_>) -> Option<Self> {
            let modulus = key.ifma_modulus()?;
            let power = key.exponent().checked_sub(1).filter(|power| power.is_power_of_two())?;
            let fits = modulus.fits_eight() && key.check(signature).is_ok();
            fits.then(|| Self { digits: modulus.digits(), squarings: power.trailing_zeros() })
        }

        /// The number of jobs from which eight at once, some of them for nothing, take less time than one by one.
        /// Measured: 2048 bits from 4.7, 3072 from 5.7, 4096 from 5.6.
        fn worthwhile(self) -> usize {
            if self.digits <= 40 { 5 } else { 6 }
        }
    }

    /// Jobs of one kind, by their places.
    #[derive(Default)]
    struct Group {
        kind: Kind,
        places: [usize; 8],
        len: usize,
    }

    impl Group {
        fn push(&mut self, place: usize) {
            // What is not taken repeats the last.
            for waiting in self.places.iter_mut().skip(self.len) {
                *waiting = place;
            }
            self.len = self.len.saturating_add(1);
        }

        /// Recovers all that wait, and hands them over.
        fn run(&mut self, jobs: &[Job<'_>], each: Each<'_>) {
            let places = self.places.iter().copied().take(self.len);
            if self.len < self.kind.worthwhile() || !self.run_eight(jobs, each) {
                for place in places {
                    if let Some((key, signature)) = jobs.get(place) {
                        match key.recover(signature) {
                            Ok(message) => each(place, Ok(&message)),
                            Err(error) => each(place, Err(error)),
                        }
                    }
                }
            }
            self.len = 0;
        }

        /// All at once. Nothing is done, and nothing handed over, if something is not as it must be.
        fn run_eight(&self, jobs: &[Job<'_>], each: Each<'_>) -> bool {
            let chosen = self.places.map(|place| {
                let (key, signature) = jobs.get(place)?;
                Some((key.ifma_modulus()?, *signature, key.modulus_bits()))
            });
            let [Some(first), ..] = chosen else { return false };
            if chosen.iter().any(Option::is_none) {
                return false;
            }
            let chosen = chosen.map(|job| job.unwrap_or(first));
            let operands = chosen.map(|(modulus, signature, _)| (modulus, signature));
            ifma::power_eight(&operands, self.kind.squarings, |lane, modulus, digits| {
                let (Some((_, _, bits)), Some(place)) = (chosen.get(lane), self.places.get(lane)) else { return };
                if lane < self.len {
                    let mut message = EncodedMessage::new(*bits);
                    modulus.finish(digits, message.bytes_mut());
                    each(*place, Ok(&message));
                }
            });
            true
        }
    }
}
