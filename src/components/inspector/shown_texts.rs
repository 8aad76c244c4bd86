//! What is said about the packet that an inspector shows.

use mqttscope_view::texts::Texts;
use mqttscope_wire::explain;

use super::Shown;
use crate::hooks::TextsStage;

impl Shown {
    /// The same with these texts.
    pub(super) fn with(mut self, texts: TextsStage) -> Self {
        self.1 = texts;
        self
    }

    /// The texts, if they have come.
    pub(super) fn texts(&self) -> Option<&Texts> {
        match self.stage() {
            TextsStage::Here(texts) => Some(texts),
            _ => None,
        }
    }

    /// What the reason code at this node tells, once that has come.
    pub(super) fn reason(&self, node: usize) -> Option<&str> {
        let (code, packet_type) = explain::reason_code(self.tree(), node, self.bytes())?;
        let version = self.dissection().version;
        let sentence = self.texts()?.reason_code(code, packet_type, version);
        (!sentence.is_empty()).then_some(sentence)
    }

    /// How far the texts are.
    pub(super) fn stage(&self) -> &TextsStage {
        &self.1
    }
}
