//! What acts make of what the page shows.

use super::*;
use mqttscope_flows::When;

fn chosen(title: &str) -> Rc<Flows> {
    let flows = Rc::new(Flows::default());
    let index = flows
        .gallery
        .iter()
        .position(|scenario| scenario.title == title)
        .unwrap();
    flows.reduce(Act::Choose(index))
}

#[test]
fn a_fork_stands_beside_what_it_came_from() {
    let cut = Fault::Cut {
        client: 0,
        when: When::At(470),
    };
    let flows = chosen("QoS 1, no faults").reduce(Act::Fork(cut.clone()));
    assert_eq!((flows.mode(), flows.columns().len()), (Mode::Fork, 2));
    let [before, after] = flows.columns() else {
        panic!("two columns");
    };
    assert!(before.run.faults().is_empty());
    assert_eq!(after.run.faults(), [470]);
    assert_eq!(
        &*after.name,
        "With the fault: cut Publisher's connection at 0.470 s"
    );
    let flows = flows.reduce(Act::Alone);
    assert_eq!(flows.active().unwrap().run.scenario.faults, [cut]);
    assert_eq!((flows.mode(), flows.columns().len()), (Mode::One, 1));
}

#[test]
fn three_qos_stand_under_the_same_faults() {
    let flows = chosen("QoS 1, PUBACK lost").reduce(Act::Compare);
    let runs: Vec<_> = flows.columns().iter().map(|column| &column.run).collect();
    assert_eq!(runs.len(), 3);
    assert!(runs.iter().all(|run| run.faults() == runs[0].faults()));
    let counts: Vec<_> = runs
        .iter()
        .map(|run| (run.counts.delivered, run.counts.duplicated, run.counts.lost))
        .collect();
    assert_eq!(counts, [(1, 0, 0), (1, 1, 0), (1, 0, 0)]);
    assert_eq!(flows.active_index(), 1);
    // Whichever was looked at, the scenario is the same as before.
    let flows = flows.reduce(Act::Activate(0)).reduce(Act::Alone);
    let before = chosen("QoS 1, PUBACK lost");
    assert_eq!(
        flows.active().unwrap().run.scenario,
        before.active().unwrap().run.scenario
    );
    assert_eq!((flows.mode(), flows.columns().len()), (Mode::One, 1));
}

#[test]
fn versions_and_qos_change_the_run() {
    let flows = chosen("QoS 1, no faults").reduce(Act::PublishQoS(QoS::ExactlyOnce));
    let flows = flows.reduce(Act::Version(ProtocolVersion::V3_1_1));
    let run = &flows.active().unwrap().run;
    assert_eq!(run.scenario.version, ProtocolVersion::V3_1_1);
    assert_eq!(
        run.scenario.qos(),
        (Some(QoS::ExactlyOnce), Some(QoS::AtLeastOnce))
    );
    assert_eq!(run.counts.delivered, 1);
}

#[test]
fn an_address_leads_back_to_what_is_shown() {
    let cut = Fault::Cut {
        client: 1,
        when: When::At(470),
    };
    let start = chosen("QoS 1, PUBACK lost");
    let forked = start.clone().reduce(Act::Fork(cut.clone()));
    let states = [
        start.clone(),
        start.clone().reduce(Act::Compare),
        start.clone().reduce(Act::Compare).reduce(Act::Activate(2)),
        forked.clone(),
        forked.clone().reduce(Act::Activate(0)),
        forked.clone().reduce(Act::Alone),
        forked.reduce(Act::Compare),
        start.reduce(Act::Version(ProtocolVersion::V3_1_1)),
    ];
    for state in states {
        let hash = state.address(4).hash(state.gallery());
        let route = crate::route::Route::of_hash(&hash);
        let address = Address::of(&route, state.gallery()).unwrap().unwrap();
        let arrived = Rc::new(Flows::default()).reduce(Act::Arrive(address.into()));
        let runs = |state: &Flows| {
            let runs = state.columns().iter().map(|column| column.run.clone());
            runs.collect::<Vec<_>>()
        };
        assert_eq!(runs(&arrived), runs(&state), "{hash}");
        assert_eq!(arrived.active_index(), state.active_index(), "{hash}");
        assert_eq!((arrived.mode(), arrived.start()), (state.mode(), 4));
        assert_eq!(arrived.made(), None);
    }
}

#[test]
fn a_fork_is_kept_when_it_is_asked_for() {
    let fault = Fault::RestartBroker {
        at: 500,
        keeps: true,
    };
    let start = chosen("QoS 1, no faults");
    assert!(!start.is_unsaved());
    assert_eq!(
        start.clone().reduce(Act::Save).made(),
        None,
        "it is of the gallery"
    );
    let forked = start.reduce(Act::Fork(fault));
    assert_eq!(forked.made(), None);
    assert!(forked.is_unsaved());
    assert!(!forked.clone().reduce(Act::Activate(0)).is_unsaved());
    assert!(!forked.clone().reduce(Act::Compare).is_unsaved());
    let forked = forked.reduce(Act::Save);
    let Some(Keep::Add(kept)) = forked.made() else {
        panic!("a fork is kept");
    };
    assert!(
        kept.title
            .ends_with("+ restart the broker at 0.500 s, state kept")
    );
    let kept = kept.clone();
    let yours = Yours::default().after(&Keep::Add(kept)).unwrap();
    let state = forked.reduce(Act::Kept).reduce(Act::Yours(yours));
    assert_eq!((state.made(), state.chosen_of_yours()), (None, Some(0)));
    assert!(!state.is_unsaved());
    assert!(
        state
            .clone()
            .reduce(Act::PublishQoS(QoS::AtMostOnce))
            .is_unsaved()
    );
    let chosen = state.reduce(Act::Choose(0));
    assert_eq!(chosen.chosen_of_yours(), None);
    assert_eq!(chosen.yours().list().len(), 1, "nothing is lost");
}

#[test]
fn what_is_written_is_shown_until_it_is_done_or_discarded() {
    let state = chosen("QoS 1, no faults");
    let own = |qos| state.gallery[3].with_publish_qos(qos);
    let preview = state
        .clone()
        .reduce(Act::Edit(Editing::new("first", None).into()))
        .reduce(Act::Preview(own(QoS::AtMostOnce).into()))
        .reduce(Act::Preview(own(QoS::AtLeastOnce).into()));
    assert!(preview.is_preview() && preview.opened() != state.opened());
    assert_eq!(preview.start(), 0, "what is new begins at its beginning");
    let shown = state.gallery[3].clone();
    let same = state.clone().reduce(Act::EditThis(shown.into()));
    assert_eq!(
        same.opened(),
        state.opened(),
        "what is shown stays where it is"
    );
    let discarded = preview.clone().reduce(Act::Discard);
    assert_eq!(*discarded, *state);
    let late = discarded.reduce(Act::Preview(own(QoS::AtLeastOnce).into()));
    assert_eq!(*late, *state, "what comes late changes nothing");
    let done = own(QoS::AtMostOnce);
    let finished = preview.reduce(Act::Finish(done.clone().into(), None));
    assert!(!finished.is_preview());
    assert_eq!(finished.made(), Some(&Keep::Add(done.into())));
}

#[test]
fn what_is_written_outlives_the_page() {
    let state = chosen("QoS 1, no faults").reduce(Act::Compare);
    let own = state.gallery[3].with_publish_qos(QoS::AtMostOnce);
    let left = state
        .clone()
        .reduce(Act::Edit(Editing::new("first", None).into()))
        .reduce(Act::Preview(own.clone().into()))
        .reduce(Act::Leave("wrong text".into()));
    let editing = left.editing().unwrap();
    assert_eq!((&*editing.first, &*editing.text), ("first", "wrong text"));
    assert_eq!(left.active().unwrap().run.scenario, own);
    // Its address is still that of what is there for good.
    let place = |state: &Flows| state.settled().address(0).place(state.gallery());
    assert_eq!(place(&left), place(&state));
    let again = Act::Edit(Editing::new("another", None).into());
    assert_eq!(*left.clone().reduce(again), *left, "nothing typed is lost");
    for over in [Act::Discard, Act::Finish(own.into(), None), Act::Choose(0)] {
        let after = left.clone().reduce(over).reduce(Act::Leave("late".into()));
        assert!(after.editing().is_none() && !after.is_preview());
    }
}

#[test]
fn what_is_opened_is_marked_where_it_is_known() {
    let flows = Rc::new(Flows::default());
    let known = flows.gallery[3].clone();
    let flows = flows.reduce(Act::Open(Box::new(known.clone())));
    assert_eq!(flows.chosen(), Some(3));
    let own = known.with_publish_qos(QoS::AtLeastOnce);
    assert_eq!(flows.reduce(Act::Open(Box::new(own))).chosen(), None);
}

#[test]
fn a_draft_is_set_aside_for_what_is_opened_and_comes_back() {
    let typed = |flows: Rc<Flows>| {
        let editing = Editing::new("title Mine", None);
        let flows = flows.reduce(Act::Edit(Box::new(editing)));
        flows.reduce(Act::Leave("title Mine, with more".into()))
    };
    let flows = typed(chosen("QoS 1, no faults"));
    // Somebody comes with the address of a handshake.
    let seen = flows.address(0);
    let flows = flows.reduce(Act::Arrive(Box::new(seen.clone())));
    assert!(flows.editing().is_none());
    assert_eq!(flows.set_aside().unwrap().text, "title Mine, with more");
    let resumed = flows.clone().reduce(Act::Resume);
    assert_eq!(resumed.editing().unwrap().text, "title Mine, with more");
    assert!(resumed.set_aside().is_none());
    // Given up, what was opened is shown again.
    let given_up = resumed.reduce(Act::Discard);
    assert!(given_up.editing().is_none() && given_up.set_aside().is_none());
    assert!(flows.reduce(Act::Forget).set_aside().is_none());
    // An editor that is still open tells its text when it goes, which is behind the arrival.
    let editing = Editing::new("title Mine", None);
    let flows = chosen("QoS 1, no faults").reduce(Act::Edit(Box::new(editing)));
    let flows = flows.reduce(Act::Arrive(Box::new(seen)));
    assert!(flows.set_aside().is_none(), "nothing was typed");
    let flows = flows.reduce(Act::Leave("title Other".into()));
    assert_eq!(flows.set_aside().unwrap().text, "title Other");
}

#[test]
fn what_is_kept_is_replaced_and_what_is_not_is_new() {
    let flows = chosen("QoS 1, no faults");
    let (kept, other) = (flows.gallery[0].clone(), flows.gallery[1].clone());
    let yours = Yours::default().after(&Keep::Add(kept.clone().into()));
    let flows = flows.reduce(Act::Yours(yours.unwrap()));
    let replaced = |scenario: &Scenario| {
        let flows = flows.clone().reduce(Act::EditThis(scenario.clone().into()));
        flows.editing().unwrap().replaces.clone()
    };
    assert_eq!(replaced(&kept), Some(kept.clone()));
    assert_eq!(replaced(&other), None);
}

#[test]
fn a_draft_of_an_earlier_page_is_offered_unless_there_is_one_already() {
    let found = |flows: Rc<Flows>, text: &str, replaces: Option<Scenario>| {
        flows.reduce(Act::Found(Editing::found(text.to_owned(), replaces).into()))
    };
    let flows = found(Rc::default(), "title Mine\nnonsense", None);
    let offered = flows.set_aside().unwrap();
    assert_eq!(offered.title().as_deref(), Some("Mine"));
    assert_eq!(Editing::new("nonsense", None).title(), None);
    // It goes on where it was, in place of what it was to replace.
    let old = flows.gallery[0].clone();
    let with_old = found(Rc::default(), "title Other", Some(old.clone())).reduce(Act::Resume);
    assert_eq!(with_old.editing().unwrap().replaces, Some(old.clone()));
    // What is written or set aside now goes before it.
    let kept = found(flows, "title Another", None);
    assert_eq!(kept.set_aside().unwrap().text, "title Mine\nnonsense");
    assert!(
        found(with_old, "title Another", None)
            .reduce(Act::Discard)
            .set_aside()
            .is_none()
    );
    // Nothing was changed.
    let same = found(Rc::default(), &old.to_text(), Some(old));
    assert!(same.set_aside().is_none());
}
