//! From where and when administration can be reached: networks and working hours, as the settings write them (security test
//! F-17).

use std::net::IpAddr;

use ipnet::IpNet;

/// Networks that administration is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Of addresses and networks such as `10.0.0.0/8`; `Err`: the one that is neither.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn parse<'a>(list: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let one = |text: &str| {
            let text = text.trim();
            let alone = || text.parse::<IpAddr>().ok().map(IpNet::from);
            text.parse::<IpNet>().ok().or_else(alone).ok_or_else(|| text.to_owned())
        };
        list.into_iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an address is in one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// The days as the settings write them, from Monday on.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Working hours: from one minute of some days to another one, exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours(Vec<Span>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    /// From Monday on.
    days: [bool; 7],
    from: u16,
    until: u16,
}

impl Hours {
    /// Of a text such as `mon-fri 07:00-18:00, sat 07:00-11:30`.
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',')
            .map(|part| Span::parse(&part.trim().to_ascii_lowercase()))
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Whether a minute of the day is within them; `weekday` is 0 on Mondays.
    pub fn contain(&self, weekday: usize, minute: u16) -> bool {
        let within = |span: &Span| {
            span.days.get(weekday).is_some_and(|day| *day) && (span.from..span.until).contains(&minute)
        };
        self.0.iter().any(within)
    }
}

impl Span {
    fn parse(text: &str) -> Option<Self> {
        let (days, hours) = text.split_once(' ')?;
        let day = |name: &str| DAYS.iter().position(|day| *day == name);
        let (first, last) = match days.split_once('-') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(days)?, day(days)?),
        };
        let (from, until) = hours.trim().split_once('-')?;
        let (from, until) = (minute(from)?, minute(until)?);
        let mut span = Self { days: [false; 7], from, until };
        span.days.get_mut(first..=last)?.fill(true);
        (from < until).then_some(span)
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let all = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && all <= DAY).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f_17_networks_hold_their_addresses_and_no_others() {
        let networks = Networks::parse(["10.0.0.0/8", " 192.0.2.7", "2001:db8::/32"]).unwrap();
        let holds = |address: &str| networks.contain(address.parse().unwrap());
        for inside in ["10.1.2.3", "192.0.2.7", "2001:db8::1", "::ffff:10.1.2.3"] {
            assert!(holds(inside), "{inside}");
        }
        for outside in ["11.0.0.1", "192.0.2.8", "2001:db9::1", "::1"] {
            assert!(!holds(outside), "{outside}");
        }
        assert_eq!(Networks::parse(["10.0.0.0/33"]), Err("10.0.0.0/33".to_owned()));
    }

    #[test]
    fn f_17_hours_hold_their_days_and_minutes_and_no_others() {
        let hours = Hours::parse("Mon-Fri 07:00-18:00, sat 07:00-11:30").unwrap();
        let at = |weekday: usize, hour: u16, minute: u16| hours.contain(weekday, hour * 60 + minute);
        assert!(at(0, 7, 0) && at(4, 17, 59) && at(5, 11, 29));
        assert!(!at(0, 6, 59) && !at(4, 18, 0) && !at(5, 11, 30) && !at(6, 9, 0) && !at(7, 9, 0));
        assert!(Hours::parse("mon-sun 00:00-24:00").unwrap().contain(6, DAY - 1));
        for wrong in [
            "",
            "mon",
            "fri-mon 07:00-18:00",
            "mon 18:00-07:00",
            "mon 07:60-08:00",
            "mon 07:00-24:01",
            "day 1:0-2:0",
        ] {
            assert_eq!(Hours::parse(wrong), None, "{wrong}");
        }
    }
}
