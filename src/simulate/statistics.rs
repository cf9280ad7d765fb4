//! Means with intervals, and when a sample contradicts a bracket.

/// A mean and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Half of the interval's width; 0 of one value.
    pub half: f64,
}

/// 97.5 % points of Student's distribution with 1, 2, … degrees of freedom.
const STUDENT: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/// The mean of some values with Student's interval; `None` of none.
///
/// ```
/// use recoverable::simulate::statistics::mean;
/// let found = mean(&[1.0, 2.0, 3.0]).unwrap();
/// assert!((found.mean - 2.0).abs() < 1e-12 && (found.half - 4.303 / 3.0_f64.sqrt()).abs() < 1e-12);
/// ```
pub fn mean(values: &[f64]) -> Option<Mean> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    match values.len() {
        0 => None,
        1 => Some(Mean { mean, half: 0.0 }),
        length => {
            let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
            let point = STUDENT.get(length - 2).copied().unwrap_or(1.96);
            Some(Mean { mean, half: point * (squares / (count - 1.0) / count).sqrt() })
        }
    }
}

/// What a normal variable exceeds by four standard deviations with.
pub const FOUR_DEVIATIONS: f64 = 3.167e-5;

/// Whether a sample lies outside the bracket of a probability by more than chance allows: fewer or more hits than that, from the nearer end, have a
/// probability below that of four standard deviations. Near 0 and 1 standard deviations themselves would mislead.
///
/// ```
/// use recoverable::simulate::statistics::contradicts;
/// assert!(!contradicts((0.5, 0.5), 540, 1000) && contradicts((0.5, 0.5), 570, 1000));
/// assert!(!contradicts((0.9999, 1.0), 999, 1000) && contradicts((1.0, 1.0), 999, 1000));
/// ```
pub fn contradicts((lower, upper): (f64, f64), hits: usize, trials: usize) -> bool {
    let too_few = at_most(hits, trials, lower) < FOUR_DEVIATIONS;
    let too_many = at_most(trials - hits, trials, 1.0 - upper) < FOUR_DEVIATIONS;
    too_few || too_many
}

/// The probability of at most so many hits in independent trials.
fn at_most(hits: usize, trials: usize, probability: f64) -> f64 {
    let power =
        |base: f64, exponent: usize| if exponent == 0 { 0.0 } else { exponent as f64 * libm::log(base) };
    let factorial = |n: usize| libm::lgamma(n as f64 + 1.0);
    let term = |count: usize| {
        let ways = factorial(trials) - factorial(count) - factorial(trials - count);
        libm::exp(ways + power(probability, count) + power(1.0 - probability, trials - count))
    };
    (0..=hits).map(term).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_binomial_law() {
        assert!((at_most(1, 3, 0.5) - 0.5).abs() < 1e-12);
        assert!((at_most(0, 4, 0.25) - 0.75_f64.powi(4)).abs() < 1e-12);
        assert!((at_most(5, 5, 0.3) - 1.0).abs() < 1e-12);
        assert!(at_most(3, 5, 1.0).abs() < 1e-300 && (at_most(3, 5, 0.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn samples_inside_their_bracket_never_contradict_it() {
        for hits in 0..=20 {
            assert!(!contradicts((0.0, 1.0), hits, 20));
            let share = hits as f64 / 20.0;
            assert!(!contradicts((share, share), hits, 20));
        }
    }

    #[test]
    fn one_value_has_no_interval_and_none_no_mean() {
        assert_eq!(mean(&[0.5]), Some(Mean { mean: 0.5, half: 0.0 }));
        assert_eq!(mean(&[]), None);
    }
}
