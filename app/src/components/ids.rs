//! The ids of elements that another part of a page names: a link in the error summary, a label, or a button outside the form.

/// The id of the step's form.
pub const FORM: &str = "step-form";

/// The id of a field's first control.
pub fn of_field(name: &str) -> String {
    format!("field-{name}")
}
