//! An operator's browser at the dashboard. It keeps its cookie, sends forms as our pages do, and follows no redirect.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::header::{CONTENT_TYPE, COOKIE};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use url::Url;

use super::{Customer, Installation, Operator, Reply};

/// A password that is long enough.
pub const PASSWORD: &str = "correct horse battery staple";

/// A browser and the e-mail of the operator who uses it.
#[derive(Clone)]
pub struct Browser {
    pub email: String,
    /// Sends requests and keeps cookies; it has no session id.
    client: Customer,
}

impl Browser {
    /// A browser where nobody is signed in.
    pub fn signed_out(installation: &Installation) -> Self {
        Self { email: String::new(), client: Customer::at(installation, "") }
    }

    /// Invites an operator with this role, chooses a password and so signs them in.
    pub async fn signed_in(installation: &Installation, role: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self::signed_in_as(installation, &format!("{}{number}@example.com", role.to_lowercase()), role).await
    }

    /// The same with this e-mail.
    pub async fn signed_in_as(installation: &Installation, email: &str, role: &str) -> Self {
        let browser = Self { email: email.to_owned(), ..Self::signed_out(installation) };
        let invitation = Operator::at(installation).invite(email, role).await;
        assert_eq!(browser.choose_password(&path_of(&invitation)).await.see_other(), "/dashboard");
        browser
    }

    /// Sends the form of an invitation.
    pub async fn choose_password(&self, path: &str) -> Reply {
        self.post(path, &[("password", PASSWORD), ("password_again", PASSWORD)]).await
    }

    /// What sends its requests, for answers that [`Browser::send`] does not allow.
    pub const fn client(&self) -> &Customer {
        &self.client
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, path)
    }

    /// Sends the request with the browser's cookies and expects the answer to forbid caching.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        self.client.send(request).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.client.get(path).await
    }

    /// The text of a page that answers 200.
    pub async fn page(&self, path: &str) -> String {
        self.get(path).await.expect(200).text()
    }

    /// A form without any header that says which site sent it.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.request(Method::POST, path).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
    }

    /// Submits a form as one of our own pages does.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(self.form(path, fields).header("sec-fetch-site", "same-origin")).await
    }

    /// The same, as a browser with a person before it: it asks for a page.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(self.form(path, fields).header("sec-fetch-site", "same-origin").header("accept", "text/html,*/*;q=0.8")).await
    }

    /// Reveals a session or a dossier, and returns the address of the revealed page and its text.
    pub async fn reveal(&self, path: &str, fields: &[(&str, &str)]) -> (String, String) {
        let revealed = self.post(&format!("{path}/reveal"), fields).await.see_other();
        let page = self.page(&revealed).await;
        (revealed, page)
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Reply {
        self.post("/dashboard/sign-in", &[("email", email), ("password", password)]).await
    }

    /// The name and token of the sign-in cookie.
    pub fn cookie(&self) -> (String, String) {
        self.client.cookies().into_iter().find(|(name, _)| name.ends_with("fs_desk")).expect("a cookie of the dashboard")
    }

    /// Whether a browser with only this cookie is signed in.
    pub async fn accepts_cookie(&self, (name, token): &(String, String)) -> bool {
        let other = self.client.on_another_device();
        let reply = other.send(other.request(Method::GET, "/dashboard").header(COOKIE, format!("{name}={token}"))).await;
        !reply.see_other().starts_with("/dashboard/sign-in")
    }

    pub async fn is_signed_in(&self) -> bool {
        self.accepts_cookie(&self.cookie()).await
    }

    /// The address of the dossier with this reference, if it exists.
    pub async fn dossier(&self, reference: &str) -> Option<String> {
        let reply = self.post("/dashboard/customers", &[("q", reference)]).await;
        (reply.status != 200).then(|| reply.see_other())
    }
}

/// The form that imports a list, with this file, as one of our own pages sends it.
pub fn list_file(request: RequestBuilder, csv: impl Into<String>) -> RequestBuilder {
    let file = Part::bytes(csv.into().into_bytes()).file_name("list.csv");
    request.header("sec-fetch-site", "same-origin").multipart(Form::new().part("file", file))
}

/// The path of a link, without its origin.
pub fn path_of(link: &str) -> String {
    Url::parse(link).unwrap_or_else(|error| panic!("{link}: {error}")).path().to_owned()
}
