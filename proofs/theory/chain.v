From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction.

(******************************************************************************)
(* The hidden chain: Assumption 3.2.                                          *)
(*                                                                            *)
(*       step M g h <=> the chain can go from g to h, A[h,g] > 0              *)
(*    irreducible M <=> every state leads to every state                      *)
(*  divides_walks M d h <=> d divides the length of every closed walk at h    *)
(*      aperiodic M <=> every state has period 1                              *)
(*   full_support q <=> q h > 0 for every state h                             *)
(* assumption_3_2 M <=> the chain is irreducible and aperiodic, and pi_0 has  *)
(*                      full support                                          *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Chain.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).

Definition step : rel S := fun g h => 0 < trans M h g.
Definition irreducible := forall g h, connect step g h.
Definition divides_walks d h := forall p, path step h p -> last h p = h -> (d %| size p)%N.
Definition aperiodic := forall h d, divides_walks d h -> d = 1%N.
Definition full_support (q : S -> R) := forall h, 0 < q h.
Definition assumption_3_2 := [/\ irreducible, aperiodic & full_support (init M)].

Lemma trans0 h g : ~~ step g h -> trans M h g = 0.
Proof. by move=> no_step; apply/le_anti; rewrite trans_ge0 leNgt no_step. Qed.

Lemma step_from g : exists h, step g h.
Proof.
case: (pickP (step g)) => [h st|no_step]; first by exists h.
have := trans_sum M g; rewrite big1 => [/eqP|h _]; last exact/trans0/negbT/no_step.
by rewrite eq_sym oner_eq0.
Qed.

Lemma step_into h : irreducible -> exists g, step g h.
Proof.
move=> irr; case: (pickP (fun g => g != h)) => [g neq|all_h].
  case/connectP: (irr g h) => p; case/lastP: p => [_ eq_h|p s].
    by rewrite eq_h eqxx in neq.
  rewrite rcons_path last_rcons => /andP[_ st] ->; by exists (last g p).
have [h' st] := step_from h; exists h.
by move: st; have /eqP -> : h' == h := negbFE (all_h h').
Qed.

Lemma full_support_pi i : irreducible -> full_support (init M) -> full_support (pi M i).
Proof.
move=> irr full; elim: i => [|i IH] h; first exact: full.
have [g st] := step_into h irr; rewrite piS (bigD1 g) //=.
rewrite ltr_paddr ?mulr_gt0 // sumr_ge0 // => g' _.
by rewrite mulr_ge0 ?trans_ge0 ?pi_ge0.
Qed.

End Chain.
