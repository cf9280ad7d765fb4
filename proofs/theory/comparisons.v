From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.

(******************************************************************************)
(* Comparisons that a label has to win, over finitely many observations:      *)
(* contradictions (Motzkin), and what may change behind a prefix.             *)
(*                                                                            *)
(*     won strict v <=> v > 0 if strict, v >= 0 if not                        *)
(*       settles b i <=> a head with the rows b wins the comparison i         *)
(*            lost y <=> the comparison is lost on the continuation y         *)
(*      bound_flip r == \sum_j max(0, m j - r v j)                            *)
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

Theorem contradiction_sound : (forall i, 0 < w i) -> (exists i, strict i) ->
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

(* The flip bound: Y are the continuations of one length, beta y j their      *)
(* probabilities from the state j, m the masses of the prefix, v the lower    *)
(* ends of the row u of a comparison that is nominally won.                   *)

Section Flip.
Variables (R : realFieldType) (Y S : finType).
Variables (beta : Y -> S -> R) (m v u : S -> R) (strict : bool).
Hypothesis beta_ge0 : forall y j, 0 <= beta y j.
Hypothesis beta_le1 : forall j, \sum_y beta y j <= 1.
Hypothesis m_ge0 : forall j, 0 <= m j.
Hypothesis v_le : forall j, v j <= u j.

Definition lost y := ~~ won strict (\sum_j u j * beta y j).
Definition bound_flip r := \sum_j Num.max 0 (m j - r * v j).

Lemma lost_le0 y : lost y -> \sum_j v j * beta y j <= 0.
Proof.
rewrite /lost /won => lost_y; apply: le_trans (_ : \sum_j u j * beta y j <= 0).
  by apply: ler_sum => j _; rewrite ler_wpmul2r.
by move: lost_y; case: ifP => _; rewrite -?leNgt // -ltNge => /ltW.
Qed.

Theorem flip_sound r : 0 <= r ->
  \sum_(y | lost y) \sum_j m j * beta y j <= bound_flip r.
Proof.
move=> r0; apply: le_trans (_ : \sum_(y | lost y) \sum_j (m j - r * v j) * beta y j <= _).
  apply: ler_sum => y /lost_le0 v0; rewrite -subr_ge0 -sumrB.
  have -> : \sum_j ((m j - r * v j) * beta y j - m j * beta y j) = - (r * \sum_j v j * beta y j).
    by rewrite mulr_sumr -sumrN; apply: eq_bigr => j _; ring.
  by rewrite oppr_ge0 mulr_ge0_le0.
rewrite exchange_big; apply: ler_sum => j _ /=.
rewrite -mulr_sumr; set sum := \sum_(y | _) _.
have sum_ge0 : 0 <= sum by apply: sumr_ge0.
have sum_le1 : sum <= 1.
  apply: le_trans (beta_le1 j); rewrite [leRHS](bigID lost) /= ler_addl.
  by apply: sumr_ge0.
case: (leP 0 (m j - r * v j)) => [ge0|lt0]; last by rewrite mulr_le0_ge0 // ltW.
by rewrite -[leRHS]mulr1 ler_wpmul2l.
Qed.

(* Nothing changes where no entry is negative, and none is zero if ties are lost. *)
Theorem flip_nothing_sound : (forall j, won strict (v j)) ->
  \sum_(y | lost y) \sum_j m j * beta y j = 0.
Proof.
move=> v_won; apply: big1 => y lost_y.
have v0 j : 0 <= v j by have := v_won j; rewrite /won; case: ifP => // _ /ltW.
have terms j : 0 <= v j * beta y j by rewrite mulr_ge0.
move: v_won lost_y (lost_le0 lost_y); rewrite /lost /won; case: strict => v_won lost_y le0.
  have : \sum_j v j * beta y j == 0 by rewrite eq_le le0 sumr_ge0.
  rewrite psumr_eq0 // => /allP beta0; apply: big1 => j _.
  have := beta0 j (mem_index_enum j); rewrite /= mulf_eq0 gt_eqF //= => /eqP ->.
  by rewrite mulr0.
case/negP: lost_y; apply: sumr_ge0 => j _.
by rewrite mulr_ge0 // (le_trans (v0 j)).
Qed.

End Flip.
