/// How much work one input or one decision may cause.
///
/// Everything that dokimos reads may come from an attacker: a registry, a webhook request, a file in a pull request.
/// Each limit below stops one way of making it expensive. Passing a limit is an error or a denial, never an allow.
///
/// ```
/// let mut budget = dokimos::Budget::default();
/// budget.verifications = 16;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// Bytes of one document (policy, attestations, payload). 4 MiB: the size of an OCI manifest that registries
    /// must accept, and far above the largest attestation list seen; etcd refuses objects above 1.5 MiB.
    pub document_bytes: usize,
    /// Levels of nested arrays and objects. 32: Grafeas occurrences use 6, in-toto statements with provenance about 12.
    pub json_depth: usize,
    /// JSON values in one document. 262,144: a list of 10,000 occurrences has about 150,000.
    pub json_values: usize,
    /// Attestations in one set. 10,000: a page of the Grafeas API holds at most 1,000; cosign reads at most 1,000.
    pub attestations: usize,
    /// Signatures of one attestation. 32: producers write one; a key rotation or a second algorithm makes a few.
    pub signatures: usize,
    /// Public keys in one policy. 10,000, at about 5 KiB each when compiled.
    pub keys: usize,
    /// Rules in one policy. 10,000: they are tried in order.
    pub rules: usize,
    /// Patterns in one policy, over all rules and the allowlist. 100,000.
    pub patterns: usize,
    /// RSA public-key operations in one decision. 256: at most 64 candidates for each of four attestors; about 10 ms.
    pub verifications: usize,
    /// Attestations that do not name the image's digest and are verified all the same, to say what they are for. 8: it
    /// is only for the explanation; a registry's whole list must not use up `verifications`.
    pub other_images: usize,
    /// Images in one request for admission, of all its containers. 256: a node runs about 110 Pods by default, and Pods
    /// of more than a dozen containers are rare.
    pub images: usize,
}

impl Default for Budget {
    // Many functions that JavaScript calls begin with it: once is enough in a module that is downloaded.
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn default() -> Self {
        Self {
            document_bytes: 4 * 1024 * 1024,
            json_depth: 32,
            json_values: 262_144,
            attestations: 10_000,
            signatures: 32,
            keys: 10_000,
            rules: 10_000,
            patterns: 100_000,
            verifications: 256,
            other_images: 8,
            images: 256,
        }
    }
}
