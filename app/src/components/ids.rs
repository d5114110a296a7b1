//! The ids of elements that another part of a page names: a link in the error summary, a label, or a button outside the form.

/// The id of the step's form.
pub const FORM: &str = "step-form";

/// The id of a field's first control.
pub fn of_field(name: &str) -> String {
    format!("field-{name}")
}

/// The id of the text that says what is wrong with a field.
pub fn of_fault(name: &str) -> String {
    format!("{}-fault", of_field(name))
}

/// The id of a field's entry in the error summary.
pub fn of_entry(name: &str) -> String {
    format!("{}-entry", of_field(name))
}

/// The id of the heading of the error summary.
pub const FAULTS: &str = "faults";
