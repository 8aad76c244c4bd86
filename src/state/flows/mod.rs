//! What the Flows page shows: one run, a run and its fork, or three that are compared.

mod address;
mod editing;
#[cfg(test)]
mod tests;
mod yours;

use std::rc::Rc;

use mqttscope_flows::{Beat, Fault, MAX_FAULTS, Run, Scenario, gallery};
use mqttscope_wire::{ProtocolVersion, QoS};
use yew::{AttrValue, Reducible};

pub use address::{Address, View};
pub use editing::Editing;
pub use yours::{Full, Keep, MAX_YOURS, Yours};

/// What the runs beside each other are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One run.
    One,
    /// The same run without and with another fault.
    Fork,
    /// The same run at QoS 0, 1 and 2.
    Compare,
}

/// A run with its steps. Two are the same when they are the same one in memory.
#[derive(Clone, Debug)]
pub struct Column {
    /// What tells it from those beside it; empty where it is alone.
    pub name: Rc<str>,
    /// The run.
    pub run: Rc<Run>,
    /// Its steps.
    pub beats: Rc<[Beat]>,
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.run, &other.run)
    }
}

impl Column {
    fn of(name: &str, scenario: &Scenario) -> Self {
        let run = Run::of(scenario);
        Self {
            name: name.into(),
            beats: run.beats().into(),
            run: Rc::new(run),
        }
    }

    fn named(&self, name: &str) -> Self {
        Self {
            name: name.into(),
            ..self.clone()
        }
    }

    /// Its name without the words of the fault, which the title of its scenario has as well.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.split(':').next().unwrap_or_default()
    }
}

/// The state of the page.
#[derive(Clone, Debug)]
pub struct Flows {
    gallery: Rc<[Scenario]>,
    chosen: Option<usize>,
    columns: Vec<Column>,
    active: usize,
    mode: Mode,
    /// Counts scenarios that were opened, so that each begins at its own step.
    opened: u32,
    /// The step at which the last one that was opened begins.
    start: usize,
    /// What the runs are of: the scenario that was forked or is compared.
    base: Scenario,
    /// Scenarios that are kept in this browser.
    yours: Yours,
    /// A scenario that was made here and is not among them yet.
    made: Option<Keep>,
    /// What was shown before a scenario was edited; there exactly while one is.
    before_edit: Option<Box<Self>>,
    /// The scenario that is being written.
    editing: Option<Editing>,
    /// One that was being written when something else was opened.
    set_aside: Option<Editing>,
}

impl PartialEq for Flows {
    /// The gallery is the same for all.
    fn eq(&self, other: &Self) -> bool {
        let same = |state: &Self| {
            let is_edited = state.before_edit.is_some();
            (
                state.chosen,
                state.active,
                state.mode,
                state.opened,
                is_edited,
            )
        };
        same(self) == same(other)
            && self.columns == other.columns
            && self.yours == other.yours
            && self.made == other.made
            && self.editing == other.editing
            && self.set_aside == other.set_aside
    }
}

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Open one of the gallery.
    Choose(usize),
    /// Open another.
    Open(Box<Scenario>),
    /// Show what an address says.
    Arrive(Box<Address>),
    /// Write one; what is being written already stays.
    Edit(Box<Editing>),
    /// Write this one anew, in its place where it is kept in this browser; what is being written already stays.
    EditThis(Box<Scenario>),
    /// Go on with the one that was set aside.
    Resume,
    /// The one that was set aside is not wanted any more.
    Forget,
    /// An earlier page left this unsaved. What is being written, or is set aside, goes before it.
    Found(Box<Editing>),
    /// The page is left while this is written.
    Leave(AttrValue),
    /// Show a scenario as it is written, without leaving the moment.
    Preview(Box<Scenario>),
    /// Show it for good, and keep it; in place of one of those that are kept.
    Finish(Box<Scenario>, Option<Box<Scenario>>),
    /// Show what was there before.
    Discard,
    /// Others are kept in this browser.
    Yours(Yours),
    /// What was made is kept.
    Kept,
    /// Keep what is looked at in this browser.
    Save,
    /// Run it again with one more fault, beside the run there is.
    Fork(Fault),
    /// Run it at each QoS.
    Compare,
    /// Look at one run alone.
    Alone,
    /// Look at one of those beside each other.
    Activate(usize),
    /// Another version.
    Version(ProtocolVersion),
    /// Another QoS of what is published.
    PublishQoS(QoS),
    /// Another QoS of what is subscribed to.
    SubscribeQoS(QoS),
}

impl Default for Flows {
    fn default() -> Self {
        let gallery: Rc<[Scenario]> = gallery().into();
        // The one that shows most with least.
        let first = gallery
            .iter()
            .position(|scenario| scenario.title == "QoS 2, no faults")
            .unwrap_or_default();
        let base = gallery
            .get(first)
            .cloned()
            .unwrap_or_else(|| Scenario::new(ProtocolVersion::V5));
        Self {
            columns: vec![Column::of("", &base)],
            base,
            start: 0,
            yours: Yours::default(),
            made: None,
            before_edit: None,
            editing: None,
            set_aside: None,
            chosen: Some(first),
            gallery,
            active: 0,
            mode: Mode::One,
            opened: 0,
        }
    }
}

impl Flows {
    /// The scenarios that the page brings along.
    #[must_use]
    pub fn gallery(&self) -> &Rc<[Scenario]> {
        &self.gallery
    }

    /// Which of them is shown, as far as it is one of them.
    #[must_use]
    pub const fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// The runs beside each other; at least one.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The index of the one that is looked at.
    #[must_use]
    pub const fn active_index(&self) -> usize {
        self.active
    }

    /// The one that is looked at.
    #[must_use]
    pub fn active(&self) -> Option<&Column> {
        self.columns.get(self.active)
    }

    /// What they are.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Different for each scenario that was opened.
    #[must_use]
    pub const fn opened(&self) -> u32 {
        self.opened
    }

    /// The step at which the scenario that was opened last begins, from 0.
    #[must_use]
    pub const fn start(&self) -> usize {
        self.start
    }

    /// Scenarios that are kept in this browser.
    #[must_use]
    pub const fn yours(&self) -> &Yours {
        &self.yours
    }

    /// Which of them is shown.
    #[must_use]
    pub fn chosen_of_yours(&self) -> Option<usize> {
        self.yours.position(&self.active()?.run.scenario)
    }

    /// Whether what is looked at is neither of the gallery nor kept in this browser: it is gone when something else is
    /// opened. Runs that are compared are not asked about.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        let is_known = |column: &Column| {
            let scenario = &column.run.scenario;
            self.gallery.contains(scenario) || self.yours.position(scenario).is_some()
        };
        !self.is_preview()
            && self.mode != Mode::Compare
            && self.active().is_some_and(|column| !is_known(column))
    }

    /// Something that was made here and is still to be kept.
    #[must_use]
    pub const fn made(&self) -> Option<&Keep> {
        self.made.as_ref()
    }

    /// Whether a scenario is shown as it is written.
    #[must_use]
    pub const fn is_preview(&self) -> bool {
        self.before_edit.is_some()
    }

    /// The scenario that is being written.
    #[must_use]
    pub const fn editing(&self) -> Option<&Editing> {
        self.editing.as_ref()
    }

    /// The scenario that was being written when something else was opened, if anything was typed.
    #[must_use]
    pub fn set_aside(&self) -> Option<&Editing> {
        let is_hidden = self.editing.is_none();
        let is_typed = |kept: &&Editing| is_hidden && kept.text != kept.first;
        self.set_aside.as_ref().filter(is_typed)
    }

    /// What is shown for good: while one is written, what was shown before.
    #[must_use]
    pub fn settled(&self) -> &Self {
        self.before_edit.as_deref().unwrap_or(self)
    }

    /// The address of what is shown, at a step.
    #[must_use]
    pub fn address(&self, step: usize) -> Address {
        let fork = || {
            let run = &self.columns.get(1)?.run;
            run.scenario.faults.last().cloned()
        };
        let view = match self.mode {
            Mode::One => View::One,
            Mode::Compare => View::Compare,
            Mode::Fork => fork().map_or(View::One, View::Fork),
        };
        Address {
            scenario: self.base.clone(),
            run: (view != View::One).then_some(self.active),
            view,
            step,
        }
    }

    fn show(&mut self, scenario: &Scenario) {
        self.base = scenario.clone();
        self.columns = vec![Column::of("", scenario)];
        self.active = 0;
        self.mode = Mode::One;
    }

    fn open(&mut self, scenario: &Scenario, start: usize) {
        self.chosen = self.gallery.iter().position(|known| known == scenario);
        self.opened = self.opened.wrapping_add(1);
        self.start = start;
        if let Some(editing) = self.editing.take() {
            self.set_aside = Some(editing);
        }
        self.stop_editing();
        self.show(scenario);
    }

    fn edit(&mut self, editing: Editing) {
        self.before_edit = Some(Box::new(self.clone()));
        self.editing = Some(editing);
    }

    fn stop_editing(&mut self) {
        self.before_edit = None;
        self.editing = None;
    }

    fn arrive(&mut self, address: &Address) {
        self.open(&address.scenario, address.step);
        match &address.view {
            View::One => {}
            View::Fork(fault) => self.fork(fault.clone()),
            View::Compare => self.compare(),
        }
        if let Some(run) = address.run {
            self.active = run.min(self.columns.len().saturating_sub(1));
        }
    }

    fn change(&mut self, change: impl FnOnce(&Scenario) -> Scenario) {
        if let Some(column) = self.active() {
            let scenario = change(&column.run.scenario);
            self.show(&scenario);
        }
    }

    fn fork(&mut self, fault: Fault) {
        let has_room = |column: &&Column| column.run.scenario.faults.len() < MAX_FAULTS;
        let Some(before) = self.active().filter(has_room).cloned() else {
            return;
        };
        let base = &before.run.scenario;
        let words = base.fault_words(&fault);
        let with_fault = Column::of(&format!("With the fault: {words}"), &base.forked(fault));
        self.columns = vec![before.named("Without the fault"), with_fault];
        self.base = before.run.scenario.clone();
        self.active = 1;
        self.mode = Mode::Fork;
    }

    fn compare(&mut self) {
        let Some(column) = self.active() else { return };
        let base = column.run.scenario.clone();
        let scenario = column.run.with_moments();
        let levels = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];
        let now = scenario.qos().0.unwrap_or_default();
        self.columns = levels
            .map(|qos| {
                let scenario = scenario.with_publish_qos(qos).with_subscribe_qos(qos);
                Column::of(&format!("QoS {}", qos as u8), &scenario)
            })
            .into();
        self.active = usize::from(now as u8);
        self.mode = Mode::Compare;
        self.base = base;
    }
}

impl Reducible for Flows {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        let mut next = (*self).clone();
        match act {
            Act::Choose(index) => {
                if let Some(scenario) = self.gallery.get(index) {
                    next.open(scenario, 0);
                }
            }
            Act::Open(scenario) => next.open(&scenario, 0),
            Act::Arrive(address) => next.arrive(&address),
            Act::Edit(editing) => {
                if next.editing.is_none() {
                    next.edit(*editing);
                    // What is new begins at its beginning.
                    next.opened = next.opened.wrapping_add(1);
                    next.start = 0;
                }
            }
            Act::EditThis(scenario) => {
                if next.editing.is_none() {
                    let text = scenario.to_text();
                    let replaces = next.yours.position(&scenario).map(|_| *scenario);
                    next.edit(Editing::new(text, replaces));
                }
            }
            Act::Resume => {
                if let Some(editing) = next.set_aside.take().filter(|_| next.editing.is_none()) {
                    next.edit(editing);
                }
            }
            Act::Forget => next.set_aside = None,
            Act::Found(editing) => {
                if next.editing.is_none() && next.set_aside().is_none() {
                    next.set_aside = Some(*editing);
                }
            }
            Act::Leave(text) => {
                // It is told when the editor is gone, which may be after something else was opened.
                if let Some(editing) = next.editing.as_mut().or(next.set_aside.as_mut()) {
                    editing.text = text;
                }
            }
            Act::Preview(scenario) => {
                // It comes a moment after a key: the editor may be closed by then.
                if next.is_preview() {
                    next.show(&scenario);
                }
            }
            Act::Finish(scenario, old) => {
                next.stop_editing();
                next.chosen = None;
                next.show(&scenario);
                next.made = Some(match old {
                    Some(old) => Keep::Replace(old, scenario),
                    None => Keep::Add(scenario),
                });
            }
            Act::Discard => {
                if let Some(before) = next.before_edit.take() {
                    next = Self {
                        yours: next.yours,
                        set_aside: next.set_aside,
                        ..*before
                    };
                }
            }
            Act::Yours(yours) => next.yours = yours,
            Act::Kept => next.made = None,
            Act::Fork(fault) => {
                next.fork(fault);
            }
            Act::Save => {
                if self.is_unsaved() {
                    let shown = self.active().map(|column| column.run.scenario.clone());
                    next.made = shown.map(|shown| Keep::Add(shown.into()));
                }
            }
            Act::Compare => next.compare(),
            // What is compared was made for that alone.
            Act::Alone if self.mode == Mode::Compare => next.show(&self.base),
            Act::Alone => {
                if let Some(column) = self.active() {
                    next.base = column.run.scenario.clone();
                    next.columns = vec![column.named("")];
                    next.active = 0;
                    next.mode = Mode::One;
                }
            }
            Act::Activate(index) => next.active = index.min(self.columns.len().saturating_sub(1)),
            Act::Version(version) => next.change(|scenario| scenario.with_version(version)),
            Act::PublishQoS(qos) => next.change(|scenario| scenario.with_publish_qos(qos)),
            Act::SubscribeQoS(qos) => next.change(|scenario| scenario.with_subscribe_qos(qos)),
        }
        Rc::new(next)
    }
}
