//! What a birth said of an edge node or a device: the names of its metrics, their aliases and types.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::datatype::DataType;
use crate::payload::Payload;

/// Metrics of a birth that are remembered.
const MOST_METRICS: usize = 20_000;
/// What remembering a metric costs beside its name, in bytes.
const COST: usize = 48;

/// The metrics of one NBIRTH or DBIRTH.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Birth {
    /// By name.
    metrics: Vec<Known>,
    /// Alias and place in `metrics`, by alias.
    aliases: Vec<(u64, u32)>,
    /// Metrics that are not remembered: nothing is claimed to be missing.
    is_cut: bool,
    cost: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    name: Box<str>,
    alias: Option<u64>,
    datatype: DataType,
}

impl Birth {
    /// What this payload says; at most so many bytes of it are kept.
    #[must_use]
    pub fn read(payload: &Payload<'_>, most: usize) -> Self {
        let mut birth = Self::default();
        for metric in payload.metrics() {
            let Some(name) = metric.name else { continue };
            let cost = birth.cost.saturating_add(name.len()).saturating_add(COST);
            if birth.metrics.len() >= MOST_METRICS || cost > most {
                birth.is_cut = true;
                break;
            }
            birth.cost = cost;
            birth.metrics.push(Known {
                name: name.into(),
                alias: metric.alias,
                datatype: metric.datatype.unwrap_or_default(),
            });
        }
        birth.metrics.sort_by(|a, b| a.name.cmp(&b.name));
        let places = birth.metrics.iter().zip(0_u32..);
        birth.aliases = places
            .filter_map(|(it, at)| Some((it.alias?, at)))
            .collect();
        birth.aliases.sort_unstable();
        birth
    }

    /// What an alias stands for.
    #[must_use]
    pub fn by_alias(&self, alias: u64) -> Option<(&str, DataType)> {
        let at = self.aliases.binary_search_by_key(&alias, |it| it.0).ok()?;
        let &(_, place) = self.aliases.get(at)?;
        let known = self.metrics.get(usize::try_from(place).ok()?)?;
        Some((&known.name, known.datatype))
    }

    /// The type of the metric of this name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<DataType> {
        let at = self.metrics.binary_search_by(|it| (*it.name).cmp(name));
        Some(self.metrics.get(at.ok()?)?.datatype)
    }

    /// An alias that two of its metrics have.
    #[must_use]
    pub fn twice(&self) -> Option<u64> {
        let pairs = self.aliases.iter().zip(self.aliases.iter().skip(1));
        pairs.clone().find(|(a, b)| a.0 == b.0).map(|(a, _)| a.0)
    }

    /// An alias that the other has, too.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> Option<u64> {
        let mut theirs = other.aliases.iter().map(|it| it.0).peekable();
        self.aliases.iter().map(|it| it.0).find(|alias| {
            while theirs.next_if(|it| it < alias).is_some() {}
            theirs.peek() == Some(alias)
        })
    }

    /// Whether it says the same as another.
    #[must_use]
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.metrics == other.metrics && self.is_cut == other.is_cut
    }

    /// Whether all of its metrics are remembered.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        !self.is_cut
    }

    /// What it takes in memory, about, in bytes.
    #[must_use]
    pub const fn cost(&self) -> usize {
        self.cost
    }
}
