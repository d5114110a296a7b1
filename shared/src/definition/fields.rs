//! The rules for the fields of a new flow: their names, the settings of their types, their meanings, and the conditions under which they
//! are required.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    check::{is_name, listed},
    document::{Definition, FieldDefinition},
};
use crate::{
    day::{Bound, Day},
    flow::{FieldType, IMAGE_TYPES, PDF_TYPE},
    phone::plans,
    reading::{
        faults::{Collector, path_of},
        text::illegible,
    },
    session::Timestamp,
    text::trimmed,
};

/// Notes a fault for every rule that a field breaks.
pub(super) fn check(flow: &Definition, faults: &Collector) {
    let fields = fields_of(flow);
    check_names(&fields, faults);
    for (path, field) in &fields {
        check_options(field, path, faults);
        check_accepted(field, path, faults);
        check_bounds(field, path, faults);
        check_region(field, path, faults);
    }
    check_meanings(&fields, faults);
    check_conditions(&fields, faults);
    check_circles(&fields, faults);
}

/// The path of a field, and the field.
type Placed<'f> = (String, &'f FieldDefinition);

fn fields_of(flow: &Definition) -> Vec<Placed<'_>> {
    let mut fields = Vec::new();
    for (at, step) in flow.steps.iter().enumerate() {
        fields.extend(step.fields().iter().enumerate().map(|(number, field)| (format!("steps[{at}].fields[{number}]"), field)));
    }
    fields
}

fn check_names(fields: &[Placed<'_>], faults: &Collector) {
    let mut names = BTreeSet::new();
    for (path, field) in fields {
        if !is_name(&field.name, "_") {
            faults.note(&format!("{path}.name"), format!("{:?}; allowed is [a-z][a-z0-9_]{{0,63}}", field.name));
        }
        if !names.insert(&field.name) {
            faults.note(&format!("{path}.name"), format!("{:?} is used twice", field.name));
        }
    }
}

fn check_options(field: &FieldDefinition, path: &str, faults: &Collector) {
    let at = format!("{path}.options");
    if (field.r#type == FieldType::Select) == field.options().is_empty() && faults.was_read(&format!("{path}.type")) {
        faults.note(&at, "a SELECT has options, and nothing else has");
    }
    let mut values = BTreeSet::new();
    for (number, option) in field.options().iter().enumerate() {
        let (value, at) = (&option.value, format!("{at}[{number}].value"));
        if !values.insert(value) {
            faults.note(&at, format!("{value:?} is the value of another option already"));
        } else if let Some(reason) = illegible(value) {
            faults.note(&at, reason);
        } else if trimmed(value) != value {
            faults.note(&at, format!("{value:?}; allowed is a value without spaces or invisible characters at its ends"));
        }
    }
}

fn check_accepted(field: &FieldDefinition, path: &str, faults: &Collector) {
    let allowed = || format!("allowed are {} and {PDF_TYPE}", IMAGE_TYPES.join(", "));
    if field.accept.as_ref().is_some_and(Vec::is_empty) {
        faults.note(&format!("{path}.accept"), format!("an empty list; {}", allowed()));
    }
    let mut known = BTreeSet::new();
    for (at, kind) in field.accept.iter().flatten().enumerate() {
        let is_type = IMAGE_TYPES.contains(&kind.as_str()) || kind == PDF_TYPE;
        if !is_type {
            faults.note(&format!("{path}.accept[{at}]"), format!("{kind:?}; {}", allowed()));
        } else if !known.insert(kind) {
            faults.note(&format!("{path}.accept[{at}]"), format!("{kind:?} is named twice"));
        }
    }
}

/// `min` and `max` are days, and some day lies between them.
fn check_bounds(field: &FieldDefinition, path: &str, faults: &Collector) {
    let bound = |key: &str, written: &Option<String>| {
        let written = written.as_deref()?;
        let at = format!("{path}.{key}");
        check_type(field, FieldType::Date, path, key, faults);
        let bound = Bound::parse(written);
        if bound.is_none() {
            faults.note(&at, format!("{written:?}; allowed are a day that exists (YYYY-MM-DD), today, and today-18y or the like with + or - and d, m or y"));
        }
        bound
    };
    let (Some(min), Some(max)) = (bound("min", &field.min), bound("max", &field.max)) else { return };
    // A day and one that is counted from today cannot be compared for ever.
    let comparable = matches!(min, Bound::Day(_)) == matches!(max, Bound::Day(_));
    let today = Day::latest_today(Timestamp(0));
    if comparable && min.on(today) > max.on(today) {
        faults.note(&format!("{path}.min"), "min must not be after max");
    }
}

/// `region` is a country with telephone numbers, and `callingCode` belongs to it.
fn check_region(field: &FieldDefinition, path: &str, faults: &Collector) {
    let regions = "allowed is a country's code of two capital letters, such as BR";
    let own = field.region.as_deref().map(|region| {
        check_type(field, FieldType::Phone, path, "region", faults);
        let code = plans::calling_code(region);
        if code.is_none() {
            faults.note(&format!("{path}.region"), format!("{region:?}; {regions}"));
        }
        code
    });
    let Some(code) = field.calling_code.as_deref() else { return };
    let at = format!("{path}.callingCode");
    match own {
        Some(Some(own)) if own != code => faults.note(&at, format!("{code:?} is not the calling code of region; allowed is {own}, or to leave the key out")),
        None if plans::region(code).is_none() => faults.note(&at, format!("{code:?}; allowed is the calling code of a country, such as 55")),
        _ => {}
    }
}

/// A key that only one type of field has.
fn check_type(field: &FieldDefinition, kind: FieldType, path: &str, key: &str, faults: &Collector) {
    if field.r#type != kind && faults.was_read(&format!("{path}.type")) {
        faults.note(&format!("{path}.{key}"), format!("only a field of type {} has this key", kind.as_str()));
    }
}

/// A meaning belongs to a field of the right type, and to one field only.
fn check_meanings(fields: &[Placed<'_>], faults: &Collector) {
    let mut known = BTreeMap::new();
    for (path, field) in fields {
        let Some(meaning) = field.is else { continue };
        let (at, name, kind) = (format!("{path}.is"), meaning.as_str(), meaning.field_type());
        if field.r#type != kind && faults.was_read(&format!("{path}.type")) {
            faults.note(&at, format!("{name:?} is on a field of type {}; allowed is {}", field.r#type.as_str(), kind.as_str()));
        }
        match known.get(&meaning) {
            Some(other) => faults.note(&at, format!("{name:?} is already the meaning of {other}; allowed is one field a meaning")),
            None => drop(known.insert(meaning, path)),
        }
    }
}

/// `requiredWhen` names fields that the flow has, and values that they can have.
fn check_conditions(fields: &[Placed<'_>], faults: &Collector) {
    let by_name: BTreeMap<&str, &Placed<'_>> = fields.iter().rev().map(|placed| (placed.1.name.as_str(), placed)).collect();
    for (path, field) in fields {
        if field.required_when.as_ref().is_some_and(BTreeMap::is_empty) {
            faults.note(&format!("{path}.requiredWhen"), "an empty object; allowed are fields with their values, or to leave the key out");
        }
        for (name, wanted) in field.required_when.iter().flatten() {
            let at = path_of(&format!("{path}.requiredWhen"), name);
            if *name == field.name {
                faults.note(&at, "a field cannot be required because of its own value; allowed is another field");
                continue;
            }
            if wanted.is_empty() {
                faults.note(&at, "an empty list, so it would never be required; allowed is at least one value");
            }
            let mut known = BTreeSet::new();
            for (number, value) in wanted.iter().enumerate().filter(|(_, value)| !known.insert(*value)) {
                faults.note(&format!("{at}[{number}]"), format!("{value:?} is named twice"));
            }
            let Some((other_path, other)) = by_name.get(name.as_str()) else {
                let allowed = listed(fields.iter().map(|(_, field)| field.name.as_str()).filter(|known| *known != field.name));
                faults.note(&at, format!("no field of this flow has this name; allowed are {allowed}"));
                continue;
            };
            let possible: Vec<&str> = match other.r#type {
                FieldType::Select => other.options().iter().map(|option| option.value.as_str()).collect(),
                FieldType::Boolean => vec!["true", "false"],
                _ => continue,
            };
            if !faults.was_read(&format!("{other_path}.options")) {
                continue;
            }
            for (number, value) in wanted.iter().enumerate().filter(|(_, value)| !possible.contains(&value.as_str())) {
                let allowed = listed(possible.iter().copied());
                faults.note(&format!("{at}[{number}]"), format!("{value:?} is not a value of {other_path}; allowed are {allowed}"));
            }
        }
    }
}

/// No field is required because of a field that is itself required because of it, by whatever detour: neither could be asked for first.
fn check_circles(fields: &[Placed<'_>], faults: &Collector) {
    let conditions: BTreeMap<&str, Vec<&str>> =
        fields.iter().map(|(_, field)| (field.name.as_str(), field.required_when.iter().flat_map(BTreeMap::keys).map(String::as_str).collect())).collect();
    let of = |name: &str| conditions.get(name).into_iter().flatten().copied();
    for (path, field) in fields {
        let own = field.name.as_str();
        for first in of(own).filter(|first| *first != own) {
            let (mut seen, mut open) = (BTreeSet::new(), vec![first]);
            while let Some(name) = open.pop() {
                open.extend(of(name).filter(|next| seen.insert(*next)));
            }
            if seen.contains(own) {
                faults.note(&path_of(&format!("{path}.requiredWhen"), first), "a circle: that field is required because of this one");
            }
        }
    }
}
