//! The cookie that keeps an operator signed in.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

use crate::{
    http::device,
    kit::Kit,
    operators::{SIGN_IN_SECONDS, Token},
};

/// The cookie's name. A new name would sign everybody out.
fn name(kit: &Kit) -> &'static str {
    if kit.public_url.starts_with("https://") { "__Host-fs_desk" } else { "fs_desk" }
}

/// The token in a browser's cookie.
pub fn token<'a>(kit: &Kit, headers: &'a HeaderMap) -> Option<&'a str> {
    device::cookie(headers, name(kit))
}

/// Sets the cookie to this token, or deletes it.
pub fn with_token(kit: &Kit, mut response: Response, token: Option<&Token>) -> Response {
    let secure = if kit.public_url.starts_with("https://") { "; Secure" } else { "" };
    let (value, seconds) = token.map_or(("", 0), |token| (token.expose(), SIGN_IN_SECONDS));
    let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", name(kit));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
