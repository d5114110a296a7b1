//! The cookie that keeps an operator signed in, and the one by which a browser is known where operators signed in before.

use axum::{
    http::{HeaderMap, header},
    response::Response,
};

use crate::{
    http::cookie::{self, Sent},
    kit::Kit,
    operators::{self, DEVICE_SECONDS, DeviceNumber, SIGN_IN_SECONDS, Token},
};

/// The cookie's name. A new name would sign everybody out.
fn name(kit: &Kit) -> String {
    format!("{}desk", cookie::prefix(kit))
}

/// The token in a browser's cookie.
pub fn token<'a>(kit: &Kit, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie::value(headers, &name(kit))
}

/// Sets the cookie to this token, or deletes it.
pub fn with_token(kit: &Kit, response: Response, token: Option<&Token>) -> Response {
    let (value, seconds) = token.map_or(("", 0), |token| (token.expose(), SIGN_IN_SECONDS));
    with_cookie(kit, response, &name(kit), value, seconds)
}

fn device_name(kit: &Kit) -> String {
    format!("{}device", cookie::prefix(kit))
}

/// The number of a browser on which the operator with this e-mail address signed in before.
pub fn device(kit: &Kit, headers: &HeaderMap, email: &str) -> Option<DeviceNumber> {
    operators::known_device(kit, cookie::value(headers, &device_name(kit))?, email)
}

/// Makes the browser known as one on which the operator with this e-mail address signed in.
pub fn with_device(kit: &Kit, response: Response, headers: &HeaderMap, email: &str) -> Response {
    let before = cookie::value(headers, &device_name(kit)).unwrap_or_default();
    with_cookie(kit, response, &device_name(kit), &operators::with_device(kit, before, email), DEVICE_SECONDS)
}

fn with_cookie(kit: &Kit, mut response: Response, name: &str, value: &str, seconds: i64) -> Response {
    if let Some(cookie) = cookie::set(kit, name, value, seconds, Sent::WithLinks) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
