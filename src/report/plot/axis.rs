//! Axes: which values they span, where a value stands, and which values are written.

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What stands beside it.
    pub label: String,
    /// How values are spread over it.
    pub scale: Scale,
    /// The least and the greatest value; as the points need it if there is none.
    pub range: Option<(f64, f64)>,
    /// What is written where; round numbers if there is nothing.
    pub named: Vec<(f64, String)>,
}

/// How values are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// Evenly by decades; what is not positive stands at the lower end.
    Logarithmic,
}

impl Axis {
    /// An axis with evenly spread values.
    pub fn linear(label: &str) -> Self {
        Self { label: label.to_owned(), scale: Scale::Linear, range: None, named: Vec::new() }
    }

    /// An axis with evenly spread decades.
    pub fn logarithmic(label: &str) -> Self {
        Self { scale: Scale::Logarithmic, ..Self::linear(label) }
    }

    /// The same from one value to another.
    #[must_use]
    pub fn between(self, least: f64, greatest: f64) -> Self {
        Self { range: Some((least, greatest)), ..self }
    }

    /// The same with these values written.
    #[must_use]
    pub fn named(self, named: impl IntoIterator<Item = (f64, String)>) -> Self {
        Self { named: named.into_iter().collect(), ..self }
    }

    /// The same with a range: its own, or one that spans these values.
    pub(super) fn fitted(&self, values: impl IntoIterator<Item = f64>) -> Self {
        let usable = |value: &f64| value.is_finite() && (self.scale == Scale::Linear || *value > 0.0);
        let (least, greatest) = values
            .into_iter()
            .filter(usable)
            .fold((f64::MAX, f64::MIN), |(least, greatest), value| (least.min(value), greatest.max(value)));
        let spanned = match self.scale {
            _ if least > greatest => (self.value(0.0), self.value(1.0)),
            Scale::Logarithmic => {
                let (low, high) = (libm::floor(libm::log10(least)), libm::ceil(libm::log10(greatest)));
                (decade(low), decade(if high > low { high } else { low + 1.0 }))
            }
            Scale::Linear if least < greatest => (least, greatest),
            Scale::Linear => (least - 0.5, greatest + 0.5),
        };
        Self { range: Some(self.range.unwrap_or(spanned)), ..self.clone() }
    }

    /// On an axis without values, those of a decade or from 0 to 1.
    fn value(&self, share: f64) -> f64 {
        if self.scale == Scale::Linear { share } else { decade(share - 1.0) }
    }

    /// How far along the axis a value stands, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        let (least, greatest) = self.range.unwrap_or((0.0, 1.0));
        let along = match self.scale {
            Scale::Linear => (value - least) / (greatest - least),
            Scale::Logarithmic if value > 0.0 => {
                (libm::log10(value) - libm::log10(least)) / (libm::log10(greatest) - libm::log10(least))
            }
            Scale::Logarithmic => 0.0,
        };
        if along.is_finite() { along.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The values that are written, with what is written.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        if !self.named.is_empty() {
            return self.named.clone();
        }
        let (least, greatest) = self.range.unwrap_or((0.0, 1.0));
        match self.scale {
            Scale::Linear => steps(least, greatest),
            Scale::Logarithmic => decades(least, greatest),
        }
    }
}

fn decade(exponent: f64) -> f64 {
    libm::exp10(exponent)
}

/// Four to eight round numbers.
fn steps(least: f64, greatest: f64) -> Vec<(f64, String)> {
    let rough = (greatest - least) / 5.0;
    let unit = decade(libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * unit).into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let first = libm::ceil(least / step - 1e-9);
    let places = usize::from(unit < 1.0) * (-libm::log10(unit)).round().max(0.0) as usize;
    let values = (0..12).map(|index| (first + f64::from(index)) * step);
    values
        .take_while(|value| *value <= greatest + step * 1e-9)
        .map(|value| (value, format!("{value:.places$}")))
        .collect()
}

/// Powers of ten, at most seven of them.
fn decades(least: f64, greatest: f64) -> Vec<(f64, String)> {
    let (low, high) = (libm::log10(least).round() as i32, libm::log10(greatest).round() as i32);
    let step = usize::try_from((high - low) / 7 + 1).unwrap_or(1);
    let written = |exponent: i32| match exponent {
        -2..=3 => decade(f64::from(exponent)).to_string(),
        _ => format!("1e{exponent}"),
    };
    (low..=high).step_by(step).map(|exponent| (decade(f64::from(exponent)), written(exponent))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|(_, words)| words).collect()
    }

    #[test]
    fn round_numbers_are_written() {
        assert_eq!(words(&Axis::linear("").between(0.0, 1.0)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(words(&Axis::linear("").between(4.0, 30.0)), ["10", "20", "30"]);
        assert_eq!(words(&Axis::logarithmic("").between(1e-3, 10.0)), ["1e-3", "0.01", "0.1", "1", "10"]);
        assert_eq!(words(&Axis::logarithmic("").between(1e-20, 1.0)).len(), 7);
    }

    #[test]
    fn axes_span_their_points() {
        let axis = Axis::logarithmic("").fitted([0.02, 7.0, 0.0, f64::INFINITY]);
        let (least, greatest) = axis.range.unwrap();
        assert!((least - 0.01).abs() < 1e-12 && (greatest - 10.0).abs() < 1e-12);
        assert!(axis.share(0.0).abs() < 1e-12 && (axis.share(1.0) - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(Axis::linear("").fitted([3.0]).range, Some((2.5, 3.5)));
        assert_eq!(Axis::linear("").fitted([]).range, Some((0.0, 1.0)));
    }
}
