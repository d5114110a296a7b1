//! Every word by its name. Each language has one constant of this struct.

/// Makes the struct, and lists its words for the test.
macro_rules! rule_words {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// All words of a language.
        #[derive(Clone, Copy, Debug)]
        pub struct Words {
            $($(#[$doc])* pub $name: &'static str,)*
        }

        #[cfg(test)]
        impl Words {
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            pub fn all(&self) -> Vec<&'static str> {
                vec![$(self.$name),*]
            }
        }
    };
}

rule_words! {
    // The fields, as an explanation names them, and with their article, as a sentence does.
    amount, the_amount,
    currency, the_currency,
    direction, the_direction,
    r#type, the_type,
    channel, the_channel,
    country, the_country,
    counterparty, the_counterparty,
    counterparty_country, the_counterparty_country,
    device, the_device,
    ip, the_ip,
    hour, the_hour,
    weekday, the_weekday,
    /// `{key}`
    metadata,
    /// `{key}`
    the_metadata,

    // Comparisons. Each follows a subject.
    /// Between a subject and a value or an order.
    is,
    is_not,
    /// Something that may be absent is there, and is not …
    known_and_is_not,
    /// At the end of what is also true of something absent.
    or_unknown,
    or_other_currency,
    /// `{currency}`: an amount is in it, and is not …
    in_currency_and_is_not,
    given,
    not_given,
    /// `{currency}`
    is_in_currency,
    /// `{currency}`
    is_not_in_currency,
    /// `{list}`
    in_list,
    /// `{list}`
    not_in_list,
    /// `{value}`
    at_least,
    /// `{value}`
    above,
    /// `{value}`
    at_most,
    /// `{value}`
    below,
    or,
    /// Before the last of several values, none of which it is.
    nor,
    clause_and,
    clause_or,
    yes,
    no,

    // Times.
    /// `{hour}`
    from_hour,
    /// `{hour}`
    before_hour,
    /// `{zone}`
    zone,
    /// Monday to Sunday, separated by commas.
    days,
    no_day, no_hour,
    /// `{n}`
    second, seconds, minute, minutes, hour_long, hours, day, days_long,
    last_second, last_minute, last_hour, last_day,
    /// `{n}`
    last_seconds,
    /// `{n}`
    last_minutes,
    /// `{n}`
    last_hours,
    /// `{n}`
    last_days,

    // Aggregates: what of which transactions.
    /// `{transactions}`
    the_count,
    /// `{transactions}`
    the_sum,
    /// `{transactions}`
    the_max,
    /// `{transactions}`
    the_average,
    /// `{values}`, `{transactions}`
    the_distinct,
    countries, counterparty_countries, counterparties, devices,
    transactions, incoming, outgoing, same_direction,
    // Which way one transaction goes.
    in_word, out_word,
    /// `{value}`
    of_type,
    of_same_type,
    /// `{value}`
    over_channel,
    over_same_channel,
    /// `{value}`
    in_country,
    in_same_country,
    /// `{value}`
    with_counterparty,
    with_same_counterparty,
    /// `{value}`
    in_currency,
    with_blocked,
    or_none,
    // The same, as an explanation names them.
    count, sum, max, average,
    /// `{values}`
    distinct,

    // Sessions.
    /// ` of the flow {flow}`, after a session.
    of_flow,
    /// `{of}`
    the_age,
    /// `{of}`
    the_score,
    /// `{of}`
    the_decision,
    /// `{of}`
    has_no_session,
    /// `{of}`
    has_session,
    or_no_session,
    approved, in_review, rejected,
    /// `{of}`
    age,
    /// `{of}`
    score,
    /// `{of}`
    decision,
    /// `{of}`
    no_session,
    /// `{of}`
    a_session,
    absent,
    /// `{list}`, after a field in an explanation.
    listed,
    /// `{list}`
    unlisted,
    /// Between a value and several of which it is one.
    among,
    not_among,

    // Rules.
    /// `{when}`, `{then}`
    rule,
    then_allow, then_review, then_block,
    /// `{flow}`
    then_step_up,
    /// `{ttl}`
    ttl,
    expired_block, expired_review, expired_release,
    /// `{grace}`
    grace,
    /// `{weight}`
    weight,
    test, disabled,
    /// The signs in numbers: between groups of three digits, and before the fraction.
    group, point,
}
