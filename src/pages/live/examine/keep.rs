//! Cards that this browser keeps: the one of each examination that came to its end; and the last report of each broker.

use yew::prelude::*;

use crate::services::storage;
use crate::state::live::Live;
use crate::state::live::cards;
use crate::state::live::examine::Wanted;
use crate::state::live::reports::{self, KeptReport};
use mqttscope_protocol::{ExaminedStage, SavedCard};

/// Their name in the browser's storage.
const NAME: &str = "live.cards";
/// That of what is chosen in the form.
const WANTED: &str = "live.examine";
/// That of the reports.
const REPORTS: &str = "live.reports";

/// What is kept.
pub(super) fn stored() -> Vec<SavedCard> {
    cards::read(&storage::get(NAME).unwrap_or_default())
}

/// Keeps these; whether the browser does.
pub(super) fn store(cards: &[SavedCard]) -> bool {
    storage::keep(NAME, &cards::written(cards))
}

/// Keeps the card of each examination at its end, also while the page shows something else. What is run again of it takes
/// its place.
#[hook]
pub(in crate::pages::live) fn use_kept_cards(live: &UseReducerHandle<Live>) {
    let last = use_mut_ref(|| None::<(u32, u64)>);
    let view = &live.examine.view;
    let is_over = matches!(view.stage, ExaminedStage::Done | ExaminedStage::Cancelled);
    let examine = live.examine.clone();
    use_effect_with((view.run, is_over), move |&(run, is_over)| {
        if is_over && !examine.judged.is_empty() {
            let known = last.borrow().filter(|(of, _)| *of == run);
            let at = known.map_or_else(|| js_sys::Date::now() as u64, |(_, at)| at);
            *last.borrow_mut() = Some((run, at));
            let card = cards::card_of(&examine.view, &examine.checks, &examine.judged, at);
            let mut all = stored();
            cards::add(&mut all, card);
            // Whoever looks for it is told where the browser keeps nothing.
            let _ = store(&all);
        }
    });
}

/// Keeps the last report of each broker, without its packets.
#[hook]
pub(in crate::pages::live) fn use_kept_reports(live: &UseReducerHandle<Live>) {
    let view = &live.examine.view;
    let is_over = matches!(view.stage, ExaminedStage::Done | ExaminedStage::Cancelled);
    let examine = live.examine.clone();
    use_effect_with((view.run, is_over), move |_| {
        if let Some(report) = KeptReport::of(&examine, js_sys::Date::now() as u64) {
            let mut all = kept_reports();
            reports::add(&mut all, report);
            // What is full or forbidden keeps none.
            let _ = storage::keep(REPORTS, &reports::written(&all));
        }
    });
}

/// Whatever is chosen in the form is there the next time.
#[hook]
pub(super) fn use_wanted(broker: &str) -> UseStateHandle<Wanted> {
    let wanted = use_state_eq(|| Wanted::read(&storage::get(WANTED).unwrap_or_default(), broker));
    use_effect_with(
        ((*wanted).clone(), broker.to_owned()),
        |(wanted, broker)| storage::set(WANTED, &wanted.written(broker)),
    );
    wanted
}

/// The reports that are kept.
pub(super) fn kept_reports() -> Vec<KeptReport> {
    reports::read(&storage::get(REPORTS).unwrap_or_default())
}

/// Follows what other tabs keep.
#[hook]
pub(super) fn use_stored() -> UseStateHandle<Vec<SavedCard>> {
    let cards = use_state_eq(stored);
    {
        let cards = cards.setter();
        use_effect_with((), move |()| {
            let listener = storage::changes(NAME, move || cards.set(stored()));
            move || drop(listener)
        });
    }
    cards
}
