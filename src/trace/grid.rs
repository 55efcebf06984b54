//! Carbon intensity of a grid by the hour, as Electricity Maps publishes it: CSV with `Datetime (UTC)`
//! and `Carbon Intensity gCO₂eq/kWh (LCA)`, in later files `Carbon intensity gCO₂eq/kWh (Life cycle)`.

use std::path::Path;

use crate::error::{Error, Result};

/// Grams of CO2 equivalent for a kilowatt hour, for each hour of a day (UTC).
#[derive(Debug, Clone, PartialEq)]
pub struct GridIntensity {
    /// Where the numbers are from: a constant, or the zone and the day of a file.
    pub source: String,
    /// By hour of the day.
    pub g_per_kwh: [f64; 24],
}

const TIME: &str = "Datetime (UTC)";

/// Life-cycle intensities: with the building of plants and their fuel, as reports on AI's footprint count.
fn is_life_cycle(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("carbon intensity") && (name.contains("(lca)") || name.contains("life cycle"))
}

impl GridIntensity {
    /// The same intensity at every hour.
    pub fn constant(g_per_kwh: f64) -> Self {
        GridIntensity { source: "a constant".to_owned(), g_per_kwh: [g_per_kwh; 24] }
    }

    /// Whether it is the same at every hour.
    pub fn as_constant(&self) -> Option<f64> {
        let [first, ..] = self.g_per_kwh;
        self.g_per_kwh.iter().all(|hour| *hour == first).then_some(first)
    }

    /// The hours of one day (`YYYY-MM-DD`) of a file, or without a day the mean of each hour of the
    /// day over the whole file.
    ///
    /// # Errors
    /// Where the file cannot be read, lacks a column, has a cell that is no intensity (with line and
    /// column), or lacks an hour.
    pub fn read(path: &Path, day: Option<&str>) -> Result<Self> {
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|cause| Error::new("cannot read a grid intensity").at(&place).cause(cause))?;
        Self::parse(&text, &place, day)
    }

    fn parse(text: &str, place: &str, day: Option<&str>) -> Result<Self> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let header: Vec<&str> = lines.next().map_or(Vec::new(), |(_, line)| cells(line));
        let column = |what: &str, is: &dyn Fn(&str) -> bool| {
            header.iter().position(|name| is(name)).ok_or_else(|| {
                Error::new(format!("no column {what}"))
                    .at(format!("{place}, line 1"))
                    .found(header.join(","))
                    .allowed("hourly CSV of Electricity Maps")
            })
        };
        let time = column("`Datetime (UTC)`", &|name| name == TIME)?;
        let intensity = column("of life-cycle carbon intensity", &is_life_cycle)?;
        let zone = header.iter().position(|name| name.eq_ignore_ascii_case("zone id"));
        let (mut hours, mut zone_id) = ([(0.0, 0u32); 24], None);
        let (mut first, mut last) = (None, None);
        for (number, line) in lines {
            let row = cells(line);
            let cell = |column: usize| row.get(column).copied().unwrap_or_default();
            let refuse = |column: usize, what: &str, allowed: &str| {
                let at = format!("{place}, line {}, column {}", number + 1, column + 1);
                Error::new(what).at(at).found(format!("`{}`", cell(column))).allowed(allowed)
            };
            let (date, hour) = split(cell(time)).ok_or_else(|| refuse(time, "no time", "YYYY-MM-DD HH:00:00"))?;
            first.get_or_insert(date);
            last = Some(date);
            if day.is_some_and(|day| day != date) || cell(intensity).is_empty() {
                continue;
            }
            let value: Option<f64> = cell(intensity).parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0);
            let value = value.ok_or_else(|| refuse(intensity, "no carbon intensity", "0 and more, in g/kWh, or an empty cell"))?;
            let (sum, count) = hours.get_mut(hour).ok_or_else(|| refuse(time, "no time", "an hour from 00 to 23"))?;
            (*sum, *count) = (*sum + value, *count + 1);
            zone_id = zone_id.or_else(|| zone.map(cell).map(str::to_owned));
        }
        let lacking: Vec<String> =
            hours.iter().enumerate().filter(|(_, (_, count))| *count == 0).map(|(hour, _)| hour.to_string()).collect();
        if !lacking.is_empty() {
            let span = format!("a day from {} to {}", first.unwrap_or("?"), last.unwrap_or("?"));
            let without = if lacking.len() == 24 { "any hour".to_owned() } else { format!("hour {}", lacking.join(", ")) };
            return Err(Error::new("a grid intensity lacks hours")
                .at(place)
                .found(format!("nothing for {without}{}", day.map_or(String::new(), |day| format!(" of {day}"))))
                .allowed(span));
        }
        let zone = zone_id.unwrap_or_else(|| place.to_owned());
        let span = day.map_or_else(|| format!("mean of {} to {}", first.unwrap_or("?"), last.unwrap_or("?")), str::to_owned);
        let g_per_kwh = hours.map(|(sum, count)| sum / f64::from(count));
        Ok(GridIntensity { source: format!("{zone}, {span}, life cycle"), g_per_kwh })
    }
}

/// The cells of a line: names of these files hold no comma within quotes.
fn cells(line: &str) -> Vec<&str> {
    line.trim_start_matches('\u{feff}').trim_end_matches('\r').split(',').map(|cell| cell.trim().trim_matches('"')).collect()
}

/// Date and hour of `2022-01-01 13:00:00`.
fn split(time: &str) -> Option<(&str, usize)> {
    let (date, time) = time.split_once([' ', 'T'])?;
    let hour: usize = time.split(':').next()?.parse().ok()?;
    (date.len() == 10 && hour < 24).then_some((date, hour))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Datetime (UTC),Country,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),Carbon Intensity gCO₂eq/kWh (LCA)\r\n";

    /// Two days: hour h of the first has 100 + h life-cycle grams, of the second 200 + h.
    fn file() -> String {
        let row = |day: usize, hour: usize| format!("2022-01-0{day} {hour:02}:00:00,X,XX,1.0,{}\r\n", 100 * day + hour);
        HEADER.to_owned() + &[1, 2].into_iter().flat_map(|day| (0..24).map(move |hour| row(day, hour))).collect::<String>()
    }

    #[test]
    fn a_day_or_the_mean_of_all() {
        let day = GridIntensity::parse(&file(), "f", Some("2022-01-02")).unwrap();
        assert_eq!((day.g_per_kwh[0], day.g_per_kwh[23]), (200.0, 223.0));
        assert_eq!(day.source, "XX, 2022-01-02, life cycle");
        let mean = GridIntensity::parse(&file(), "f", None).unwrap();
        assert_eq!((mean.g_per_kwh[0], mean.as_constant()), (150.0, None));
        assert_eq!(GridIntensity::constant(400.0).as_constant(), Some(400.0));
    }

    #[test]
    fn cells_that_are_none_are_refused_with_line_and_column() {
        let refused = |text: &str, day| GridIntensity::parse(text, "f", day).unwrap_err().to_string();
        // Line 1 is the header: hour 3 of the first day stands in line 5.
        let error = refused(&file().replace("1.0,103\r", "1.0,many\r"), None);
        assert!(error.contains("f, line 5, column 5") && error.contains("`many`"), "{error}");
        let error = refused(&file().replace("2022-01-01 04:00:00", "today"), None);
        assert!(error.contains("f, line 6, column 1") && error.contains("`today`"), "{error}");
        let error = refused(&file(), Some("2023-01-01"));
        assert!(error.contains("2022-01-01 to 2022-01-02"), "{error}");
        assert!(refused("a,b\n", None).contains("Datetime"));
    }

    /// Norway's hydropower is below 100 g/kWh at every hour of the mean day of 2022, Spain's above.
    #[test]
    #[ignore = "needs WATTROUTE_DATA"]
    fn real_zones() {
        let data = std::path::PathBuf::from(std::env::var_os("WATTROUTE_DATA").unwrap());
        let read = |zone: &str, day| GridIntensity::read(&data.join(format!("carbon/{zone}_2022_hourly.csv")), day).unwrap();
        assert!(read("NO", None).g_per_kwh.iter().all(|hour| *hour < 100.0));
        assert!(read("ES", None).g_per_kwh.iter().all(|hour| *hour > 150.0));
        // The first row of the file.
        assert_eq!(read("US-CAL-CISO", Some("2022-01-01")).g_per_kwh[0], 274.07);
    }
}
