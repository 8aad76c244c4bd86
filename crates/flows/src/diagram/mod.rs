//! The picture of a flow, as a value: lanes, arrows, bands. A component only draws it.
//!
//! Heights are CSS pixels from the top. They grow with time but not in proportion to it: a long
//! wait takes little more room than a short one. Playing goes along the height, so a wait is short
//! there, too.

mod across;
mod animated;
mod arrows;
mod bands;
mod differs;
mod heads;
mod labels;
mod live;
mod shape;
mod show;
mod svg;
mod time_line;

use mqttscope_wire::PacketType;

use super::run::Run;
pub use across::Reach;
pub use animated::Frame;
pub use differs::{differ_from, what_differs};
pub use heads::Head;
pub use labels::{LabelBox, LabelPlace};
pub use live::millis_after_first;
pub use shape::Shape;
pub use svg::{Export, Palette};
pub use time_line::TimeLine;

/// How wide and how wordy it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Between two lanes, in pixels.
    pub spacing: u32,
    /// Beside the outer lanes, in pixels.
    pub margin: u32,
    /// Labels are cut short.
    pub short: bool,
}

impl Look {
    /// For a screen with room.
    pub const WIDE: Self = Self {
        spacing: 300,
        margin: 80,
        short: false,
    };
    /// The most between two lanes where there is more room than that: a long topic has it.
    const MOST: u32 = 420;

    /// For a narrow column.
    pub const NARROW: Self = Self {
        spacing: 142,
        margin: 42,
        short: true,
    };

    /// For several pictures beside each other: as narrow as the longest short label allows. The names of the outer
    /// lanes stand inwards.
    pub const TIGHT: Self = Self {
        spacing: 122,
        margin: 8,
        short: true,
    };

    /// The look for a number of lanes in so many pixels.
    #[must_use]
    pub const fn fit(lanes: usize, room: u32) -> Self {
        let gaps = (lanes as u32).saturating_sub(1);
        let wide = Self::WIDE;
        let inner = room.saturating_sub(wide.margin.saturating_mul(2));
        match inner.checked_div(gaps) {
            Some(spacing) if spacing >= 212 => Self {
                spacing: if spacing < Self::MOST {
                    spacing
                } else {
                    Self::MOST
                },
                ..wide
            },
            // What fits in no way is moved from side to side: then it need not be tight.
            Some(_) if Self::NARROW.width(lanes) > room && Self::TIGHT.width(lanes) <= room => {
                Self::TIGHT.within(gaps, room)
            }
            Some(_) => Self::NARROW.within(gaps, room),
            None => wide,
        }
    }

    /// The look of one of several pictures beside each other, each of so many pixels.
    #[must_use]
    pub const fn beside(lanes: usize, room: u32) -> Self {
        let gaps = (lanes as u32).saturating_sub(1);
        if Self::NARROW.width(lanes) <= room {
            Self::NARROW.within(gaps, room)
        } else {
            Self::TIGHT.within(gaps, room)
        }
    }

    /// The same with lanes as far from each other as they can be.
    const fn within(self, gaps: u32, room: u32) -> Self {
        let inner = room.saturating_sub(self.margin.saturating_mul(2));
        match inner.checked_div(gaps) {
            Some(spacing) if spacing > self.spacing => Self {
                spacing: if spacing < Self::WIDE.spacing {
                    spacing
                } else {
                    Self::WIDE.spacing
                },
                // A label with identifier, QoS and time takes so much.
                short: spacing < 212,
                ..self
            },
            _ => self,
        }
    }

    /// How wide a picture with so many lanes is, in pixels.
    #[must_use]
    pub const fn width(&self, lanes: usize) -> u32 {
        self.x(lanes.saturating_sub(1)).saturating_add(self.margin)
    }

    /// Where a lane stands, in pixels from the left.
    #[must_use]
    pub const fn x(&self, lane: usize) -> u32 {
        self.margin
            .saturating_add(self.spacing.saturating_mul(lane as u32))
    }
}

/// The picture; by default of nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagram {
    /// How it was laid out.
    pub look: Look,
    /// From left to right.
    pub lanes: Vec<Lane>,
    /// One a packet, in the order of the packets.
    pub arrows: Vec<Arrow>,
    /// Times without a connection.
    pub bands: Vec<Band>,
    /// Times in which a side remembers something of an open handshake.
    pub bars: Vec<Bar>,
    /// Which moment is at which height.
    pub time: TimeLine,
    /// From which height on it is another than those beside it.
    pub differs: Option<u32>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// A side's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What stands above it.
    pub name: String,
    /// Which client; none: the broker.
    pub client: Option<usize>,
}

/// A packet on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// Which packet.
    pub packet: usize,
    /// The lane it leaves.
    pub from: usize,
    /// The lane it goes to.
    pub to: usize,
    /// Where it leaves.
    pub top: u32,
    /// Where it arrives, or is lost.
    pub bottom: u32,
    /// How far it gets, in thousandths; 1000 unless it is lost.
    pub reach: u32,
    /// What it says.
    pub label: String,
    /// Where it says so.
    pub label_place: LabelPlace,
    /// Its packet type.
    pub kind: PacketType,
    /// It was lost.
    pub lost: bool,
    /// It is sent again.
    pub again: bool,
    /// Nothing answered it, though something should.
    pub unanswered: bool,
}

/// A time without a connection, between a client and the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// The client's lane.
    pub lane: usize,
    /// Where it begins.
    pub top: u32,
    /// Where it ends.
    pub bottom: u32,
    /// What happened and for how long.
    pub label: String,
}

/// A time in which a side remembers something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Whose lane.
    pub lane: usize,
    /// Where it begins.
    pub top: u32,
    /// Where it ends.
    pub bottom: u32,
}

impl Diagram {
    /// The picture of a run.
    #[must_use]
    pub fn of(run: &Run, look: Look) -> Self {
        Self::on(run, look, arrows::time_line(&[run]))
    }

    /// The pictures of runs that are compared, on one time line: equal moments are at equal heights, and all are
    /// equally high.
    #[must_use]
    pub fn beside(runs: &[&Run], look: Look) -> Vec<Self> {
        let time = arrows::time_line(runs);
        let picture = |run: &&Run| Self::on(run, look, time.clone());
        let mut pictures: Vec<Self> = runs.iter().map(picture).collect();
        if let Some(at) = differ_from(runs) {
            let height = differs::line(&pictures, time.heights(at).0);
            for picture in &mut pictures {
                picture.differs = Some(height);
            }
        }
        pictures
    }

    fn on(run: &Run, look: Look, time: TimeLine) -> Self {
        let lanes = lanes(run);
        let arrows = arrows::lay_out(run, &lanes, look, &time);
        let mut diagram = Self {
            look,
            width: look.width(lanes.len()),
            height: time.height(),
            differs: None,
            bands: Vec::new(),
            bars: Vec::new(),
            lanes,
            arrows,
            time,
        };
        diagram.bands = bands::bands(run, &diagram);
        diagram.bars = bands::bars(run, &diagram);
        diagram.place_labels();
        diagram
    }

    /// The height of each step, never above the one before.
    #[must_use]
    pub fn heights_of(&self, beats: &[super::Beat]) -> Vec<u32> {
        let mut lowest = 0;
        let last = beats.len().saturating_sub(1);
        let heights = beats.iter().enumerate().map(|(index, beat)| {
            let arrow = beat.packet.and_then(|packet| self.arrows.get(packet));
            let height = match arrow {
                _ if index == 0 => 0,
                _ if index == last => self.end(),
                Some(arrow) => arrow.bottom,
                None => self.time.heights(beat.at).1,
            };
            lowest = lowest.max(height);
            lowest
        });
        heights.collect()
    }

    /// Where playing ends.
    #[must_use]
    pub fn end(&self) -> u32 {
        self.time.end().saturating_add(14)
    }

    /// Where a packet is at a height, in pixels from the left; beyond its way, at its end.
    #[must_use]
    pub fn x_at(&self, arrow: &Arrow, height: u32) -> u32 {
        let from = i64::from(self.look.x(arrow.from));
        let way = i64::from(self.look.x(arrow.to)).saturating_sub(from);
        let reach = way.saturating_mul(i64::from(arrow.reach)) / 1000;
        let down = i64::from(
            height
                .clamp(arrow.top, arrow.bottom)
                .saturating_sub(arrow.top),
        );
        let all = i64::from(arrow.bottom.saturating_sub(arrow.top));
        let gone = reach.saturating_mul(down).checked_div(all).unwrap_or(reach);
        u32::try_from(from.saturating_add(gone)).unwrap_or_default()
    }

    /// The lane of a client, or of the broker.
    #[must_use]
    pub fn lane_of(&self, client: Option<usize>) -> usize {
        lane_of(&self.lanes, client)
    }

    /// The packets that are on their way at a height.
    pub fn flying(&self, height: u32) -> impl Iterator<Item = &Arrow> {
        self.arrows
            .iter()
            .filter(move |arrow| arrow.top < height && height < arrow.bottom)
    }
}

/// Publishers, the broker, subscribers.
fn lanes(run: &Run) -> Vec<Lane> {
    let side = |publisher: bool| {
        run.scenario
            .clients
            .iter()
            .enumerate()
            .filter(move |(_, station)| station.publisher == publisher)
            .map(|(index, station)| Lane {
                name: station.name.clone(),
                client: Some(index),
            })
    };
    let broker = Lane {
        name: "Broker".into(),
        client: None,
    };
    side(true)
        .chain(core::iter::once(broker))
        .chain(side(false))
        .collect()
}

fn lane_of(lanes: &[Lane], client: Option<usize>) -> usize {
    lanes
        .iter()
        .position(|lane| lane.client == client)
        .unwrap_or_default()
}
