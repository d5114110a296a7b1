//! The resume cookie: which device wrote what. Reading never sets it, so that a link preview cannot claim a session.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::{ids::SessionId, session::Timestamp};

use crate::{app::App, model::Device};

/// A device, and the cookie to set where it had none.
pub struct Known {
    /// The hash that rows remember.
    pub device: Device,
    /// The `Set-Cookie` value.
    pub set_cookie: Option<HeaderValue>,
}

fn is_https(app: &App) -> bool {
    app.public_url.starts_with("https://")
}

fn cookie_name(app: &App, id: &SessionId) -> String {
    let hash = Sha256::digest(id.expose().as_bytes());
    let digits: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let prefix = if is_https(app) { "__Host-fs_" } else { "fs_" };
    format!("{prefix}{digits}")
}

/// A cookie's value.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The device that this request comes from, where it shows a cookie.
pub fn of(app: &App, headers: &HeaderMap, id: &SessionId) -> Option<Device> {
    let token = URL_SAFE_NO_PAD.decode(cookie(headers, &cookie_name(app, id))?).ok()?;
    (token.len() == 32).then(|| Sha256::digest(token).into())
}

/// The device that this request comes from; where it shows no cookie, a new one.
pub fn known_or_new(app: &App, headers: &HeaderMap, id: &SessionId, expires_at: Timestamp) -> Known {
    if let Some(device) = of(app, headers, id) {
        return Known { device, set_cookie: None };
    }
    let token: [u8; 32] = app.ambient.random();
    let seconds = ((expires_at.0 - app.ambient.now().0) / 1_000_000).max(1);
    let attributes = if is_https(app) { "Secure; SameSite=None; Partitioned" } else { "SameSite=Lax" };
    let name = cookie_name(app, id);
    let value = format!("{name}={}; Path=/; HttpOnly; Max-Age={seconds}; {attributes}", URL_SAFE_NO_PAD.encode(token));
    Known { device: Sha256::digest(token).into(), set_cookie: HeaderValue::from_str(&value).ok() }
}
