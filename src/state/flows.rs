//! What the Flows page shows: one run, a run and its fork, or three that are compared.

use std::rc::Rc;

use mqttscope_inspect::flows::{Beat, Fault, Run, Scenario, gallery};
use mqttscope_wire::{ProtocolVersion, QoS};
use yew::Reducible;

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
}

/// The state of the page.
#[derive(Clone, Debug)]
pub struct Flows {
    gallery: Rc<[Scenario]>,
    chosen: Option<usize>,
    columns: Vec<Column>,
    active: usize,
    mode: Mode,
    /// Counts scenarios that were opened, so that each begins at its beginning.
    opened: u32,
}

impl PartialEq for Flows {
    /// The gallery is the same for all.
    fn eq(&self, other: &Self) -> bool {
        let same = |state: &Self| (state.chosen, state.active, state.mode, state.opened);
        same(self) == same(other) && self.columns == other.columns
    }
}

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Open one of the gallery.
    Choose(usize),
    /// Open another.
    Open(Box<Scenario>),
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
            .position(|scenario| scenario.title == "QoS 2, calm")
            .unwrap_or_default();
        let column = gallery.get(first).map(|scenario| Column::of("", scenario));
        Self {
            columns: column.into_iter().collect(),
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

    fn show(&mut self, scenario: &Scenario) {
        self.columns = vec![Column::of("", scenario)];
        self.active = 0;
        self.mode = Mode::One;
    }

    fn change(&mut self, change: impl FnOnce(&Scenario) -> Scenario) {
        if let Some(column) = self.active() {
            let scenario = change(&column.run.scenario);
            self.show(&scenario);
        }
    }

    fn fork(&mut self, fault: Fault) {
        let Some(before) = self.active() else { return };
        let text = before.run.scenario.fault_text(&fault);
        let scenario = before.run.scenario.with_fault(fault);
        self.columns = vec![
            before.named("before"),
            Column::of(&format!("with: {text}"), &scenario),
        ];
        self.active = 1;
        self.mode = Mode::Fork;
    }

    fn compare(&mut self) {
        let Some(column) = self.active() else { return };
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
    }
}

impl Reducible for Flows {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        let mut next = (*self).clone();
        match act {
            Act::Choose(index) => {
                if let Some(scenario) = self.gallery.get(index) {
                    next.chosen = Some(index);
                    next.opened = next.opened.wrapping_add(1);
                    next.show(scenario);
                }
            }
            Act::Open(scenario) => {
                next.chosen = self.gallery.iter().position(|known| *known == *scenario);
                next.opened = next.opened.wrapping_add(1);
                next.show(&scenario);
            }
            Act::Fork(fault) => next.fork(fault),
            Act::Compare => next.compare(),
            Act::Alone => {
                if let Some(column) = self.active() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_inspect::flows::When;

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
        let flows = chosen("QoS 1, calm").reduce(Act::Fork(cut.clone()));
        assert_eq!((flows.mode(), flows.columns().len()), (Mode::Fork, 2));
        let [before, after] = flows.columns() else {
            panic!("two columns");
        };
        assert!(before.run.faults().is_empty());
        assert_eq!(after.run.faults(), [470]);
        assert_eq!(&*after.name, "with: cut Publisher at 470");
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
    }

    #[test]
    fn versions_and_qos_change_the_run() {
        let flows = chosen("QoS 1, calm").reduce(Act::PublishQoS(QoS::ExactlyOnce));
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
    fn what_is_opened_is_marked_where_it_is_known() {
        let flows = Rc::new(Flows::default());
        let known = flows.gallery[3].clone();
        let flows = flows.reduce(Act::Open(Box::new(known.clone())));
        assert_eq!(flows.chosen(), Some(3));
        let own = known.with_publish_qos(QoS::AtLeastOnce);
        assert_eq!(flows.reduce(Act::Open(Box::new(own))).chosen(), None);
    }
}
