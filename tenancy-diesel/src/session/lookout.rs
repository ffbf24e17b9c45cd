use std::fmt::{self, Display, Write as _};

use diesel::connection::{
    Connection as _, Instrumentation, InstrumentationEvent, get_default_instrumentation,
};
use diesel::pg::PgConnection;
use tenancy_core::isolation::Refusal;

/// Listens to Diesel's events while a transaction is pinned, and passes them on to the application's instrumentation.
///
/// It looks for what needs a session of its own and what the server does not show before the commit.
pub(super) struct Lookout {
    /// The transaction that was begun here. It goes where the connection goes: a borrower may exchange connections.
    pin: String,
    noted: Option<Refusal>,
    application: Option<Box<dyn Instrumentation>>,
}

/// As much of a statement as tells what it is.
const HEAD: usize = 64;

impl Lookout {
    /// Starts listening on `conn`, unless it listens already, for the transaction `pin`, and forgets what was noted.
    pub(super) fn renew(conn: &mut PgConnection, pin: &str) {
        match conn.instrumentation().downcast_mut::<Self>() {
            Some(lookout) => {
                lookout.noted = None;
                pin.clone_into(&mut lookout.pin);
            }
            // New, or the last borrower installed its own, which would listen to the next one.
            None => {
                let application = get_default_instrumentation();
                conn.set_instrumentation(Self { pin: pin.to_owned(), noted: None, application });
            }
        }
    }

    /// Whether `conn` is the connection on which `pin` was begun. It is not told when the borrower installed an
    /// instrumentation of its own.
    pub(super) fn is_of(conn: &mut PgConnection, pin: &str) -> bool {
        conn.instrumentation().downcast_mut::<Self>().is_some_and(|lookout| lookout.pin == pin)
    }

    /// What was noted. Nothing, when the borrower installed an instrumentation of its own: what it did is undone all
    /// the same.
    pub(super) fn noted(conn: &mut PgConnection) -> Option<Refusal> {
        conn.instrumentation().downcast_mut::<Self>()?.noted
    }
}

impl Instrumentation for Lookout {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = &event
            && self.noted.is_none()
        {
            self.noted = Refusal::of_statement(&head(query));
        }
        if let Some(application) = &mut self.application {
            application.on_connection_event(event);
        }
    }
}

/// The beginning of `text`, formatting no more of it than needed.
fn head(text: &dyn Display) -> String {
    struct Head(String);
    impl fmt::Write for Head {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            // White space in front could be longer than any head.
            let piece = if self.0.is_empty() { piece.trim_start() } else { piece };
            self.0.extend(piece.chars().take(HEAD));
            if self.0.len() < HEAD { Ok(()) } else { Err(fmt::Error) }
        }
    }
    let mut head = Head(String::new());
    // An error stops the formatting.
    let _ = write!(head, "{text}");
    head.0
}
