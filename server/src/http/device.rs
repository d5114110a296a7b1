//! The resume cookie: it identifies the device that wrote a value. Only requests that write set it, so that a link preview cannot become
//! the device of a session. A cookie that no write of this server set counts as none. A device keeps at most 30 of them, because each is
//! sent with every request and proxies refuse long ones.

use std::net::IpAddr;

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::ids::SessionId;

use super::cookie::{self, Sent};
use crate::{
    failure::Failure,
    kit::Kit,
    model::{Device, Visit},
    sessions::open::{self, Opened},
};

/// The most resume cookies on one device.
const MOST: usize = 30;
/// The most cookies that one answer deletes, so that its headers stay within what proxies take. The next write deletes the others.
const MOST_DELETED: usize = 10;
/// Characters of the hash of a session's id in the name of its cookie.
const DIGITS: usize = 16;
/// Random bytes in a cookie. The time in which it was set follows them.
const TOKEN: usize = 32;

/// A device, and the cookies to set for it.
pub struct Known {
    /// The hash of the cookie, which rows store.
    pub device: Device,
    /// Values of `Set-Cookie`: the device's cookie if it had none, and the deletion of cookies that are too many.
    cookies: Vec<HeaderValue>,
}

impl Known {
    /// Sets the device's cookies, with the answer to a request that wrote something.
    pub fn set_on(self, mut response: Response) -> Response {
        for cookie in self.cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

fn cookie_name(kit: &Kit, id: &SessionId) -> String {
    let hash = Sha256::digest(id.expose().as_bytes());
    let digits: String = hash[..DIGITS / 2].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}{digits}", cookie::prefix(kit))
}

/// The session may be in a page that a company's site frames.
fn set(kit: &Kit, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    cookie::set(kit, name, value, seconds, Sent::Everywhere)
}

/// The token in a resume cookie, and the second since 1970 in which it was set; 0 for a cookie of an earlier build, which has no time.
fn parts(value: &str) -> Option<([u8; TOKEN], i64)> {
    let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
    let (token, seconds) = bytes.split_first_chunk::<TOKEN>()?;
    let seconds = if seconds.is_empty() { 0 } else { i64::from_be_bytes(seconds.try_into().ok()?) };
    Some((*token, seconds))
}

/// The device that a request says it comes from, if it has a cookie. Only a device that wrote something finds anything by it.
pub fn of(kit: &Kit, headers: &HeaderMap, id: &SessionId) -> Option<Device> {
    let (token, _) = parts(cookie::value(headers, &cookie_name(kit, id))?)?;
    Some(Sha256::digest(token).into())
}

/// The device that a request comes from, or a new one if it has no cookie that a write to this session set.
///
/// # Errors
/// If the store does not answer.
pub async fn known_or_new(kit: &Kit, headers: &HeaderMap, opened: &Opened) -> Result<Known, Failure> {
    let name = cookie_name(kit, &opened.id);
    if let Some(device) = of(kit, headers, &opened.id)
        && open::has_written(kit, opened, device).await?
    {
        return Ok(Known { device, cookies: too_many(kit, headers, &name) });
    }
    let token: [u8; TOKEN] = kit.ambient.random();
    let now = kit.ambient.now();
    let seconds = ((opened.session.expires_at.0 - now.0) / 1_000_000).max(1);
    let value = URL_SAFE_NO_PAD.encode([&token[..], &(now.0 / 1_000_000).to_be_bytes()].concat());
    let own = set(kit, &name, &value, seconds);
    Ok(Known { device: Sha256::digest(token).into(), cookies: own.into_iter().chain(too_many(kit, headers, &name)).collect() })
}

/// Where a request of this device comes from. The resume cookies of other sessions that it sent are of the same device.
pub fn visit(kit: &Kit, headers: &HeaderMap, known: &Known, address: IpAddr) -> Visit {
    let others = cookie::all(headers).filter(|(name, _)| is_resume(kit, name)).filter_map(|(_, value)| parts(value));
    let others = others.map(|(token, _)| Sha256::digest(token).into()).filter(|device| *device != known.device);
    Visit { address, devices: std::iter::once(known.device).chain(others.take(MOST)).collect() }
}

/// Whether a cookie of this name is a resume cookie of any session.
fn is_resume(kit: &Kit, name: &str) -> bool {
    name.strip_prefix(cookie::prefix(kit)).is_some_and(|hash| hash.len() == DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Deletes resume cookies of other sessions, the oldest first, so that the device keeps [`MOST`] with the one of this session.
fn too_many(kit: &Kit, headers: &HeaderMap, own: &str) -> Vec<HeaderValue> {
    let others = cookie::all(headers).filter(|(name, _)| is_resume(kit, name) && *name != own);
    let mut others: Vec<(i64, &str)> = others.map(|(name, value)| (parts(value).map_or(0, |(_, seconds)| seconds), name)).collect();
    // The sort is stable, and browsers send the oldest cookie first: that decides between cookies without a time.
    others.sort_by_key(|(seconds, _)| *seconds);
    let surplus = (others.len() + 1).saturating_sub(MOST).min(MOST_DELETED);
    others[..surplus].iter().filter_map(|(_, name)| set(kit, name, "", 0)).collect()
}
