//! The functions that a field calls on the island around it. The island implements them, so that a component never names an
//! island.

use leptos::ev::Event;
use shared::flow::Field;

/// The state of a file's upload.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    /// This percentage of the file was sent.
    Sending(u8),
    /// There was no answer, and this tells the customer why. The island will send the file again.
    Waiting(String),
    /// The server has the file.
    Saved,
    /// The upload failed; this tells the customer why. Continue sends the file again.
    Failed(String),
    /// This file is of no use; this tells the customer why. It is not sent again.
    Refused(String),
}

/// The island around a field. On the server nothing happens.
pub trait Host: Copy + Send + Sync + 'static {
    /// The upload state of this field's file, if the customer chose one. A view that reads it is rendered again when it changes.
    fn sent(self, field: &str) -> Option<Sent>;

    /// The address of a picture of the last file of this field that the island uploaded.
    fn picture(self, field: &str) -> Option<String>;

    /// The customer chose a file for this field.
    fn chosen(self, event: &Event, field: &Field);

    /// The customer typed this text into a CPF.
    fn typed_cpf(self, event: &Event, text: &str);
}
