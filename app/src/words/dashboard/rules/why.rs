//! Why an input of a rule is refused, with what is allowed.

use shared::rule::{MAX_AGGREGATES, MAX_CONDITIONS, MAX_DEPTH, Why};

use super::texts::RuleWords;
use crate::words::fill;

impl RuleWords {
    /// Why an input is refused.
    pub fn why(&self, why: &Why) -> String {
        let most = |word: &str, most: usize| fill(word, &[("most", &most.to_string())]);
        match why {
            Why::TooDeep => return most(self.too_deep, MAX_DEPTH),
            Why::TooManyConditions => return most(self.too_many_conditions, MAX_CONDITIONS),
            Why::TooManyAggregates => return most(self.too_many_aggregates, MAX_AGGREGATES),
            Why::Other(reason) => return fill(self.other_fault, &[("reason", reason)]),
            Why::Missing => self.missing,
            Why::NoValues => self.no_values,
            Why::EmptyGroup => self.empty_group,
            Why::Name => self.bad_name,
            Why::Taken => self.taken,
            Why::Title => self.bad_title,
            Why::Priority => self.bad_priority,
            Why::Weight => self.bad_weight,
            Why::Timezone => self.bad_timezone,
            Why::Choice => self.bad_choice,
            Why::Flow => self.no_flow,
            Why::List => self.no_list,
            Why::ListKind => self.other_list,
            Why::Ttl => self.bad_ttl,
            Why::Age => self.bad_age,
            Why::Within => self.bad_within,
            Why::Currency => self.bad_currency,
            Why::Money => self.bad_money,
            Why::Whole => self.bad_whole,
            Why::Score => self.bad_score,
            Why::Hour => self.bad_hour,
            Why::Word => self.bad_word,
            Why::Country => self.bad_country,
            Why::Id => self.bad_id,
            Why::Ip => self.bad_ip,
            Why::Number => self.bad_number,
            Why::Text => self.bad_text,
            Why::Key => self.bad_key,
        }
        .to_owned()
    }
}
