use super::{Object, Reader};
use crate::{Problem, json::Json};
use alloc::{borrow::Cow, vec::Vec};

impl<'a> Reader<'a> {
    /// The collection whose bracket stands here. Further lines of it are indented by at least `least`.
    pub(super) fn flow(&mut self, least: usize) -> Result<Json<'a>, Problem> {
        let is_object = self.cursor.first() == b'{';
        self.cursor.pass(1);
        if is_object { self.object(Self::flow_members, least) } else { self.flow_items(least) }
    }

    fn flow_items(&mut self, least: usize) -> Result<Json<'a>, Problem> {
        self.open()?;
        let mut items = Vec::new();
        while !self.flow_end(b']', least)? {
            items.push(self.flow_value(least)?);
            if !self.flow_comma(b']', least)? {
                break;
            }
        }
        self.close();
        Ok(Json::Array(items))
    }

    fn flow_members(&mut self, least: usize, object: &mut Object<'a>) -> Result<(), Problem> {
        while !self.flow_end(b'}', least)? {
            let start = self.cursor;
            object.name(self.flow_name()?, start);
            self.flow_space(least)?;
            object.value(self.flow_value(least)?);
            if !self.flow_comma(b'}', least)? {
                break;
            }
        }
        Ok(())
    }

    /// A name and its colon, on one line.
    fn flow_name(&mut self) -> Result<Cow<'a, str>, Problem> {
        let is_quoted = matches!(self.cursor.first(), b'"' | b'\'');
        let name = if is_quoted {
            match self.quoted_on_line()? {
                Some(text) => Cow::Owned(text),
                None => return Err(self.refuse("a name ends on the line where it starts")),
            }
        } else {
            let text = self.flow_text()?;
            self.plain_name(text)?
        };
        self.cursor.skip_spaces();
        if self.cursor.first() != b':' {
            return Err(self.refuse("a name in braces is followed by a colon and its value"));
        }
        // Behind a quote the colon needs no space, as in JSON.
        if !is_quoted && !self.cursor.is_indicator() {
            return Err(self.refuse("a space is missing after the colon"));
        }
        self.cursor.pass(1);
        Ok(name)
    }

    fn flow_value(&mut self, least: usize) -> Result<Json<'a>, Problem> {
        match self.cursor.first() {
            b'[' | b'{' => self.flow(least),
            b'"' | b'\'' => {
                self.count()?;
                self.quoted(least).map(|text| Json::String(text.into()))
            }
            _ => {
                self.count()?;
                let text = self.flow_text()?;
                self.meaning(text)
            }
        }
    }

    /// Whether the collection ends before another item.
    fn flow_end(&mut self, bracket: u8, least: usize) -> Result<bool, Problem> {
        self.flow_space(least)?;
        let ends = self.cursor.first() == bracket;
        if ends {
            self.cursor.pass(1);
        }
        Ok(ends)
    }

    /// Passes over the comma after an item, or over the bracket that ends the collection.
    fn flow_comma(&mut self, bracket: u8, least: usize) -> Result<bool, Problem> {
        if self.flow_end(bracket, least)? {
            return Ok(false);
        }
        if self.cursor.first() == b',' {
            self.cursor.pass(1);
            return Ok(true);
        }
        Err(self.refuse(format_args!("a comma or {} was expected", char::from(bracket))))
    }

    /// Goes to what comes next, on this line or on one that follows.
    fn flow_space(&mut self, least: usize) -> Result<(), Problem> {
        self.cursor.skip_white();
        if !self.cursor.is_line_over() {
            return Ok(());
        }
        let end = self.cursor;
        loop {
            self.cursor.pass_line();
            if self.cursor.is_done() {
                return Err(Self::refuse_at(&end, "a bracket is not closed"));
            }
            if !self.cursor.is_blank() {
                break;
            }
        }
        self.cursor.skip_spaces();
        // The closing bracket alone may stand below what opened it: nothing else can be meant.
        let closes = matches!(self.cursor.first(), b']' | b'}');
        if self.cursor.column().saturating_add(usize::from(closes)) < least {
            return Err(self.refuse("this line is in brackets and must be indented more"));
        }
        self.cursor.skip_white();
        Ok(())
    }
}
