//! Descent with a limited memory of curvature (Nocedal and Wright, *Numerical Optimization*, algorithm 7.5).

use std::collections::VecDeque;

/// Steps that are remembered.
const MEMORY: usize = 12;

/// Of the decrease that the slope promises, a step has to make this part.
const SUFFICIENT: f64 = 1e-4;

/// A function with its gradient.
pub type Function<'f> = dyn FnMut(&[f64]) -> (f64, Vec<f64>) + 'f;

/// A step and the change of the gradient along it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    inverse: f64,
}

/// Minimises a differentiable function, given with its gradient, from a starting point: ends after so many steps, where the gradient
/// vanishes, or where no step goes down any more.
///
/// ```
/// use recoverable::tuning::minimise;
/// let mut bowl = |x: &[f64]| ((x[0] - 3.0).powi(2) + 10.0 * x[1] * x[1], vec![2.0 * (x[0] - 3.0), 20.0 * x[1]]);
/// let least = minimise(vec![0.0, 1.0], 50, &mut bowl);
/// assert!((least[0] - 3.0).abs() < 1e-6 && least[1].abs() < 1e-6);
/// ```
pub fn minimise(start: Vec<f64>, steps: usize, function: &mut Function<'_>) -> Vec<f64> {
    let mut point = start;
    let (mut value, mut gradient) = function(&point);
    let mut pairs: VecDeque<Pair> = VecDeque::with_capacity(MEMORY + 1);
    for _ in 0..steps {
        let mut direction = newton(&pairs, &gradient);
        if inner(&direction, &gradient) >= 0.0 {
            pairs.clear();
            direction = newton(&pairs, &gradient);
        }
        let slope = inner(&direction, &gradient);
        let flat = slope > -1e-16 * (1.0 + value.abs());
        let Some((next, next_value, next_gradient)) =
            (!flat).then(|| descend(&point, value, &direction, slope, function)).flatten()
        else {
            break;
        };
        let step = difference(&next, &point);
        let change = difference(&next_gradient, &gradient);
        let curvature = inner(&step, &change);
        if curvature > 1e-12 * inner(&change, &change).sqrt() * inner(&step, &step).sqrt() {
            pairs.push_back(Pair { step, change, inverse: 1.0 / curvature });
            if pairs.len() > MEMORY {
                pairs.pop_front();
            }
        }
        (point, value, gradient) = (next, next_value, next_gradient);
    }
    point
}

/// The first of the steps 1, 1/2, 1/4, … along a direction that goes down far enough.
fn descend(
    point: &[f64],
    value: f64,
    direction: &[f64],
    slope: f64,
    function: &mut Function<'_>,
) -> Option<(Vec<f64>, f64, Vec<f64>)> {
    let mut length = 1.0;
    for _ in 0..40 {
        let next: Vec<f64> = point.iter().zip(direction).map(|(x, d)| x + length * d).collect();
        let (next_value, gradient) = function(&next);
        if next_value <= value + SUFFICIENT * length * slope {
            return Some((next, next_value, gradient));
        }
        length /= 2.0;
    }
    None
}

/// `-H g` for the inverse Hessian `H` that the pairs suggest; without any, down the gradient by 1 at most.
fn newton(pairs: &VecDeque<Pair>, gradient: &[f64]) -> Vec<f64> {
    let mut direction = gradient.to_vec();
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = pair.inverse * inner(&pair.step, &direction);
        direction.iter_mut().zip(&pair.change).for_each(|(d, y)| *d -= share * y);
        shares.push(share);
    }
    let scale = match pairs.back() {
        Some(last) => 1.0 / (last.inverse * inner(&last.change, &last.change)),
        None => 1.0 / inner(gradient, gradient).sqrt().max(1.0),
    };
    direction.iter_mut().for_each(|d| *d *= scale);
    for (pair, share) in pairs.iter().zip(shares.into_iter().rev()) {
        let correction = share - pair.inverse * inner(&pair.change, &direction);
        direction.iter_mut().zip(&pair.step).for_each(|(d, s)| *d += correction * s);
    }
    direction.iter_mut().for_each(|d| *d = -*d);
    direction
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x - y).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley, which steepest descent does not get through in thousands of steps.
    #[test]
    fn follows_a_curved_valley() {
        let mut evaluations = 0;
        let least = minimise(vec![-1.2, 1.0], 200, &mut |x| {
            evaluations += 1;
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            (a * a + 100.0 * b * b, vec![-2.0 * a - 400.0 * x[0] * b, 200.0 * b])
        });
        assert!((least[0] - 1.0).abs() < 1e-5 && (least[1] - 1.0).abs() < 1e-5, "{least:?}");
        assert!(evaluations < 150, "{evaluations}");
    }

    #[test]
    fn stays_where_nothing_goes_down() {
        assert_eq!(minimise(vec![2.0], 10, &mut |_| (1.0, vec![0.0])), [2.0]);
        assert_eq!(minimise(vec![2.0], 10, &mut |_| (f64::NAN, vec![1.0])), [2.0]);
    }
}
