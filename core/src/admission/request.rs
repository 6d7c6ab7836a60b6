//! From the bytes of a review to what is asked.

use super::{
    AdmissionOptions, AdmissionReview,
    node::{Node, missing},
    workload::Workload,
};
use crate::{
    Budget,
    document::{Place, Problem, Shown, code},
    json::Json,
};
use alloc::vec::Vec;

/// The longest id. The API server makes UUIDs, of 36 bytes.
const UID_BYTES: usize = 256;

/// The members of a request that hold whole objects.
const OBJECTS: &[&str] = &["object", "oldObject", "options"];

impl AdmissionReview {
    /// Reads a request.
    ///
    /// Everything that cannot be read, as long as it can be answered, is held as the [`problem`](Self::problem): there
    /// are then no images, and every answer is a denial.
    ///
    /// # Errors
    /// [`Problem`] only when no answer can be given: not JSON, no `AdmissionReview` of `admission.k8s.io/v1`, no `uid`,
    /// or longer than [`Budget::document_bytes`]. Over HTTP that is status 400.
    pub fn parse(bytes: &[u8], options: &AdmissionOptions, budget: &Budget) -> Result<Self, Problem> {
        let (json, unread) = match Json::parse(bytes, budget) {
            Ok(json) => (json, None),
            // What is wrong may stand in the objects alone, and then there is an id to answer to.
            Err(problem) => match Json::parse_without(bytes, budget, OBJECTS) {
                Ok(json) => (json, Some(problem)),
                Err(_) => return Err(problem),
            },
        };
        let root = Node::new(&json, &Place::Root)?;
        let is_review = |name: &str, value: &str| Ok::<_, Problem>(root.text(name)? == Some(value));
        if !is_review("apiVersion", "admission.k8s.io/v1")? || !is_review("kind", "AdmissionReview")? {
            return Err(Problem::new(code::UNKNOWN_FORMAT, &Place::Root, "no AdmissionReview of admission.k8s.io/v1"));
        }
        let place = Place::Root.member("request");
        let request = root.required("request", &place)?;
        let mut review = Self::new(request.required_text("uid")?, options);
        if review.uid.len() > UID_BYTES {
            let message = format_args!("longer than {UID_BYTES} bytes");
            return Err(Problem::new(code::LIMIT_REACHED, &place.member("uid"), message));
        }
        if let Err(problem) = review.read(request, unread, options, budget) {
            review.problem = Some(problem);
        }
        Ok(review)
    }

    fn new(uid: &str, options: &AdmissionOptions) -> Self {
        Self {
            uid: uid.into(),
            operation: None,
            group: None,
            kind: None,
            namespace: None,
            name: None,
            sub_resource: None,
            user: None,
            service_account: None,
            annotations: Vec::new(),
            images: Vec::new(),
            problem: None,
            omit_status_reason: options.omit_status_reason,
        }
    }

    fn read(
        &mut self,
        request: Node<'_, '_>,
        unread: Option<Problem>,
        options: &AdmissionOptions,
        budget: &Budget,
    ) -> Result<(), Problem> {
        let operation = request.required_text("operation")?;
        self.operation = Some(operation.into());
        let described = self.describe(request);
        match operation {
            // Nothing begins to run, whatever the objects hold.
            "DELETE" | "CONNECT" => return Ok(()),
            "CREATE" | "UPDATE" => described?,
            other => {
                let message = format_args!("unknown operation \"{}\"", Shown(other));
                return Err(Problem::new(code::INVALID_VALUE, &request.place.member("operation"), message));
            }
        }
        if let Some(problem) = unread {
            return Err(problem);
        }
        let json = request.member("object").ok_or_else(|| missing(&request.place.member("object")))?;
        let object =
            Node::new(json, &Place::Root).map_err(|problem| problem.inside(&request.place.member("object")))?;
        self.name_by(object)?;
        self.same_kind(object)?;
        // What was there before a CREATE is not this object.
        let compared = operation == "UPDATE" && !options.evaluate_unchanged;
        let old = request.member("oldObject").filter(|old| compared && is_same_kind(json, old));
        let (group, kind) = (self.group().unwrap_or_default(), self.kind().unwrap_or_default());
        let workload = Workload::read(object, group, kind, old, budget)?;
        self.service_account = workload.service_account().map(Into::into);
        self.annotations = workload.annotations;
        self.images = workload.images;
        Ok(())
    }

    /// Takes who asks, and for what.
    fn describe(&mut self, request: Node<'_, '_>) -> Result<(), Problem> {
        request.copy_text("namespace", &mut self.namespace)?;
        request.copy_text("name", &mut self.name)?;
        request.copy_text("subResource", &mut self.sub_resource)?;
        let place = request.place.member("userInfo");
        if let Some(user) = request.object("userInfo", &place)? {
            user.copy_text("username", &mut self.user)?;
        }
        let place = request.place.member("kind");
        let kind = request.required("kind", &place)?;
        kind.copy_text("group", &mut self.group)?;
        self.kind = Some(kind.required_text("kind")?.into());
        Ok(())
    }

    /// Takes the object's name where the request has none, as for Pods whose names are generated.
    fn name_by(&mut self, object: Node<'_, '_>) -> Result<(), Problem> {
        let place = object.place.member("metadata");
        if let (None, Some(metadata)) = (&self.name, object.object("metadata", &place)?) {
            self.name = metadata.text("name")?.or(metadata.text("generateName")?).map(Into::into);
        }
        Ok(())
    }

    /// The kind by which the object is read is the one that it says itself, where it says one.
    fn same_kind(&self, object: Node<'_, '_>) -> Result<(), Problem> {
        let kind = object.text("kind")?;
        if kind.is_some() && kind != self.kind() {
            let asked = Shown(self.kind().unwrap_or_default());
            let message = format_args!("the object is no {asked}, which the request is for");
            return Err(Problem::new(code::INVALID_VALUE, &object.place.member("kind"), message));
        }
        let version = object.text("apiVersion")?;
        let group = version.and_then(|version| version.get(..version.bytes().rposition(|byte| byte == b'/')?));
        if version.is_some() && group != self.group() {
            let message = "the object is of another API group than the request is for";
            return Err(Problem::new(code::INVALID_VALUE, &object.place.member("apiVersion"), message));
        }
        Ok(())
    }
}

/// Whether what the object was before can be compared with what it is.
fn is_same_kind(object: &Json<'_>, old: &Json<'_>) -> bool {
    ["kind", "apiVersion"].iter().all(|name| object.get(name) == old.get(name))
}
