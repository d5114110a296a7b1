//! What people type and paste: every row of `shared/tests/values.json` has its outcome by `PUT …/steps/…`, by `/complete` and by the hosted
//! form. One flow has a field for each of some fifty rows, so that a few requests send them all.

use std::collections::BTreeMap;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::support::html::attribute;
use crate::support::{Customer, Reply, TestApp, Value, json, on_each_engine};

const TABLE: &str = include_str!("../../../shared/tests/values.json");

/// The rows of one flow: each is a field of its name.
struct Rows(Vec<(String, Value)>);

impl Rows {
    fn all() -> Vec<Self> {
        let rows: Vec<Value> = serde_json::from_str(TABLE).expect("a list of rows");
        let named = |part: &[Value]| part.iter().enumerate().map(|(at, row)| (format!("f{at}"), row.clone())).collect();
        rows.chunks(60).map(|part| Self(named(part))).collect()
    }

    /// A flow with a step `all`. A field is required where the row expects that.
    fn flow(&self, name: &str) -> Value {
        let field = |(name, row): &(String, Value)| {
            let mut field = row.clone();
            let keys = field.as_object_mut().expect("a row is an object");
            keys.retain(|key, _| !["value", "stored", "code"].contains(&key.as_str()));
            keys.extend([("name".to_owned(), json!(name)), ("label".to_owned(), json!(name)), ("required".to_owned(), json!(row["code"] == "required"))]);
            field
        };
        let fields: Vec<Value> = self.0.iter().map(field).collect();
        json!({ "name": name, "steps": [{ "id": "all", "type": "FORM", "title": "All", "fields": fields }] })
    }

    fn sent(&self) -> BTreeMap<&str, &str> {
        self.0.iter().map(|(name, row)| (name.as_str(), row["value"].as_str().expect("a text"))).collect()
    }

    /// What is sent without the faults: nothing where a value is refused, something where one is required.
    fn corrected(&self) -> BTreeMap<&str, &str> {
        let something = |row: &Value| match row["type"].as_str() {
            Some("PHONE") => "+5511912345678",
            Some("EMAIL") => "ana@acme.example",
            Some("DATE") => "2000-01-01",
            _ => "Ana",
        };
        let value = |row: &'_ Value| (row["code"] == "required").then(|| something(row));
        let rows = self.0.iter().filter_map(|(name, row)| Some((name.as_str(), value(row).or_else(|| row["stored"].as_str().and(row["value"].as_str()))?)));
        rows.collect()
    }

    fn stored(&self) -> BTreeMap<&str, &str> {
        let mut stored = self.corrected();
        stored.extend(self.0.iter().filter_map(|(name, row)| Some((name.as_str(), row["stored"].as_str()?))));
        stored
    }

    /// Every fault: field and code, sorted.
    fn faults(&self) -> Vec<(String, String)> {
        let mut faults: Vec<_> = self.0.iter().filter_map(|(name, row)| Some((name.clone(), row["code"].as_str()?.to_owned()))).collect();
        faults.sort();
        faults
    }

    /// What differs, with its row.
    #[track_caller]
    fn compare<T: PartialEq + std::fmt::Debug + Clone>(&self, got: &BTreeMap<String, T>, expected: &BTreeMap<String, T>) {
        let wrong: Vec<String> =
            self.0.iter().filter(|(name, _)| got.get(name) != expected.get(name)).map(|(name, row)| format!("{row} gave {:?}", got.get(name))).collect();
        assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[track_caller]
    fn expect_faults(&self, reply: &Reply) {
        reply.problem(422, "invalid-user-data");
        self.compare(&reply.faults().into_iter().collect(), &self.faults().into_iter().collect());
    }

    async fn expect_stored(&self, customer: &Customer) {
        let saved = customer.answers().await.expect(200).json();
        let got = saved["userData"].as_object().expect("an object").iter().map(|(name, value)| (name.clone(), value.as_str().expect("a text").to_owned()));
        self.compare(&got.collect(), &self.stored().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
    }
}

/// Imports a flow for each part of the table, and makes a session of each.
async fn sessions(app: &TestApp) -> Vec<(Rows, Customer)> {
    let mut sessions = Vec::new();
    for (at, rows) in Rows::all().into_iter().enumerate() {
        let name = format!("values-{at}");
        app.operator.import_flow(&rows.flow(&name)).await;
        let link = app.operator.link_of(&name, &[]).await;
        sessions.push((rows, Customer::with_link(&app.installation, &link)));
    }
    sessions
}

on_each_engine!(every_value_has_its_outcome_by_the_api);
async fn every_value_has_its_outcome_by_the_api(app: TestApp) {
    for (rows, customer) in sessions(&app).await {
        rows.expect_faults(&customer.save("all", json!(rows.sent())).await);
        rows.expect_faults(&customer.complete(json!(rows.sent())).await);
        customer.save("all", json!(rows.corrected())).await.expect(204);
        rows.expect_stored(&customer).await;
        customer.complete(json!(rows.corrected())).await.expect(202);
        customer.complete(json!(rows.stored())).await.expect(202);
    }
}

on_each_engine!(every_value_has_its_outcome_by_the_form);
async fn every_value_has_its_outcome_by_the_form(app: TestApp) {
    for (rows, customer) in sessions(&app).await {
        let post = async |values: BTreeMap<&str, &str>| customer.post_form("all", &values.into_iter().collect::<Vec<_>>()).await;
        let page = post(rows.sent()).await.expect(422).text();
        let is_faulty = |name: &String| page.contains(&format!("href=\"#field-{name}\""));
        let got = rows.0.iter().filter(|(name, _)| is_faulty(name)).map(|(name, _)| (name.clone(), ()));
        rows.compare(&got.collect(), &rows.faults().into_iter().map(|(name, _)| (name, ())).collect());
        // The last step submits. Sent again with what should be stored, it is the same outcome.
        assert_eq!(post(rows.corrected()).await.see_other(), format!("/verify/{}", customer.id));
        customer.complete(json!(rows.stored())).await.expect(202);
    }
}

on_each_engine!(half_a_character_is_not_json);
async fn half_a_character_is_not_json(app: TestApp) {
    let customer = app.customer().await;
    for body in [r#"{"userData":{"name":"\ud83d","cpf":"12345678909"}}"#, r#"{"userData":{"name":"\ude00 Ana","cpf":"12345678909"}}"#] {
        let request = customer.api(Method::PUT, "/steps/identity").header(CONTENT_TYPE, "application/json").body(body);
        customer.send(request).await.problem(400, "invalid-json");
    }
}

/// A flow of one form and a review.
async fn with_fields(app: &TestApp, name: &str, fields: Value) -> Customer {
    let steps = json!([{ "id": "all", "type": "FORM", "title": "All", "fields": fields }, { "id": "review", "type": "REVIEW", "title": "Review" }]);
    app.operator.import_flow(&json!({ "name": name, "steps": steps })).await;
    Customer::with_link(&app.installation, &app.operator.link_of(name, &[]).await)
}

on_each_engine!(a_hidden_character_is_named_with_its_place);
async fn a_hidden_character_is_named_with_its_place(app: TestApp) {
    let customer = app.customer().await;
    for (language, after, first) in [
        ("en", "Remove the invisible character after “Ana”", "Remove the invisible character at the beginning"),
        ("pt-BR", "Apague o caractere invisível depois de “Ana”", "Apague o caractere invisível no início"),
        ("es", "Borre el carácter invisible después de “Ana”", "Borre el carácter invisible del principio"),
    ] {
        for (typed, said) in [("Ana\u{0}", after), ("Ana \u{202e}gnp.exe", after), ("\u{7}Ana", first)] {
            let page = customer.post_form(&format!("identity?lang={language}"), &[("name", typed), ("cpf", "12345678909")]).await.expect(422).text();
            assert!(page.contains(said), "{language} {typed:?}: {page}");
        }
    }
    let reply = customer.save("identity", json!({ "name": "Ana\u{202e}x", "cpf": "12345678909" })).await;
    let fault = reply.problem(422, "invalid-user-data")["errors"][0].clone();
    assert_eq!(fault["after"], "Ana");
    assert!(fault["message"].as_str().is_some_and(|message| message.contains("U+202E")), "{fault}");
}

on_each_engine!(a_date_has_bounds_that_the_page_and_the_fault_say);
async fn a_date_has_bounds_that_the_page_and_the_fault_say(app: TestApp) {
    let fields = json!([
        { "name": "born", "type": "DATE", "is": "birth_date", "label": "Born", "required": true },
        { "name": "adult", "type": "DATE", "max": "today-18y", "label": "Adult" },
        { "name": "until", "type": "DATE", "min": "2024-02-29", "max": "2024-12-31", "label": "Until" },
        { "name": "any", "type": "DATE", "label": "Any" },
    ]);
    let customer = with_fields(&app, "dated", fields).await;
    let public = customer.public().await.expect(200).json();
    let of = |name: &str| public["steps"][0]["fields"].as_array().expect("fields").iter().find(|field| field["name"] == name).expect("the field").clone();
    let (born, adult) = (of("born"), of("adult"));
    assert_eq!((born["min"].as_str(), of("until")["max"].as_str(), of("any").get("min")), (Some("1900-01-01"), Some("2024-12-31"), None));
    let (today, latest) = (born["max"].as_str().expect("a day").to_owned(), adult["max"].as_str().expect("a day").to_owned());
    let year = |day: &str| day[..4].parse::<i32>().expect("a year");
    assert_eq!((year(&today) - year(&latest), adult.get("min")), (18, None), "{adult}");
    let page = customer.page("/all?lang=en").await.expect(200).text();
    for (name, min, max) in [("born", Some("1900-01-01"), Some(&*today)), ("adult", None, Some(&*latest)), ("any", None, None)] {
        let input = crate::support::html::inputs(&page, name)[0];
        assert_eq!(
            (attribute(input, "min").as_deref(), attribute(input, "max").as_deref(), attribute(input, "type").as_deref()),
            (min, max, Some("date")),
            "{input}"
        );
    }
    for (language, said) in [
        ("en", "between 29 February 2024 and 31 December 2024"),
        ("pt-BR", "entre 29 de fevereiro de 2024 e 31 de dezembro de 2024"),
        ("es", "entre el 29 de febrero de 2024 y el 31 de diciembre de 2024"),
    ] {
        let page = customer.post_form(&format!("all?lang={language}"), &[("born", "1990-05-17"), ("until", "2024-02-28")]).await.expect(422).text();
        assert!(page.contains(said), "{page}");
    }
    for (name, day) in [("born", "1899-12-31"), ("born", "2900-01-01"), ("adult", &*today)] {
        let reply = customer.save("all", json!({ "born": "1990-05-17", name: day })).await;
        assert_eq!(reply.fault_of(name), "malformed", "{name} {day}");
    }
    customer.save("all", json!({ "born": today, "adult": latest, "until": "2024-02-29", "any": "0001-01-01" })).await.expect(204);
}

on_each_engine!(a_form_may_post_a_date_in_three_parts);
async fn a_form_may_post_a_date_in_three_parts(app: TestApp) {
    let customer = with_fields(&app, "parts", json!([{ "name": "born", "type": "DATE", "is": "birth_date", "label": "Born", "required": true }])).await;
    let post = async |day: &str, month: &str, year: &str, whole: &str| {
        customer.post_form("all", &[("_day.born", day), ("_month.born", month), ("_year.born", year), ("born", whole)]).await
    };
    for (day, month, year) in [
        ("30", "2", "1990"),
        ("5", "17", "1990"),
        ("5", "5", "90"),
        ("five", "5", "1990"),
        ("5", "", "1990"),
        ("5", "5", "1890"),
        ("", "", ""),
        ("-5", "5", "1990"),
    ] {
        let page = post(day, month, year, "").await.expect(422).text();
        assert!(page.contains("href=\"#field-born\""), "{day} {month} {year}");
    }
    for (parts, whole, stored) in
        [(["7", "5", "1990"], "", "1990-05-07"), ([" 07 ", "05", "1990"], "", "1990-05-07"), (["7", "5", "1990"], "1991-06-08", "1991-06-08")]
    {
        post(parts[0], parts[1], parts[2], whole).await.expect(303);
        assert_eq!(customer.answers().await.json()["userData"]["born"], stored);
    }
}

on_each_engine!(a_mistyped_address_gets_a_hint_and_is_taken);
async fn a_mistyped_address_gets_a_hint_and_is_taken(app: TestApp) {
    let customer = with_fields(&app, "mailed", json!([{ "name": "email", "type": "EMAIL", "label": "E-mail" }])).await;
    let review = format!("/verify/{}/review?lang=en", customer.id);
    assert_eq!(customer.post_form("all?lang=en", &[("email", "ana@gmial.con")]).await.see_other(), review, "it stops nobody");
    for (page, said) in [
        ("/review?lang=en", "Did you mean ana@gmail.com?"),
        ("/all?lang=en", "Did you mean ana@gmail.com?"),
        ("/review?lang=pt-BR", "Você quis dizer ana@gmail.com?"),
        ("/review?lang=es", "¿Quiso decir ana@gmail.com?"),
    ] {
        let text = customer.page(page).await.expect(200).text();
        assert!(text.contains(said), "{page}: {text}");
    }
    assert_eq!(customer.answers().await.json()["userData"]["email"], "ana@gmial.con");
    customer.post_form("all?lang=en", &[("email", "ana@gmail.com")]).await.expect(303);
    assert!(!customer.page("/review?lang=en").await.text().contains("Did you mean ana"));
}

on_each_engine!(a_long_text_keeps_its_lines);
async fn a_long_text_keeps_its_lines(app: TestApp) {
    let customer = with_fields(&app, "lines", json!([{ "name": "about", "type": "TEXT", "maxLength": 500, "label": "About" }])).await;
    customer.post_form("all", &[("about", "Rua <A>\r\nCasa 2\n")]).await.expect(303);
    assert_eq!(customer.answers().await.json()["userData"]["about"], "Rua <A>\nCasa 2");
    let page = customer.page("/all").await.text();
    assert!(page.contains(">\nRua &lt;A>\nCasa 2</textarea>"), "{page}");
    let review = customer.page("/review").await.text();
    assert!(review.contains("Rua &lt;A&gt;\nCasa 2</bdi>"), "{review}");
}
