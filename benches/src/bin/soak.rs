//! `soak [CASES|MINUTESm|HOURSh] [SEED]`: random cases until each size in use has so many, or the time is over.

use dokimos_benches::soak::{Figures, IN_USE, SIZES, Soak};
use std::{
    env, process, thread,
    time::{Duration, Instant, SystemTime},
};

fn main() {
    let mut arguments = env::args().skip(1);
    let until = arguments.next().as_deref().map_or(Some(Until::Cases(1_000_000)), Until::new);
    let seed = match arguments.next() {
        Some(seed) => seed.parse().ok(),
        None => SystemTime::UNIX_EPOCH.elapsed().ok().map(|time| time.as_secs()),
    };
    let (Some(until), Some(seed)) = (until, seed) else {
        eprintln!("soak [CASES|MINUTESm|HOURSh] [SEED]");
        process::exit(2);
    };
    println!("seed {seed}");
    let threads = thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let figures = thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads).map(|worker| scope.spawn(move || run(until.share(threads), seed ^ worker << 32))).collect();
        // A worker that found something has said it.
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| process::exit(1))).fold(
            [Figures::default(); SIZES.len()],
            |mut sums, figures| {
                sums.iter_mut().zip(figures).for_each(|(sum, figures)| *sum += figures);
                sums
            },
        )
    });
    for (bits, Figures { cases, verdicts, accepted }) in SIZES.iter().zip(figures) {
        println!("{bits} bits: {cases} cases agree, {verdicts} with aws-lc-rs too, of which {accepted} are accepted");
    }
}

/// When it is enough.
#[derive(Clone, Copy)]
enum Until {
    Cases(u64),
    Time(Instant),
}

impl Until {
    fn new(text: &str) -> Option<Self> {
        let time = |number: &str, seconds: u64| {
            let seconds = number.parse::<u64>().ok()?.checked_mul(seconds)?;
            Some(Self::Time(Instant::now().checked_add(Duration::from_secs(seconds))?))
        };
        match text.split_at_checked(text.len().checked_sub(1)?)? {
            (minutes, "m") => time(minutes, 60),
            (hours, "h") => time(hours, 3600),
            _ => text.parse().ok().map(Self::Cases),
        }
    }

    fn share(self, threads: u64) -> Self {
        match self {
            Self::Cases(cases) => Self::Cases(cases.div_ceil(threads)),
            time @ Self::Time(_) => time,
        }
    }
}

/// The sizes in turn, so that all get on while it runs; those not in use get a hundredth.
fn run(until: Until, seed: u64) -> [Figures; SIZES.len()] {
    let mut soaks = SIZES.map(|bits| Soak::new(bits, seed));
    let mut figures = [Figures::default(); SIZES.len()];
    for turn in 0_u64.. {
        let mut ran = false;
        for (place, (soak, figures)) in soaks.iter_mut().zip(&mut figures).enumerate() {
            let in_use = place < IN_USE;
            let enough = match until {
                Until::Cases(cases) => figures.cases >= if in_use { cases } else { cases.div_ceil(100) },
                Until::Time(end) => Instant::now() >= end,
            };
            if !enough && (in_use || turn % 100 == 0) {
                *figures += soak.round();
            }
            ran |= !enough;
        }
        if !ran {
            break;
        }
    }
    figures
}
