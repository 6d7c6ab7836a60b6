//! Numbers (RFC 8259 section 6).

use super::{
    Json,
    reader::{Reader, Reason, Refusal},
};

impl<'a> Reader<'a> {
    pub(super) fn number(&mut self) -> Result<Json<'a>, Refusal> {
        let text = self.number_text()?;
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        match decimal(digits) {
            Some(number) if !negative => return Ok(Json::Unsigned(number)),
            // `-0` is no number below zero, and other readers keep its sign.
            Some(size @ 1..) => {
                if let Some(number) = 0_i64.checked_sub_unsigned(size) {
                    return Ok(Json::Signed(number));
                }
            }
            _ => {}
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
            return Err(self.refuse_next("invalid number"));
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
            0 => Err(self.refuse_next("invalid number")),
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

/// The number of these decimal digits, if they are digits and 64 bits hold it.
fn decimal(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0_u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        // Compared first: a product of 64 bits that is checked is one of 128, for which scripts/build-wasm has no function.
        let fits = digit <= 9 && number <= u64::MAX / 10;
        if fits { number.wrapping_mul(10).checked_add(digit.into()) } else { None }
    })
}

/// Whether the number is 1e308 or more, or the same below zero: beyond about 1.8e308 no 64-bit float holds it, and readers
/// that have nothing else refuse it.
fn exceeds_floats(text: &str) -> bool {
    let end = text.bytes().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at_checked(end).unwrap_or_default();
    let point = mantissa.bytes().position(|byte| byte == b'.').unwrap_or(end);
    let Some(first) = mantissa.bytes().position(|byte| matches!(byte, b'1'..=b'9')) else { return false };
    // The exponent of the first digit that is not zero: next to the point it is 0 on one side, and -1 on the other.
    let of_first = point.wrapping_sub(first).wrapping_sub(usize::from(first < point)).cast_signed();
    let (negative, digits) = match exponent.as_bytes() {
        [_, sign @ (b'+' | b'-'), ..] => (*sign == b'-', exponent.get(2..)),
        _ => (false, exponent.get(1..)),
    };
    // Nothing wraps: no text is so long.
    let size = decimal(digits.unwrap_or_default()).unwrap_or(u64::MAX).min(1 << 62).cast_signed();
    let size = if negative { size.wrapping_neg() } else { size };
    i64::try_from(of_first).is_ok_and(|of_first| of_first.wrapping_add(size) >= 308)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    #[test]
    fn a_decimal_number_fits_or_is_none() {
        for number in [0, 9, 10, 255, u64::MAX / 10, u64::MAX - 1, u64::MAX] {
            assert_eq!(decimal(&number.to_string()), Some(number));
            assert_eq!(decimal(&format!("000{number}")), Some(number));
        }
        for text in
            ["18446744073709551616", "18446744073709551620", "184467440737095516150", "1a", "-1", "+1", " 1", "/", ":"]
        {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

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
