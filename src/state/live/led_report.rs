//! The last report of a client, as the browser keeps it: without its packets, which a companion has until it examines another
//! client, or ends.

use mqttscope_protocol::{ExaminedStage, LedStands, LedView};
use serde::{Deserialize, Serialize};

/// A report as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptLed {
    /// How it stood at its end.
    pub view: LedView,
}

impl KeptLed {
    /// The report of an examination that is over; none: nothing was found.
    #[must_use]
    pub fn of(view: &LedView) -> Option<Self> {
        let is_over = matches!(view.stage, ExaminedStage::Done | ExaminedStage::Cancelled);
        let mut rows = view.rows.iter();
        let has_any = rows.any(|row| matches!(row.stands, LedStands::Judged(..)));
        (is_over && has_any).then(|| Self {
            view: LedView {
                has_authority: false,
                ..view.clone()
            },
        })
    }

    /// When it came to its end, in milliseconds since 1970.
    #[must_use]
    pub fn at(&self) -> u64 {
        let took = u64::try_from(self.view.took.as_millis()).unwrap_or(u64::MAX);
        self.view.began.saturating_add(took)
    }

    /// What the browser keeps; none: nothing of this version of the page.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// What [`Self::read`] reads.
    #[must_use]
    pub fn written(&self) -> String {
        // Plain values can be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_protocol::{LedRow, Verdict};
    use mqttscope_wire::ProtocolVersion;

    #[test]
    fn only_what_is_over_and_found_something_is_kept() {
        let row = LedRow {
            name: "connects".into(),
            title: String::new(),
            ask: String::new(),
            version: ProtocolVersion::V5,
            statements: Vec::new(),
            is_must: true,
            stands: LedStands::Judged(Verdict::Kept, String::new()),
        };
        let view = LedView {
            stage: ExaminedStage::Cancelled,
            began: 1_000,
            took: core::time::Duration::from_millis(234),
            address: "mqtts://127.0.0.1:8883".into(),
            has_authority: true,
            rows: vec![row],
            ..LedView::default()
        };
        let kept = KeptLed::of(&view).unwrap();
        assert!(kept.at() == 1_234 && !kept.view.has_authority);
        assert_eq!(KeptLed::read(&kept.written()), Some(kept));
        let running = LedView {
            stage: ExaminedStage::Running,
            ..view.clone()
        };
        let empty = LedView {
            rows: Vec::new(),
            ..view
        };
        assert_eq!((KeptLed::of(&running), KeptLed::of(&empty)), (None, None));
        assert_eq!(KeptLed::read("{}"), None);
    }
}
