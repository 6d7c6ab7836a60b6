//! Measures dokimos and its peers in one run, taking turns, and writes the part of docs/PERFORMANCE.md between its marks.

mod decision;
mod measure;
mod verify;

use std::{env, error::Error, fs, path::Path};

const BEGIN: &str = "<!-- written by scripts/bench -->\n";
const END: &str = "<!-- end of what scripts/bench writes -->\n";

fn main() -> Result<(), Box<dyn Error>> {
    let facts = env::args().skip(1);
    let verify: Vec<_> = verify::SIZES.into_iter().map(verify::Table::measure).collect();
    let decision = decision::Table::measure();
    let mut text = String::from("## Signatures and decisions\n");
    for fact in facts {
        text += &fact;
        text.push('\n');
    }
    for table in &verify {
        text += &table.markdown();
    }
    text += &decision.markdown();
    text += &goals(&verify, &decision);
    print!("{text}");
    write(&text)
}

/// The goals, and what was reached.
fn goals(verify: &[verify::Table], decision: &decision::Table) -> String {
    let mut text = String::from("\n### Goals\n| | goal | reached | |\n| --- | ---: | ---: | --- |\n");
    let mut row = |what: String, goal: f64, reached: f64| {
        let verdict = if reached <= goal { "met" } else { "missed" };
        text += &format!("| {what} | {goal:.2} | {reached:.2} | {verdict} |\n");
    };
    let goals = [[0.50, 0.28], [0.45, 0.30], [0.40, 0.30]];
    for (table, [one, batch]) in verify.iter().zip(goals) {
        let aws = table.of("aws-lc-rs");
        row(format!("one verification, {} bits, of aws-lc-rs", table.bits), one, table.of("dokimos") / aws);
        row(format!("batch of 64, {} bits, of aws-lc-rs", table.bits), batch, table.of("dokimos, batch of 64") / aws);
    }
    for table in verify {
        let portable = table.of("dokimos, engine portable");
        row(format!("portable, {} bits, of aws-lc-rs", table.bits), 1.40, portable / table.of("aws-lc-rs"));
        row(format!("portable, {} bits, of `rsa`", table.bits), 0.30, portable / table.of("rsa"));
    }
    row("whole decision, 2048 bits, of the bare verification".into(), 1.60, decision.over_bare());
    row("decision, 1,000 attestors of 1".into(), 1.20, decision.growth());
    text
}

/// Puts the text between the marks, or at the end of the document that has none.
fn write(text: &str) -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/PERFORMANCE.md");
    let document = fs::read_to_string(&path)?;
    let (before, after) = match document.split_once(BEGIN) {
        Some((before, rest)) => (before, rest.split_once(END).ok_or("the end mark is missing")?.1),
        None => (&document[..], ""),
    };
    let gap = if after.is_empty() { "\n" } else { "" };
    Ok(fs::write(path, format!("{before}{gap}{BEGIN}{text}{END}{after}"))?)
}
