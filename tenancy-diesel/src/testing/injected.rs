use std::any::Any;
use std::panic::resume_unwind;

/// What an injected panic carries.
struct Injected;

/// Panics, without a word on stderr: `resume_unwind` calls no hook.
pub(super) fn panic() -> ! {
    resume_unwind(Box::new(Injected))
}

/// What a panic said; `None` for one of ours.
pub(super) fn message(payload: &(dyn Any + Send)) -> Option<String> {
    if payload.is::<Injected>() {
        return None;
    }
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    Some(text.unwrap_or("a panic without a text").to_owned())
}
