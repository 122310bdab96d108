//! The coarse classes that are counted: kind of device, how long answering took.

/// Kind of device that a page was opened on. The browser's own words are dropped as soon as they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Device {
    /// A telephone.
    Phone,
    /// A tablet.
    Tablet,
    /// A computer.
    Computer,
    /// The browser does not say.
    Other,
}

impl Device {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Tablet, Self::Computer, Self::Other];

    /// The kind behind a browser's `User-Agent`.
    pub fn of(agent: &str) -> Self {
        let says = |word: &str| agent.contains(word);
        if says("iPad") || says("Tablet") || (says("Android") && !says("Mobile")) {
            Self::Tablet
        } else if says("Mobi") || says("iPhone") {
            Self::Phone
        } else if says("Windows") || says("Macintosh") || says("X11") || says("CrOS") {
            Self::Computer
        } else {
            Self::Other
        }
    }

    /// Its code, as stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Computer => "computer",
            Self::Other => "other",
        }
    }
}

/// Upper ends of the classes of durations, in seconds; the last class is open.
pub const DURATIONS: [i64; 7] = [30, 60, 120, 180, 300, 600, 1_200];

/// The class of a duration in seconds: 0 for less than [`DURATIONS`]\[0\], and so on.
pub fn duration(seconds: i64) -> usize {
    DURATIONS.iter().take_while(|end| **end <= seconds).count()
}

/// The class that holds the median, if anything was counted. With an even number the lower of the two in the middle.
pub fn median(counts: &[u64]) -> Option<usize> {
    let total: u64 = counts.iter().sum();
    let half = total.div_ceil(2);
    let mut seen = 0;
    counts.iter().position(|n| {
        seen += n;
        half > 0 && seen >= half
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_fall_into_four_kinds() {
        for (agent, kind) in [
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
                Device::Phone,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) Version/16.5 Mobile/15E148",
                Device::Phone,
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
                Device::Tablet,
            ),
            ("Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) Mobile/15E148", Device::Tablet),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0", Device::Computer),
            ("curl/8.0", Device::Other),
            ("", Device::Other),
        ] {
            assert_eq!(Device::of(agent), kind, "{agent}");
        }
    }

    #[test]
    fn durations_fall_into_classes_and_have_a_median() {
        assert_eq!([0, 29, 30, 59, 60, 1_199, 1_200, 90_000].map(duration), [0, 0, 1, 1, 2, 6, 7, 7]);
        assert_eq!(median(&[0, 0, 0]), None);
        assert_eq!(median(&[1, 0, 0]), Some(0));
        assert_eq!(median(&[2, 1, 1]), Some(0));
        assert_eq!(median(&[1, 1, 3]), Some(2));
    }
}
