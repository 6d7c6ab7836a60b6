//! Many things measured in turns: a slice of each, again and again, so that a busy machine slows all alike.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// How long a slice is at least: far above what the clock takes, and below what a scheduler gives.
const SLICE: Duration = Duration::from_micros(150);
const ROUNDS: usize = 250;

/// Something to measure.
pub(crate) struct Contender<'a> {
    pub(crate) name: String,
    /// How many signatures or images a call takes on.
    pub(crate) each: usize,
    pub(crate) call: Box<dyn FnMut() -> bool + 'a>,
}

/// Microseconds for each signature or image.
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) median: f64,
    /// First and third quartile.
    pub(crate) spread: [f64; 2],
}

impl<'a> Contender<'a> {
    /// A call gives whether it came out as it must.
    pub(crate) fn new(name: impl Into<String>, each: usize, call: impl FnMut() -> bool + 'a) -> Self {
        Self { name: name.into(), each, call: Box::new(call) }
    }

    fn slice(&mut self, calls: u32) -> Duration {
        let start = Instant::now();
        for _ in 0..calls {
            assert!(black_box((self.call)()), "{} refuses", self.name);
        }
        start.elapsed()
    }
}

/// The median of each.
pub(crate) fn alternate(mut contenders: Vec<Contender<'_>>) -> Vec<Measured> {
    let calls: Vec<u32> = contenders
        .iter_mut()
        .map(|contender| {
            // The least of some: a slice that was interrupted says nothing.
            let one = (0..10).map(|_| contender.slice(2) / 2).min().unwrap_or_default();
            u32::try_from(SLICE.as_nanos().div_ceil(one.as_nanos().max(1))).unwrap_or(1)
        })
        .collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); contenders.len()];
    for _ in 0..ROUNDS {
        for ((contender, calls), times) in contenders.iter_mut().zip(&calls).zip(&mut times) {
            times.push(contender.slice(*calls).as_secs_f64() * 1e6 / f64::from(*calls) / contender.each as f64);
        }
    }
    contenders
        .into_iter()
        .zip(times)
        .map(|(contender, mut times)| {
            times.sort_by(f64::total_cmp);
            let [low, median, high] = [1, 2, 3].map(|quarter| times[times.len() * quarter / 4]);
            Measured { name: contender.name, median, spread: [low, high] }
        })
        .collect()
}
