//! Numbers made to be hard: full and empty limbs in each radix, carries that ripple the whole length, ends of ranges, and
//! sizes beside the sizes of limbs, digits, blocks and groups. By every engine, against whole-number arithmetic.

use super::support::{Keys, engines, padded};
use crate::rsa::{Engine, SignatureError};
use num_bigint::BigUint;
use std::{collections::BTreeSet, vec, vec::Vec};

/// Each size of the engines and the sizes beside it: 64 and 52 bits; groups of 256 and 512 bits; blocks of 208 bits less
/// two; vectors for 40, 64, 80, 128 and 160 digits; blocks of 108 bits less two.
const SIZES: [usize; 39] = [
    2048, 2049, 2050, 2051, 2077, 2078, 2079, 2080, 2081, 2111, 2112, 2113, 2287, 2288, 2303, 2304, 2305, 2559, 2560,
    2561, 3071, 3072, 3130, 3131, 3326, 3327, 4095, 4096, 4097, 4102, 4103, 4158, 4159, 4160, 6654, 6655, 8190, 8191,
    8192,
];

const EXPONENTS: [u64; 6] = [3, 17, 35, 65537, (1 << 32) + 1, (1 << 33) - 1];

#[test]
fn hard_moduli_and_signatures() {
    let mut cases = 0;
    for bits in SIZES {
        for (which, n) in moduli(bits).into_iter().enumerate() {
            let bases = bases(&n, bits);
            // Exponents in turn; the first size has all.
            let exponents = if bits == 2048 { &EXPONENTS[..] } else { &EXPONENTS[which % 6..=which % 6] };
            for exponent in exponents {
                let key = Keys::new(&n.to_bytes_be(), &minimal_bytes(*exponent)).unwrap();
                for (place, base) in bases.iter().enumerate() {
                    // Large numbers take long: some of the bases of each modulus, others for the next.
                    if bits > 2305 && (place + which) % 3 != 0 {
                        continue;
                    }
                    let expected = base.modpow(&BigUint::from(*exponent), &n);
                    let found = key.recover(&padded(base, bits.div_ceil(8))).unwrap();
                    assert_eq!(found.bytes(), padded(&expected, bits.div_ceil(8)), "{n:x} {exponent} {base:x}");
                    cases += 1;
                }
                let longest = BigUint::from(1_u32) << (bits.div_ceil(8) * 8);
                for beyond in [n.clone(), &n + 1_u32, &longest - 1_u32].into_iter().filter(|beyond| *beyond < longest) {
                    let result = key.recover(&padded(&beyond, bits.div_ceil(8)));
                    assert_eq!(result, Err(SignatureError::OutOfRange), "{n:x} {beyond:x}");
                }
            }
        }
    }
    std::println!("{cases} cases by {:?}", engines().collect::<Vec<_>>());
    assert!(cases > 4_000, "{cases}");
}

/// Odd numbers of exactly this length.
pub(super) fn moduli(bits: usize) -> BTreeSet<BigUint> {
    let one = BigUint::from(1_u32);
    let (top, all) = (&one << (bits - 1), (&one << bits) - 1_u32);
    let pattern = |radix: usize, digits: fn(usize) -> u128| -> BigUint {
        let mask = (1_u128 << radix) - 1;
        (0..bits.div_ceil(radix)).map(|place| BigUint::from(digits(place) & mask) << (radix * place)).sum()
    };
    let mut found =
        BTreeSet::from([all.clone(), &top + 1_u32, &all - 2_u32, &top + 3_u32, &all - (&one << (bits / 2))]);
    // Those of 27 bits where numbers are short: its model in plain Rust takes long.
    for radix in [27, 52, 64].into_iter().filter(|radix| *radix != 27 || bits < 2100) {
        let patterns: [fn(usize) -> u128; 6] = [
            // Full and empty in turn; only the lowest, only the highest and the lowest; one less than full.
            |place| if place % 2 == 0 { u128::MAX } else { 0 },
            |place| if place % 2 == 1 { u128::MAX } else { 0 },
            |place| if place == 0 { u128::MAX } else { 0 },
            |place| u128::MAX - 1 + u128::from(place == 0),
            |place| u128::from(place == 0) | 1 << 51,
            // -1 / n = 1 or -1 mod the radix: quotients are the digits themselves, or their opposites.
            |place| if place == 0 { 1 } else { 0x5555_5555_5555_5555 },
        ];
        found.extend(patterns.map(|digits| pattern(radix, digits)));
    }
    // A long run of ones under the top bit, and just above and below a power of two in the middle.
    found.insert(&top + (&one << (bits - 2)) - 1_u32);
    found.insert(&top + (&one << (bits / 2)) - 1_u32);
    found.insert(&top + (&one << (bits / 2)) + 1_u32);
    found.into_iter().map(|n| (n & &all) | &top | &one).collect()
}

/// Numbers below n.
pub(super) fn bases(n: &BigUint, bits: usize) -> Vec<BigUint> {
    let one = BigUint::from(1_u32);
    let mut found = vec![
        BigUint::from(0_u32),
        one.clone(),
        BigUint::from(2_u32),
        n - 1_u32,
        n - 2_u32,
        n >> 1,
        (n >> 1) + 1_u32,
        &one << (bits - 1),
        (&one << (bits - 1)) - 1_u32,
        &one << 52,
        (&one << 64) - 1_u32,
    ];
    // Numbers that in Montgomery form, for the R of each engine, are full or nearly empty.
    for r_bits in [
        108 * (bits + 2).div_ceil(108),
        52 * 4 * (bits + 2).div_ceil(208),
        256 * bits.div_ceil(256),
        512 * bits.div_ceil(512),
    ] {
        let r = &one << r_bits;
        if let Some(inverse) = (&r % n).modinv(n) {
            found.extend([
                &inverse % n,
                ((&one << (bits - 1)) - 1_u32) * &inverse % n,
                (n - 1_u32) * &inverse % n,
                (&one << 52) * &inverse % n,
            ]);
        }
        found.push(r % n);
    }
    found.retain(|base| base < n);
    found
}

fn minimal_bytes(exponent: u64) -> Vec<u8> {
    BigUint::from(exponent).to_bytes_be()
}

#[test]
fn no_engine_is_left_out_unseen() {
    #[cfg(target_arch = "x86_64")]
    {
        let ifma = std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512ifma");
        assert_eq!(Engine::Ifma.is_available(), ifma);
        let adx = std::is_x86_feature_detected!("adx") && std::is_x86_feature_detected!("bmi2");
        assert_eq!(Engine::Adx.is_available(), adx);
    }
    assert!(engines().any(|engine| engine == Engine::Portable));
    assert_eq!(engines().last(), Some(Engine::Columns));
    assert_eq!(engines().next(), Some(Engine::best()));
}
