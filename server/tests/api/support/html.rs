//! A small, strict reader of HTML: tags and their attributes.

/// Every opening tag of this name, from `<` to `>`.
pub fn tags<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!("<{name}");
    let starts = page.match_indices(&opening).map(|(at, _)| &page[at..]);
    let whole = starts.filter_map(|rest| Some(&rest[..=end_of_tag(rest)?]));
    whole.filter(|tag| tag[opening.len()..].starts_with([' ', '>', '/', '\n'])).collect()
}

/// The position of the first `>` outside quotes.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    })
}

/// The only tag of this name.
#[track_caller]
pub fn only_tag<'a>(page: &'a str, name: &str) -> &'a str {
    let all = tags(page, name);
    assert_eq!(all.len(), 1, "<{name}> in {page}");
    all[0]
}

/// The text of some HTML, without tags and comments.
pub fn text_of(html: &str) -> String {
    let mut parts = html.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    let text = parts.fold(first, |text, part| text + part.split_once('>').map_or("", |(_, rest)| rest));
    decoded(&text)
}

fn decoded(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

/// An attribute's value with its entities decoded, or `None` without the attribute.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let opening = format!(" {name}=\"");
    let value = &tag[tag.find(&opening)? + opening.len()..];
    Some(decoded(&value[..value.find('"')?]))
}

/// The inputs with this name.
pub fn inputs<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    tags(page, "input").into_iter().filter(|tag| attribute(tag, "name").as_deref() == Some(name)).collect()
}

/// The value of the only input with this name.
#[track_caller]
pub fn value_of(page: &str, name: &str) -> String {
    let found = inputs(page, name);
    assert_eq!(found.len(), 1, "the input {name} in {page}");
    attribute(found[0], "value").unwrap_or_default()
}

/// Whether the page links to an input with this name, as an error summary does.
pub fn is_linked(page: &str, name: &str) -> bool {
    let mut ids = inputs(page, name).into_iter().filter_map(|input| attribute(input, "id"));
    let links: Vec<String> = tags(page, "a").into_iter().filter_map(|link| attribute(link, "href")).collect();
    ids.any(|id| links.contains(&format!("#{id}")))
}

/// The links of a page that start with this text: each once, in order.
pub fn links(page: &str, beginning: &str) -> Vec<String> {
    let all = tags(page, "a").into_iter().filter_map(|link| attribute(link, "href"));
    let mut found = Vec::new();
    for link in all.filter(|link| link.starts_with(beginning)) {
        if !found.contains(&link) {
            found.push(link);
        }
    }
    found
}

/// The page without its nonces, which differ each time.
pub fn without_nonces(page: &str) -> String {
    let mut parts = page.split("nonce=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |page, part| page + part.split_once('"').map_or("", |(_, rest)| rest))
}
