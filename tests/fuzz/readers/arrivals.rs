//! Logs of arrivals, and hourly carbon intensities: what `wattroute day` reads.

use wattroute::Result;
use wattroute::analysis::{Zones, day};
use wattroute::policy::PolicySpec;
use wattroute::replay::{Replay, Request, Silent};
use wattroute::report::build;
use wattroute::trace::GridIntensity;
use wattroute::trace::arrivals::ArrivalFile;
use wattroute::workload::Arrivals;

use super::Reader;
use crate::seeds::{show, toy};

pub static ARRIVALS: Reader = Reader {
    name: "arrivals",
    group: "arrivals",
    file: "log.csv",
    words: &[
        "TIMESTAMP",
        "ContextTokens",
        "GeneratedTokens",
        "Timestamp",
        "Timestamp (s)",
        "Response tokens",
        "timestamp",
        "2023-11-16 18:17:03.97",
        "9999-12-31T23:59:60.999Z",
        "0001-01-01 00:00:00",
        "2024-02-29 00:00:00+00:00",
        "1e308",
        "1e15",
    ],
    seeds: || {
        [
            "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n2023-11-16 18:17:04+00:00,3180,8\r\n2023-11-16T23:59:00Z,1,2\r\n",
            "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,GPT-4,10,20,30,API log\n6,GPT-4,10,0,10,API log\n8,ChatGPT,1,2,3,API log\n",
            "Timestamp (s),Response tokens\n3,1\n400.5,7\n",
            "{\"timestamp\": 500, \"input_length\": 3}\n{\"timestamp\": 2500}\n",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    },
    read: |folder, _| {
        let file = ArrivalFile::read(&folder.join("log.csv"))?;
        Arrivals::from_file(&file, Some(50)).map(|arrivals| used(&arrivals, None))?;
        Arrivals::from_file(&file, None).map(|arrivals| used(&arrivals, None))?;
        Ok(())
    },
};

/// A day of these arrivals, where there are few enough of them.
fn used(arrivals: &Arrivals, zones: Option<&Zones>) {
    if arrivals.total() < 5_000 {
        let _ = made(arrivals, zones);
    }
}

fn made(arrivals: &Arrivals, zones: Option<&Zones>) -> Result<()> {
    let specs = [PolicySpec::find("all-fallback")?, PolicySpec::find("oracle")?];
    let replay = Replay::prepare(toy(), &specs, &Request { replicates: 1, ..Request::default() })?;
    let totals = wattroute::replay::day::run(&replay, arrivals, &Silent)?;
    let making = build::Making { verb: "day".to_owned(), arguments: Vec::new(), carbon_g_per_kwh: None };
    let mut report = build::frame(&replay, making);
    report.day = Some(day(&replay, arrivals, &totals, zones));
    show(&report);
    Ok(())
}

pub static CARBON: Reader = Reader {
    name: "carbon",
    group: "arrivals",
    file: "hourly.csv",
    words: &[
        "Datetime (UTC)",
        "Zone Id",
        "Carbon Intensity gCO₂eq/kWh (LCA)",
        "Carbon Intensity gCO₂eq/kWh (direct)",
        "2022-01-01 05:00:00",
        "2022-01-01",
    ],
    seeds: || {
        let header = "Datetime (UTC),Country,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),Carbon Intensity gCO₂eq/kWh (LCA)\r\n";
        let hours: String = (0..24).map(|hour| format!("2022-01-01 {hour:02}:00:00,X,XX,1.0,{}\r\n", 100 + hour)).collect();
        vec![format!("{header}{hours}").into_bytes(), format!("{header}{hours}{}", hours.replace("-01-01", "-01-02")).into_bytes()]
    },
    read: |folder, _| {
        let path = folder.join("hourly.csv");
        let _ = GridIntensity::read(&path, Some("2022-01-01"));
        let grid = GridIntensity::read(&path, None)?;
        used(&Arrivals::built_in(100)?, Some(&Zones::everywhere(grid)));
        Ok(())
    },
};
