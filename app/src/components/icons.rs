//! Icons as inline SVG. They need no request, have the colour of the text around them, and screen readers skip them.

use leptos::prelude::*;

/// A tick.
#[component]
pub fn Tick() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" aria-hidden="true">
            <path d="m5 12.5 4.5 4.5L19 7.5" />
        </svg>
    }
}

/// A ring with a gap, which the style turns.
#[component]
pub fn Working() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" aria-hidden="true">
            <path d="M21 12a9 9 0 1 1-6.2-8.6" />
        </svg>
    }
}

/// A clock face.
#[component]
pub fn Clock() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
            <circle cx="12" cy="12" r="9" />
            <path d="M12 7v5l3 2" />
        </svg>
    }
}

/// A chain that is broken.
#[component]
pub fn NoLink() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true">
            <path d="M10.5 7.5 13 5a4.2 4.2 0 0 1 6 6l-2.5 2.5M13.5 16.5 11 19a4.2 4.2 0 0 1-6-6l2.5-2.5M4 4l16 16" />
        </svg>
    }
}

/// An exclamation mark.
#[component]
pub fn Attention() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" aria-hidden="true">
            <path d="M12 5v9M12 18.5v.5" />
        </svg>
    }
}

/// A padlock.
#[component]
pub fn Lock() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" width="14" height="14" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
            <rect x="4" y="11" width="16" height="10" rx="2" />
            <path d="M8 11V7a4 4 0 0 1 8 0v4" />
        </svg>
    }
}

/// A face in a frame: a selfie should fill the frame.
#[component]
pub fn Face() -> impl IntoView {
    view! {
        <svg class="guide" viewBox="0 0 200 220" fill="none" stroke="currentColor" stroke-width="3" aria-hidden="true">
            <ellipse cx="100" cy="104" rx="66" ry="86" stroke-dasharray="7 8" />
            <path d="M60 92c0-26 17-46 40-46s40 20 40 46-17 56-40 56-40-30-40-56" />
            <path d="M84 88v4M116 88v4M88 122c8 6 16 6 24 0" />
        </svg>
    }
}

/// A card in a frame: the photo of a document should fill the frame.
#[component]
pub fn Card() -> impl IntoView {
    view! {
        <svg class="guide" viewBox="0 0 220 150" fill="none" stroke="currentColor" stroke-width="3" aria-hidden="true">
            <rect x="12" y="12" width="196" height="126" rx="12" stroke-dasharray="7 8" />
            <circle cx="66" cy="66" r="20" />
            <path d="M40 108c5-14 14-20 26-20s21 6 26 20M120 56h60M120 78h60M120 100h36" />
        </svg>
    }
}

/// A sheet of paper in a frame: its photo should fill the frame.
#[component]
pub fn Paper() -> impl IntoView {
    view! {
        <svg class="guide" viewBox="0 0 170 220" fill="none" stroke="currentColor" stroke-width="3" aria-hidden="true">
            <rect x="12" y="12" width="146" height="196" rx="8" stroke-dasharray="7 8" />
            <path d="M38 52h56M38 84h94M38 108h94M38 132h94M38 156h60" />
        </svg>
    }
}
