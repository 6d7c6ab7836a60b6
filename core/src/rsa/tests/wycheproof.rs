//! Project Wycheproof: every RSA PKCS #1 v1.5 and PSS verification file.

use super::support::{Keys, minimal, verify_pkcs1};
use crate::{hash::Hash, rsa::SaltLength};
use std::{collections::BTreeMap, string::String, vec::Vec};
use wycheproof::{HashFunction, TestResult, rsa_pkcs1_verify as pkcs1, rsa_pss_verify as pss};

/// What Wycheproof leaves open ("acceptable") and dokimos refuses, with the reason.
const REFUSED_ON_PURPOSE: [(pkcs1::TestFlag, &str); 1] =
    [(pkcs1::TestFlag::MissingNull, "one encoding only: DigestInfo has its NULL parameters (RFC 8017 9.2 note 1)")];

#[test]
fn pkcs1_v15_verdicts_agree() {
    let mut counts = BTreeMap::<&str, usize>::new();
    for name in pkcs1::TestName::all() {
        let set = pkcs1::TestSet::load(name).unwrap();
        for group in set.test_groups {
            let Some(hash) = supported(group.hash) else {
                *counts.entry("other hash").or_default() += group.tests.len();
                continue;
            };
            let key = Keys::new(minimal(&group.key.n), minimal(&group.key.e)).unwrap();
            assert_eq!(key.fastest().modulus_bits(), group.key_size);
            for test in &group.tests {
                let accepted = verify_pkcs1(&key, hash, &test.msg, &test.sig);
                let on_purpose = REFUSED_ON_PURPOSE.iter().any(|(flag, _)| test.flags.contains(flag));
                let wanted = match test.result {
                    TestResult::Valid => true,
                    TestResult::Invalid => false,
                    TestResult::Acceptable => {
                        assert!(on_purpose, "{name:?} {}: acceptable, but not in the list", test.tc_id);
                        false
                    }
                };
                assert_eq!(accepted, wanted, "{name:?} {}: {}", test.tc_id, test.comment);
                *counts.entry(if wanted { "accepted" } else { "refused" }).or_default() += 1;
                if on_purpose {
                    *counts.entry("refused on purpose").or_default() += 1;
                }
            }
        }
    }
    std::println!("{counts:?}");
    // 12 files with a hash and a size that is supported, one "acceptable" case each.
    assert_eq!(counts["refused on purpose"], 12);
    assert_eq!((counts["accepted"], counts["refused"]), (89, 3017));
}

#[test]
fn pss_verdicts_agree() {
    let mut counts = BTreeMap::<&str, usize>::new();
    for name in pss::TestName::all() {
        let set = pss::TestSet::load(name).unwrap();
        for group in set.test_groups {
            let (Some(hash), mgf) = (supported(group.hash), group.mgf_hash.and_then(supported)) else {
                *counts.entry("other hash").or_default() += group.tests.len();
                continue;
            };
            // The "misc" files have keys of 1024 bits among the others.
            let Ok(key) = Keys::new(minimal(&group.key.n), minimal(&group.key.e)) else {
                assert!(group.key_size < 2048, "{name:?}");
                *counts.entry("small key").or_default() += group.tests.len();
                continue;
            };
            for test in &group.tests {
                let value = hash.digest(&[&test.msg]);
                let Ok(message) = key.recover(&test.sig) else {
                    assert!(test.result.must_fail(), "{name:?} {}: {}", test.tc_id, test.comment);
                    *counts.entry("refused").or_default() += 1;
                    continue;
                };
                let exactly = message.is_pss(hash, &value, SaltLength::Exactly(group.salt_size));
                let recovered = message.is_pss(hash, &value, SaltLength::Recovered);
                // With another hash in MGF1, every signature must fail, whatever the file says.
                let wanted = mgf == Some(hash) && test.result == TestResult::Valid;
                assert_eq!(exactly, wanted, "{name:?} {}: {}", test.tc_id, test.comment);
                *counts.entry(if wanted { "accepted" } else { "refused" }).or_default() += 1;
                // Recovery takes all of them and those that are wrong only by the length of their salt.
                if wanted {
                    assert!(recovered, "{name:?} {}: {}", test.tc_id, test.comment);
                } else if recovered {
                    assert!(test.comment.starts_with("s_len changed to "), "{name:?} {}: {}", test.tc_id, test.comment);
                    *counts.entry("other salt").or_default() += 1;
                }
            }
        }
    }
    std::println!("{counts:?}");
    assert_eq!((counts["accepted"], counts["refused"], counts["other salt"]), (1191, 1015, 78));
}

#[test]
fn every_flag_of_the_files_is_met() {
    let mut flags: Vec<String> = Vec::new();
    for name in pkcs1::TestName::all() {
        let set = pkcs1::TestSet::load(name).unwrap();
        for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
            flags.extend(test.flags.iter().map(|flag| std::format!("{flag:?}")));
        }
    }
    for flag in ["BerEncodedPadding", "InvalidAsnInPadding", "MissingNull", "ModifiedPadding", "SignatureMalleability"]
    {
        assert!(flags.iter().any(|found| found == flag), "{flag}");
    }
}

fn supported(hash: HashFunction) -> Option<Hash> {
    match hash {
        HashFunction::Sha2_256 => Some(Hash::Sha256),
        HashFunction::Sha2_384 => Some(Hash::Sha384),
        HashFunction::Sha2_512 => Some(Hash::Sha512),
        _ => None,
    }
}
