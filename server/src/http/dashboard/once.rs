//! What is shown once: it goes from the POST that made it to the page that shows it in a sealed cookie, which that page takes
//! away. So a page that is loaded again neither makes nor shows anything again, whichever process answers.

use app::dashboard::data::ShownOnce;
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{app::App, http::device, operators::SignedIn};

/// The most characters of what it is called: an address may be longer than a cookie.
const NAME: usize = 200;
/// Seconds in which the page has to be there.
const SECONDS: i64 = 60;

fn cookie_name(app: &App) -> &'static str {
    if app.public_url.starts_with("https://") { "__Host-fs_once" } else { "fs_once" }
}

fn with_cookie(app: &App, mut response: Response, value: &str, seconds: i64) -> Response {
    let secure = if app.public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}", cookie_name(app));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// On to the page that shows it, to this operator alone.
pub fn go(app: &App, page: &'static str, operator: &SignedIn, of: &str, secret: &str) -> Response {
    let until = app.ambient.now().plus_seconds(SECONDS).0;
    let plain = format!("{until}\n{secret}\n{}", of.chars().take(NAME).collect::<String>());
    let sealed = app.vault.seal_own("shown_once", page, &operator.id.to_string(), plain.as_bytes());
    with_cookie(app, Redirect::to(page).into_response(), &URL_SAFE_NO_PAD.encode(sealed), SECONDS)
}

/// What this page shows this operator now, and never again.
pub fn take(app: &App, page: &'static str, operator: &SignedIn, headers: &HeaderMap) -> Option<ShownOnce> {
    let sealed = URL_SAFE_NO_PAD.decode(device::cookie(headers, cookie_name(app))?).ok()?;
    let plain = app.vault.open_own("shown_once", page, &operator.id.to_string(), &sealed).ok()?;
    let (until, rest) = str::from_utf8(&plain).ok()?.split_once('\n')?;
    let (secret, of) = rest.split_once('\n')?;
    let is_over = until.parse().map_or(true, |until: i64| app.ambient.now().0 >= until);
    (!is_over).then(|| ShownOnce { of: of.to_owned(), secret: secret.to_owned() })
}

/// The page that has shown it.
pub fn shown(app: &App, response: Response) -> Response {
    with_cookie(app, response, "", 0)
}
