//! The tree of conditions: groups within groups, and the buttons that change it.

use leptos::prelude::*;
use shared::rule::{GroupKind, Node, What, id_of, name_of};

use super::{
    data::ACTION,
    inputs::{Form, Input},
    leaf::leaf,
};
use crate::words::fill;

/// The conditions of the rule.
pub fn conditions(form: &Form<'_>) -> AnyView {
    node(form, &form.data.draft.when, &[], 1)
}

/// What people call a node: `1.2`, from the outermost group inwards; nothing for the outermost.
pub fn number(path: &[usize]) -> String {
    path.iter().map(|at| (at + 1).to_string()).collect::<Vec<_>>().join(".")
}

fn node(form: &Form<'_>, of: &Node, path: &[usize], siblings: usize) -> AnyView {
    let (words, name) = (form.words, name_of(path));
    let id = id_of(&name);
    let focus = form.has_focus(&id);
    let fault = form.fault(&name);
    let (word, class, body) = match of {
        Node::Leaf(inputs) => (words.condition_n, "leaf", leaf(form, inputs, &name)),
        Node::Group(kind, of) => {
            let inner = of.iter().enumerate().map(|(at, one)| node(form, one, &[path, &[at]].concat(), of.len())).collect_view();
            let adding = (*kind != GroupKind::Not || of.is_empty()).then(|| adding(form, &name));
            let kind = kind_of(form, *kind, &name);
            (words.group_n, "group", view! { {kind}<div class="inner">{inner}</div>{adding} }.into_any())
        }
    };
    let title = if path.is_empty() && class == "group" { words.all_conditions.to_owned() } else { fill(word, &[("n", &number(path))]).trim().to_owned() };
    let described = fault.as_ref().map(|_| format!("{id}-fault"));
    let buttons = buttons(form, of, path, siblings, &title);
    view! {
        <fieldset class=class id=id.clone() tabindex="-1" autofocus=focus aria-describedby=described>
            <legend>{title}</legend>
            {fault.map(|fault| view! { <p class="fault" id=format!("{id}-fault")>{fault}</p> })}
            {body}
            {buttons}
        </fieldset>
    }
    .into_any()
}

/// How a group holds. What is turned round has one condition, and stays so until its button turns it back.
fn kind_of(form: &Form<'_>, kind: GroupKind, name: &str) -> AnyView {
    let (words, name) = (form.words, format!("{name}.kind"));
    if kind == GroupKind::Not {
        return view! { <p class="kind">{words.not_this}</p><input type="hidden" name=name value="not" /> }.into_any();
    }
    let options = [(GroupKind::All, words.all_of), (GroupKind::Any, words.any_of)];
    form.select(Input::new(&name, words.holds_when), options.map(|(kind, text)| (kind.as_str().to_owned(), text.to_owned())).to_vec(), kind.as_str())
}

/// The choice of a new condition, and the button that adds it.
fn adding(form: &Form<'_>, name: &str) -> AnyView {
    let (words, input) = (form.words, format!("{name}.new"));
    let (id, fault) = (id_of(&input), form.fault(&input));
    let described = fault.as_ref().map(|_| format!("{id}-fault"));
    let invalid = fault.as_ref().map(|_| "true");
    let focus = form.has_focus(&id);
    let options = |all: &'static [What]| all.iter().map(|what| view! { <option value=what.as_str()>{words.what_of(*what)}</option> }).collect_view();
    view! {
        <div class="field adding">
            <label for=id.clone()>{words.new_condition}</label>
            {fault.map(|fault| view! { <span class="fault" id=format!("{id}-fault")>{fault}</span> })}
            <div class="row">
                <select id=id name=input autofocus=focus aria-describedby=described aria-invalid=invalid>
                    <optgroup label=words.of_transaction>{options(What::fields())}</optgroup>
                    <optgroup label=words.of_history>{options(What::aggregates())}</optgroup>
                    <optgroup label=words.of_session>{options(What::sessions())}</optgroup>
                    <optgroup label=words.of_others>
                        <option value="all">{words.new_all}</option>
                        <option value="any">{words.new_any}</option>
                        <option value="not">{words.new_not}</option>
                    </optgroup>
                </select>
                <button class="button" name=ACTION value=format!("add:{name}")>{words.add}</button>
            </div>
        </div>
    }
    .into_any()
}

/// The buttons of a node. Each names what it changes.
fn buttons(form: &Form<'_>, of: &Node, path: &[usize], siblings: usize, title: &str) -> AnyView {
    let (words, name) = (form.words, name_of(path));
    let is_root = path.is_empty();
    let is_empty_root = is_root && matches!(of, Node::Group(_, of) if of.is_empty());
    if is_empty_root {
        return ().into_any();
    }
    let button = |verb: &'static str, label: &'static str| {
        let title = title.to_owned();
        view! {
            <button class="button small" name=ACTION value=format!("{verb}:{name}")>{label}<span class="visually-hidden">": "{title}</span></button>
        }
    };
    let at = path.last().copied().unwrap_or_default();
    let is_not = matches!(of, Node::Group(GroupKind::Not, _));
    let up = (!is_root && at > 0).then(|| button("up", words.up));
    let down = (!is_root && at + 1 < siblings).then(|| button("down", words.down));
    let not = button("not", if is_not { words.not_not } else { words.turn_round });
    let group = button("group", words.into_group);
    let out = (path.len() > 1 && can_leave(form, path)).then(|| button("out", words.out_of_group));
    let remove = (!is_root).then(|| button("remove", words.remove));
    view! { <div class="row buttons">{up}{down}{not}{group}{out}{remove}</div> }.into_any()
}

/// Whether the group around this node's group takes another node.
fn can_leave(form: &Form<'_>, path: &[usize]) -> bool {
    matches!(form.data.draft.node(&path[..path.len() - 2]), Some(Node::Group(GroupKind::All | GroupKind::Any, _)))
}
