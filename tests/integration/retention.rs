//! Single answers are deleted when those asked were promised, and nothing that was published changes.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{
    Database, Server,
    stage::{self, When, citizens, wait_for},
};

const PASSWORD: &str = "bốn con voi qua sông";

/// A campaign `truoc` of last quarter whose answers are to be deleted by now, and `dan`, which is compared with it.
fn two_waves() -> String {
    let now = citizens(When::Now)
        .replace("slug = \"dan\"", "slug = \"dan\"\ndemonstration = true\nprevious = \"truoc\"");
    let (opens, closes) = stage::period(When::Now);
    let campaign = now.split_once("[[campaign]]").unwrap().1;
    let before = campaign
        .replace("slug = \"dan\"", "slug = \"truoc\"")
        .replace("previous = \"truoc\"\n", "")
        .replace(&opens, &stage::ago(60))
        .replace(&closes, &stage::ago(40))
        .replacen("[[campaign.", "[campaign.notice]\nkeep_answers_months = 1\n[[campaign.", 1);
    format!("{now}[[campaign]]{before}")
}

/// The report as a file of this kind.
fn file(database: &Database, slug: &str, format: &str) -> String {
    database.run(&["report", slug, "--format", format]).ok()
}

fn json(database: &Database, slug: &str) -> Value {
    let mut report: Value = serde_json::from_str(&file(database, slug, "json")).unwrap();
    report.as_object_mut().unwrap().remove("generated_at");
    report
}

/// Files of the database on disk that hold these bytes.
fn holding(database: &Database, bytes: &[u8]) -> usize {
    let files = fs::read_dir(database.folder()).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("sipas.db"))
        .filter(|path| fs::read(path).unwrap().windows(bytes.len()).any(|part| part == bytes))
        .count()
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

#[test]
fn l_08_single_answers_go_when_promised_and_every_figure_stays() {
    let database = Database::new();
    stage::apply(&database, &two_waves());
    for (slug, seed) in [("truoc", "1"), ("dan", "2")] {
        database.run(&["simulate", slug, "--responses", "300", "--seed", seed]).ok();
    }
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let (before, later, table) =
        (json(&database, "truoc"), json(&database, "dan"), file(&database, "truoc", "csv"));
    assert!(before["responses"]["stored"] == 300 && later["total"]["index"]["change"].is_object());
    let number = database.number("SELECT number FROM campaign WHERE slug = 'truoc'");
    let of =
        |table: &str| database.number(&format!("SELECT COUNT(*) FROM {table} WHERE campaign = {number}"));
    let hex = if database.is_postgres() { "encode(id, 'hex')" } else { "hex(id)" };
    let ids = database.texts(&format!("SELECT {hex} FROM response WHERE campaign = {number}"));
    assert_eq!((of("response"), ids.len()), (300, 300));
    assert!(of("comment") > 0, "there are words to delete");

    // While no server runs nobody keeps the promise; who asks is told.
    let late = database.run(&["doctor"]);
    assert!(late.stdout.contains("fault\tpromises\tcampaign truoc: single answers"), "{}", late.stdout);
    late.fails(1);

    // As a process leaves it that dies after deleting: the next one writes the files anew.
    database.execute("INSERT INTO rewrite_due (table_name, since, tried) VALUES ('invitation', 1000, 1000)");
    let owed = database.run(&["doctor"]).stdout;
    assert!(owed.contains("still have copies of what was deleted on 1 January 1970"), "{owed}");
    let server = Server::start(&database);
    wait_for(|| of("erased_answers") == 1);
    wait_for(|| database.number("SELECT COUNT(*) FROM rewrite_due") == 0);
    assert_eq!([of("response"), of("comment"), of("segment"), of("paper_entry")], [0; 4]);
    assert_eq!(database.number("SELECT COUNT(*) FROM response"), 300, "those of the other campaign stay");
    if !database.is_postgres() {
        // Seen as deleted a moment before the log is cut.
        wait_for(|| holding(&database, &bytes_of(&ids[0])) == 0);
        let left: Vec<&String> = ids.iter().filter(|id| holding(&database, &bytes_of(id)) > 0).collect();
        assert_eq!(left, [""; 0], "nothing of an answer is left in the files");
    }

    let mut after = json(&database, "truoc");
    let note = after["notes"].as_array_mut().unwrap().pop().unwrap();
    assert_eq!(note["code"], "answers_erased");
    assert_eq!(after, before, "to the last digit");
    assert!(file(&database, "truoc", "csv").starts_with(&table), "but for the note");
    assert_eq!(json(&database, "dan"), later, "what is compared with it is, as before");

    let entry = database.texts("SELECT new_value FROM audit WHERE action = 'responses.erase'");
    let entry: Value = serde_json::from_str(&entry[0]).unwrap();
    let kept = file(&database, "truoc", "json");
    let sha256: String = Sha256::digest(&kept).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        (&entry["sheets"], &entry["report_sha256"]),
        (&300.into(), &sha256.into()),
        "it can be checked"
    );
    assert!(database.run(&["doctor"]).ok().contains("ok\tpromises"), "nothing is missing, nothing overdue");

    let mut staff = server.client();
    staff.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    let page = staff.get("/admin/campaigns/truoc").is(200);
    assert!(page.text().contains("Đã xóa ngày") && page.text().contains("300"), "{}", page.text());
    let list = staff.get("/admin/campaigns").is(200);
    assert!(!list.text().contains("Quá hạn xóa"), "{}", list.text());
    // A failure of this very hour, which is not tried again yet.
    let now = stage::ago(0).parse::<jiff::Timestamp>().unwrap().as_millisecond();
    database.execute(&format!("INSERT INTO rewrite_due VALUES ('comment', 1000, {now})"));
    let list = staff.get("/admin/campaigns").is(200);
    assert!(list.text().contains("bản cũ của dữ liệu đã xóa 01/01/1970"), "{}", list.text());
    assert!(staff.get("/admin/campaigns/truoc/report").is(200).text().contains("Đây là báo cáo cuối cùng"));
    assert!(staff.get("/admin/campaigns/truoc/du-lieu").is(200).text().contains("Từng phiếu đã được xóa"));
    let refused = staff.post("/admin/campaigns/truoc/du-lieu", &[]).is(409);
    assert!(refused.text().contains("Từng phiếu đã được xóa"));
    let words = database.run(&["export", "truoc", "--format", "csv"]).fails(1);
    assert!(words.contains("were deleted on"), "{words}");
    drop(server);
    // What was asked then cannot be asked again under the same name.
    let again = two_waves().replace(&stage::ago(40), &stage::period(When::Now).1);
    let path = database.file("again.toml", &again);
    database.run(&["apply", &path]).fails(1);
}
