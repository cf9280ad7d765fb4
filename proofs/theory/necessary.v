From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended.
From Recoverable Require Import theorem_3_6 proportional.

(******************************************************************************)
(* What the theorems need: implications between properties of a model, from   *)
(* which the audit derives that a hypothesis can be dropped or weakened.      *)
(*                                                                            *)
(*     no_zero_row M <=> every state is entered from some state               *)
(*  stationary_start M <=> pi_1 = pi_0                                        *)
(*   start_covered M <=> pi_1 does not vanish where pi_0 does not             *)
(* task_covered M mu <=> pi_1 does not vanish where mu and pi_0 do not        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Necessary.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (mu q : S -> R).

Definition no_zero_row := forall h, exists g, step M g h.
Definition stationary_start := pi M 1 =1 init M.
Definition start_covered := forall h, pi M 1 h = 0 -> init M h = 0.
Definition task_covered mu := forall h, pi M 1 h = 0 -> mu h * init M h = 0.

Theorem irreducible_no_zero_row : irreducible M -> no_zero_row.
Proof. by move=> irr h; exact: step_into. Qed.

Theorem first_law_full : no_zero_row -> full_support (init M) -> full_support (pi M 1).
Proof.
move=> into full h; have [g st] := into h; rewrite pi1E (bigD1 g) //=.
rewrite ltr_paddr ?mulr_gt0 // sumr_ge0 // => g' _.
by rewrite mulr_ge0 ?trans_ge0 ?init_ge0.
Qed.

Theorem first_law_full_covered : full_support (pi M 1) -> start_covered.
Proof. by move=> full h pi0; have := full h; rewrite pi0 ltxx. Qed.

Theorem stationary_covered : stationary_start -> start_covered.
Proof. by move=> eq_pi h <-. Qed.

(* Probability flows along every step, so that it reaches every state.        *)
Theorem stationary_full_support :
  stationary_start -> irreducible M -> full_support (init M).
Proof.
move=> eq_pi irr.
have pushed g h : step M g h -> 0 < init M g -> 0 < init M h.
  move=> st g_gt0; rewrite -eq_pi pi1E (bigD1 g) //=.
  rewrite ltr_paddr ?mulr_gt0 // sumr_ge0 // => g' _.
  by rewrite mulr_ge0 ?trans_ge0 ?init_ge0.
have [g g_gt0] : exists g, 0 < init M g.
  case: (pickP (fun g => 0 < init M g)) => [g|none]; first by exists g.
  have := pi_sum M 0; rewrite big1 => [/eqP|g _]; first by rewrite eq_sym oner_eq0.
  by apply/le_anti; rewrite init_ge0 leNgt none.
have along p : forall g', 0 < init M g' -> path (step M) g' p -> 0 < init M (last g' p).
  elim: p => [|g1 p IH] g' g'_gt0 //= /andP[st path_p].
  by apply: IH => //; exact: pushed st g'_gt0.
by move=> h; case/connectP: (irr g h) => p path_p ->; exact: along.
Qed.

Theorem start_covered_task mu : start_covered -> task_covered mu.
Proof. by move=> cov h /cov ->; rewrite mulr0. Qed.

Lemma equation_proportional mu q b : head_equation M mu q b -> proportional_head M mu q b.
Proof. by move=> eq_b; exists 1 => // x _ _; rewrite mul1r (eq_value M x eq_b). Qed.

Theorem theorem_3_3_proportional mu : assumption_3_1 M -> task_covered mu ->
  exists b, proportional_head M mu (pi M 1) b.
Proof.
move=> indep cov; have [||b eq_b] := @solve_head R S T M predT mu (pi M 1) indep => //.
by exists b; exact: equation_proportional.
Qed.

Theorem theorem_3_6_proportional mu : (exists Hs B, assumption_3_5 M mu Hs B) ->
  full_support (pi M 1) ->
  exists u b, (forall h, 0 <= u h <= 1) /\ proportional_head M mu (rho M [:: u]) b.
Proof.
move=> [Hs [B [indep mu_Hs HsB]]] full.
have supp_h h := supp_rho h full HsB.
have [||b eq_b] := @solve_head R S T M (mem Hs) mu (rho M [:: indicator R B]) indep.
- by move=> h; rewrite supp_h.
- move=> h /eqP rho0; rewrite /task_row; have [->|/mu_Hs] := eqVneq (mu h) 0; first by rewrite mul0r.
  by rewrite -supp_h rho0.
exists (indicator R B), b; split; last exact: equation_proportional.
by move=> h; rewrite /indicator; case: (h \in B); rewrite ?lexx ?ler01.
Qed.

End Necessary.
