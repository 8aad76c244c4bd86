//! From what things are to the classes and icons they have.

use mqttscope_wire::{Section, Severity};

use crate::components::icon::Icon;

/// The class of a section.
pub(super) const fn section(section: Section) -> &'static str {
    match section {
        Section::FixedHeader => "fixed",
        Section::VariableHeader => "variable",
        Section::Properties => "property",
        Section::Payload => "payload",
        Section::Unread => "unread",
    }
}

/// The class of a section's ground.
pub(super) const fn ground(section: Section) -> &'static str {
    match section {
        Section::FixedHeader => "on-fixed",
        Section::VariableHeader => "on-variable",
        Section::Properties => "on-property",
        Section::Payload => "on-payload",
        Section::Unread => "on-unread",
    }
}

/// The class, the icon and the word of a severity.
pub(crate) const fn severity(severity: Severity) -> (&'static str, Icon, &'static str) {
    match severity {
        Severity::Error => ("error", Icon::Fault, "error"),
        Severity::Warning => ("warning", Icon::Warning, "warning"),
        Severity::Note => ("note", Icon::Note, "note"),
    }
}
