//! The images that an object of Kubernetes will run, of any kind.

use super::{
    AdmissionImage,
    node::{Node, at, missing},
};
use crate::{
    Budget,
    document::{Place, Problem, code},
    json::Json,
};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};

/// Where the kinds that run Pods keep the template of the Pod, which has `metadata` and `spec`: group, kind, path.
///
/// The layout is that of every version of these groups. `extensions` is where the first three of apps came from.
const KINDS: [(&str, &str, &[&str]); 12] = [
    ("", "Pod", &[]),
    ("", "PodTemplate", &["template"]),
    ("", "ReplicationController", &["spec", "template"]),
    ("apps", "DaemonSet", &["spec", "template"]),
    ("apps", "Deployment", &["spec", "template"]),
    ("apps", "ReplicaSet", &["spec", "template"]),
    ("apps", "StatefulSet", &["spec", "template"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
    ("batch", "Job", &["spec", "template"]),
    ("extensions", "DaemonSet", &["spec", "template"]),
    ("extensions", "Deployment", &["spec", "template"]),
    ("extensions", "ReplicaSet", &["spec", "template"]),
];

/// The lists of containers in a Pod's specification, in the order in which they start.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What is read from an object.
pub(super) struct Workload<'j> {
    /// The images to decide on.
    pub(super) images: Vec<AdmissionImage>,
    /// The annotations of the object and of its templates, the outermost first.
    pub(super) annotations: Vec<(String, String)>,
    /// The service account of each specification that has images.
    accounts: Vec<Option<&'j str>>,
    /// What the object was before, if what it has not changed is not to be decided on.
    old: Option<&'j Json<'j>>,
    /// How many more images may be met, decided on or not.
    left: usize,
}

impl<'j> Workload<'j> {
    pub(super) fn read(
        object: Node<'j, '_>,
        group: &str,
        kind: &str,
        old: Option<&'j Json<'j>>,
        budget: &Budget,
    ) -> Result<Self, Problem> {
        let mut workload =
            Self { images: Vec::new(), annotations: Vec::new(), accounts: Vec::new(), old, left: budget.images };
        workload.annotate(object)?;
        match KINDS.iter().find(|known| known.0 == group && known.1 == kind) {
            Some((_, _, path)) => workload.descend(object, path)?,
            None => workload.search(object)?,
        }
        Ok(workload)
    }

    /// The service account that all run as; none if that cannot be told.
    pub(super) fn service_account(&self) -> Option<&'j str> {
        let (first, others) = self.accounts.split_first()?;
        first.filter(|_| others.iter().all(|other| other == first))
    }

    /// Follows the path to the Pod's template, and reads it.
    fn descend(&mut self, node: Node<'j, '_>, path: &[&str]) -> Result<(), Problem> {
        let Some((step, rest)) = path.split_first() else { return self.pod(node) };
        let place = node.place.member(step);
        let inner = node.required(step, &place)?;
        if *step != "spec" {
            self.annotate(inner)?;
        }
        self.descend(inner, rest)
    }

    /// Reads a Pod, or the template of one.
    fn pod(&mut self, pod: Node<'j, '_>) -> Result<(), Problem> {
        let place = pod.place.member("spec");
        let spec = pod.required("spec", &place)?;
        // The API server refuses a Pod without containers: what looks like one is not understood.
        if spec.items("containers")?.is_empty() {
            return Err(missing(&place.member("containers")));
        }
        let spec = Spec { node: spec, images: Images::Required, old: self.old };
        for list in LISTS {
            self.containers(spec, list)?;
        }
        self.volumes(spec)?;
        // The admission plugin ServiceAccount writes this name where there is none.
        let account = account(spec.node)?;
        self.accounts.push(Some(account.unwrap_or("default")));
        Ok(())
    }

    /// Looks for Pod templates in an object of a kind that is not known. What says how the object is called and how it
    /// is doing (`metadata`, `status`) runs nothing.
    fn search(&mut self, object: Node<'j, '_>) -> Result<(), Problem> {
        self.shapes(object)?;
        for (name, value) in object.members() {
            if !matches!(name, "metadata" | "status") {
                self.inner(value, &object.place.member(name))?;
            }
        }
        Ok(())
    }

    fn inner(&mut self, json: &'j Json<'j>, place: &Place<'_>) -> Result<(), Problem> {
        match json {
            Json::Object(members) => {
                self.shapes(Node::new(json, place)?)?;
                members.iter().try_for_each(|(name, value)| self.inner(value, &place.member(name)))
            }
            Json::Array(items) => {
                items.iter().enumerate().try_for_each(|(index, item)| self.inner(item, &place.item(index)))
            }
            _ => Ok(()),
        }
    }

    /// Reads what has the shape of a Pod's specification: lists of containers with images, volumes that are images.
    fn shapes(&mut self, node: Node<'j, '_>) -> Result<(), Problem> {
        let spec = Spec { node, images: Images::Optional, old: self.old };
        let is_list = |name: &str| matches!(node.member(name), Some(Json::Array(_)));
        let before = self.left;
        for list in LISTS.into_iter().filter(|list| is_list(list)) {
            self.containers(spec, list)?;
        }
        if is_list("volumes") {
            self.volumes(spec)?;
        }
        if self.left < before {
            // An operator may fill in another account than `default`.
            let account = account(node)?;
            self.accounts.push(account);
        }
        Ok(())
    }

    fn containers(&mut self, spec: Spec<'j, '_>, list: &str) -> Result<(), Problem> {
        let place = spec.node.place.member(list);
        for (index, item) in spec.node.items(list)?.iter().enumerate() {
            let place = place.item(index);
            let Some(container) = spec.images.node(item, &place)? else { continue };
            self.image(spec, container, container, "image")?;
        }
        Ok(())
    }

    fn volumes(&mut self, spec: Spec<'j, '_>) -> Result<(), Problem> {
        let place = spec.node.place.member("volumes");
        for (index, item) in spec.node.items("volumes")?.iter().enumerate() {
            let place = place.item(index);
            let Some(volume) = spec.images.node(item, &place)? else { continue };
            let place = place.member("image");
            let Some(source) = volume.member("image") else { continue };
            let Some(source) = spec.images.node(source, &place)? else { continue };
            self.image(spec, volume, source, "reference")?;
        }
        Ok(())
    }

    /// Takes the image that a container or a volume names, unless it named the same before.
    fn image(
        &mut self,
        spec: Spec<'j, '_>,
        owner: Node<'j, '_>,
        node: Node<'j, '_>,
        member: &str,
    ) -> Result<(), Problem> {
        let name = owner.text("name")?;
        let image = node.text(member)?;
        let place = node.place.member(member);
        if image.is_none() && spec.images == Images::Optional {
            return Ok(());
        }
        let too_many = || Problem::new(code::LIMIT_REACHED, owner.place, "too many images");
        self.left = self.left.checked_sub(1).ok_or_else(too_many)?;
        if spec.had(owner.place, member, name, image)? {
            return Ok(());
        }
        let reference = image.ok_or_else(|| Problem::new(code::MISSING_FIELD, &place, "no image is named"))?;
        self.images.push(AdmissionImage {
            reference: reference.into(),
            place: place.to_string(),
            name: name.unwrap_or_default().into(),
        });
        Ok(())
    }

    /// Takes the annotations of an object that has metadata.
    fn annotate(&mut self, node: Node<'j, '_>) -> Result<(), Problem> {
        let place = node.place.member("metadata");
        let Some(metadata) = node.object("metadata", &place)? else { return Ok(()) };
        let place = place.member("annotations");
        let Some(annotations) = metadata.object("annotations", &place)? else { return Ok(()) };
        for (name, value) in annotations.members() {
            let value = match value {
                Json::Null => "",
                value => value.string_at(&place.member(name))?,
            };
            self.annotations.push((name.into(), value.into()));
        }
        Ok(())
    }
}

/// What has the members of a Pod's specification.
#[derive(Clone, Copy)]
struct Spec<'j, 'p> {
    node: Node<'j, 'p>,
    images: Images,
    /// The object that it stood in before, if what was there is not to be decided on.
    old: Option<&'j Json<'j>>,
}

impl Spec<'_, '_> {
    /// Whether the old object has, in the list at the same place, an item of this name with this image.
    ///
    /// The place of a container is its list and its name: in another list it runs at another time and with other
    /// rights, and under another name it is another container; both are decided on. The order of a list says nothing.
    /// Rules can be chosen by the service account: under another one, everything is decided on.
    fn had(&self, place: &Place<'_>, member: &str, name: Option<&str>, image: Option<&str>) -> Result<bool, Problem> {
        let (Some(old), Place::Item(list, _)) = (self.old, place) else { return Ok(false) };
        let Some(Json::Array(items)) = at(old, list) else { return Ok(false) };
        let account = account(self.node)?;
        let ran_as = |json| Node::new(json, self.node.place).and_then(self::account) == Ok(account);
        if !at(old, self.node.place).is_some_and(ran_as) {
            return Ok(false);
        }
        Ok(items.iter().enumerate().any(|(index, item)| {
            let place = list.item(index);
            let Ok(owner) = Node::new(item, &place) else { return false };
            let place = place.member("image");
            let node = if member == "image" { Ok(Some(owner)) } else { owner.object("image", &place) };
            let Ok(Some(node)) = node else { return false };
            owner.text("name") == Ok(name) && node.text(member) == Ok(image)
        }))
    }
}

/// Whether each container must name an image.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Images {
    /// In a kind that runs Pods; a container without is an error.
    Required,
    /// In a kind that is not known: its containers may be what an operator lays over its own.
    Optional,
}

impl Images {
    /// The item of a list as an object; what is none is passed over where the kind is not known.
    fn node<'j, 'p>(self, item: &'j Json<'j>, place: &'p Place<'p>) -> Result<Option<Node<'j, 'p>>, Problem> {
        match (self, item) {
            (Images::Optional, item) if !matches!(item, Json::Object(_)) => Ok(None),
            _ => Node::new(item, place).map(Some),
        }
    }
}

/// The account that a Pod's specification names. `serviceAccount` is the old name of the field, and the new one wins.
fn account<'j>(spec: Node<'j, '_>) -> Result<Option<&'j str>, Problem> {
    let (name, old_name) = (spec.text("serviceAccountName")?, spec.text("serviceAccount")?);
    Ok(name.or(old_name))
}
