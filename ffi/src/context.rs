//! Where an image is to run.

use crate::{
    boundary::boundary,
    error::Error,
    pointer::{Place, free, optional_text, required_mut, text},
    status::Status,
};
use dokimos_core::AdmissionContext;
use std::ffi::c_char;

/// Where an image is to run, and who asks. What was not set is unknown, which is not the same as empty: where a rule
/// depends on it, the image is denied with the reason `CONTEXT_INCOMPLETE`. While one thread sets something no other
/// may use it; after that any number may read it at the same time.
#[derive(Default)]
pub struct Context {
    cluster: Option<String>,
    namespace: Option<String>,
    service_account: Option<String>,
    annotations: Vec<(String, String)>,
}

impl Context {
    pub(crate) fn with<T>(&self, call: impl FnOnce(&AdmissionContext<'_>) -> T) -> T {
        let annotations: Vec<_> = self.annotations.iter().map(|(name, value)| (&**name, &**value)).collect();
        call(&AdmissionContext {
            cluster: self.cluster.as_deref(),
            namespace: self.namespace.as_deref(),
            service_account: self.service_account.as_deref(),
            annotations: &annotations,
        })
    }
}

/// Makes a context in which nothing is known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_context_new(context: *mut *mut Context, error: *mut *mut Error) -> Status {
    boundary!(error => {
        Place::new(context, "context")?.fill(Context::default());
        Ok(())
    })
}

/// Sets the cluster's name; NULL makes it unknown again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_context_set_cluster(
    context: *mut Context,
    cluster: *const c_char,
    cluster_len: usize,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let context = required_mut(context, "context")?;
        context.cluster = optional_text(cluster, cluster_len, "cluster")?.map(String::from);
        Ok(())
    })
}

/// Sets the Kubernetes namespace in which the image is to run; NULL makes it unknown again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_context_set_namespace(
    context: *mut Context,
    name: *const c_char,
    name_len: usize,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let context = required_mut(context, "context")?;
        context.namespace = optional_text(name, name_len, "name")?.map(String::from);
        Ok(())
    })
}

/// Sets the service account that the workload runs as; NULL makes it unknown again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_context_set_service_account(
    context: *mut Context,
    service_account: *const c_char,
    service_account_len: usize,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let context = required_mut(context, "context")?;
        context.service_account =
            optional_text(service_account, service_account_len, "service_account")?.map(String::from);
        Ok(())
    })
}

/// Adds an annotation of the object under admission. Only the break-glass annotation of the policy is looked up in
/// them; of two with one name the first counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_context_add_annotation(
    context: *mut Context,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let context = required_mut(context, "context")?;
        let name = text(name, name_len, "name")?;
        let value = text(value, value_len, "value")?;
        context.annotations.push((name.into(), value.into()));
        Ok(())
    })
}

/// Frees a context; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_context_free(context: *mut Context) {
    boundary!({ free(context) })
}
