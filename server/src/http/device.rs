//! The resume cookie: it identifies the device that wrote a value. Only requests that write set it, so that a link preview cannot become
//! the device of a session.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::{ids::SessionId, session::Timestamp};

use crate::{kit::Kit, model::Device};

/// A device, and the cookie to set if it had none.
pub struct Known {
    /// The hash of the cookie, which rows store.
    pub device: Device,
    /// The value of `Set-Cookie`; `None` if the device has its cookie already.
    pub set_cookie: Option<HeaderValue>,
}

fn is_https(kit: &Kit) -> bool {
    kit.public_url.starts_with("https://")
}

fn cookie_name(kit: &Kit, id: &SessionId) -> String {
    let hash = Sha256::digest(id.expose().as_bytes());
    let digits: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let prefix = if is_https(kit) { "__Host-fs_" } else { "fs_" };
    format!("{prefix}{digits}")
}

/// A cookie's value.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The device that a request comes from, if it has a cookie.
pub fn of(kit: &Kit, headers: &HeaderMap, id: &SessionId) -> Option<Device> {
    let token = URL_SAFE_NO_PAD.decode(cookie(headers, &cookie_name(kit, id))?).ok()?;
    (token.len() == 32).then(|| Sha256::digest(token).into())
}

/// The device that a request comes from, or a new one if it has no cookie.
pub fn known_or_new(kit: &Kit, headers: &HeaderMap, id: &SessionId, expires_at: Timestamp) -> Known {
    if let Some(device) = of(kit, headers, id) {
        return Known { device, set_cookie: None };
    }
    let token: [u8; 32] = kit.ambient.random();
    let seconds = ((expires_at.0 - kit.ambient.now().0) / 1_000_000).max(1);
    let attributes = if is_https(kit) { "Secure; SameSite=None; Partitioned" } else { "SameSite=Lax" };
    let name = cookie_name(kit, id);
    let value = format!("{name}={}; Path=/; HttpOnly; Max-Age={seconds}; {attributes}", URL_SAFE_NO_PAD.encode(token));
    Known { device: Sha256::digest(token).into(), set_cookie: HeaderValue::from_str(&value).ok() }
}
