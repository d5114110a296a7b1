//! A page from a blank is the page that would be drawn for the session itself; and what is kept has a bound.

use app::{
    components::layout::Site,
    flow::page::StepPage,
    words::{Words, words},
};
use leptos::prelude::*;
use shared::{
    definition::Definition,
    flow::{Branding, StepType},
};

use super::*;
use crate::{flows::BUNDLED, http::render};

const NOW: Timestamp = Timestamp(1_796_040_000_000_000);

fn key(flow: FlowId, step: &str) -> Key {
    Key::new(flow, NOW, Language::En, step)
}

async fn drawn(nonce: Nonce, plain: bool, branding: &Branding, data: FlowData) -> String {
    let options = LeptosOptions::builder().output_name("flow").site_pkg_dir("pkg/build").build();
    let site = Site { options, pkg: "pkg/build".to_owned(), brand_css: Some("/brand.css".to_owned()), plain, refresh: None, island: true, sandbox: false };
    let (branding, data) = (branding.clone(), Arc::new(data));
    render::text(nonce, plain, move || view! { <StepPage site=site.clone() branding=branding.clone() data=data.clone() noted=None /> }).await
}

#[tokio::test]
async fn a_page_from_a_blank_is_the_page_that_would_be_drawn() {
    let _ = any_spawner::Executor::init_tokio();
    let ambient = Ambient::system();
    let (blanks, mut compared) = (Blanks::new(&ambient), 0);
    for json in BUNDLED {
        let flow = Definition::stored(json).expect("a bundled flow");
        let branding = flow.branding(None);
        for (language, plain) in Language::ALL.into_iter().flat_map(|language| [(language, false), (language, true)]) {
            let steps: Arc<[Step]> = flow.steps_at(language, NOW).into();
            for step in steps.iter().filter(|step| step.r#type != StepType::Review) {
                let Words { flow: texts, .. } = words(language);
                let empty = FlowData {
                    query: "?plain=1".to_owned(),
                    change: true,
                    language,
                    steps: steps.to_vec(),
                    step: step.id.clone(),
                    words: texts.for_island(),
                    ..FlowData::default()
                };
                let own = FlowData {
                    id: "sess_0a".to_owned(),
                    answers: [("other".to_owned(), "Ana</script><!-- \"\u{1f9c0}\"".to_owned())].into_iter().collect(),
                    elsewhere: vec!["another".to_owned()],
                    idle: vec!["third".to_owned(), "fourth".to_owned()],
                    ..empty.clone()
                };
                let marked = blanks.marked(empty);
                let html = drawn(blanks.nonce(), plain, &branding, marked.clone()).await;
                let blank = blanks.keep(key(ambient.id(), &step.id), &html, &marked, Arc::clone(&steps));
                let answers = own.answers_json();
                let (nonce, whole) = (Nonce::new(), own.clone());
                assert_eq!(blank.filled(&own.id, &nonce, &answers), drawn(nonce, plain, &branding, whole).await, "{language:?} {plain} {}", step.id);
                compared += 1;
            }
        }
    }
    assert!(compared >= 6 * 5, "{compared}");
}

#[test]
fn what_is_kept_has_a_bound() {
    let ambient = Ambient::system();
    let blanks = Blanks::new(&ambient);
    let kept = || (blanks.kept.read().expect("a lock").blanks.len(), blanks.kept.read().expect("a lock").bytes);
    let keep = |html: &str| {
        let key = key(ambient.id(), "identity");
        blanks.keep(key.clone(), html, &blanks.marked(FlowData::default()), Arc::default());
        key
    };
    let (mut most, mut most_bytes) = (0, 0);
    for _ in 0..3 * MOST {
        let key = keep("<p>");
        assert!(blanks.get(&key).is_some(), "the newest is kept");
        most = most.max(kept().0);
    }
    assert_eq!(most, MOST);
    let large = "x".repeat(MOST_BYTES / 20);
    for _ in 0..30 {
        keep(&large);
        most_bytes = most_bytes.max(kept().1);
    }
    assert!(most_bytes <= MOST_BYTES && most_bytes > MOST_BYTES / 2, "{most_bytes}");
    let before = kept();
    let key = keep(&"x".repeat(MOST_BYTES));
    assert!(blanks.get(&key).is_none(), "a page that is larger than all that may be kept is not");
    assert_eq!(kept(), before, "and drives none out");
}

#[test]
fn a_page_that_is_kept_again_counts_once() {
    let ambient = Ambient::system();
    let blanks = Blanks::new(&ambient);
    let key = key(ambient.id(), "identity");
    for html in ["<p>", "<main>", "<p>"] {
        blanks.keep(key.clone(), html, &blanks.marked(FlowData::default()), Arc::default());
    }
    assert_eq!(blanks.kept.read().expect("a lock").bytes, 2 * "<p>".len());
}

#[test]
fn a_day_later_a_page_is_another() {
    let flow = Ambient::system().id();
    assert_ne!(Key::new(flow, NOW, Language::En, "identity"), Key::new(flow, NOW.plus_seconds(86_400), Language::En, "identity"));
}
