//! The whole route table, grouped by who calls the routes. For the dashboard it also says what an operator must be allowed to do.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::HeaderValue,
    middleware,
    routing::{get, post, put},
};

use shared::role::May;

use crate::http::{
    Context, artifacts, body, branding,
    dashboard::{
        access::{anyone, may},
        account, backtests, dossiers, entrance, links, lists, operators, problem_pages,
        rules::{self as desk_rules, editor, presets as desk_presets},
        sessions, settings,
        start::{missing, start},
        transactions as desk_transactions,
    },
    events, fallback, health, integrators, pages, problems, rules, serve, session_api, site, transactions, uploads,
};

/// Every path, method and handler.
pub fn router(context: Context) -> Router {
    let people = context.clone();
    let is_https = context.app.kit.public_url.starts_with("https://");
    let hsts = context.app.config.hsts.as_deref().filter(|_| is_https).and_then(|value| HeaderValue::from_str(value).ok());

    let customers = Router::new()
        // Pages
        .route("/", get(pages::nowhere))
        .route("/verify", get(pages::nowhere))
        .route("/verify/", get(pages::nowhere))
        .route("/verify/{id}", get(pages::start))
        .route("/verify/{id}/", get(pages::start_with_slash))
        .route("/verify/{id}/{step}", get(pages::step).post(pages::post))
        .route("/verify/{id}/{step}/", get(pages::step_with_slash))
        // The public session API
        .route("/kyc-sessions/{id}/public", get(session_api::public))
        .route("/kyc-sessions/{id}/events", get(events::events))
        .route("/kyc-sessions/{id}/answers", get(session_api::answers))
        .route("/kyc-sessions/{id}/upload", post(uploads::upload))
        .route("/kyc-sessions/{id}/artifacts/{artifact}", get(artifacts::artifact))
        .route("/kyc-sessions/{id}/steps/{step}", put(session_api::save_step))
        .route("/kyc-sessions/{id}/complete", post(session_api::complete));

    let integrators = Router::new()
        .route("/kyc-sessions", post(integrators::create))
        .route("/kyc-sessions/{id}", get(integrators::show))
        .route("/rules", get(rules::list))
        .route("/rules/{name}", get(rules::show).put(rules::put))
        .route("/transactions", post(transactions::create))
        .route("/transactions/batch", post(transactions::create_batch))
        .route("/transactions/{id}", get(transactions::show))
        .route("/problems/{code}", get(problems::explain));

    let desk = Router::new()
        // Signing in and out
        .route("/dashboard/sign-in", anyone(&context, get(entrance::sign_in_page)))
        .route("/dashboard/sign-in", anyone(&context, post(entrance::sign_in)))
        .route("/dashboard/set-up/{token}", anyone(&context, get(entrance::set_up_page)))
        .route("/dashboard/set-up/{token}", anyone(&context, post(entrance::set_up)))
        .route("/dashboard/invitation/{token}", anyone(&context, get(entrance::invitation_page)))
        .route("/dashboard/invitation/{token}", anyone(&context, post(entrance::accept)))
        .route("/dashboard/reset/{token}", anyone(&context, get(entrance::reset_page)))
        .route("/dashboard/reset/{token}", anyone(&context, post(entrance::reset)))
        .route("/dashboard/one-time/{token}", anyone(&context, get(entrance::one_time_page)))
        .route("/dashboard/one-time/{token}", anyone(&context, post(entrance::one_time)))
        .route("/dashboard/language", anyone(&context, post(entrance::language)))
        .route("/dashboard/sign-out", may(&context, May::BeSignedIn, post(entrance::sign_out)))
        // The operator's own account
        .route("/dashboard/account", may(&context, May::BeSignedIn, get(account::show)))
        .route("/dashboard/account/password", may(&context, May::BeSignedIn, post(account::change_password)))
        .route("/dashboard/account/sign-ins", may(&context, May::BeSignedIn, post(account::end_sign_ins)))
        .route("/dashboard", may(&context, May::BeSignedIn, get(start)))
        .route("/dashboard/", may(&context, May::BeSignedIn, get(start)))
        // Links
        .route("/dashboard/links", may(&context, May::SeeStatus, get(links::list)))
        .route("/dashboard/links", may(&context, May::CreateLinks, post(links::post)))
        .route("/dashboard/links/{ref}", may(&context, May::SeeStatus, get(links::show)))
        // Sessions
        .route("/dashboard/sessions", may(&context, May::SeeSessions, get(sessions::list)))
        .route("/dashboard/sessions", may(&context, May::SeeSessions, post(sessions::search)))
        .route("/dashboard/sessions/{ref}", may(&context, May::SeeSessions, get(sessions::show)))
        .route("/dashboard/sessions/{ref}/events", may(&context, May::SeeStatus, get(sessions::events)))
        .route("/dashboard/sessions/{ref}/reveal", may(&context, May::Review, post(sessions::reveal)))
        .route("/dashboard/sessions/{ref}/decision", may(&context, May::Review, post(sessions::decide)))
        .route("/dashboard/sessions/{ref}/expire", may(&context, May::Review, post(sessions::expire)))
        .route("/dashboard/sessions/{ref}/link", may(&context, May::Review, post(dossiers::link_session)))
        .route("/dashboard/sessions/{ref}/unlink", may(&context, May::Review, post(dossiers::unlink_session)))
        .route("/dashboard/sessions/{ref}/artifacts/{artifact}", may(&context, May::SeeSessions, get(sessions::artifact)))
        .route("/dashboard/sessions/{ref}/artifacts/{artifact}/link", may(&context, May::Review, post(dossiers::link_artifact)))
        .route("/dashboard/sessions/{ref}/artifacts/{artifact}/unlink", may(&context, May::Review, post(dossiers::unlink_artifact)))
        // Dossiers
        .route("/dashboard/unresolved", may(&context, May::SeeSessions, get(dossiers::unresolved)))
        .route("/dashboard/customers", may(&context, May::SeeSessions, get(dossiers::customers)))
        .route("/dashboard/customers", may(&context, May::SeeSessions, post(dossiers::search)))
        .route("/dashboard/customers/{id}", may(&context, May::SeeSessions, get(dossiers::show)))
        .route("/dashboard/customers/{id}/reveal", may(&context, May::Review, post(dossiers::reveal)))
        // Transactions
        .route("/dashboard/transactions", may(&context, May::SeeSessions, get(desk_transactions::list)))
        .route("/dashboard/transactions", may(&context, May::SeeSessions, post(desk_transactions::search)))
        .route("/dashboard/transactions/queue", may(&context, May::SeeSessions, get(desk_transactions::queue)))
        .route("/dashboard/transactions/{ref}", may(&context, May::SeeSessions, get(desk_transactions::show)))
        .route("/dashboard/transactions/{ref}/reveal", may(&context, May::Review, post(desk_transactions::reveal)))
        .route("/dashboard/transactions/{ref}/decision", may(&context, May::Review, post(desk_transactions::decide)))
        // Rules
        .route("/dashboard/rules", may(&context, May::SeeSettings, get(desk_rules::list)))
        .route("/dashboard/rules/new", may(&context, May::ChangeSettings, get(editor::new)))
        .route("/dashboard/rules/new", may(&context, May::ChangeSettings, post(editor::post_new)))
        .route("/dashboard/rules/presets/{preset}", may(&context, May::ChangeSettings, get(desk_presets::show)))
        .route("/dashboard/rules/presets/{preset}", may(&context, May::ChangeSettings, post(desk_presets::post)))
        .route("/dashboard/rules/by-name/{name}", may(&context, May::SeeSettings, get(desk_rules::show)))
        .route("/dashboard/rules/by-name/{name}/edit", may(&context, May::ChangeSettings, get(editor::edit)))
        .route("/dashboard/rules/by-name/{name}/edit", may(&context, May::ChangeSettings, post(editor::post_edit)))
        .route("/dashboard/rules/by-name/{name}/mode", may(&context, May::ChangeSettings, post(desk_rules::change_mode)))
        .route("/dashboard/rules/by-name/{name}/test", may(&context, May::ChangeSettings, post(desk_rules::test)))
        // Backtests of rules
        .route("/dashboard/rules/backtests", may(&context, May::SeeSettings, get(backtests::list)))
        .route("/dashboard/rules/backtests", may(&context, May::ChangeSettings, post(backtests::start)))
        .route("/dashboard/rules/backtests/{id}", may(&context, May::SeeSettings, get(backtests::show)))
        .route("/dashboard/rules/backtests/{id}/progress", may(&context, May::SeeSettings, get(backtests::progress)))
        .route("/dashboard/rules/backtests/{id}/cancel", may(&context, May::ChangeSettings, post(backtests::cancel)))
        // Settings
        .route("/dashboard/webhooks", may(&context, May::SeeSettings, get(settings::webhooks)))
        .route("/dashboard/webhooks", may(&context, May::ChangeSettings, post(settings::add_webhook)))
        .route("/dashboard/webhooks/{id}", may(&context, May::SeeSettings, get(settings::webhook)))
        .route("/dashboard/webhooks/{id}/disable", may(&context, May::ChangeSettings, post(settings::disable_webhook)))
        .route("/dashboard/lists", may(&context, May::SeeSettings, get(lists::index)))
        .route("/dashboard/lists", may(&context, May::ChangeSettings, post(lists::create)))
        .route("/dashboard/lists/{id}", may(&context, May::SeeSettings, get(lists::show)))
        .route("/dashboard/lists/{id}/search", may(&context, May::SeeSettings, post(lists::search)))
        .route("/dashboard/lists/{id}/reveal", may(&context, May::ChangeSettings, post(lists::reveal)))
        .route("/dashboard/lists/{id}/entries", may(&context, May::ChangeSettings, post(lists::add)))
        .route("/dashboard/lists/{id}/entries/{entry}/end", may(&context, May::ChangeSettings, post(lists::end)))
        .route("/dashboard/lists/{id}/import", may(&context, May::ChangeSettings, post(lists::import)))
        .route("/dashboard/lists/{id}/export", may(&context, May::ChangeSettings, get(lists::export)))
        .route("/dashboard/api-keys", may(&context, May::SeeSettings, get(settings::keys)))
        .route("/dashboard/api-keys", may(&context, May::ChangeSettings, post(settings::create_key)))
        .route("/dashboard/api-keys/{id}/disable", may(&context, May::ChangeSettings, post(settings::disable_key)))
        .route("/dashboard/settings/session-api", may(&context, May::ChangeSettings, post(settings::session_api)))
        .route("/dashboard/operators", may(&context, May::SeeSettings, get(operators::list)))
        .route("/dashboard/operators", may(&context, May::ChangeSettings, post(operators::invite)))
        .route("/dashboard/operators/{id}", may(&context, May::SeeSettings, get(operators::show)))
        .route("/dashboard/operators/{id}/role", may(&context, May::ChangeSettings, post(operators::change_role)))
        .route("/dashboard/operators/{id}/reset", may(&context, May::ChangeSettings, post(operators::reset)))
        .route("/dashboard/operators/{id}/disable", may(&context, May::ChangeSettings, post(operators::disable)))
        .route("/dashboard/operators/{id}/enable", may(&context, May::ChangeSettings, post(operators::enable)))
        // Unknown addresses
        .route("/dashboard/{*rest}", may(&context, May::BeSignedIn, get(missing)));

    let operations = Router::new().route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz));

    let files = Router::new()
        .route("/branding/{flow}/brand.css", get(branding::stylesheet))
        .route("/branding/logo/{flow}", get(branding::logo_image))
        .route("/pkg/{*file}", get(site::file))
        .route("/icon.svg", get(site::file))
        .route("/file.svg", get(site::file))
        .route("/robots.txt", get(site::file));

    #[cfg(debug_assertions)]
    let files = files.route("/dev/reload", get(crate::http::reload::reload)).route("/dev/reload.js", get(crate::http::reload::script));

    let routes = Router::new().merge(customers).merge(integrators).merge(desk).merge(operations).merge(files);
    let routes = routes.method_not_allowed_fallback(fallback::method_not_allowed).fallback(fallback::fallback).with_state(context);
    let routes = routes
        // Handlers set their own limits on bodies, and name them in their problems.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(serve::settle))
        .layer(middleware::from_fn(serve::catch_panics))
        // Shows problems as pages to people.
        .layer(middleware::from_fn_with_state(people, problem_pages::as_pages))
        .layer(middleware::from_fn(body::drain_refused))
        .layer(middleware::from_fn(serve::common_headers))
        .layer(serve::spans());
    if let Some(value) = hsts { routes.layer(middleware::from_fn_with_state(value, serve::strict_transport)) } else { routes }
}
