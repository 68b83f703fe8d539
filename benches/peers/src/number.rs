//! Numbers as the table prints them.

/// Groups the digits: `34 650`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Rounds to three significant digits: `0.000123`, `1.23`, `123 000`.
pub(crate) fn rounded(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    // `1.23e4`: the digits are rounded by the formatter, and parsed again.
    let scientific = format!("{number:.2e}");
    let exponent: i32 = scientific
        .split('e')
        .nth(1)
        .and_then(|exponent| exponent.parse().ok())
        .unwrap_or(0);
    let number: f64 = scientific.parse().unwrap_or(number);
    let decimals = usize::try_from(2 - exponent).unwrap_or(0);
    let plain = format!("{number:.decimals$}");
    match plain.parse() {
        Ok(whole) => grouped(whole),
        Err(_) => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(grouped),
            ["0", "999", "1 000", "1 234 567"]
        );
    }

    #[test]
    fn three_digits_are_kept() {
        let numbers = [0.000_123_45, 0.1, 1.0, 9.996, 99.96, 123.4, 1_234_567.0];
        let expected = [
            "0.000123",
            "0.100",
            "1.00",
            "10.0",
            "100",
            "123",
            "1 230 000",
        ];
        assert_eq!(numbers.map(rounded), expected);
    }
}
