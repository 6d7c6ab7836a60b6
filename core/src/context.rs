/// Where an image is to run, and who asks: what the rules of a policy are chosen by.
///
/// A value that is not given is unknown, not empty: when a rule depends on an unknown value, the image is denied with
/// the reason `CONTEXT_INCOMPLETE`, because the rule that would have decided cannot be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdmissionContext<'a> {
    /// The cluster's name, as the policy's `rules[].clusters` names it.
    pub cluster: Option<&'a str>,
    /// The Kubernetes namespace in which the image is to run.
    pub namespace: Option<&'a str>,
    /// The service account that the workload runs as.
    pub service_account: Option<&'a str>,
    /// The annotations of the object under admission; only the policy's break-glass annotation is looked up in them.
    pub annotations: &'a [(&'a str, &'a str)],
}

impl<'a> AdmissionContext<'a> {
    /// The value of the break-glass annotation, when it asks for break-glass: `"true"` or a reason in words.
    ///
    /// An empty value and the words that mean no do not ask for it: kritis took the mere presence of the annotation,
    /// so that `"false"` opened the door.
    pub(crate) fn break_glass(&self, annotation: &str) -> Option<&'a str> {
        let (_, value) = self.annotations.iter().find(|(name, _)| *name == annotation)?;
        let value = value.trim();
        let refused = ["", "false", "no", "off", "0", "null", "none"];
        (!refused.iter().any(|no| value.eq_ignore_ascii_case(no))).then_some(value)
    }
}
