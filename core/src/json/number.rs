//! Numbers (RFC 8259 section 6).

use super::{
    Json,
    reader::{Reader, Reason, Refusal},
};

impl<'a> Reader<'a> {
    pub(super) fn number(&mut self) -> Result<Json<'a>, Refusal> {
        let text = self.number_text()?;
        if !text.contains(['.', 'e', 'E']) {
            if let Ok(number) = text.parse() {
                return Ok(Json::Unsigned(number));
            }
            // `-0` is no number below zero, and other readers keep its sign.
            if let Ok(number) = text.parse::<i64>()
                && number < 0
            {
                return Ok(Json::Signed(number));
            }
        }
        if exceeds_floats(text) {
            return Err(self.refuse(Reason::Syntax("number out of range")));
        }
        Ok(Json::Number(text))
    }

    /// Passes a number and gives its text.
    pub(super) fn number_text(&mut self) -> Result<&'a str, Refusal> {
        let start = self.at;
        self.pass_any(b"-");
        match self.peek() {
            // No digit follows a leading zero.
            Some(b'0') => self.pass(1),
            _ => self.digits()?,
        }
        if let Some(b'0'..=b'9') = self.peek() {
            return Err(self.refuse_next(Reason::Syntax("invalid number")));
        }
        if self.pass_any(b".") {
            self.digits()?;
        }
        if self.pass_any(b"eE") {
            self.pass_any(b"+-");
            self.digits()?;
        }
        self.text_since(start)
    }

    fn digits(&mut self) -> Result<(), Refusal> {
        match self.ahead().iter().take_while(|byte| byte.is_ascii_digit()).count() {
            0 if self.peek().is_none() => Err(self.unexpected_end("EOF while parsing a value")),
            0 => Err(self.refuse_next(Reason::Syntax("invalid number"))),
            digits => {
                self.pass(digits);
                Ok(())
            }
        }
    }

    fn pass_any(&mut self, bytes: &[u8]) -> bool {
        let is_next = self.peek().is_some_and(|next| bytes.contains(&next));
        if is_next {
            self.pass(1);
        }
        is_next
    }
}

/// Whether the number is 1e308 or more, or the same below zero: beyond about 1.8e308 no 64-bit float holds it, and readers
/// that have nothing else refuse it.
fn exceeds_floats(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches(['-', '0']);
    let zeros = fraction.bytes().take_while(|digit| *digit == b'0').count();
    // The exponent of the first digit that is not zero.
    let first = match (whole.len(), zeros) {
        (0, zeros) if zeros == fraction.len() => return false,
        (0, zeros) => i64::try_from(zeros).map_or(i64::MIN, |zeros| zeros.saturating_neg().saturating_sub(1)),
        (digits, _) => i64::try_from(digits).map_or(i64::MAX, |digits| digits.saturating_sub(1)),
    };
    let exponent = exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { i64::MIN } else { i64::MAX });
    first.saturating_add(exponent) >= 308
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn what_no_float_holds_is_told_by_its_exponent() {
        let zeros = "0".repeat(400);
        let long = format!("1{}", "0".repeat(308));
        for text in ["1e308", "-1e308", "9.9e+308", "0.01e310", "1e99999999999999999999", &long, "123456e303"] {
            assert!(exceeds_floats(text), "{text}");
        }
        let small = format!("0.{zeros}1e700");
        for text in [
            "9.9e307",
            "0",
            "-0",
            "0e999",
            "0.000e99999999999999999999",
            "1e-99999999999999999999",
            "0.1e308",
            &small,
            "123456e302",
        ] {
            assert!(!exceeds_floats(text), "{text}");
        }
    }
}
