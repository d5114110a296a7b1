//! Shows a new secret, such as an API key, exactly once. An encrypted cookie carries it from the POST that made it to the page that
//! shows it. That page deletes the cookie, and the database remembers that it was shown. So loading the page again neither makes a new
//! secret nor shows the old one, and any process can answer.

use app::{
    components::layout::Site,
    dashboard::{form::Refused, layout::Viewer, once::ShownOnce},
};
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::IntoView;

use super::{
    carried::{self, Carried},
    page::Page,
};
use crate::{
    http::{
        cookie::{self, Sent},
        problems::ApiError,
    },
    kit::Kit,
    operators, sealed,
};

/// The most characters of the name of the secret's owner in the cookie. An endpoint's URL may be longer than a cookie.
const MAX_NAME: usize = 200;
/// Seconds after which the page no longer shows the secret.
const SECONDS: i64 = 60;

fn cookie_name(kit: &Kit) -> String {
    format!("{}once", cookie::prefix(kit))
}

fn with_cookie(kit: &Kit, mut response: Response, value: &str, seconds: i64) -> Response {
    if let Some(cookie) = cookie::set(kit, &cookie_name(kit), value, seconds, Sent::FromOurPages) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Redirects to the page at this address, which shows the secret to this sign-in only. `of` names what the secret belongs to.
pub fn go(page: &Page, address: &'static str, of: &str, secret: &str) -> Response {
    let kit = &page.context.app.kit;
    let of: String = of.chars().take(MAX_NAME).collect();
    let token = carried::seal(kit, &sealed::shown_once(address, &page.operator.sign_in), SECONDS, &(of, secret));
    with_cookie(kit, Redirect::to(address).into_response(), &token, SECONDS)
}

/// The secret in the cookie for the page at this address, once: after that the cookie, or a copy of it, shows nothing.
async fn take(page: &Page, address: &'static str, headers: &HeaderMap) -> Result<Option<ShownOnce>, ApiError> {
    let kit = &page.context.app.kit;
    let token = cookie::value(headers, &cookie_name(kit)).unwrap_or_default();
    let Some(Carried { value: (of, secret), until, sealed }) = carried::open(kit, &sealed::shown_once(address, &page.operator.sign_in), token) else {
        return Ok(None);
    };
    let is_first = operators::show_once(kit, &sealed, until).await?;
    Ok(is_first.then_some(ShownOnce { of, secret }))
}

/// What a page shows besides its list: a secret, or why its form was refused.
pub struct Shown {
    status: StatusCode,
    once: Option<ShownOnce>,
    refused: Refused,
}

impl Shown {
    /// The secret for the page at this address, if there is one that no page has shown yet; and what the page keeps of a refused form.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn once(page: &Page, address: &'static str, headers: &HeaderMap) -> Result<Self, ApiError> {
        Ok(Self { status: StatusCode::OK, once: take(page, address, headers).await?, refused: page.kept() })
    }

    /// A form that was refused.
    pub fn refused(refused: Refused) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, once: None, refused }
    }

    /// Redirects a browser from a form that was refused to the page at this address.
    pub fn redirect(&self, page: &Page, address: &str) -> Option<Response> {
        page.redirect(address, &self.refused)
    }

    /// Draws the page, and deletes the secret's cookie.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn draw<V: IntoView + 'static>(
        self,
        page: &Page,
        view: impl Fn(Site, Viewer, Option<ShownOnce>, Refused) -> V + Clone + Send + Sync + 'static,
    ) -> Result<Response, ApiError> {
        let Self { status, once, refused } = self;
        // With script, a secret has a button to copy it.
        let has_secret = once.is_some();
        let drawn = page.draw(status, has_secret, move |site, viewer| view(site, viewer, once.clone(), refused.clone())).await?;
        Ok(if has_secret { with_cookie(&page.context.app.kit, drawn, "", 0) } else { drawn })
    }
}
