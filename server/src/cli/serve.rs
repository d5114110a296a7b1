//! `serve`: the server itself.

use std::sync::Arc;

use serde_json::json;
use server::{
    actor::Actor,
    app::App,
    clock::Ambient,
    config::{self, Config, WrongSetting},
    error::CommandError,
    flows, http,
    installation::Purpose,
    operators,
    sessions::create::{self, NewSession},
    webhooks,
};
use tracing::info;

use super::printed::{Printed, failed};

/// Serves until SIGTERM or Ctrl-C.
pub async fn serve(mut config: Config, demo: bool, sends: bool, as_json: bool) -> Result<(), CommandError> {
    if demo {
        refuse_public_demo(&config)?;
    }
    let address = config.listen;
    let busy = |error: std::io::Error| {
        WrongSetting::new("FLOW_LISTEN", address.to_string(), format!("cannot be listened on: {error}; allowed is a free address of this machine"))
    };
    let listener = http::serve::listen(address).map_err(busy)?;
    config.listen = listener.local_addr().map_err(busy)?;
    let address = config.listen;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(failed)?;
    let app = Arc::new(App::open(config, Ambient::system(), Purpose::Make).await?);
    if sends {
        webhooks::roots::say(config::ssl_cert_file().as_deref());
    } else {
        info!("this process sends no webhooks (--no-webhooks); events are kept until another process sends them, or this one after a start without it");
    }
    http::files::raise_limit();
    let link = if demo {
        // A database may have been created before the bundled flows had a demo.
        let flow = if flows::newest(&app.kit, "demo").await.is_ok() { "demo" } else { "minimal" };
        let new = NewSession { flow: flow.into(), customer: None, ttl_seconds: None, locale: None, return_url: None };
        Some(create::create(&app.kit, new, Actor::CommandLine).await.map_err(failed)?.url)
    } else {
        None
    };
    let sign_in = if demo { Some(operators::demo_url(&app.kit).await.map_err(failed)?) } else { None };
    let set_up = if demo { None } else { operators::set_up_url(&app.kit, &app.set_up).await.map_err(failed)? };
    let links = [
        ("A customer's link, to try", &link),
        ("The dashboard, signed in once within 15 minutes", &sign_in),
        ("The first administrator is set up at", &set_up),
    ];
    let lines: String = links.iter().filter_map(|(what, url)| Some(format!("\n  {what}:\n  {}\n", url.as_ref()?))).collect();
    let text = format!("listening on http://{address}{}{lines}", if lines.is_empty() { "" } else { "\n" });
    let json = json!({ "listening": format!("http://{address}"), "link": link, "signInUrl": sign_in, "setUpUrl": set_up });
    Printed { json, text }.print(as_json)?;
    server::run(app, listener, sends, async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    })
    .await
    .map_err(failed)
}

/// A demo prints links that let anyone in, so it must be reachable only from this machine.
fn refuse_public_demo(config: &Config) -> Result<(), WrongSetting> {
    if !config.listen.ip().is_loopback() {
        return Err(WrongSetting::new("FLOW_LISTEN", config.listen.to_string(), "is not loopback; with --demo allowed is such as 127.0.0.1:3000"));
    }
    let is_loopback = |url: &url::Url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match &config.public_url {
        Some(url) if !is_loopback(url) => {
            Err(WrongSetting::new("FLOW_PUBLIC_URL", url.as_str(), "is not loopback; with --demo allowed is such as http://localhost:3000"))
        }
        _ => Ok(()),
    }
}
