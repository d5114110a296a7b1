//! A customer with one device. It follows the link, sends what a browser or a native app would send, and keeps its cookies.
//! A clone is the same device; `on_another_device` is another device with the same link.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{StreamExt, stream};
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Client, Method, RequestBuilder, Response};
use tokio::task::JoinHandle;

use super::operator::Link;
use super::{Installation, Reply, SOON, Value, eventually, json, photos};

/// A customer who has a session's id.
#[derive(Clone)]
pub struct Customer {
    pub id: String,
    pub expires_at: String,
    base: String,
    http: Client,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Customer {
    pub fn with_link(installation: &Installation, link: &Link) -> Self {
        assert_eq!(link.url, format!("{}/verify/{}", installation.base(), link.session_id), "the hosted link");
        Self { expires_at: link.expires_at.clone(), ..Self::at(installation, &link.session_id) }
    }

    pub fn at(installation: &Installation, id: &str) -> Self {
        Self { id: id.to_owned(), expires_at: String::new(), base: installation.base(), http: installation.http.clone(), cookies: Arc::default() }
    }

    pub fn on_another_device(&self) -> Self {
        Self { cookies: Arc::default(), ..self.clone() }
    }

    /// The same device with another link.
    pub fn follows(&self, link: &Link) -> Self {
        Self { id: link.session_id.clone(), expires_at: link.expires_at.clone(), ..self.clone() }
    }

    /// The device's cookies by name.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("no request panicked").clone()
    }

    /// A request to any path of the server.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// A request to a path under this session in the public API, such as `/public`.
    pub fn api(&self, method: Method, route: &str) -> RequestBuilder {
        self.request(method, &format!("/kyc-sessions/{}{route}", self.id))
    }

    /// Sends the request with the device's cookies. An error means that the connection broke before the whole answer. Fails
    /// where the server answers with 5xx.
    pub async fn try_send(&self, request: RequestBuilder) -> Result<Reply, reqwest::Error> {
        let reply = self.send_raw(request).await?;
        assert!(reply.status < 500, "the server failed: {} {}", reply.status, reply.text());
        Ok(reply)
    }

    /// The same, but any status is allowed.
    pub async fn send_raw(&self, request: RequestBuilder) -> Result<Reply, reqwest::Error> {
        let cookies: Vec<String> = self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) };
        let response = request.send().await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await?.to_vec();
        for cookie in headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().expect("cookies are ASCII").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie is name=value");
            self.cookies.lock().expect("no request panicked").insert(name.trim().to_owned(), value.trim().to_owned());
        }
        Ok(Reply { status, headers, body })
    }

    /// Sends the request and expects the answer to forbid caching.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let reply = self.try_send(request).await.expect("a whole answer");
        assert_eq!(reply.header("cache-control"), "no-store");
        reply
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn public(&self) -> Reply {
        self.send(self.api(Method::GET, "/public")).await
    }

    pub async fn status(&self) -> String {
        self.public().await.expect(200).json()["status"].as_str().expect("a status").to_owned()
    }

    pub async fn answers(&self) -> Reply {
        self.send(self.api(Method::GET, "/answers")).await
    }

    /// PUT of one step's `userData`.
    pub async fn save(&self, step: &str, user_data: Value) -> Reply {
        let body = json!({ "userData": user_data });
        self.send(self.api(Method::PUT, &format!("/steps/{step}")).json(&body)).await
    }

    /// POST of `userData` to `/complete`.
    pub async fn complete(&self, user_data: Value) -> Reply {
        self.send(self.complete_request(&user_data)).await
    }

    pub fn complete_request(&self, user_data: &Value) -> RequestBuilder {
        self.api(Method::POST, "/complete").json(&json!({ "userData": user_data }))
    }

    /// Uploads a file for a field, with the file name `photo.jpg`.
    pub async fn upload(&self, field: &str, bytes: &[u8]) -> Reply {
        self.send(self.upload_request(field, bytes)).await
    }

    pub fn upload_request(&self, field: &str, bytes: &[u8]) -> RequestBuilder {
        self.api(Method::POST, "/upload").multipart(Form::new().text("field", field.to_owned()).part("file", photo(bytes)))
    }

    /// Starts an upload that sends its first bytes and never ends.
    pub fn begin_upload(&self, bytes: &[u8]) -> JoinHandle<Result<Response, reqwest::Error>> {
        let head = b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n";
        let endless = stream::iter([Ok::<_, std::io::Error>([head, bytes].concat())]).chain(stream::pending());
        let request = self.api(Method::POST, "/upload").header(CONTENT_TYPE, "multipart/form-data; boundary=cut");
        tokio::spawn(request.body(Body::wrap_stream(endless)).send())
    }

    /// Uploads a selfie and returns its URL.
    pub async fn selfie(&self) -> String {
        let uploaded = self.upload("selfie_url", photos::selfie()).await;
        assert!(uploaded.is_success(), "{} {}", uploaded.status, uploaded.text());
        uploaded.json()["url"].as_str().expect("an upload answers a url").to_owned()
    }

    /// Uploads a selfie and completes with it and with a valid name and CPF.
    pub async fn submit(&self) {
        let selfie = self.selfie().await;
        let accepted = self.complete(valid_user_data(&selfie)).await.expect(202).json();
        assert_eq!(accepted, json!({ "status": "PROCESSING" }));
    }

    /// Waits until the session has this status.
    pub async fn wait_for_status(&self, status: &str, within: Duration) {
        eventually(&format!("status {status}"), within, async || (self.status().await == status).then_some(())).await;
    }

    /// Submits and waits for COMPLETED.
    pub async fn finish(&self) {
        self.submit().await;
        self.wait_for_status("COMPLETED", SOON).await;
    }

    /// Expects `/public` to be unchanged and the session to complete normally.
    pub async fn assert_unharmed(&self, before: &Value) {
        assert_eq!(&self.public().await.expect(200).json(), before);
        self.finish().await;
    }

    /// A page of this session: `""` for the link itself, `/{step}` with an optional query for a step.
    pub async fn page(&self, step: &str) -> Reply {
        self.get(&format!("/verify/{}{step}", self.id)).await
    }

    /// Submits a step's form without a file, as a browser without script does.
    pub async fn post_form(&self, step: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request(Method::POST, &format!("/verify/{}/{step}", self.id));
        self.send(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)).await
    }

    /// Submits a step's form with a photo, as a browser without script does.
    pub async fn post_photo(&self, step: &str, field: &str, bytes: &[u8]) -> Reply {
        let form = Form::new().part(field.to_owned(), photo(bytes));
        self.send(self.request(Method::POST, &format!("/verify/{}/{step}", self.id)).multipart(form)).await
    }
}

/// User data with this selfie that passes every check.
pub fn valid_user_data(selfie: &str) -> Value {
    json!({ "name": "User Name", "cpf": "123.456.789-09", "selfie_url": selfie })
}

fn photo(bytes: &[u8]) -> Part {
    Part::bytes(bytes.to_vec()).file_name("photo.jpg").mime_str("image/jpeg").expect("a media type")
}
