//! What a person reads where something stands in the way: a page in their language with the way back, never a problem's JSON,
//! with the problem's status and headers. Programs, which ask for no page, get the problem.

use reqwest::{Method, RequestBuilder};

use crate::support::html::{attribute, links, tags};
use crate::support::{Desk, Reply, World, on_each_engine};

/// A well-formed UUID that no row has.
const NOBODYS_ROW: &str = "01234567-89ab-7def-8123-456789abcdef";

/// As a browser sends it that reads Portuguese.
async fn browse(desk: &Desk, request: RequestBuilder) -> Reply {
    desk.send(request.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8").header("accept-language", "pt-BR")).await
}

/// A page of this status that says this and leads back there, with what every page of the dashboard carries.
#[track_caller]
fn is_page(reply: &Reply, status: u16, says: &str, back: &str) {
    let page = reply.text();
    assert_eq!((reply.status, reply.header("content-type")), (status, "text/html; charset=utf-8"), "{page}");
    assert_eq!(attribute(tags(&page, "html")[0], "lang").as_deref(), Some("pt-BR"), "{page}");
    let main = page.split("<main").nth(1).expect("the page's own part");
    assert!(main.contains(says), "{says:?} in {main}");
    assert_eq!(links(main, "/dashboard"), [back], "{main}");
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    for (name, value) in [("cache-control", "no-store"), ("referrer-policy", "same-origin"), ("permissions-policy", "camera=()"), ("x-robots-tag", "noindex")] {
        assert_eq!(reply.header(name), value);
    }
}

on_each_engine!(a_person_reads_a_page_whatever_goes_wrong);
async fn a_person_reads_a_page_whatever_goes_wrong(world: World) {
    let (admin, agent, nobody) = (world.desk("ADMIN").await, world.desk("AGENT").await, Desk::empty(&world.place));
    let ours = |desk: &Desk, path: &str, fields: &[(&str, &str)]| desk.form(path, fields).header("sec-fetch-site", "same-origin");
    assert_eq!(admin.get("/dashboard/").await.see_other(), "/dashboard/sessions");
    assert_eq!(nobody.get("/dashboard/").await.see_other(), "/dashboard/sign-in?next=%2Fdashboard%2F");

    let unknown = format!("/dashboard/sessions/{NOBODYS_ROW}/expire");
    is_page(&browse(&admin, ours(&admin, &unknown, &[])).await, 404, "Não há nada aqui", "/dashboard/sessions");
    admin.post(&unknown, &[]).await.problem(404, "not-found");

    is_page(&browse(&agent, ours(&agent, "/dashboard/api-keys", &[])).await, 403, "O perfil Atendente não tem acesso", "/dashboard/api-keys");
    agent.post("/dashboard/api-keys", &[]).await.problem(403, "forbidden");

    let elsewhere = |desk: &Desk| desk.form("/dashboard/webhooks", &[]).header("sec-fetch-site", "cross-site");
    for desk in [&admin, &nobody] {
        is_page(&browse(desk, elsewhere(desk)).await, 403, "não veio de uma página deste painel", "/dashboard/webhooks");
        desk.send(elsewhere(desk)).await.problem(403, "forbidden");
    }

    let large = "x".repeat(65 * 1024);
    for (desk, path, back) in [(&admin, "/dashboard/customers", "/dashboard/customers"), (&nobody, "/dashboard/sign-in", "/dashboard")] {
        is_page(&browse(desk, ours(desk, path, &[("q", large.as_str())])).await, 413, "no máximo 64 KiB", back);
        desk.post(path, &[("q", large.as_str())]).await.problem(413, "too-large");
    }

    let endpoint = world.operator.add_webhook("http://127.0.0.1:9/hook").await["id"].as_str().expect("an id").to_owned();
    let disable = format!("/dashboard/webhooks/{endpoint}/disable");
    admin.post(&disable, &[]).await.expect(303);
    is_page(&browse(&admin, ours(&admin, &disable, &[])).await, 409, "já tinha sido feito", "/dashboard/webhooks");
    admin.post(&disable, &[]).await.problem(409, "conflict");

    is_page(&browse(&admin, ours(&admin, "/dashboard/nowhere", &[])).await, 405, "nenhuma página deste painel envia isto", "/dashboard");
    admin.post("/dashboard/nowhere", &[]).await.problem(405, "method-not-allowed");

    let file = format!("/dashboard/sessions/{NOBODYS_ROW}/artifacts/{NOBODYS_ROW}");
    let ended = browse(&nobody, nobody.request(Method::GET, &file)).await.expect(401);
    assert_eq!(ended.header("content-type"), "text/html; charset=utf-8");
}
