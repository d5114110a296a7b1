//! Which process sends webhooks, and which certificates it trusts: `serve --no-webhooks` sends none and loses none, and a company's own
//! certificate authority is named by `SSL_CERT_FILE`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::support::{Engine, Installation, Operator, Receiver, SOON, Server, TestApp, eventually, on_each_engine};

on_each_engine!(a_process_without_webhooks_sends_none_and_loses_none, Installation);
async fn a_process_without_webhooks_sends_none_and_loses_none(installation: Installation) {
    let server = Server::start_with(&installation, "--no-webhooks").await;
    let mut app = TestApp { operator: Operator::at(&installation), server, installation };
    let (company, secret) = app.company().await;
    let first = app.customer().await;
    first.finish().await;
    let last = app.customer_with(&["--ttl", "1s"]).await;
    last.wait_for_status("EXPIRED", SOON).await;
    eventually("the last event", SOON, async || app.installation.database.events(&app.operator.session_ref(&last.id).await).await.pop()).await;
    let waiting = app.operator.session(&first.id).await["deliveries"][0].clone();
    assert_eq!((waiting["status"].as_str(), waiting["attempts"].as_array().map(Vec::len)), (Some("PENDING"), Some(0)), "{waiting}");
    assert!(company.received().is_empty());
    app.installation.log.says("this process sends no webhooks (--no-webhooks)").await;

    app.server.sigterm().await;
    app.server = Server::start(&app.installation).await;
    let sent = company.requests(2, SOON).await;
    let mut kinds = sent.iter().map(|request| request.verified(&secret)["type"].as_str().expect("a type").to_owned()).collect::<Vec<_>>();
    kinds.sort();
    assert_eq!(kinds, ["session.completed", "session.expired"]);
}

/// A second process sends what the first leaves, while both run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_sends_them() {
    let installation = Installation::on(Engine::Postgres).await;
    let server = Server::start_with(&installation, "--no-webhooks").await;
    let app = TestApp { operator: Operator::at(&installation), server, installation };
    let company = Receiver::start().await;
    app.operator.add_webhook(&company.url).await;
    app.customer().await.finish().await;
    let _sender = Server::start(&app.installation.on_another_port()).await;
    company.requests(1, SOON).await;
}

/// An authority that no system trusts, in a file, and a receiver with its certificate for 127.0.0.1. Returns the receiver's URL, the
/// authority's file and the number of requests.
async fn private_receiver(folder: &Path) -> (String, PathBuf, Arc<AtomicUsize>) {
    let mut authority = CertificateParams::new([]).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).expect("a name").signed_by(&key, &authority).expect("a certificate");
    let file = folder.join("own ca.pem");
    fs::write(&file, authority.pem()).expect("writes the authority");

    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let tls = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).expect("a TLS server");
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("https://{}/hook", listener.local_addr().expect("a bound address"));
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = Vec::new();
            while stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) && !request.ends_with(b"}") {}
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
    });
    (url, file, requests)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_authority_is_trusted_where_it_is_named() {
    let installation = Installation::on(Engine::Sqlite).await;
    let (url, authority, requests) = private_receiver(installation.home()).await;
    let garbage = installation.home().join("garbage.pem");
    fs::write(&garbage, "-----BEGIN NONSENSE-----\n").expect("writes");
    let nowhere = installation.home().join("nowhere.pem");
    let shown = |path: &Path| format!("SSL_CERT_FILE={}", path.display());
    let cases = [
        (None, false, vec!["webhooks over https trust these certificates".to_owned(), "the system".to_owned()]),
        (Some(&nowhere), false, vec![shown(&nowhere), "cannot be read".to_owned(), "no webhook can be sent over https".to_owned()]),
        (Some(&garbage), false, vec![shown(&garbage), "there are no trusted certificates".to_owned(), "no webhook can be sent over https".to_owned()]),
        (Some(&authority), true, vec![shown(&authority), "certificates=1".to_owned()]),
    ];
    for (file, is_trusted, said) in cases {
        let installation = Installation::on(Engine::Sqlite).await.with("SSL_CERT_FILE", file.and_then(|path| path.to_str()));
        let app = TestApp::at(installation).await;
        for said in said {
            eventually(&format!("{said:?} in the log"), SOON, async || app.installation.log.text().contains(&said).then_some(())).await;
        }
        app.operator.add_webhook(&url).await;
        let customer = app.customer().await;
        customer.finish().await;
        let delivery = app.operator.delivery_with_attempts(&customer.id, 1, SOON).await;
        let status = delivery["attempts"][0]["statusCode"].as_u64();
        assert_eq!((status, requests.load(Ordering::SeqCst)), (is_trusted.then_some(204), usize::from(is_trusted)), "{file:?}: {delivery}");
        if !is_trusted {
            assert!(delivery["attempts"][0]["error"].as_str().is_some_and(|error| error.starts_with("tls: ")), "{delivery}");
        }
    }
}
