//! Numbers, money, times and values as people read them: over the API in English and in minor units, on pages in the reader's language and
//! with the point where the currency has it.

use super::{
    condition::Field,
    currency::Currency,
    span::{Span, Unit},
    value::{Value, whole},
    words::{Words, fill, words},
};
use crate::{language::Language, risk::Decision};

/// For whom a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// For programs and their authors: English, minor units, no signs between digits.
    Api,
    /// For a reader of a page.
    Page(Language),
    /// The same, without what is sealed of a transaction: its counterparty, its device, its address and its metadata.
    Masked(Language),
}

/// In place of what is hidden.
const HIDDEN: &str = "••••";

impl Style {
    pub(super) const fn words(self) -> &'static Words {
        match self {
            Self::Api => words(Language::En),
            Self::Page(language) | Self::Masked(language) => words(language),
        }
    }

    /// `125000 BRL` over the API, `1.250,00 BRL` on a page in Portuguese.
    pub fn money(self, amount: i128, currency: Currency) -> String {
        let digits = if self == Self::Api { 0 } else { currency.exponent() };
        format!("{} {currency}", self.decimal(amount, digits))
    }

    /// An average, to the hundredth of a minor unit. `…` follows where that is not all of it.
    pub(super) fn average(self, sum: i128, count: u64, currency: Currency) -> String {
        let count = i128::from(count.max(1));
        if sum % count == 0 {
            return self.money(sum / count, currency);
        }
        let hundredfold = sum.saturating_mul(100);
        let digits = if self == Self::Api { 2 } else { currency.exponent() + 2 };
        let more = if hundredfold % count == 0 { "" } else { "…" };
        format!("{}{more} {currency}", self.decimal(hundredfold / count, digits))
    }

    /// A whole number.
    pub(super) fn count(self, number: i128) -> String {
        self.decimal(number, 0)
    }

    /// A number that counts units of ten to the power of minus `digits`.
    pub(super) fn decimal(self, number: i128, digits: usize) -> String {
        let (group, point) = if self == Self::Api { ("", ".") } else { (self.words().group, self.words().point) };
        let sign = if number < 0 { "-" } else { "" };
        let text = format!("{:0>1$}", number.unsigned_abs(), digits + 1);
        let (before, after) = text.split_at(text.len() - digits);
        let mut out = sign.to_owned();
        for (at, digit) in before.chars().enumerate() {
            if at > 0 && (before.len() - at).is_multiple_of(3) {
                out.push_str(group);
            }
            out.push(digit);
        }
        if digits > 0 {
            out.push_str(point);
            out.push_str(after);
        }
        out
    }

    /// A number of the metadata.
    fn number(self, number: f64) -> String {
        match (whole(number), self) {
            (Some(whole), _) => self.count(whole.into()),
            (None, Self::Api) => number.to_string(),
            (None, Self::Page(_) | Self::Masked(_)) => number.to_string().replace('.', self.words().point),
        }
    }

    /// What a transaction has in a field, as an explanation says it.
    pub(super) fn seen(self, field: &Field, value: &Value) -> String {
        let is_sealed = matches!(field, Field::CounterpartyId | Field::DeviceId | Field::Ip | Field::Metadata(_));
        if is_sealed && matches!(self, Self::Masked(_)) { HIDDEN.to_owned() } else { self.value(field, value) }
    }

    /// An amount that somebody typed, with the signs of the reader's language: `1.250,00` or `1250` in Portuguese. `None` if it is none of
    /// this currency.
    pub fn typed_amount(self, text: &str, currency: Currency) -> Option<i64> {
        let words = self.words();
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (before, after) = plain.split_once(words.point).unwrap_or((&plain, ""));
        let groups: Vec<&str> = before.split(words.group).collect();
        let is_grouped = groups.iter().skip(1).all(|group| group.len() == 3) && groups[0].len() <= if groups.len() > 1 { 3 } else { usize::MAX };
        let digits = [&groups.concat(), after].concat();
        let fits = is_grouped && !before.is_empty() && after.len() <= currency.exponent() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let missing = u32::try_from(currency.exponent().checked_sub(after.len())?).ok()?;
        fits.then_some(digits)?.parse::<i64>().ok()?.checked_mul(10_i64.pow(missing))
    }

    /// A value of a field.
    pub(super) fn value(self, field: &Field, value: &Value) -> String {
        let words = self.words();
        match (field, value) {
            (Field::Amount(currency), Value::Whole(amount)) => self.money((*amount).into(), *currency),
            (Field::Weekday, Value::Whole(day)) => self.day(*day).to_owned(),
            (_, Value::Whole(number)) => self.count((*number).into()),
            (_, Value::Number(number)) => self.number(*number),
            (_, Value::Flag(flag)) => if *flag { words.yes } else { words.no }.to_owned(),
            (_, Value::Text(text)) => text.clone(),
            (_, Value::Ip(address)) => address.to_string(),
        }
    }

    /// The name of a day of the week, 1 to 7.
    pub(super) fn day(self, day: i64) -> &'static str {
        let at = usize::try_from(day).ok().and_then(|day| day.checked_sub(1));
        at.and_then(|at| self.words().days.split(',').nth(at)).unwrap_or_default()
    }

    /// A length of time in words: `24 hours`.
    pub fn span(self, span: &Span) -> String {
        let words = self.words();
        let (number, unit) = span.parts();
        let (one, many) = match unit {
            Unit::Seconds => (words.second, words.seconds),
            Unit::Minutes => (words.minute, words.minutes),
            Unit::Hours => (words.hour_long, words.hours),
            Unit::Days => (words.day, words.days_long),
        };
        fill(if number == 1 { one } else { many }, &[("n", &self.count(number.into()))])
    }

    /// The window that an aggregate looks at: `in the last 24 hours`.
    pub(super) fn window(self, span: &Span) -> String {
        let words = self.words();
        let (number, unit) = span.parts();
        let (one, many) = match unit {
            Unit::Seconds => (words.last_second, words.last_seconds),
            Unit::Minutes => (words.last_minute, words.last_minutes),
            Unit::Hours => (words.last_hour, words.last_hours),
            Unit::Days => (words.last_day, words.last_days),
        };
        fill(if number == 1 { one } else { many }, &[("n", &self.count(number.into()))])
    }

    /// A decision on a session.
    pub(super) const fn decision(self, decision: Decision) -> &'static str {
        let words = self.words();
        match decision {
            Decision::Approved => words.approved,
            Decision::Review => words.in_review,
            Decision::Rejected => words.rejected,
        }
    }
}

/// How long ago something was, in units that are not zero: `30d 5m`.
pub(super) fn ago(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let mut left = micros.unsigned_abs() / 1_000_000;
    let mut parts = Vec::new();
    for (seconds, unit) in [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")] {
        if left >= seconds {
            parts.push(format!("{}{unit}", left / seconds));
        }
        left %= seconds;
    }
    if parts.is_empty() { "0s".to_owned() } else { [sign, &parts.join(" ")].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).expect("a currency")
    }

    #[test]
    fn money_has_the_point_of_its_currency_and_its_reader() {
        let [pt, en, es] = Language::ALL.map(Style::Page);
        for (style, amount, code, expected) in [
            (Style::Api, 125_000, "BRL", "125000 BRL"),
            (pt, 125_000, "BRL", "1.250,00 BRL"),
            (en, 125_000, "BRL", "1,250.00 BRL"),
            (es, 123_456_789, "BRL", "1.234.567,89 BRL"),
            (pt, 5, "BRL", "0,05 BRL"),
            (pt, 1_250, "JPY", "1.250 JPY"),
            (en, 1_250, "KWD", "1.250 KWD"),
            (en, 0, "USD", "0.00 USD"),
        ] {
            assert_eq!(style.money(amount, currency(code)), expected);
        }
    }

    #[test]
    fn a_typed_amount_has_the_signs_of_its_reader() {
        let [pt, en, _] = Language::ALL.map(Style::Page);
        for (style, typed, code, amount) in [
            (pt, "1.250,00", "BRL", Some(125_000)),
            (pt, "1250", "BRL", Some(125_000)),
            (pt, " 1 250,5 ", "BRL", Some(125_050)),
            (en, "1,250.00", "BRL", Some(125_000)),
            (en, "12,50.00", "BRL", None),
            (en, "1250.005", "BRL", None),
            (pt, "1250.00", "BRL", None),
            (en, "1250", "JPY", Some(1_250)),
            (en, "1250.5", "JPY", None),
            (en, "1.250", "KWD", Some(1_250)),
            (en, "", "BRL", None),
            (en, ".5", "BRL", None),
            (en, "-5", "BRL", None),
            (en, "99999999999999999999", "BRL", None),
        ] {
            assert_eq!(style.typed_amount(typed, currency(code)), amount, "{typed}");
        }
    }

    #[test]
    fn an_average_is_not_rounded_up_to_its_threshold() {
        let of = |style: Style, sum, count| style.average(sum, count, currency("BRL"));
        assert_eq!((of(Style::Api, 1_500, 3), of(Style::Api, 1_501, 3), of(Style::Api, 3, 2)), ("500 BRL".into(), "500.33… BRL".into(), "1.50 BRL".into()));
        assert_eq!(of(Style::Page(Language::PtBr), 300_001, 3), "1.000,0033… BRL");
    }

    #[test]
    fn times() {
        let span = |text: &str| Span::parse(text, &(1..=i64::MAX)).expect("a time");
        let [pt, en, es] = Language::ALL.map(Style::Page);
        assert_eq!(
            (pt.window(&span("24h")), pt.window(&span("1h")), pt.window(&span("30d"))),
            ("nas últimas 24 horas".into(), "na última hora".into(), "nos últimos 30 dias".into())
        );
        assert_eq!((en.window(&span("1d")), es.window(&span("90m"))), ("in the last day".into(), "en los últimos 90 minutos".into()));
        assert_eq!((en.span(&span("1d")), pt.span(&span("7d")), es.span(&span("1h"))), ("1 day".into(), "7 dias".into(), "1 hora".into()));
        assert_eq!((ago(0), ago(2_592_300_000_001), ago(-1_000_000)), ("0s".into(), "30d 5m".into(), "-1s".into()));
    }
}
