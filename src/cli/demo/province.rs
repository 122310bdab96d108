//! The demonstration province as an `apply` file: Bình Định with the units it had under the plan of 2023–2025.

use std::fmt::Write as _;

use jiff::civil::Date;

/// Slugs of the demonstration's campaigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slugs {
    /// Citizens, last quarter, closed.
    pub citizens_past: String,
    /// Citizens, this quarter, open.
    pub citizens_now: String,
    /// Council members, last year, closed.
    pub officials_past: String,
    /// Leaders of district committees, this year, open.
    pub officials_now: String,
    /// Groups that judge each other's units, last year, closed.
    pub mutual_past: String,
    /// The same, this year, open.
    pub mutual_now: String,
}

/// Code, name, kind, parent.
const UNITS: [(&str, &str, &str, &str); 12] = [
    ("vpubnd", "Văn phòng UBND tỉnh", "department", "bd"),
    ("ttpvhcc", "Trung tâm Phục vụ hành chính công tỉnh", "one-stop", "vpubnd"),
    ("snv", "Sở Nội vụ", "department", "bd"),
    ("stp", "Sở Tư pháp", "department", "bd"),
    ("stc", "Sở Tài chính", "department", "bd"),
    ("skhdt", "Sở Kế hoạch và Đầu tư", "department", "bd"),
    ("sxd", "Sở Xây dựng", "department", "bd"),
    ("stnmt", "Sở Tài nguyên và Môi trường", "department", "bd"),
    ("stttt", "Sở Thông tin và Truyền thông", "department", "bd"),
    ("syt", "Sở Y tế", "department", "bd"),
    ("sgddt", "Sở Giáo dục và Đào tạo", "department", "bd"),
    ("hdnd", "Hội đồng nhân dân tỉnh", "council", "bd"),
];

/// Code, kind of the district, its name, and a commune: code suffix and name.
const DISTRICTS: [(&str, &str, &str, &str); 11] = [
    ("qn", "thành phố", "Quy Nhơn", "phường Lê Lợi"),
    ("an", "thị xã", "An Nhơn", "phường Bình Định"),
    ("hn", "thị xã", "Hoài Nhơn", "phường Bồng Sơn"),
    ("tp", "huyện", "Tuy Phước", "thị trấn Diêu Trì"),
    ("ts", "huyện", "Tây Sơn", "thị trấn Phú Phong"),
    ("pc", "huyện", "Phù Cát", "thị trấn Ngô Mây"),
    ("pm", "huyện", "Phù Mỹ", "thị trấn Bình Dương"),
    ("ha", "huyện", "Hoài Ân", "thị trấn Tăng Bạt Hổ"),
    ("al", "huyện", "An Lão", "thị trấn An Lão"),
    ("vt", "huyện", "Vĩnh Thạnh", "thị trấn Vĩnh Thạnh"),
    ("vc", "huyện", "Vân Canh", "thị trấn Vân Canh"),
];

/// Transactions completed in a quarter, invented: the provincial centre, then each district's one-stop section.
const CENTRE: u64 = 38_400;
const TRANSACTIONS: [u64; 11] =
    [41_250, 22_900, 24_600, 17_300, 12_800, 16_100, 15_400, 9_700, 3_900, 4_200, 3_600];

/// Council members in each district's group, invented.
const MEMBERS: [usize; 11] = [9, 7, 7, 7, 5, 7, 6, 5, 4, 5, 4];

/// Leaders of a district committee.
const LEADERS: [(&str, &str); 3] =
    [("ct", "Chủ tịch"), ("pct1", "Phó Chủ tịch thường trực"), ("pct2", "Phó Chủ tịch")];

/// The code by which the demonstration's tablets are left; it is printed, like the password.
pub const KIOSK_CODE: &str = "2468";

/// First day of the quarter of a day, and of the next one.
fn quarter(day: Date) -> (Date, Date, i8) {
    let number = (day.month() - 1) / 3 + 1;
    let first = Date::new(day.year(), number * 3 - 2, 1).unwrap_or(day);
    (first, first.saturating_add(jiff::Span::new().months(3)), number)
}

/// The province on this day, as the text of an `apply` file.
pub fn toml(today: Date) -> (String, Slugs) {
    let (now, end, number) = quarter(today);
    let (past, _, before) = quarter(now.saturating_sub(jiff::Span::new().days(1)));
    let slugs = Slugs {
        citizens_past: format!("sipas-{}-q{before}", past.year()),
        citizens_now: format!("sipas-{}-q{number}", now.year()),
        officials_past: format!("can-bo-{}", now.year() - 1),
        officials_now: format!("can-bo-{}", now.year()),
        mutual_past: format!("danh-gia-{}", now.year() - 1),
        mutual_now: format!("danh-gia-{}", now.year()),
    };
    let mut file = String::new();
    unit(&mut file, "bd", "Tỉnh Bình Định", "province", None);
    for (code, name, kind, parent) in UNITS {
        unit(&mut file, code, name, kind, Some(parent));
    }
    for (code, kind, name, commune) in DISTRICTS {
        unit(&mut file, code, &format!("UBND {kind} {name}"), "district", Some("bd"));
        unit(
            &mut file,
            &format!("{code}-mc"),
            &format!("Bộ phận Một cửa UBND {kind} {name}"),
            "one-stop",
            Some(code),
        );
        unit(&mut file, &format!("{code}-x"), &format!("UBND {commune}"), "commune", Some(code));
        unit(
            &mut file,
            &format!("hdnd-{code}"),
            &format!("Tổ đại biểu HĐND tỉnh – {name}"),
            "council-group",
            Some("hdnd"),
        );
    }
    let citizens =
        [(&slugs.citizens_past, past, now, before, true), (&slugs.citizens_now, now, end, number, false)];
    for (slug, opens, closes, number, simulated) in citizens {
        let vi = format!("Mức độ hài lòng tại Bộ phận Một cửa, quý {}/{}", roman(number), opens.year());
        let en = format!("Satisfaction at one-stop counters, quarter {number}/{}", opens.year());
        campaign(&mut file, slug, ("sipas", "counter"), (&vi, &en), (opens, closes), simulated);
        counters(&mut file);
    }
    let year = now.year();
    let last = Date::new(year - 1, 11, 1).unwrap_or(now);
    let vi = format!("Khảo sát đại biểu HĐND tỉnh về cải cách hành chính năm {}", year - 1);
    let en = format!("Survey of council members on administrative reform, {}", year - 1);
    let days = (last, last.saturating_add(jiff::Span::new().months(1)));
    campaign(&mut file, &slugs.officials_past, ("officials", "council"), (&vi, &en), days, true);
    council(&mut file);
    let vi = format!("Khảo sát lãnh đạo UBND cấp huyện về cải cách hành chính năm {year}");
    let en = format!("Survey of leaders of district committees on administrative reform, {year}");
    campaign(&mut file, &slugs.officials_now, ("officials", "local"), (&vi, &en), (now, end), false);
    leaders(&mut file);
    for (slug, year, days, simulated) in
        [(&slugs.mutual_past, year - 1, days, true), (&slugs.mutual_now, year, (now, end), false)]
    {
        let vi = format!("Đánh giá các sở, ban, ngành và cấp xã năm {year}");
        let en = format!("Assessment of departments and communes, {year}");
        campaign(&mut file, slug, ("officials", "agency"), (&vi, &en), days, simulated);
        mutual(&mut file);
    }
    (file, slugs)
}

fn unit(file: &mut String, code: &str, name: &str, kind: &str, parent: Option<&str>) {
    // Writing into a String cannot fail.
    let _ = writeln!(file, "[[unit]]\ncode = \"{code}\"\nname = \"{name}\"\nkind = \"{kind}\"");
    if let Some(parent) = parent {
        let _ = writeln!(file, "parent = \"{parent}\"");
    }
}

/// The closed campaigns hold invented answers from the start; the open ones are for trying out, and what visitors of
/// the demonstration answer is no survey either.
fn campaign(
    file: &mut String,
    slug: &str,
    (definition, form): (&str, &str),
    (vi, en): (&str, &str),
    (opens, closes): (Date, Date),
    simulated: bool,
) {
    let title = if simulated { ("Số liệu mô phỏng", "simulated") } else { ("Chạy thử", "trial") };
    let _ = writeln!(
        file,
        "[[campaign]]\nslug = \"{slug}\"\ndefinition = \"{definition}\"\nform = \"{form}\"\n\
         title = {{ vi = \"{vi} ({})\", en = \"{en} ({})\" }}\n\
         opens = {opens}T00:00:00+07:00\ncloses = {closes}T00:00:00+07:00\ndemonstration = true",
        title.0, title.1
    );
    if definition == "sipas" {
        let _ = writeln!(file, "kiosk_code = \"{KIOSK_CODE}\"");
    }
    notice(file, definition);
}

/// What people are told before they answer, with contacts that lead nowhere.
fn notice(file: &mut String, definition: &str) {
    let (vi, en) = match definition {
        "sipas" => (
            "về lần làm thủ tục tại {unit}, để được phục vụ tốt hơn",
            "on your visit to {unit}, so that you are served better",
        ),
        _ => (
            "về cải cách hành chính của tỉnh năm {year}, để biết kết quả và những việc cần làm tốt hơn; nội dung nào \
             không nắm rõ, xin chọn “Không biết / không có ý kiến”",
            "on the province's administrative reform in {year}, to see what was achieved and what should be done \
             better; where you do not know a matter well, please choose “Don't know / no opinion”",
        ),
    };
    let _ = writeln!(
        file,
        "[campaign.notice]\n\
         responsible = {{ vi = \"Sở Nội vụ tỉnh Bình Định\", en = \"The Department of Home Affairs of Bình Định\" }}\n\
         purpose = {{ vi = \"{vi}\", en = \"{en}\" }}\n\
         legal_ground = {{ vi = \"Bản chạy thử: căn cứ của một cuộc khảo sát thật được ghi ở đây.\", \
         en = \"Demonstration: the legal ground of a real survey stands here.\" }}\n\
         address = \"Quy Nhơn, Bình Định\"\nemail = \"khaosat@snv.example\"\n\
         keep_answers_months = 24\nkeep_list_days = 30"
    );
}

fn stratum(file: &mut String, unit: &str, population: u64, sample: u64) {
    let _ = writeln!(
        file,
        "[[campaign.stratum]]\nunit = \"{unit}\"\npopulation = {population}\nsample = {sample}"
    );
}

fn counter(file: &mut String, code: &str, unit: &str, name: &str) {
    let _ = writeln!(
        file,
        "[[campaign.counter]]\ncode = \"{code}\"\nunit = \"{unit}\"\nname = \"{name}\"\npublic = true"
    );
}

fn counters(file: &mut String) {
    stratum(file, "ttpvhcc", CENTRE, 600);
    for ((code, ..), transactions) in DISTRICTS.iter().zip(TRANSACTIONS) {
        stratum(file, &format!("{code}-mc"), transactions, 300.min(transactions / 12));
        stratum(file, &format!("{code}-x"), transactions / 9, 60.min(transactions / 90));
    }
    counter(file, "ttpvhcc-1", "ttpvhcc", "Quầy số 1 – Đất đai, môi trường");
    counter(file, "ttpvhcc-2", "ttpvhcc", "Quầy số 2 – Đầu tư, doanh nghiệp");
    counter(file, "ttpvhcc-3", "ttpvhcc", "Quầy số 3 – Tư pháp, y tế, giáo dục");
    for (code, ..) in DISTRICTS {
        counter(file, &format!("{code}-1"), &format!("{code}-mc"), "Quầy số 1 – Đất đai");
        counter(file, &format!("{code}-2"), &format!("{code}-mc"), "Quầy số 2 – Hộ tịch, chứng thực");
        counter(file, &format!("{code}-x-1"), &format!("{code}-x"), "Quầy tiếp nhận và trả kết quả");
    }
}

fn invitation(file: &mut String, code: &str, unit: &str, name: &str, email: Option<&str>) {
    let _ =
        writeln!(file, "[[campaign.invitation]]\ncode = \"{code}\"\nunit = \"{unit}\"\nname = \"{name}\"");
    if let Some(email) = email {
        let _ = writeln!(file, "email = \"{email}\"");
    }
}

fn council(file: &mut String) {
    for ((code, ..), members) in DISTRICTS.iter().zip(MEMBERS) {
        let unit = format!("hdnd-{code}");
        stratum(file, &unit, members as u64, members as u64);
        for n in 1..=members {
            invitation(file, &format!("{unit}-{n:02}"), &unit, &format!("Đại biểu {n}"), None);
        }
    }
}

fn leaders(file: &mut String) {
    for (code, kind, name, _) in DISTRICTS {
        stratum(file, code, LEADERS.len() as u64, LEADERS.len() as u64);
        for (short, title) in LEADERS {
            let who = format!("{title} UBND {kind} {name}");
            let email = format!("{short}.{code}@binhdinh.example");
            // The last of each committee gets a letter.
            let email = (short != "pct2").then_some(email.as_str());
            invitation(file, &format!("{code}-{short}"), code, &who, email);
        }
    }
}

/// Council members, district and department leaders judge the departments, the first and last of them communes, too.
fn mutual(file: &mut String) {
    for (code, name) in [
        ("dai-bieu", "Đại biểu HĐND tỉnh"),
        ("lanh-dao-huyen", "Lãnh đạo UBND cấp huyện"),
        ("lanh-dao-so", "Lãnh đạo sở, ban, ngành"),
    ] {
        let _ = writeln!(file, "[[campaign.group]]\ncode = \"{code}\"\nname = \"{name}\"");
    }
    for (group, kind, form) in [
        ("dai-bieu", "department", "agency"),
        ("lanh-dao-huyen", "department", "agency"),
        ("dai-bieu", "commune", "commune"),
        ("lanh-dao-so", "commune", "commune"),
        ("lanh-dao-so", "department", "agency"),
    ] {
        let _ = writeln!(
            file,
            "[[campaign.assignment]]\ngroup = \"{group}\"\nkind = \"{kind}\"\nform = \"{form}\""
        );
    }
    let mut person = |code: &str, group: &str, unit: &str, name: &str| {
        let _ = writeln!(
            file,
            "[[campaign.invitation]]\ncode = \"{code}\"\ngroup = \"{group}\"\nunit = \"{unit}\"\nname = \"{name}\""
        );
    };
    for ((code, ..), members) in DISTRICTS.iter().zip(MEMBERS) {
        let unit = format!("hdnd-{code}");
        for n in 1..=members {
            person(&format!("{unit}-{n:02}"), "dai-bieu", &unit, &format!("Đại biểu {n}"));
        }
    }
    for (code, kind, name, _) in DISTRICTS {
        for (short, title) in LEADERS {
            person(
                &format!("{code}-{short}"),
                "lanh-dao-huyen",
                code,
                &format!("{title} UBND {kind} {name}"),
            );
        }
    }
    for (code, name, ..) in UNITS.iter().filter(|(_, _, kind, _)| *kind == "department") {
        for n in 1..=3 {
            person(&format!("{code}-{n}"), "lanh-dao-so", code, &format!("Lãnh đạo {n} – {name}"));
        }
    }
}

const fn roman(quarter: i8) -> &'static str {
    match quarter {
        1 => "I",
        2 => "II",
        3 => "III",
        _ => "IV",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_campaigns_lie_around_the_day() {
        let (_, slugs) = toml(Date::constant(2026, 11, 24));
        assert_eq!(
            (slugs.citizens_past.as_str(), slugs.citizens_now.as_str()),
            ("sipas-2026-q3", "sipas-2026-q4")
        );
        let (file, slugs) = toml(Date::constant(2027, 1, 1));
        assert_eq!(
            (slugs.citizens_past.as_str(), slugs.citizens_now.as_str()),
            ("sipas-2026-q4", "sipas-2027-q1")
        );
        assert!(file.contains("opens = 2026-10-01T00:00:00+07:00\ncloses = 2027-01-01T00:00:00+07:00"));
        assert_eq!(slugs.officials_past, "can-bo-2026");
    }
}
