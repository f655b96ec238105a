//! Every record of every crate in this process, of `log` and of `tracing`, at the trace level.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Which crates logged, and which records contain a canary. Tests beside ours log here too; that does not matter.
static SEEN: Mutex<(BTreeSet<String>, Vec<String>)> = Mutex::new((BTreeSet::new(), Vec::new()));

fn record(target: &str, text: &str) {
    let mut seen = SEEN.lock().expect("no panic");
    if !seen.0.contains(target) {
        seen.0.insert(target.to_owned());
    }
    if super::canaries().find(text).is_some() {
        seen.1.push(format!("{target}: {text}"));
    }
}

/// Starts watching; once is enough.
pub(super) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_boxed_logger(Box::new(Watch)).expect("no other logger");
        log::set_max_level(log::LevelFilter::Trace);
        tracing::subscriber::set_global_default(Watch).expect("no other subscriber");
    });
}

/// Checks that the crates below the transport did log, and that none of them logged a canary.
#[track_caller]
pub(super) fn assert_clean() {
    let seen = SEEN.lock().expect("no panic");
    for crate_name in ["reqwest", "hyper_util"] {
        assert!(seen.0.iter().any(|target| target.starts_with(crate_name)), "only {:?} logged", seen.0);
    }
    assert!(seen.1.is_empty(), "logged: {:#?}", seen.1);
}

struct Watch;

impl log::Log for Watch {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, entry: &log::Record<'_>) {
        record(entry.target(), &entry.args().to_string());
    }

    fn flush(&self) {}
}

impl Subscriber for Watch {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = Text(span.metadata().name().to_owned());
        span.record(&mut text);
        record(span.metadata().target(), &text.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut text = Text(String::new());
        values.record(&mut text);
        record("a span", &text.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        record(event.metadata().target(), &text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The fields of a record.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").expect("a string");
    }
}
