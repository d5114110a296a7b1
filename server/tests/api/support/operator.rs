//! An operator at the command line, who runs the binary's commands with `--json` in an installation.

use super::{Installation, Outcome, Value, eventually};

/// The answer of `link create`.
#[derive(Clone, Debug)]
pub struct Link {
    pub session_id: String,
    pub url: String,
    pub expires_at: String,
}

/// Runs commands while the server runs.
#[derive(Clone)]
pub struct Operator {
    installation: Installation,
}

impl Operator {
    pub fn at(installation: &Installation) -> Self {
        Self { installation: installation.clone() }
    }

    /// Runs any command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Outcome {
        self.installation.run(arguments).await
    }

    /// Runs a command that must succeed, and returns its JSON value.
    pub async fn json(&self, arguments: &[&str]) -> Value {
        let mut with_json = arguments.to_vec();
        with_json.push("--json");
        self.run(&with_json).await.json()
    }

    /// `link create --flow minimal` and more arguments.
    pub async fn link_with(&self, arguments: &[&str]) -> Link {
        self.link_of("minimal", arguments).await
    }

    /// A link of any flow.
    pub async fn link_of(&self, flow: &str, arguments: &[&str]) -> Link {
        let mut whole = vec!["link", "create", "--flow", flow];
        whole.extend(arguments);
        let answer = self.json(&whole).await;
        let text = |key: &str| answer[key].as_str().unwrap_or_else(|| panic!("{key} in {answer}")).to_owned();
        Link { session_id: text("sessionId"), url: text("url"), expires_at: text("expiresAt") }
    }

    /// `flow import`.
    pub async fn import_flow(&self, flow: &Value) -> Value {
        let file = self.installation.home().join("flow.json");
        std::fs::write(&file, flow.to_string()).expect("writes the flow");
        self.json(&["flow", "import", file.to_str().expect("a path in UTF-8")]).await
    }

    /// `list import` of a list of accounts.
    pub async fn import_list(&self, name: &str, csv: &str) -> Value {
        self.import_list_of(name, "account", csv).await
    }

    /// The same with values of this kind.
    pub async fn import_list_of(&self, name: &str, kind: &str, csv: &str) -> Value {
        let file = self.installation.home().join("list.csv");
        std::fs::write(&file, csv).expect("writes the list");
        self.json(&["list", "import", name, file.to_str().expect("a path in UTF-8"), "--kind", kind]).await
    }

    /// `session show`, by id or ref.
    pub async fn session(&self, which: &str) -> Value {
        self.json(&["session", "show", which]).await
    }

    /// The `ref` of a session.
    pub async fn session_ref(&self, id: &str) -> String {
        self.session(id).await["ref"].as_str().expect("session show answers a ref").to_owned()
    }

    /// `webhook add`.
    pub async fn add_webhook(&self, url: &str) -> Value {
        self.json(&["webhook", "add", url]).await
    }

    /// `operator add`: returns the invitation link.
    pub async fn invite(&self, email: &str, role: &str) -> String {
        let invited = self.json(&["operator", "add", email, "--role", role]).await;
        assert_eq!((invited["email"].as_str(), invited["role"].as_str()), (Some(email), Some(role)), "{invited}");
        invited["inviteUrl"].as_str().expect("operator add answers an invitation").to_owned()
    }

    /// `api-key create` with these scopes.
    pub async fn add_key(&self, scopes: &[&str]) -> Value {
        let mut whole = vec!["api-key", "create"];
        whole.extend(scopes.iter().flat_map(|scope| ["--scope", *scope]));
        self.json(&whole).await
    }

    /// `settings set session-api`: `on` or `off`.
    pub async fn set_session_api(&self, value: &str) {
        self.json(&["settings", "set", "session-api", value]).await;
    }

    /// The only delivery of a session, once it has this many recorded attempts.
    pub async fn delivery_with_attempts(&self, id: &str, attempts: usize, within: std::time::Duration) -> Value {
        eventually(&format!("{attempts} recorded attempts"), within, async || {
            let shown = self.session(id).await;
            let deliveries = shown["deliveries"].as_array().expect("session show answers deliveries");
            assert!(deliveries.len() <= 1, "one event to one endpoint is one delivery: {shown}");
            let only = deliveries.first()?;
            (only["attempts"].as_array().map_or(0, Vec::len) >= attempts).then(|| only.clone())
        })
        .await
    }
}
