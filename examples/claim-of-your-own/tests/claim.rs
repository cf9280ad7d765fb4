//! The claim on random models that satisfy its hypotheses, and where it ends.

use claim_of_your_own::{careless, careless_with_memory};
use num_rational::BigRational;
use proptest::prelude::*;
use recoverable::{
    assert_not_applicable, assert_proved, assert_refuted,
    model::builtin,
    strategies::{Break, Flaw, planted, remembering},
    testing::{Statement, proved},
};

/// A probability below 1.
fn error() -> impl Strategy<Value = BigRational> {
    (0_u32..10).prop_map(|tenths| BigRational::new(tenths.into(), 10.into()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// `?` instead of an assertion: a failing case shrinks quietly, and only the smallest model is printed.
    #[test]
    fn theorem_3_3_survives_typing_errors(model in planted(Break::Nothing), error in error()) {
        let read = careless(&model, &error).unwrap();
        proved(Statement::Theorem33, &read)?;
    }

    #[test]
    fn attention_heads_survive_typing_errors(model in remembering(Flaw::Nothing), error in error()) {
        let read = careless_with_memory(&model, &error).unwrap();
        proved(Statement::Theorem43, &read)?;
        proved(Statement::Theorem46, &read)?;
    }
}

/// Theorem 3.3 asks for more than one token can say if every token is a stray one.
#[test]
fn nothing_survives_pure_noise() {
    let casino = builtin::all().remove(0);
    let noise = careless(&casino, &BigRational::from_integer(1.into())).unwrap();
    assert_proved!(Statement::Theorem33, &casino);
    assert_refuted!(Statement::Assumption31, &noise);
    assert_not_applicable!(Statement::Theorem33, &noise, Statement::Assumption31);
}

/// The theorem survives, what it speaks about need not: with stray tokens every context is possible, and no input tells where the chain is.
#[test]
fn the_scope_of_theorem_4_3_does_not_survive() {
    let sentences = builtin::memory().remove(0);
    let read = careless_with_memory(&sentences, &BigRational::new(1.into(), 100.into())).unwrap();
    assert_proved!(Statement::Scope43, &sentences);
    assert_proved!(Statement::Theorem43, &read);
    assert_refuted!(Statement::Scope43, &read);
}
