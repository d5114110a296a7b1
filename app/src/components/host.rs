//! The functions that a field calls on the island around it. The island implements them, so that a component never names an
//! island.

use leptos::ev::Event;
use shared::flow::Field;

/// The state of a file's upload.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    /// This percentage of the file was sent.
    Sending(u8),
    /// There is no connection. The island will send the file again.
    Waiting,
    /// The server has the file; this is the address of a picture of it.
    Saved(String),
    /// The same of a PDF that opens only with a password.
    Locked(String),
    /// The upload failed; this tells the customer why.
    Failed(String),
}

impl Sent {
    /// Whether the server has the file.
    pub const fn is_saved(&self) -> bool {
        matches!(self, Self::Saved(_) | Self::Locked(_))
    }
}

/// The island around a field. On the server nothing happens.
pub trait Host: Copy + Send + Sync + 'static {
    /// The upload state of this field's file, if the customer chose one. A view that reads it is rendered again when it changes.
    fn sent(self, field: &str) -> Option<Sent>;

    /// The customer chose a file for this field.
    fn chosen(self, event: &Event, field: &Field);

    /// The customer typed this text into a CPF.
    fn typed_cpf(self, event: &Event, text: &str);
}
