//! Reads a condition on the customer's last completed session.

use super::{
    condition::{DecisionTest, Leaf, SessionTest},
    known::{Known, read_flow, read_span},
    operator::{EQUAL, ORDERS, operator, order, read_values, skip},
    span::AGE,
};
use crate::{
    reading::{
        json::Node,
        read::{Object, Place, Read as _, number, one_of},
    },
    risk::Decision,
};

#[derive(Clone, Copy)]
enum Asked {
    Age,
    Score,
    Decision,
    None,
}

pub(super) fn read_session(keys: &mut Object<'_, '_>, place: &Place<'_>, known: Option<&dyn Known>) -> Option<Leaf> {
    let words = [("age", Asked::Age), ("score", Asked::Score), ("decision", Asked::Decision), ("none", Asked::None)];
    let asked = keys.optional_by("session", |node, place| one_of(node, place, &words)).flatten();
    let flow = keys.optional_by("flow", |node, place| read_flow(node, place, known));
    let Some(asked) = asked else {
        skip(keys);
        return None;
    };
    let (allowed, of): (&[&'static str], &str) = match asked {
        Asked::Age => (&ORDERS, "the age of a session"),
        Asked::Score => (&ORDERS, "the score of a session"),
        Asked::Decision => (&EQUAL, "the decision on a session"),
        Asked::None => (&["is"], "none"),
    };
    let operator = operator(keys, place, allowed, of)?;
    keys.optional_by(operator, |node, place| read_test(asked, operator, node, place)).flatten().map(|test| Leaf::Session(flow, test))
}

fn read_test(asked: Asked, operator: &str, node: Node, place: &Place<'_>) -> Option<SessionTest> {
    Some(match asked {
        Asked::Age => SessionTest::Age(order(operator)?, read_span(node, place, &AGE, "from 1s to 3650d, such as 30d")),
        Asked::Score => SessionTest::Score(order(operator)?, number(&node, place, &(0..=100))),
        Asked::None => SessionTest::None(bool::read(node, place)),
        Asked::Decision => SessionTest::Decision(match operator {
            "is" => DecisionTest::Is(read_decision(node, place)?),
            "isNot" => DecisionTest::IsNot(read_decision(node, place)?),
            "in" => DecisionTest::In(read_values(node, place, read_decision)),
            _ => DecisionTest::NotIn(read_values(node, place, read_decision)),
        }),
    })
}

fn read_decision(node: Node, place: &Place<'_>) -> Option<Decision> {
    one_of(node, place, &[Decision::Approved, Decision::Review, Decision::Rejected].map(|decision| (decision.as_str(), decision)))
}
