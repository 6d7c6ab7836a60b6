use super::{Object, Reader, cursor::END_OF_LINE};
use crate::{Problem, json::Json};
use alloc::{borrow::Cow, vec::Vec};

/// YAML 1.2.2, section 7.4: a name on one line is at most this long.
const LONGEST_NAME: usize = 1024;

impl<'a> Reader<'a> {
    /// The value that starts here, be it the first on its line or behind the `-` of an item. Further lines of it are
    /// indented by at least `least`.
    pub(super) fn block(&mut self, least: usize) -> Result<Json<'a>, Problem> {
        let column = self.cursor.column();
        if self.is_item() {
            return self.items(column);
        }
        if self.at_name()? {
            return self.object(Self::members, column);
        }
        self.one(least)
    }

    /// The items of a list, each behind a `-` in this column.
    fn items(&mut self, column: usize) -> Result<Json<'a>, Problem> {
        self.open()?;
        let mut items = Vec::new();
        loop {
            self.cursor.pass(1);
            items.push(self.value(column, false)?);
            if !self.content()? || self.cursor.column() != column || !self.is_item() {
                break;
            }
        }
        self.close();
        Ok(Json::Array(items))
    }

    /// The members of an object, each with its name in this column.
    fn members(&mut self, column: usize, object: &mut Object<'a>) -> Result<(), Problem> {
        loop {
            let start = self.cursor;
            let Some(name) = self.name()? else {
                return Err(self.refuse("a name with a colon and a space after it was expected"));
            };
            object.name(name, start);
            object.value(self.value(column, true)?);
            if !self.content()? || self.cursor.column() != column {
                return Ok(());
            }
        }
    }

    /// The value behind the `-` of an item, or behind the colon of a member, that stands in this column.
    fn value(&mut self, column: usize, is_member: bool) -> Result<Json<'a>, Problem> {
        let least = column.saturating_add(1);
        if !self.cursor.is_line_over() {
            self.cursor.skip_spaces();
            return if is_member { self.one(least) } else { self.block(least) };
        }
        self.cursor.pass_line();
        if self.content()? {
            match self.cursor.column() {
                deeper if deeper > column => return self.block(least),
                // The dashes of a member's list may stand below its name.
                same if same == column && is_member && self.is_item() => return self.items(column),
                _ => {}
            }
        }
        self.null()
    }

    /// A value that is no block collection.
    fn one(&mut self, least: usize) -> Result<Json<'a>, Problem> {
        match self.cursor.first() {
            b'"' | b'\'' => {
                self.count()?;
                let text = self.quoted(least)?;
                self.end_of_line()?;
                Ok(Json::String(text.into()))
            }
            b'[' | b'{' => {
                let value = self.flow(least)?;
                self.end_of_line()?;
                Ok(value)
            }
            b'|' | b'>' => {
                self.count()?;
                self.literal(least).map(|text| Json::String(text.into()))
            }
            _ => self.plain(least),
        }
    }

    /// Whether the `-` of an item stands here.
    fn is_item(&self) -> bool {
        self.cursor.first() == b'-' && self.cursor.is_indicator()
    }

    /// Whether a name with its colon stands here.
    fn at_name(&mut self) -> Result<bool, Problem> {
        let start = self.cursor;
        let found = self.name()?.is_some();
        self.cursor = start;
        Ok(found)
    }

    /// Reads a name and its colon, if they stand here, on one line.
    fn name(&mut self) -> Result<Option<Cow<'a, str>>, Problem> {
        let start = self.cursor;
        let name = match self.cursor.first() {
            b'"' | b'\'' => match self.quoted_on_line()? {
                Some(text) => Cow::Owned(text),
                None => return Ok(None),
            },
            b'[' | b'{' | b'|' | b'>' | END_OF_LINE => return Ok(None),
            _ => {
                self.check_start()?;
                let (text, ends_at_colon) = self.plain_on_line();
                if !ends_at_colon {
                    return Ok(None);
                }
                self.plain_name(text)?
            }
        };
        self.cursor.skip_spaces();
        if self.cursor.first() != b':' || !self.cursor.is_indicator() {
            self.cursor = start;
            return Ok(None);
        }
        if self.cursor.column().saturating_sub(start.column()) > LONGEST_NAME {
            return Err(self.refuse("a name can have at most 1024 bytes"));
        }
        self.cursor.pass(1);
        Ok(Some(name))
    }
}
