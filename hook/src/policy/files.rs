use super::kritis::{self, KritisConfig};
use crate::{config, file};
use dokimos::{Budget, Policy, PolicyError, Problem};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Where a policy stands: in a file, or in the files of a folder together.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    path: PathBuf,
    kritis: KritisConfig,
}

/// The name and the bytes of each file.
pub(crate) type Contents = Vec<(String, Vec<u8>)>;

/// A document of one of the files.
struct Document {
    file: String,
    value: Value,
}

impl Files {
    pub(crate) fn new(path: PathBuf, kritis: KritisConfig) -> Self {
        Self { path, kritis }
    }

    /// # Errors
    /// A file cannot be read, or is too long, in words.
    pub(crate) fn read(&self) -> Result<Contents, String> {
        let most = Budget::default().document_bytes;
        if !self.path.is_dir() {
            return Ok(vec![(self.path.display().to_string(), file::read(&self.path, most)?)]);
        }
        let mut contents = Contents::new();
        let mut sum = 0usize;
        for path in file::in_folder(&self.path).map_err(|error| error.to_string())? {
            let bytes = file::read(&path, most)?;
            sum = sum.saturating_add(bytes.len());
            contents.push((path.display().to_string(), bytes));
        }
        match sum > most {
            true => Err(format!("{}: its files have more than {most} bytes together", self.path.display())),
            false => Ok(contents),
        }
    }

    /// The policy that the files are together.
    ///
    /// # Errors
    /// Every problem, one line each, with the file where it is known.
    pub(crate) fn compile(&self, contents: &Contents) -> Result<Policy, Vec<String>> {
        // One policy in one file is what `dokimos` reads, and its problems are told with the places of that file.
        if let [(file, bytes)] = contents.as_slice()
            && !kritis::is_one(bytes)
        {
            let policy = if is_json(file, bytes) { Policy::from_json(bytes) } else { Policy::from_yaml(bytes) };
            return policy.map_err(|error| problems(file, &error));
        }
        let (document, origins) = self.document(contents).map_err(|error| vec![error])?;
        Policy::from_json(document.to_string().as_bytes()).map_err(|error| origins.problems(&self.path, &error))
    }

    /// The one policy document that the files amount to, and where its parts come from.
    ///
    /// # Errors
    /// The first problem, with its file.
    pub(crate) fn document(&self, contents: &Contents) -> Result<(Value, Origins), String> {
        let mut policies = Vec::new();
        let mut objects = Vec::new();
        for (file, bytes) in contents {
            for value in config::documents(bytes).map_err(|error| format!("{file}: {error}"))? {
                let document = Document { file: file.clone(), value };
                match document.value.get("apiVersion").and_then(Value::as_str) {
                    // Nothing between two `---`.
                    _ if document.value.is_null() => {}
                    Some("dokimos.dev/v1") => policies.push(document),
                    _ => objects.push(document),
                }
            }
        }
        match (policies.as_slice(), objects.as_slice()) {
            ([], []) => Err(format!("{}: no policy", self.path.display())),
            (_, []) => merge(policies),
            ([], _) => {
                let objects = objects.into_iter().map(|document| (document.file, document.value));
                kritis::convert(objects, &self.kritis)
            }
            ([policy, ..], [object, ..]) => Err(format!(
                "{} has a policy of dokimos and {} has not: the one or the other decides",
                policy.file, object.file
            )),
        }
    }
}

/// Several policies as one: the lists one behind the other in the order of the files; what there is one of stands in one
/// of them.
fn merge(policies: Vec<Document>) -> Result<(Value, Origins), String> {
    let mut merged = Map::new();
    let mut origins = Origins::default();
    for Document { file, value } in policies {
        let Value::Object(members) = value else { continue };
        for (name, value) in members {
            for index in 0..value.as_array().map_or(0, Vec::len) {
                origins.push(&name, format!("{file}: {name}[{index}]"));
            }
            match (merged.get_mut(&name), value) {
                (None, value) => drop(merged.insert(name, value)),
                (Some(Value::Array(all)), Value::Array(more)) => all.extend(more),
                (Some(one), other) if *one == other && matches!(name.as_str(), "apiVersion" | "kind") => {}
                _ => return Err(format!("{file}: {name}: stands in another file too")),
            }
        }
    }
    Ok((Value::Object(merged), origins))
}

/// Where the items of a document's lists come from: a file and the place in it.
#[derive(Default)]
pub(crate) struct Origins(BTreeMap<String, Vec<String>>);

impl Origins {
    /// The list's next item.
    pub(super) fn push(&mut self, list: &str, origin: String) {
        self.0.entry(list.to_owned()).or_default().push(origin);
    }

    fn problems(&self, path: &Path, error: &PolicyError) -> Vec<String> {
        let line = |problem: &Problem| match self.place(problem.path()) {
            Some((origin, rest)) => format!("{origin}{rest}: {}", problem.message()),
            None => format!("{}: {problem}", path.display()),
        };
        error.problems().iter().map(line).collect()
    }

    /// Of `rules[3].require`: where the fourth rule comes from, and `.require`.
    fn place<'a>(&'a self, path: &'a str) -> Option<(&'a str, &'a str)> {
        let (list, rest) = path.split_once('[')?;
        let (index, rest) = rest.split_once(']')?;
        let origin = self.0.get(list)?.get(index.parse::<usize>().ok()?)?;
        Some((origin, rest))
    }
}

fn problems(place: &str, error: &PolicyError) -> Vec<String> {
    error.problems().iter().map(|problem| format!("{place}: {problem}")).collect()
}

/// The name tells the language; where it does not, a document that begins with a brace is JSON, as in `dokimos`.
fn is_json(file: &str, bytes: &[u8]) -> bool {
    match Path::new(file).extension().map(|ending| ending.to_ascii_lowercase()) {
        Some(ending) if ending == "json" => true,
        Some(ending) if ending == "yaml" || ending == "yml" => false,
        _ => bytes.trim_ascii_start().starts_with(b"{"),
    }
}
