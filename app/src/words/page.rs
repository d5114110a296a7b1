//! The words of the customer's pages that only the server says. They never reach the browser's bundle.

/// Makes a struct of words that only the server says, and lists them for tests. After a `;` it may have one part: another such struct.
macro_rules! page_words {
    ($(#[$about:meta])* $words:ident: $($(#[$doc:meta])* $name:ident,)* $(; $(#[$of:meta])* $part:ident: $kind:ty)?) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug)]
        pub struct $words {
            $($(#[$doc])* pub $name: &'static str,)*
            $($(#[$of])* pub $part: $kind,)?
        }

        #[cfg(test)]
        impl $words {
            pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),*];

            pub(crate) fn all(&self) -> Vec<String> {
                vec![$(self.$name.to_owned()),*]
            }
        }
    };
}

#[cfg(feature = "ssr")]
pub(crate) use page_words;

page_words! {
    /// What only the server says to a customer, in one language. [`crate::words::fill`] replaces each `{…}`.
    PageWords:
    /// Beside the company's name, at the top of each page.
    secure,
    /// At the top of each page of a flow that takes samples for real.
    sandbox,
    /// The page's script failed, but its forms still work.
    script_failed,
    /// There is no session with the id in this link.
    unknown_title,
    /// Why that may be.
    unknown_why,
    /// The heading over what somebody can do then.
    unknown_help,
    /// Opening the link from where it came.
    unknown_open,
    /// Asking for another one.
    unknown_ask,
    /// The server cannot answer right now.
    trouble_title,
    /// What to do then.
    trouble_text,
    /// The checks are running.
    working_title,
    /// What that means.
    working_text,
    /// The checks are done.
    done_title,
    /// What happens next: `{company}`
    done_text,
    /// The session has expired.
    expired_title,
    /// What to do then: `{company}`, `{time}`
    expired_text,
    /// A time: `{day}`, `{month}`, `{year}`, `{time}`
    date_time,
    /// The twelve months, separated by commas.
    months,
    /// The link to the company's privacy notice.
    privacy,
    /// The link to the company.
    help,
    /// The name of the group of language buttons.
    language,
    /// The link to change an answer.
    change,
    /// The customer ticked the box.
    yes,
    /// The customer did not tick the box.
    no,
    /// The customer gave no answer.
    not_given,
    /// What the customer confirms with the last button.
    confirm,
    /// A day: `{day}`, `{month}`, `{year}`
    day,
    /// The link to where the customer came from: `{company}`
    go_back,
    /// The file of the last step is a PDF that opens only with a password: `{label}`
    pdf_password_sent,
    /// An answer is saved, but this browser showed us no cookie: another device saved it, or this one without cookies.
    saved_elsewhere_or_here,
    /// The page goes there by itself: `{company}`
    leaving,
    /// The link that stops that.
    stay,
}
