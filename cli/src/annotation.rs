//! `NAME=VALUE` on the command line.

use crate::failure::Failure;
use std::{collections::BTreeMap, str::FromStr};

/// A name and its value.
#[derive(Clone, Debug)]
pub(crate) struct Annotation {
    name: String,
    value: String,
}

impl Annotation {
    /// The annotations that were given with an option, each name once.
    pub(crate) fn by_name<'a>(annotations: &'a [Self], option: &str) -> Result<BTreeMap<&'a str, &'a str>, Failure> {
        let mut by_name = BTreeMap::new();
        for Self { name, value } in annotations {
            if by_name.insert(name.as_str(), value.as_str()).is_some() {
                return Err(Failure::usage(option, format_args!("{name} is given twice")));
            }
        }
        Ok(by_name)
    }
}

impl FromStr for Annotation {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
            _ => Err("not of the form NAME=VALUE"),
        }
    }
}
