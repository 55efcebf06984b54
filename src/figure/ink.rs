//! Colours: a palette that colour-blind readers tell apart, and greys.

/// A colour of a figure: red, green and blue in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ink(pub u8, pub u8, pub u8);

/// Black: policies, fronts, headings, zero line.
pub const BLACK: Ink = Ink(0, 0, 0);
/// Tick labels and leaders.
pub const GREY: Ink = Ink(90, 90, 90);
/// Frames.
pub const LIGHT: Ink = Ink(190, 190, 190);
/// Grid lines.
pub const FAINT: Ink = Ink(232, 232, 232);
/// White: below labels that stand on a fill.
pub const WHITE: Ink = Ink(255, 255, 255);

// The palette of Okabe and Ito (2008), "Color Universal Design"; yellow is too pale for lines.
/// Blue of the palette.
pub const BLUE: Ink = Ink(0, 114, 178);
/// Orange of the palette.
pub const ORANGE: Ink = Ink(230, 159, 0);
/// Bluish green of the palette.
pub const GREEN: Ink = Ink(0, 158, 115);
/// Reddish purple of the palette.
pub const PURPLE: Ink = Ink(204, 121, 167);
/// Vermilion of the palette.
pub const VERMILION: Ink = Ink(213, 94, 0);
/// Sky blue of the palette.
pub const SKY: Ink = Ink(86, 180, 233);

/// The colours of series, those that are farthest apart first.
pub const PALETTE: [Ink; 6] = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY];

impl Ink {
    /// As web pages write it: `#0072b2`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Its luma (ITU-R BT.601) from 0 to 1, as a grey print shows it.
    pub fn luma(self) -> f64 {
        (0.299 * f64::from(self.0) + 0.587 * f64::from(self.1) + 0.114 * f64::from(self.2)) / 255.0
    }

    /// Black or white: what can be read on it.
    pub fn on(self) -> Ink {
        if self.luma() > 0.5 { BLACK } else { WHITE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linear light of a channel, by the sRGB standard (IEC 61966-2-1).
    fn linear(channel: u8) -> f64 {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    }

    fn times(matrix: [[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
    }

    /// CIE 1976 L*a*b* of linear light under D65.
    fn lab(light: [f64; 3]) -> [f64; 3] {
        let xyz = times([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], light);
        let f = |t: f64| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 };
        let [x, y, z] = [xyz[0] / 0.95047, xyz[1], xyz[2] / 1.08883].map(f);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// What someone sees whose red or green cones, or neither, are missing: Machado, Oliveira and Fernandes (2009), "A
    /// Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1.0, on linear light.
    const SIGHTS: [(&str, [[f64; 3]; 3]); 3] = [
        ("usual", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        ("protanopia", [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
        ("deuteranopia", [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    ];

    /// The least distance (CIE76) of two colours as someone sees them. About 2 is just noticeable.
    fn least_distance(sight: [[f64; 3]; 3]) -> f64 {
        let seen: Vec<[f64; 3]> = PALETTE
            .iter()
            .chain(&[BLACK, GREY, WHITE])
            .map(|Ink(r, g, b)| lab(times(sight, [linear(*r), linear(*g), linear(*b)]).map(|c| c.clamp(0.0, 1.0))))
            .collect();
        let distance = |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        let pairs = seen.iter().enumerate().flat_map(|(index, a)| seen.iter().skip(index + 1).map(move |b| distance(a, b)));
        pairs.fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn colours_stay_apart_without_red_or_green_cones() {
        for (name, sight) in SIGHTS {
            let least = least_distance(sight);
            assert!(least > 15.0, "{name}: two colours are {least:.1} apart");
        }
    }

    #[test]
    fn inks_are_written_as_web_pages_write_them() {
        assert_eq!((BLUE.hex().as_str(), BLACK.hex().as_str()), ("#0072b2", "#000000"));
        assert_eq!((BLUE.on(), SKY.on(), WHITE.on()), (WHITE, BLACK, BLACK));
    }
}
