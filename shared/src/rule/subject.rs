//! What a condition is about, in words: a field, an aggregate or a session; shortly for an explanation, and as a sentence begins.

use super::{
    aggregate::{Aggregate, DistinctField, Match, Measure},
    condition::{Field, SessionTest},
    country::Country,
    shown::Style,
    transaction::Direction,
    words::fill,
};

impl Style {
    /// A field, as an explanation names it.
    pub(super) fn field(self, field: &Field) -> String {
        self.named(field).0
    }

    /// A field, as a sentence begins.
    pub(super) fn the_field(self, field: &Field) -> String {
        self.named(field).1
    }

    fn named(self, field: &Field) -> (String, String) {
        let w = self.words();
        let (short, long) = match field {
            Field::Amount(_) => (w.amount, w.the_amount),
            Field::Currency => (w.currency, w.the_currency),
            Field::Direction => (w.direction, w.the_direction),
            Field::Type => (w.r#type, w.the_type),
            Field::Channel => (w.channel, w.the_channel),
            Field::Country => (w.country, w.the_country),
            Field::CounterpartyId => (w.counterparty, w.the_counterparty),
            Field::CounterpartyCountry => (w.counterparty_country, w.the_counterparty_country),
            Field::DeviceId => (w.device, w.the_device),
            Field::Ip => (w.ip, w.the_ip),
            Field::Hour => (w.hour, w.the_hour),
            Field::Weekday => (w.weekday, w.the_weekday),
            Field::Metadata(key) => return (fill(w.metadata, &[("key", key)]), fill(w.the_metadata, &[("key", key)])),
        };
        (short.to_owned(), long.to_owned())
    }

    /// An aggregate, as an explanation names it: `sum of amount, OUT, 24h`.
    pub(super) fn aggregate(self, aggregate: &Aggregate) -> String {
        let w = self.words();
        let what = match aggregate.measure {
            Measure::Count(_) => w.count.to_owned(),
            Measure::Sum(_) => w.sum.to_owned(),
            Measure::Max(_) => w.max.to_owned(),
            Measure::Average(_) => w.average.to_owned(),
            Measure::Distinct(field) => fill(w.distinct, &[("values", self.values(field))]),
        };
        let filter = &aggregate.filter;
        let direction = filter.direction.as_ref().map(|wanted| match wanted {
            Match::Same => w.same_direction.to_owned(),
            Match::Is(direction) => direction.as_str().to_owned(),
        });
        let parts = [Some(what), direction].into_iter().flatten().chain(self.filters(aggregate));
        parts.chain([aggregate.within.as_str().to_owned()]).collect::<Vec<_>>().join(", ")
    }

    /// An aggregate, as a sentence begins: `the sum of the customer's outgoing transactions in the last 24 hours`.
    pub(super) fn the_aggregate(self, aggregate: &Aggregate) -> String {
        let w = self.words();
        let transactions = match aggregate.filter.direction {
            None => w.transactions,
            Some(Match::Same) => w.same_direction,
            Some(Match::Is(Direction::In)) => w.incoming,
            Some(Match::Is(Direction::Out)) => w.outgoing,
        };
        let of = [("transactions", transactions)];
        let what = match aggregate.measure {
            Measure::Count(_) => fill(w.the_count, &of),
            Measure::Sum(_) => fill(w.the_sum, &of),
            Measure::Max(_) => fill(w.the_max, &of),
            Measure::Average(_) => fill(w.the_average, &of),
            Measure::Distinct(field) => fill(w.the_distinct, &[("values", self.values(field)), of[0]]),
        };
        let parts = [what].into_iter().chain(self.filters(aggregate)).chain([self.window(&aggregate.within)]);
        parts.collect::<Vec<_>>().join(" ")
    }

    /// Which transactions count, apart from their direction.
    fn filters(self, aggregate: &Aggregate) -> Vec<String> {
        fn say<T>(wanted: Option<&Match<T>>, text: fn(&T) -> &str, word: &str, same: &str) -> Option<String> {
            wanted.map(|wanted| match wanted {
                Match::Same => same.to_owned(),
                Match::Is(value) => fill(word, &[("value", text(value))]),
            })
        }
        let (w, filter) = (self.words(), &aggregate.filter);
        let currency = if let Measure::Count(currency) = aggregate.measure { currency } else { None };
        [
            say(filter.r#type.as_ref(), |text| text, w.of_type, w.of_same_type),
            say(filter.channel.as_ref(), |text| text, w.over_channel, w.over_same_channel),
            say(filter.country.as_ref(), Country::as_str, w.in_country, w.in_same_country),
            say(filter.counterparty_id.as_ref(), |text| text, w.with_counterparty, w.with_same_counterparty),
            currency.map(|currency| fill(w.in_currency, &[("value", currency.as_str())])),
            aggregate.blocked.unwrap_or_default().then(|| w.with_blocked.to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    const fn values(self, field: DistinctField) -> &'static str {
        let w = self.words();
        match field {
            DistinctField::CounterpartyId => w.counterparties,
            DistinctField::CounterpartyCountry => w.counterparty_countries,
            DistinctField::Country => w.countries,
            DistinctField::DeviceId => w.devices,
        }
    }

    /// What a threshold of an aggregate, or what it came to, is: money or a number.
    pub(super) fn quantity(self, measure: Measure, number: i128) -> String {
        match measure {
            Measure::Sum(currency) | Measure::Max(currency) | Measure::Average(currency) => self.money(number, currency),
            Measure::Count(_) | Measure::Distinct(_) => self.count(number),
        }
    }

    /// What is asked of a session, as an explanation names it.
    pub(super) fn session(self, flow: Option<&str>, test: &SessionTest) -> String {
        let w = self.words();
        let word = match test {
            SessionTest::Age(..) => w.age,
            SessionTest::Score(..) => w.score,
            SessionTest::Decision(_) => w.decision,
            SessionTest::None(_) => w.no_session,
        };
        self.with_flow(word, flow)
    }

    /// The same, as a sentence begins.
    pub(super) fn the_session(self, flow: Option<&str>, test: &SessionTest) -> String {
        let w = self.words();
        let word = match test {
            SessionTest::Age(..) => w.the_age,
            SessionTest::Score(..) => w.the_score,
            SessionTest::Decision(_) => w.the_decision,
            SessionTest::None(_) => w.has_no_session,
        };
        self.with_flow(word, flow)
    }

    /// A word about sessions, of one flow or of any.
    pub(super) fn with_flow(self, word: &str, flow: Option<&str>) -> String {
        let of = flow.map(|flow| fill(self.words().of_flow, &[("flow", flow)])).unwrap_or_default();
        fill(word, &[("of", &of)])
    }
}
