//! Text from right to left is isolated wherever it is shown, so that it does not reorder what stands beside it.

use super::{SESSIONS, create, shown_in};
use crate::support::{Browser, Customer, SOON, TestApp, json, on_each_engine, photos};

const NAME: &str = "محمد بن سلمان";
const TITLE: &str = "פתיחת חשבון";

on_each_engine!(text_from_right_to_left_is_isolated);
async fn text_from_right_to_left_is_isolated(app: TestApp) {
    let email = "محمد@acme.example";
    let browser = Browser::signed_in_as(&app.installation, email, "ADMIN").await;
    let fields = json!([{ "name": "name", "type": "TEXT", "label": TITLE, "required": true }]);
    let files = json!([{ "name": "proof", "type": "ARTIFACT", "label": TITLE, "required": false }]);
    let steps = json!([
        { "id": "who", "type": "FORM", "title": TITLE, "fields": fields },
        { "id": "address", "type": "PROOF", "title": TITLE, "fields": files },
        { "id": "review", "type": "REVIEW", "title": "Review" },
    ]);
    let flow = json!({ "name": "leftward", "title": TITLE, "branding": { "companyName": TITLE }, "steps": steps });
    app.operator.import_flow(&flow).await;
    let session_ref = create(&browser, &[("flow", "leftward"), ("customer", "crm-1")]).await;
    let url = shown_in(&browser.page(&format!("/dashboard/links/{session_ref}")).await, "link-url").expect("the link");
    let customer = Customer::at(&app.installation, url.rsplit('/').next().expect("an id"));

    let (alone, in_text) = (format!("<bdi>{TITLE}</bdi>"), format!("\u{2068}{TITLE}\u{2069}"));
    let step = customer.page("/who?lang=en").await.expect(200).text();
    assert!(step.contains(&format!("<title>{in_text} · {in_text}</title>")), "{step}");
    assert!(step.contains(&alone), "the company: {step}");
    assert!(step.contains(&format!("<h1 tabindex=\"-1\">{in_text}</h1>")), "the heading: {step}");
    assert!(step.contains(&format!("<label for=\"field-name\">{in_text}")), "the label: {step}");
    let fault = customer.post_form("who?lang=en", &[]).await.expect(422).text();
    assert!(fault.contains(&format!("Enter {in_text}")), "{fault}");
    customer.post_form("who", &[("name", &format!("\u{2067}{NAME}\u{2069}"))]).await.expect(303);
    customer.upload("proof", photos::selfie()).await.expect(201);
    let review = customer.page("/review").await.expect(200).text();
    assert!(review.contains(&format!(">{NAME}</bdi>")) && review.contains(&format!("<dt>{alone}</dt>")), "{review}");
    customer.post_form("review", &[]).await.expect(303);
    customer.wait_for_status("COMPLETED", SOON).await;

    let page = format!("{SESSIONS}/{session_ref}");
    for (path, shown) in [(SESSIONS, TITLE), ("/dashboard/links", TITLE), (&*page, TITLE), ("/dashboard/operators", email), (SESSIONS, email)] {
        let text = browser.page(path).await;
        assert!(text.replace("<wbr>", "").contains(&format!("<bdi>{shown}</bdi>")), "{path} {shown}: {text}");
    }
    assert!(browser.page("/dashboard/links?lang=en").await.contains(&format!("{in_text} · leftward, version 1")), "an option holds no element");

    let shown = browser.page(&page).await;
    assert!(shown.contains(&format!("<strong>{alone}</strong>")), "a file's label: {shown}");
    assert!(shown.contains(&format!("<span class=\"mono quiet\">{alone}</span>")), "what the timeline says of a step: {shown}");
    let (_, revealed) = browser.reveal(&page, &[]).await;
    assert!(revealed.contains(&format!("<dd><bdi>{NAME}</bdi></dd>")), "an answer: {revealed}");
    browser.post(&format!("{page}/decision"), &[("decision", "REJECTED"), ("reason", NAME)]).await.expect(303);
    let decided = browser.page(&page).await;
    assert!(decided.contains(&format!("<p dir=\"auto\" class=\"said\">{NAME}</p>")), "a reason: {decided}");
}
