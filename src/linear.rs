//! Exact linear algebra over the rationals, with evidence for each answer.
//!
//! A matrix is *rows × columns*, `matrix[(row, column)]`. Denominators are cleared once; elimination
//! runs modulo primes below 2²⁸ and only proposes. [`columns`] answers "independent" with an inverse
//! modulo such a prime (a unit determinant modulo `m` is not zero) and "dependent" with a kernel
//! vector that has been multiplied out; [`alternative`] solves `bᵀM = t` by Dixon lifting or exhibits a
//! `y` with `My = 0`, `t·y ≠ 0`. A prime that divides an important minor costs another attempt, never a
//! wrong answer.
//!
//! Where signs matter, floats propose a basis and exact arithmetic disposes: [`cone_membership`] answers with
//! nonnegative coefficients or Farkas' functional, [`motzkin`] with a separating functional or a contradiction,
//! [`least_norm_solution`] with a solution and the dual vector that proves it the least. A wrong
//! proposal costs the exact simplex method, never a wrong answer.
//!
//! Of conditioning there are two accounts. [`smallest_singular_value`] encloses `σ_min` with a certificate, in integers alone;
//! [`numeric`](numeric()) is the `f64` twin (faer), whose figures are estimates and decide nothing.
//!
//! ```
//! use recoverable::linear::{Columns, Matrix, columns};
//! let emission = Matrix::from_rows(vec![vec![2, 1], vec![1, 3]]).unwrap();
//! let Some(Columns::Independent(evidence)) = columns(&emission.map(|&entry: &i32| entry.into())) else {
//!     panic!("det = 5")
//! };
//! assert_eq!(evidence.rows, [0, 1]);
//! ```

mod cleared;
mod cone;
mod decide;
mod least_norm;
mod lift;
mod lp;
mod matrix;
pub(crate) mod modular;
mod numeric;
mod rank;
mod simplex;
mod singular_value;

pub(crate) use cleared::Cleared;
pub use cone::{ConeMembership, Separation, cone_membership, motzkin};
pub use decide::{Alternative, Columns, Rank, alternative, columns, inverse, rank, rank_of_integers};
pub use least_norm::{LeastNorm, least_norm_solution};
pub(crate) use matrix::dot;
pub use matrix::{Matrix, Ragged};
pub use numeric::{Numeric, NumericError, NumericalRank, numeric};
pub use rank::rank_evidence;
pub use simplex::nonnegative_solution;
pub use singular_value::smallest_singular_value;
