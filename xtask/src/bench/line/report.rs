//! What is measured, from where on a figure is refused, and what is aimed at: as one JSON object or as a table.

use serde_json::{Map, Value};
use std::fmt::Write;

/// The figures, by name; see [`ROWS`] for those that are judged.
pub(super) struct Figures(Map<String, Value>);

/// Names that are always in the JSON, null when they were not measured.
const ALWAYS: [&str; 8] = [
    "idle_bytes_per_connection",
    "idle_connections",
    "durable_messages_per_s",
    "p99_ms_at_1000",
    "echo_messages_per_s",
    "storm_s",
    "lost",
    "doubled",
];

/// One line of the table.
struct Row {
    measure: &'static str,
    /// In the unit of `refuse` and `aim`; `None` when it was not measured.
    value: fn(&Figures) -> Option<f64>,
    unit: &'static str,
    better: Better,
    /// Worse than this is refused.
    refuse: f64,
    /// This or better is what is aimed at.
    aim: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    Less,
    More,
}

const ROWS: [Row; 7] = [
    Row {
        measure: "memory per idle visitor connection, server",
        value: |figures| Some(figures.number("idle_bytes_per_connection")? / 1_000.0),
        unit: "kB",
        better: Better::Less,
        refuse: 20.0,
        aim: 10.0,
    },
    Row {
        measure: "idle connections held on one node while chat goes on",
        value: |figures| figures.number("idle_connections"),
        unit: "",
        better: Better::More,
        refuse: 10_000.0,
        aim: 20_000.0,
    },
    Row {
        measure: "durable messages a second, SQLite, 200 conversations writing",
        value: |figures| figures.number("durable_messages_per_s"),
        unit: "/s",
        better: Better::More,
        refuse: 3_000.0,
        aim: 8_000.0,
    },
    Row {
        measure: "p99 send to receipt at 1,000 messages/s",
        value: |figures| figures.number("p99_ms_at_1000"),
        unit: "ms",
        better: Better::Less,
        refuse: 100.0,
        aim: 25.0,
    },
    Row {
        measure: "throughput against the bare echo (which stores nothing)",
        value: |figures| {
            Some(100.0 * figures.number("durable_messages_per_s")? / figures.number("echo_messages_per_s")?)
        },
        unit: "%",
        better: Better::More,
        refuse: 10.0,
        aim: 25.0,
    },
    Row {
        measure: "messages lost, doubled or out of order in a soak with faults every second",
        value: |figures| {
            Some(figures.number("lost")? + figures.number("doubled")? + figures.number("out_of_order").unwrap_or(0.0))
        },
        unit: "",
        better: Better::Less,
        refuse: 0.0,
        aim: 0.0,
    },
    Row {
        measure: "reconnect storm: 10,000 clients back after a restart",
        value: |figures| figures.number("storm_s"),
        unit: "s",
        better: Better::Less,
        refuse: 30.0,
        aim: 10.0,
    },
];

impl Row {
    fn verdict(&self, value: f64) -> &'static str {
        let reaches = |mark| if self.better == Better::Less { value <= mark } else { value >= mark };
        if reaches(self.aim) {
            "aim reached"
        } else if reaches(self.refuse) {
            "passes"
        } else {
            "REFUSED"
        }
    }
}

impl Figures {
    /// Figures of a machine, so far without any.
    pub(super) fn new(machine: Value) -> Figures {
        let mut figures: Map<String, Value> = ALWAYS.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        figures.insert("machine".to_owned(), machine);
        Figures(figures)
    }

    /// Adds what a measure found: a JSON object.
    pub(super) fn add(&mut self, measured: Value) {
        if let Value::Object(measured) = measured {
            self.0.extend(measured);
        }
    }

    /// One JSON object in one line.
    pub(super) fn json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// The judged figures as a table, and below it everything that was found.
    pub(super) fn table(&self) -> String {
        let mut text = String::new();
        let mut line = |cells: [&str; 5]| {
            let [measure, refuse, aim, value, verdict] = cells;
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{measure:61} {refuse:>14} {aim:>10} {value:>12}  {verdict}");
        };
        line(["measure", "refuse", "aim", "measured", ""]);
        for row in &ROWS {
            let side = if row.better == Better::Less { "above" } else { "below" };
            let refuse = format!("{side} {} {}", grouped(row.refuse), row.unit);
            let aim = format!("{} {}", grouped(row.aim), row.unit);
            match (row.value)(self) {
                Some(value) => {
                    let measured = format!("{} {}", grouped(value), row.unit);
                    line([row.measure, refuse.trim(), aim.trim(), measured.trim(), row.verdict(value)]);
                }
                None => line([row.measure, refuse.trim(), aim.trim(), "-", "not measured"]),
            }
        }
        text.push('\n');
        for (name, value) in &self.0 {
            let _ = writeln!(text, "{name:33} {value}");
        }
        text
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }
}

/// With commas between thousands, and one place after the point below a hundred, unless it is whole.
fn grouped(number: f64) -> String {
    if number.abs() < 100.0 && number.fract() != 0.0 {
        return format!("{number:.1}");
    }
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number <= -1.0 { format!("-{text}") } else { text }
}

/// The middle one; of an even number, the lower of the two.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_figure_on_the_mark_is_not_refused_and_one_beyond_it_is() {
        let [memory, held, ..] = &ROWS;
        for (row, value, verdict) in [
            (memory, 20.1, "REFUSED"),
            (memory, 20.0, "passes"),
            (memory, 10.0, "aim reached"),
            (held, 9_999.0, "REFUSED"),
            (held, 10_000.0, "passes"),
            (held, 20_000.0, "aim reached"),
        ] {
            assert_eq!(row.verdict(value), verdict, "{}: {value}", row.measure);
        }
    }

    #[test]
    fn every_promised_name_is_in_the_json_even_when_nothing_was_measured() {
        let mut figures = Figures::new(json!({ "cores": 2 }));
        figures.add(json!({ "storm_s": 4.5, "storm_clients": 10_000 }));
        let json: Value = serde_json::from_str(&figures.json()).expect("JSON");
        for name in ALWAYS {
            assert!(json.get(name).is_some(), "{name}");
        }
        assert_eq!((&json["storm_s"], &json["lost"]), (&json!(4.5), &Value::Null));
    }

    #[test]
    fn the_table_judges_the_share_of_the_echo() {
        let mut figures = Figures::new(json!({}));
        figures.add(json!({ "durable_messages_per_s": 3_000, "echo_messages_per_s": 60_000 }));
        let table = figures.table();
        let row = table.lines().find(|line| line.contains("bare echo")).expect("a row");
        assert!(row.contains("5 %") && row.contains("REFUSED"), "{row}");
        assert!(table.contains("below 3,000 /s"), "{table}");
    }

    #[test]
    fn numbers_are_written_for_people() {
        for (number, text) in
            [(1_234_567.0, "1,234,567"), (20_000.0, "20,000"), (9.96, "10.0"), (0.0, "0"), (25.0, "25")]
        {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn one_outlier_does_not_move_the_median() {
        assert_eq!(median(vec![900.0, 3.0, 2.0]), 3.0);
    }
}
