//! A client that the companion examines: what the page knows of it, and what of it is looked at.

use std::rc::Rc;

use mqttscope_protocol::{ExaminedCheck, ExaminedStage, LedRow, LedStands, LedView};

use super::examine::look;
use super::words;

/// The way to the companion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// It is opened when the examination is looked at.
    #[default]
    None,
    /// The companion has not answered yet.
    Opening,
    /// It is there.
    Open,
    /// The companion is gone, or of another version.
    Gone,
}

/// The examination as the page has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Led {
    /// The page shows it.
    pub shown: bool,
    /// The way to the companion.
    pub link: Link,
    /// How it stands.
    pub view: Rc<LedView>,
    /// Why it did not begin, in a sentence.
    pub failed: Option<Rc<str>>,
    /// The row of [`LedView::rows`] that is looked at.
    pub opened: Option<u32>,
    /// What went over the client's connections in it, once that is here.
    pub packets: Option<Rc<ExaminedCheck>>,
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq)]
pub enum LedAct {
    /// It is shown in place of the traffic, or no longer.
    Show(bool),
    /// The way to the companion is another.
    Link(Link),
    /// The companion tells how it stands.
    View(Box<LedView>),
    /// It did not begin: why.
    Failed(String),
    /// This row is looked at; none: no row.
    Select(Option<u32>),
}

impl Led {
    /// Takes over what happened.
    pub fn act(&mut self, act: LedAct) {
        match act {
            LedAct::Show(shown) => self.shown = shown,
            LedAct::Link(link) => self.link = link,
            LedAct::View(view) => {
                if self.view.began != view.began && view.stage.is_on() {
                    // Another one has begun.
                    (self.failed, self.opened, self.packets) = (None, None, None);
                }
                self.view = Rc::new(*view);
            }
            LedAct::Failed(why) => self.failed = Some(why.into()),
            LedAct::Select(row) => {
                if self.opened != row {
                    (self.opened, self.packets) = (row, None);
                }
            }
        }
    }

    /// The conversation of a row has come.
    pub fn take(&mut self, packets: ExaminedCheck) {
        if self.opened == Some(packets.number) {
            self.packets = Some(Rc::new(packets));
        }
    }
}

/// What a person is told to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Now<'a> {
    /// The row that it is about.
    pub number: u32,
    /// What to do, or what goes on.
    pub says: &'a str,
    /// What the situation waits for, while it runs.
    pub waits_for: Option<&'a str>,
}

/// What is to be done now: the situation that runs, or the next one.
#[must_use]
pub fn now(view: &LedView) -> Option<Now<'_>> {
    let rows = || view.rows.iter().zip(0_u32..);
    let running = rows().find_map(|(row, number)| match &row.stands {
        LedStands::Running(step) => Some(Now {
            number,
            says: &row.title,
            waits_for: Some(step),
        }),
        _ => None,
    });
    let next = || rows().find(|(_, number)| view.next == Some(*number));
    running.or_else(|| {
        next().map(|(row, number)| Now {
            number,
            says: &row.ask,
            waits_for: None,
        })
    })
}

/// A row in a word, and the class that colours it.
#[must_use]
pub const fn word(stands: &LedStands, stage: &ExaminedStage) -> (&'static str, &'static str) {
    match stands {
        LedStands::Later if stage.is_on() => ("later", "later"),
        LedStands::Later => ("not asked", "later"),
        LedStands::Open => ("to be shown", "open"),
        LedStands::Running(_) => ("runs", "running"),
        LedStands::Never(_) => ("never shown", "unknown"),
        LedStands::Judged(verdict, _) => look(Some(*verdict)),
    }
}

/// Rows that are done, and all that the client can be asked for.
#[must_use]
pub fn counted(view: &LedView) -> (usize, usize) {
    let is_done = |row: &&LedRow| matches!(row.stands, LedStands::Judged(..));
    (view.rows.iter().filter(is_done).count(), view.rows.len())
}

/// Where it stands, in a sentence or two.
#[must_use]
pub fn said(view: &LedView) -> String {
    let took = words::duration(view.took);
    match &view.stage {
        ExaminedStage::Done => format!("Done in {took}."),
        ExaminedStage::Cancelled => format!("Ended after {took}: what was found until then stays."),
        ExaminedStage::Paused => "Paused: no situation begins.".to_owned(),
        _ => match (view.version, view.connected) {
            (None, 0) => "Waiting for a client.".to_owned(),
            (None, _) => "A client is connected, and has not said CONNECT.".to_owned(),
            (Some(version), 0) => format!(
                "The client spoke MQTT {}, and is not connected now.",
                version.name()
            ),
            (Some(version), 1) => format!("The client is connected: MQTT {}.", version.name()),
            (Some(version), several) => {
                format!(
                    "{several} connections, the newest client speaks MQTT {}.",
                    version.name()
                )
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_protocol::Verdict;
    use mqttscope_wire::ProtocolVersion;

    fn row(name: &str, stands: LedStands) -> LedRow {
        LedRow {
            name: name.into(),
            title: format!("What {name} asks."),
            ask: format!("Do {name}."),
            version: ProtocolVersion::V5,
            statements: Vec::new(),
            is_must: true,
            stands,
        }
    }

    fn view(stage: ExaminedStage, next: Option<u32>, rows: Vec<LedRow>) -> LedView {
        LedView {
            stage,
            next,
            rows,
            ..LedView::default()
        }
    }

    fn check(number: u32) -> ExaminedCheck {
        ExaminedCheck {
            number,
            lines: Vec::new(),
            judged: None,
            rows: Vec::new(),
            packets: Vec::new(),
            left_out: 0,
        }
    }

    #[test]
    fn what_runs_goes_before_what_is_next() {
        let kept = || LedStands::Judged(Verdict::Kept, String::new());
        let mut rows = vec![row("a", kept()), row("b", LedStands::Open)];
        let next = view(ExaminedStage::Running, Some(1), rows.clone());
        let (told, of) = (now(&next).unwrap(), counted(&next));
        assert_eq!((told.number, told.says, told.waits_for), (1, "Do b.", None));
        assert_eq!(of, (1, 2));
        rows.push(row("c", LedStands::Running("> PUBREL".into())));
        let running = view(ExaminedStage::Running, None, rows.clone());
        let told = now(&running).unwrap();
        assert_eq!(
            (told.number, told.says, told.waits_for),
            (2, "What c asks.", Some("> PUBREL"))
        );
        rows.truncate(2);
        assert_eq!(now(&view(ExaminedStage::Paused, None, rows)), None);
    }

    #[test]
    fn packets_of_a_row_that_is_not_looked_at_any_more_are_dropped() {
        let mut led = Led::default();
        let rows = vec![row("a", LedStands::Open), row("b", LedStands::Open)];
        let running = view(ExaminedStage::Running, None, rows);
        led.act(LedAct::View(Box::new(running.clone())));
        led.act(LedAct::Select(Some(1)));
        led.take(check(0));
        assert_eq!(led.packets, None);
        led.take(check(1));
        assert!(led.packets.is_some());
        // What is said while it runs changes nothing of what is looked at; another one does.
        led.act(LedAct::View(Box::new(running.clone())));
        assert!(led.packets.is_some());
        let done = view(ExaminedStage::Done, None, running.rows.clone());
        led.act(LedAct::View(Box::new(done)));
        assert_eq!(led.opened, Some(1));
        led.act(LedAct::View(Box::new(LedView {
            began: 1,
            ..running
        })));
        assert_eq!(led.opened, None);
    }

    #[test]
    fn each_stand_has_a_word() {
        let on = ExaminedStage::Running;
        let words = [
            LedStands::Later,
            LedStands::Open,
            LedStands::Running(String::new()),
            LedStands::Never(String::new()),
            LedStands::Judged(Verdict::Broken, String::new()),
        ]
        .map(|stands| word(&stands, &on).0);
        assert_eq!(
            words,
            ["later", "to be shown", "runs", "never shown", "broken"]
        );
        assert_eq!(word(&LedStands::Later, &ExaminedStage::Done).0, "not asked");
    }
}
