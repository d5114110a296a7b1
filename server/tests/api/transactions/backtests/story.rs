//! A generated past: customers post payments early and late, sessions are completed, reviewed, linked and expire, lists and rules change, and
//! history is imported. The clock is moved, so that months pass.

mod rules;

use ::server::actor::Actor;
use ::server::api_keys;
use ::server::dossiers::{self, Linked};
use ::server::flows;
use ::server::ids::{OperatorId, RowId, SessionRef};
use ::server::lists::{self, csv::Row};
use ::server::model::{ApiKey, BacktestStatus, Scope, Tally};
use ::server::rules as versions;
use ::server::sessions::create::{self, NewSession};
use ::server::sessions::review;
use ::server::sessions::transition::{self, Lifecycle, Step, Transition};
use ::server::store;
use ::server::transactions::backtest::{self, Ended};
use ::server::transactions::follower::SettleTransactions;
use ::server::transactions::{batch, import};
use ::shared::risk::Decision;
use ::shared::role::Role;
use ::shared::rule::{ListKind, Posted};
use ::shared::session::{Outcome, Status};
use chrono::DateTime;

use crate::support::rng::SeededRng;
use crate::support::{Parts, Value, json, submit};

/// The flow that rules ask for.
const FLOW: &str = "minimal";
const LISTS: [(&str, ListKind, [&str; 4]); 4] = [
    ("payees", ListKind::Account, ["acct-1", "acct-3", "acct-5", "acct-7"]),
    ("devices", ListKind::Device, ["d-1", "d-2", "d-3", "d-4"]),
    ("nets", ListKind::Ip, ["203.0.113.0/28", "198.51.100.7", "2001:db8::/32", "203.0.113.9"]),
    ("places", ListKind::Country, ["PT", "AR", "US", "BR"]),
];

/// The past, as it is made.
pub struct Story {
    pub parts: Parts,
    pub rng: SeededRng,
    lifecycle: Lifecycle,
    key: ApiKey,
    operator: OperatorId,
    customers: usize,
    posted: usize,
}

impl Story {
    pub async fn new(parts: Parts, seed: u64, customers: usize) -> Self {
        let kit = &parts.kit;
        api_keys::create(kit, None, vec![Scope::Transactions], Actor::CommandLine).await.expect("a key");
        let key = api_keys::list(kit, RowId::last(), 1).await.expect("keys").remove(0).expect("a whole row");
        ::server::operators::invite(kit, "one@example.com", Role::Admin, Actor::CommandLine).await.expect("invites");
        let operator = ::server::operators::list(kit, RowId::last(), 1).await.expect("operators").remove(0).expect("a whole row").0.id;
        let lifecycle = Lifecycle::new(vec![std::sync::Arc::new(SettleTransactions)]);
        let mut story = Self { rng: SeededRng::from_seed(seed), lifecycle, key, operator, customers, posted: 0, parts };
        for (name, kind, values) in LISTS {
            let text = format!("value\n{}\n", values[0]);
            lists::import::import(&story.parts.kit, name, Some(kind), text, Actor::CommandLine).await.expect("imports a list");
        }
        for number in 0..rules::HOW_MANY {
            story.import_rule(number).await;
        }
        story
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        *self.rng.one_of(all)
    }

    fn customer(&mut self) -> String {
        // The first ones have most of the transactions.
        let limit = 1 + self.rng.below(self.customers);
        format!("c-{}", self.rng.below(limit))
    }

    async fn import_rule(&mut self, number: usize) {
        let mut rule = self.rule(number);
        let is_away = self.rng.below(4) == 0;
        // For a while it may not decide.
        for mode in [is_away.then(|| self.of(&["TEST", "DISABLED"])), Some("ACTIVE")].into_iter().flatten() {
            rule["mode"] = json!(mode);
            versions::import(&self.parts.kit, &rule.to_string(), Actor::CommandLine).await.expect("imports a rule");
            let few = self.rng.below(4);
            self.post(few).await;
        }
    }

    fn payment(&mut self) -> Value {
        self.posted += 1;
        let number = self.posted;
        let customer = self.customer();
        let mut body = json!({
            "transactionId": format!("t-{number}"), "customerId": customer, "amount": 50 * self.rng.below(30), "currency": self.of(&["BRL", "BRL", "BRL", "USD"]),
            "direction": self.of(&["IN", "OUT", "OUT"]), "type": self.of(&["PIX", "TED"]),
        });
        let mut some = |key: &str, value: Value| {
            if self.rng.below(3) > 0 {
                body[key] = value;
            }
        };
        let (one, two, three) = (number % 9, number % 5, number % 16);
        some("channel", ["APP", "WEB"][number % 2].into());
        some("country", ["BR", "PT", "AR", "US"][number % 4].into());
        some("deviceId", json!(format!("d-{two}")));
        some("ip", json!(if one == 0 { format!("2001:db8::{one}") } else { format!("203.0.113.{three}") }));
        some("counterparty", json!({ "id": format!("acct-{one}"), "country": (["BR", "PT"][number % 2]) }));
        some("metadata", json!({ "score": number % 60, "vip": number.is_multiple_of(3), "segment": "gold" }));
        match self.rng.below(6) {
            // Late: by minutes, by hours, by weeks.
            0 => body["occurredAt"] = json!(self.ago(3_600)),
            1 => body["occurredAt"] = json!(self.ago(86_400)),
            2 => body["occurredAt"] = json!(self.ago(80 * 86_400)),
            // At the same moment as others.
            3 => body["occurredAt"] = json!(self.ago(1)),
            _ => {}
        }
        body
    }

    fn ago(&mut self, most_seconds: usize) -> String {
        let now = self.parts.kit.ambient.now();
        let at = now.plus_seconds(-i64::try_from(self.rng.below(most_seconds)).expect("small"));
        // To the second, so that some are equal.
        DateTime::from_timestamp(at.0.div_euclid(1_000_000), 0).expect("a time").to_rfc3339()
    }

    /// Posts some transactions.
    pub async fn post(&mut self, count: usize) {
        let all: Vec<Posted> = (0..count).map(|_| Posted::parse(&self.payment().to_string()).expect("JSON")).collect();
        for answer in batch::post_all(&self.parts.kit, &all, &self.key).await {
            answer.expect("posts");
        }
    }

    async fn import(&mut self) {
        let lines: Vec<(usize, Vec<u8>)> = (1..6)
            .map(|line| {
                let mut body = self.payment();
                body["occurredAt"] = json!(self.ago(400 * 86_400));
                (line, body.to_string().into_bytes())
            })
            .collect();
        let mut done = import::Imported::default();
        import::import(&self.parts.kit, &lines, Actor::CommandLine, &mut done).await.expect("imports");
        assert_eq!(done.imported, 5);
    }

    async fn sessions(&self, status: Status) -> Vec<SessionRef> {
        let mut db = self.parts.kit.store.read().await.expect("a connection");
        let all = store::sessions::list(&mut db, store::sessions::By::Status(status), RowId::last(), 40).await.expect("sessions");
        all.into_iter().map(|session| session.expect("a whole row").r#ref).collect()
    }

    /// A session ends with some score, or because its time is up.
    async fn end_session(&mut self, session: SessionRef) {
        let kit = self.parts.kit.clone();
        let flow = flows::newest(&kit, FLOW).await.expect("the flow");
        let score = u8::try_from(self.rng.below(101)).expect("small");
        let decision = flow.resolved.decide(score, &Default::default(), false);
        let mut tx = kit.store.write().await.expect("begins");
        let held = transition::hold_to_settle(&mut tx, session, None).await.expect("reads").expect("there is one");
        let now = kit.ambient.now();
        let step = |transition| Step { transition, by: Actor::System, at: now };
        let is_over = held.0.expires_at <= now;
        let steps = if is_over {
            vec![step(Transition::Expire)]
        } else {
            vec![step(submit()), step(Transition::Complete(Outcome { risk_score: score, decision, reasons: Default::default() }))]
        };
        self.lifecycle.change_through(&kit, &mut tx, held, &steps).await.expect("changes");
        tx.commit().await.expect("commits");
    }

    async fn session_of_its_own(&mut self) {
        let kit = self.parts.kit.clone();
        let reference = self.customer();
        let is_linked = self.rng.below(3) == 0;
        let customer = (!is_linked).then(|| reference.parse().expect("a reference"));
        let new = NewSession { flow: FLOW.to_owned(), customer, ttl_seconds: None, locale: None, return_url: None };
        let session = create::create(&kit, new, Actor::CommandLine).await.expect("creates").session.r#ref;
        self.end_session(session).await;
        if is_linked {
            self.post(3).await;
            let to = Some(reference.parse().expect("a reference"));
            dossiers::link(&kit, session, Linked::Session, to, true, Actor::CommandLine).await.expect("links");
        }
    }

    async fn change_list(&mut self) {
        let kit = self.parts.kit.clone();
        let (name, _, values) = self.of(&LISTS);
        let value = self.of(&values);
        match self.rng.below(3) {
            0 => drop(lists::remove(&kit, name, value, Actor::CommandLine).await),
            1 => {
                // It counts from now on, though it says that it began before.
                let from = Some(kit.ambient.now().plus_seconds(-5 * 86_400)).filter(|_| self.rng.below(2) == 0);
                drop(lists::add(&kit, name, &Row { value: value.to_owned(), from, ..Row::default() }, Actor::CommandLine).await);
            }
            _ => drop(lists::import::import(&kit, name, None, format!("value\n{value}\n"), Actor::CommandLine).await.expect("imports")),
        }
    }

    /// Something happens.
    pub async fn go_on(&mut self) {
        self.parts.later(i64::try_from(self.rng.below(3_600)).expect("small"));
        let many = 1 + self.rng.below(40);
        self.post(many).await;
        match self.rng.below(8) {
            0 => self.session_of_its_own().await,
            1 => self.change_list().await,
            2 => self.import().await,
            3 if self.rng.below(3) == 0 => {
                let number = self.rng.below(rules::HOW_MANY);
                self.import_rule(number).await;
            }
            4 => {
                let completed = self.sessions(Status::Completed).await;
                if !completed.is_empty() {
                    let session = self.of(&completed);
                    let decision = self.of(&[Decision::Approved, Decision::Rejected]);
                    review::decide(&self.parts.kit, &self.lifecycle, session, decision, "looked at", None, self.operator).await.expect("decides");
                }
            }
            _ => {
                let open = self.sessions(Status::Pending).await;
                if !open.is_empty() {
                    let session = self.of(&open);
                    self.end_session(session).await;
                }
            }
        }
    }

    /// The rules, each with how many transactions were posted since its newest version.
    pub async fn judged(&self) -> Vec<(String, u64)> {
        let database = &self.parts.installation.database;
        let mut all = Vec::new();
        for name in database.texts("SELECT DISTINCT name FROM rules ORDER BY name").await {
            let since = format!("(SELECT MAX(created_at) FROM rules WHERE name = '{name}')");
            let count = database.number(&format!("SELECT COUNT(*) FROM transactions WHERE origin = 'API' AND created_at >= {since}")).await;
            all.push((name, u64::try_from(count).expect("a count")));
        }
        all
    }

    pub const fn posted(&self) -> usize {
        self.posted
    }

    /// The newest version of a rule, as JSON.
    pub async fn newest(&self, name: &str) -> Value {
        let version = versions::export(&self.parts.kit, name, Actor::CommandLine).await.expect("a rule");
        serde_json::to_value(&version.rule).expect("JSON")
    }

    /// Runs a backtest of a draft.
    pub async fn backtest(&self, draft: &Value) -> Tally {
        let kit = &self.parts.kit;
        let running = backtest::start(kit, &draft.to_string(), Actor::CommandLine).await.expect("starts");
        let id = running.id;
        assert_eq!(backtest::run(kit, running, std::future::pending()).await.expect("runs"), Ended::Done);
        let done = backtest::find(kit, id).await.expect("a backtest");
        assert_eq!(done.status, BacktestStatus::Done);
        let rule = backtest::draft(&done).expect("a draft");
        let named = backtest::named(kit, &done, &rule, Actor::CommandLine).await.expect("transactions");
        let tally = done.result.expect("a result");
        let matching = tally.matched + tally.removed;
        assert_eq!(named.len() as u64, matching.min(50), "{tally:?}");
        assert!(named.iter().all(|one| one.evaluation.matched == one.matched), "what is stored is judged again");
        tally
    }
}
