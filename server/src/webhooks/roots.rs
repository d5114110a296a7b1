//! Says at the start which certificates webhooks over https trust. Without any, every such webhook fails, and the reason should not have to
//! be looked for in the attempts of a delivery.

use std::ffi::OsStr;

use rustls_native_certs::{CertificateResult, load_native_certs};
use tracing::{info, warn};

/// Logs what the client of [`super::client`] will trust: the certificates of `SSL_CERT_FILE` and `SSL_CERT_DIR` where one of them is set,
/// else the system's. `ssl_cert_file` is what that variable says.
pub fn say(ssl_cert_file: Option<&OsStr>) {
    let CertificateResult { certs, errors, .. } = load_native_certs();
    let source = ssl_cert_file.map_or_else(|| "the system".to_owned(), |file| format!("SSL_CERT_FILE={}", file.display()));
    for problem in &errors {
        warn!(%source, error = %problem, "trusted certificates for webhooks cannot be read");
    }
    if certs.is_empty() {
        warn!(%source, "there are no trusted certificates, so no webhook can be sent over https; install ca-certificates, or name a PEM file in SSL_CERT_FILE");
    } else {
        info!(%source, certificates = certs.len(), "webhooks over https trust these certificates");
    }
}
