//! What is given before the reader is here.

use super::*;

thread_local! {
    static IS_HERE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Reads once the reader is here.
fn read_later(request: &Request<'_>) -> Option<Found> {
    IS_HERE.get().then(|| reader::read(request))
}

/// The work when the reader comes behind these acts.
fn after_late(acts: impl IntoIterator<Item = Act>) -> Rc<Workbench> {
    IS_HERE.set(false);
    let start = Rc::new(Workbench::new(read_later));
    let bench = acts.into_iter().fold(start, |bench, act| bench.reduce(act));
    IS_HERE.set(true);
    bench.reduce(Act::ReaderCame)
}

#[test]
fn what_is_given_before_the_reader_is_here_is_read_when_it_comes() {
    let typed = after_late([Act::Type(TWO.into()), Act::Select(1)]);
    assert_eq!(typed.now().awaiting, Awaiting::Nothing);
    assert_eq!(typed.now().recording.packets().len(), 2);
    let text_file = after_late([Act::Open(file("ping.txt", PUBLISH))]);
    assert_eq!(text(&text_file), PUBLISH);
    assert_ne!(text_file.text_revision(), 0, "the text field shows it");
    // What was left behind is read when someone comes back to it.
    let bench = after_late([
        Act::Open(Given::of_text(PUBLISH.into())),
        Act::Open(Given::of_text("c0 00".into())),
    ]);
    let back = bench.reduce(Act::Undo);
    assert_eq!(back.now().recording.packets().len(), 1);
    assert_eq!(back.now().recording.bytes().len(), 10);
}

#[test]
fn opened_bytes_are_shown_before_the_reader_is_here() {
    let open = |bytes: &[u8]| {
        Act::OpenBytes(OpenBytes {
            bytes: bytes.into(),
            version: Some(ProtocolVersion::V5),
            sender: None,
            runs: Vec::new(),
            cuts: Vec::new(),
            packet: 1,
            node: Some(0),
        })
    };
    IS_HERE.set(false);
    let pings = Rc::new(Workbench::new(read_later)).reduce(open(&[0xc0, 0, 0xd0, 0]));
    assert_eq!(pings.now().recording.packets().len(), 2);
    // It can be changed at once, and stays changed.
    let edited = pings
        .clone()
        .reduce(Act::Edit(1, [0xe0, 0].as_slice().into()));
    let read_as = pings.clone().reduce(Act::ReadVersion(None));
    assert_eq!(read_as.now().recording.packets().len(), 2);
    IS_HERE.set(true);
    let same = pings.reduce(Act::ReaderCame);
    assert_eq!((same.now().packet, same.now().node), (1, Some(0)));
    assert_eq!(text(&edited.reduce(Act::ReaderCame)), "c0 00\ne0 00");
    let tls = after_late([open(&[0x15, 3, 3, 0, 2, 2, 0x28])]);
    assert!(headline(&tls).contains("TLS alert"), "{}", headline(&tls));
}

#[test]
fn a_reload_without_the_reader_loses_no_selection() {
    let bench = after([
        Act::Type(TWO.into()),
        Act::Select(1),
        Act::SelectNode(Some(0)),
    ]);
    IS_HERE.set(false);
    let restored = Workbench::restored(&bench.saved_now().unwrap(), None, read_later).unwrap();
    assert_eq!(restored.saved_now(), bench.saved_now());
    IS_HERE.set(true);
    let restored = Rc::new(restored).reduce(Act::ReaderCame);
    assert_eq!((restored.now().packet, restored.now().node), (1, Some(0)));
}
