//! An operator at the dashboard: a browser that keeps its cookie, sends forms as our own pages do, and follows no redirect.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::header::{CONTENT_TYPE, COOKIE};
use reqwest::{Method, RequestBuilder};
use url::Url;

use super::{Customer, Operator, Place, Reply};

/// Long enough for anybody.
pub const PASSWORD: &str = "correct horse battery staple";

/// A browser, and who sits before it.
#[derive(Clone)]
pub struct Desk {
    pub email: String,
    /// What sends and keeps cookies; it has no session's id.
    browser: Customer,
}

impl Desk {
    /// A browser where nobody is signed in.
    pub fn empty(place: &Place) -> Self {
        Self { email: String::new(), browser: Customer::at(place, "") }
    }

    /// Somebody who was invited with this role, chose a password, and so is signed in.
    pub async fn of(place: &Place, role: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self::named(place, &format!("{}{number}@example.com", role.to_lowercase()), role).await
    }

    /// The same with this e-mail.
    pub async fn named(place: &Place, email: &str, role: &str) -> Self {
        let desk = Self { email: email.to_owned(), ..Self::empty(place) };
        let invitation = Operator::at(place).invite(email, role).await;
        assert_eq!(desk.choose_password(&path_of(&invitation)).await.see_other(), "/dashboard");
        desk
    }

    /// Sends the form of an invitation.
    pub async fn choose_password(&self, path: &str) -> Reply {
        self.post(path, &[("password", PASSWORD), ("password_again", PASSWORD)]).await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.browser.request(method, path)
    }

    /// Sends it with this browser's cookies. No answer of the dashboard may be stored.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        self.browser.send(request).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.browser.get(path).await
    }

    /// The text of a page that is there.
    pub async fn page(&self, path: &str) -> String {
        self.get(path).await.expect(200).text()
    }

    /// A form, without a word of where it comes from.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.request(Method::POST, path).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
    }

    /// Submits a form of one of our own pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(self.form(path, fields).header("sec-fetch-site", "same-origin")).await
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Reply {
        self.post("/dashboard/sign-in", &[("email", email), ("password", password)]).await
    }

    /// The cookie that stands for who is signed in: its name and the token.
    pub fn cookie(&self) -> (String, String) {
        self.browser.cookies().into_iter().find(|(name, _)| name.ends_with("fs_desk")).expect("a cookie of the dashboard")
    }

    /// Whether a browser with this cookie alone is let in.
    pub async fn lets_in(&self, (name, token): &(String, String)) -> bool {
        let other = self.browser.on_another_device();
        let reply = other.send(other.request(Method::GET, "/dashboard").header(COOKIE, format!("{name}={token}"))).await;
        !reply.see_other().starts_with("/dashboard/sign-in")
    }

    pub async fn is_signed_in(&self) -> bool {
        self.lets_in(&self.cookie()).await
    }

    /// The address of the dossier with this reference, where there is one.
    pub async fn dossier(&self, reference: &str) -> Option<String> {
        let reply = self.post("/dashboard/customers", &[("q", reference)]).await;
        (reply.status != 200).then(|| reply.see_other())
    }
}

/// The path of a link, whatever the public URL is.
pub fn path_of(link: &str) -> String {
    Url::parse(link).unwrap_or_else(|error| panic!("{link}: {error}")).path().to_owned()
}
