From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.

(******************************************************************************)
(* Comparisons that labels have to win, over finitely many observations: a    *)
(* contradiction between them (Motzkin), as pure linear algebra.              *)
(*                                                                            *)
(*     won strict v <=> v > 0 if strict, v >= 0 if not                        *)
(*       settles b i <=> a head with the rows b wins the comparison i         *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition won (R : numDomainType) (strict : bool) (v : R) := if strict then 0 < v else 0 <= v.

Section Contradictions.
Variables (R : realFieldType) (I K T : finType).
Variables (g : I -> T -> R) (s : I -> K -> R) (strict : I -> bool) (w : I -> R).

(* Terms i with the observation g i: a head with the rows b k is to win the   *)
(* comparison of its scores with the coefficients s i k.                      *)
Definition settles (b : K -> T -> R) i := won (strict i) (\sum_k s i k * \sum_z b k z * g i z).

Theorem comparisons_contradict : (forall i, 0 < w i) -> (exists i, strict i) ->
  (forall k z, \sum_i w i * s i k * g i z = 0) -> ~ exists b, forall i, settles b i.
Proof.
move=> w0 [i strict_i] sum0 [b win].
have : 0 < \sum_i w i * \sum_k s i k * \sum_z b k z * g i z.
  rewrite (bigD1 i) //= ltr_paddr //.
    by apply: sumr_ge0 => j _; rewrite pmulr_rge0 //; have := win j; rewrite /settles /won; case: ifP => // _ /ltW.
  by rewrite pmulr_rgt0 //; have := win i; rewrite /settles strict_i.
rewrite (_ : \sum_i _ = 0) ?ltxx //.
transitivity (\sum_k \sum_z b k z * \sum_i w i * s i k * g i z).
  under eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => k _.
  under eq_bigr do rewrite mulrA mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => z _; rewrite mulr_sumr.
  by apply: eq_bigr => j _; ring.
by apply: big1 => k _; apply: big1 => z _; rewrite sum0 mulr0.
Qed.

End Contradictions.
