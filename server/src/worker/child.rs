//! The worker's side: gives up every right it does not need, then answers requests until the server closes the socket.

use std::{io, process::ExitCode};

use super::{frame, kind::Kind, look, pdf, sandbox};

/// Runs as a worker until its stdin ends. Call it before any thread is started.
pub fn run(kind: Kind) -> ExitCode {
    // A message of a panic may contain parts of the file.
    std::panic::set_hook(Box::new(|_| {}));
    match sandbox::enter(kind).and_then(|()| serve(kind)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(kind: Kind) -> io::Result<()> {
    if kind != Kind::Pdf && !vision::keep_to_this_thread() {
        return Err(io::Error::other("the networks would start threads"));
    }
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    // Tells that the start is over.
    frame::write(&mut output, b"")?;
    while let Some(request) = frame::read(&mut input)? {
        let answer = match kind {
            Kind::Pdf => pdf::answer(request),
            Kind::Text => look::text(&request)?,
            Kind::Faces => look::faces(&request)?,
        };
        frame::write(&mut output, &answer)?;
    }
    Ok(())
}
