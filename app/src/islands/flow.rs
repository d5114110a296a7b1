//! The island `Flow`: the step on the screen, taken over from the page. In the browser it draws the steps of `/public`, sends files
//! as the customer chooses them, saves each step and completes the session. The server draws what the customer only reads: the
//! answers on a REVIEW, and the status at the end.

use leptos::prelude::*;

use crate::{
    components::fresh::Fresh,
    islands::{state::FlowState, step_form::StepForm},
};

/// The step on the screen.
#[island]
pub fn Flow() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    let data = crate::islands::browser::data();
    #[cfg(not(feature = "hydrate"))]
    let data = use_context::<std::sync::Arc<crate::flow::data::FlowData>>().unwrap_or_default();
    let state = FlowState::new(data);
    #[cfg(feature = "hydrate")]
    crate::islands::browser::take_over(state);
    view! {
        <div class="flow" translate="no">
            {move || Fresh(view! { <StepForm state shown=state.shown.get() /> })}
        </div>
    }
}
