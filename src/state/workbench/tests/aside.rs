//! What is large is read aside, and what was there stays until it is read.

use super::*;

thread_local! {
    static HAS_READ: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Reads what is small at once, and what is large when a worker has.
fn read_aside(request: &Request<'_>) -> Option<Found> {
    let len = match request.given {
        reader::Given::Text(text) => text.len(),
        reader::Given::File(bytes) | reader::Given::Bytes(bytes) => bytes.len(),
    };
    (len < LARGE || HAS_READ.replace(false)).then(|| reader::read(request))
}

fn start() -> Rc<Workbench> {
    HAS_READ.set(false);
    Rc::new(Workbench::new(read_aside)).reduce(Act::Open(Given::of_text(PUBLISH.into())))
}

/// Pings, of which there are so many that they are large.
fn large() -> Given {
    Given::of_text("c0 00\n".repeat(50_000).into())
}

fn has_read(bench: &Rc<Workbench>) -> Rc<Workbench> {
    HAS_READ.set(true);
    bench.clone().reduce(Act::ReaderCame)
}

#[test]
fn what_was_there_stays_until_what_is_large_is_read() {
    let before = start();
    let waits = before.clone().reduce(Act::Open(large()));
    assert!(Rc::ptr_eq(waits.now(), before.now()));
    assert_eq!(waits.pending().unwrap().given, large());
    assert_eq!(waits.can(), before.can());
    assert_ne!(waits.text_revision(), before.text_revision());
    // What is there can be looked at meanwhile; nothing has come yet.
    let waits = waits
        .reduce(Act::SelectNode(Some(1)))
        .reduce(Act::ReaderCame);
    assert!(waits.pending().is_some());
    let read = has_read(&waits);
    assert!(read.pending().is_none());
    assert_eq!(read.now().recording.packets().len(), 50_000);
    assert_eq!(text(&read.reduce(Act::Undo)), PUBLISH);
}

#[test]
fn what_is_read_aside_can_be_cancelled_and_gives_way_to_anything_else() {
    let before = start();
    let waits = before.clone().reduce(Act::Open(large()));
    let cancelled = waits.clone().reduce(Act::Cancel);
    assert!(cancelled.pending().is_none() && Rc::ptr_eq(cancelled.now(), before.now()));
    assert!(Rc::ptr_eq(has_read(&cancelled).now(), before.now()));
    let other = waits
        .clone()
        .reduce(Act::Open(Given::of_text("c0 00".into())));
    assert!(other.pending().is_none());
    assert_eq!(text(&has_read(&other)), "c0 00");
    // An edit of what is there says that it is what is wanted.
    let edited = waits.reduce(Act::Edit(0, vec![0xc0, 0].into()));
    assert!(edited.pending().is_none());
}

#[test]
fn a_large_text_is_read_in_another_way_aside_too() {
    let read = has_read(&start().reduce(Act::Open(large())));
    let steps = read.history_revision();
    let waits = read.clone().reduce(Act::ReadAs(Some(Format::Base64)));
    assert!(waits.pending().is_some() && Rc::ptr_eq(waits.now(), read.now()));
    let again = has_read(&waits);
    assert_eq!(again.now().format, Some(Format::Base64));
    assert_eq!(again.history_revision(), steps, "it is no step");
    // After a reload there is nothing else to show.
    let alone = Rc::new(Workbench::new(read_aside)).reduce(Act::Open(large()));
    assert!(alone.pending().is_some() && alone.now().given.is_nothing());
    assert_eq!(has_read(&alone).now().recording.packets().len(), 50_000);
}
