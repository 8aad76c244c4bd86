//! Sparkplug's topics: `spBv1.0/GROUP/TYPE/EDGE NODE[/DEVICE]` and `spBv1.0/STATE/HOST`.

/// What all of its topics begin with.
pub const NAMESPACE: &str = "spBv1.0/";

/// What kind of message it is; the names are the specification's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageType {
    /// An edge node is there, with all its metrics.
    NodeBirth,
    /// An edge node is gone.
    NodeDeath,
    /// A device of an edge node is there, with all its metrics.
    DeviceBirth,
    /// A device is gone.
    DeviceDeath,
    /// Metrics of an edge node have changed.
    NodeData,
    /// Metrics of a device have changed.
    DeviceData,
    /// A host writes metrics of an edge node.
    NodeCommand,
    /// A host writes metrics of a device.
    DeviceCommand,
}

impl MessageType {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NodeBirth,
        Self::NodeDeath,
        Self::DeviceBirth,
        Self::DeviceDeath,
        Self::NodeData,
        Self::DeviceData,
        Self::NodeCommand,
        Self::DeviceCommand,
    ];

    /// As it stands in a topic: `NBIRTH`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NodeBirth => "NBIRTH",
            Self::NodeDeath => "NDEATH",
            Self::DeviceBirth => "DBIRTH",
            Self::DeviceDeath => "DDEATH",
            Self::NodeData => "NDATA",
            Self::DeviceData => "DDATA",
            Self::NodeCommand => "NCMD",
            Self::DeviceCommand => "DCMD",
        }
    }

    /// Whether it is about a device, whose topics have one level more.
    #[must_use]
    pub const fn is_of_device(self) -> bool {
        matches!(
            self,
            Self::DeviceBirth | Self::DeviceDeath | Self::DeviceData | Self::DeviceCommand
        )
    }

    /// Whether it says which metrics there are.
    #[must_use]
    pub const fn is_birth(self) -> bool {
        matches!(self, Self::NodeBirth | Self::DeviceBirth)
    }

    /// Whether it is sent to an edge node and not by it.
    #[must_use]
    pub const fn is_command(self) -> bool {
        matches!(self, Self::NodeCommand | Self::DeviceCommand)
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What a topic says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic<'a> {
    /// Of an edge node or one of its devices.
    Edge(Address<'a>),
    /// Whether a host application is there.
    State {
        /// Its identifier.
        host: &'a str,
    },
}

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// The group.
    pub group: &'a str,
    /// What kind of message.
    pub message_type: MessageType,
    /// The edge node.
    pub edge: &'a str,
    /// The device, as far as the topic has that level: of a right topic exactly the types of devices do.
    pub device: Option<&'a str>,
}

impl Address<'_> {
    /// Whether there is a device exactly where its type wants one.
    #[must_use]
    pub const fn is_right(&self) -> bool {
        self.device.is_some() == self.message_type.is_of_device()
    }
}

impl<'a> Topic<'a> {
    /// What this topic says; `None`: it is none of Sparkplug's.
    #[must_use]
    pub fn of(topic: &'a str) -> Option<Self> {
        let mut levels = topic.strip_prefix(NAMESPACE)?.split('/');
        let (first, second, third) = (levels.next()?, levels.next()?, levels.next());
        let (fourth, is_over) = (levels.next(), levels.next().is_none());
        if !is_over || first.is_empty() || second.is_empty() {
            return None;
        }
        match (first, third) {
            ("STATE", None) => Some(Self::State { host: second }),
            (group, Some(edge)) if !edge.is_empty() && fourth != Some("") => {
                Some(Self::Edge(Address {
                    group,
                    message_type: MessageType::of(second)?,
                    edge,
                    device: fourth,
                }))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        let edge = |topic| match Topic::of(topic) {
            Some(Topic::Edge(it)) => Some((
                it.group,
                it.message_type.name(),
                it.edge,
                it.device,
                it.is_right(),
            )),
            _ => None,
        };
        assert_eq!(
            edge("spBv1.0/g/NDATA/e"),
            Some(("g", "NDATA", "e", None, true))
        );
        assert_eq!(
            edge("spBv1.0/g/DDATA/e/d"),
            Some(("g", "DDATA", "e", Some("d"), true))
        );
        assert_eq!(
            edge("spBv1.0/g/DDATA/e"),
            Some(("g", "DDATA", "e", None, false))
        );
        assert_eq!(edge("spBv1.0/STATE/NDATA/e").map(|it| it.0), Some("STATE"));
        assert_eq!(
            Topic::of("spBv1.0/STATE/host 1"),
            Some(Topic::State { host: "host 1" })
        );
        for topic in [
            "spBv1.0",
            "spBv1.0/",
            "spBv1.0/g",
            "spBv1.0/g/NDATA",
            "spBv1.0/g/NDATA/",
            "spBv1.0/g/NOTHING/e",
            "spBv1.0/g/NDATA/e/",
            "spBv1.0/g/DDATA/e/d/x",
            "spBv1.0/STATE/",
            "spBv1.0//NDATA/e",
            "STATE/host",
            "spAv1.0/g/NDATA/e",
            "a/spBv1.0/g/NDATA/e",
        ] {
            assert_eq!(Topic::of(topic), None, "{topic}");
        }
    }
}
