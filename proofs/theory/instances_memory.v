From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory.
From Recoverable Require Import theorem_4_3 theorem_4_6 instances.

(******************************************************************************)
(* Theorems 4.3 and 4.6 are not vacuous: a model over the rationals with one  *)
(* cell on which all their hypotheses hold, and a possible input in R.        *)
(*                                                                            *)
(*   ex_memory == one cell with two values; the syntax state true says the    *)
(*                value, as the token Some v, right in two of three cases;     *)
(*                false says None, and leads to true                          *)
(*   ex_reads == functionals for the columns of the syntax state true         *)
(*   ex_input == the word None, Some true: its second state is surely true    *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition ex_init (h : unit * bool) : rat := if h.2 then q 2 3 else q 1 3.
Definition ex_trans (h' h : unit * bool) : rat := if h.2 then q 1 2 else if h'.2 then 1 else 0.
Definition ex_emit (z : option bool) (d : bool * (unit * bool)) : rat :=
  if d.2.2 then if z is Some v then if v == d.1 then q 2 3 else q 1 3 else 0
  else if z is None then 1 else 0.
Definition ex_prior := @product_prior rat_realFieldType unit_finType bool_finType (fun _ _ => q 1 2).

Lemma sum_states (F : unit * bool -> rat) : \sum_h F h = F (tt, true) + F (tt, false).
Proof.
rewrite (eq_bigr (fun h => F (h.1, h.2))) => [|[]//].
rewrite -(pair_bigA _ (fun a b => F (a, b))) /= (bigD1 tt) //= [X in _ + X]big1 ?addr0; last by case.
by rewrite big_bool.
Qed.

Lemma sum_tokens (F : option bool -> rat) : \sum_z F z = F None + (F (Some true) + F (Some false)).
Proof. by rewrite sum_option big_bool. Qed.

Definition ex_memory :
  memory rat_realFieldType unit_finType bool_finType bool_finType (option_finType bool_finType).
Proof.
apply: (@Memory _ _ _ _ _ ex_prior ex_init ex_trans ex_emit).
- by move=> a; apply: product_prior_ge0 => _ _; vm_compute.
- by apply: product_prior_sum => _; rewrite big_bool; apply/eqP; vm_compute.
- by case=> [] [] []; vm_compute.
- by rewrite sum_states; apply/eqP; vm_compute.
- by case=> [] [] [] [] [] []; vm_compute.
- by case=> [] [] []; rewrite sum_states; apply/eqP; vm_compute.
- by case=> [[]|] [[] [[] []]]; vm_compute.
- by case=> [v [[] s]]; apply: (etrans (sum_tokens _)); case: v s => [] []; apply/eqP; vm_compute.
Defined.

Local Notation N := ex_memory.

Lemma ex_stationary : stationary N.
Proof.
by move=> [[] []]; rewrite pi1E sum_states; apply/eqP; vm_compute.
Qed.

Lemma ex_ergodic : assumption_3_2 (chain N).
Proof.
have tt_ : step (chain N) (tt, true) (tt, true) by vm_compute.
have tf : step (chain N) (tt, true) (tt, false) by vm_compute.
have ft : step (chain N) (tt, false) (tt, true) by vm_compute.
split; last by case=> [] [] []; vm_compute.
  case=> [] [] [] [[] []]; try exact: connect1.
  exact: connect_trans (connect1 ft) (connect1 tf).
case=> [] [] [] d div_h; apply/eqP; rewrite -dvdn1.
  by apply: (div_h [:: (tt, true)]); rewrite //= tt_.
have d2 := div_h [:: (tt, true); (tt, false)]; have d3 := div_h [:: (tt, true); (tt, true); (tt, false)].
have {}d2 : (d %| 2)%N by apply: d2; rewrite //= ft tf.
have {}d3 : (d %| 2 + 1)%N by apply: d3; rewrite //= ft tt_ tf.
by rewrite -(dvdn_addr _ d2).
Qed.

Definition ex_reads (d : bool * (unit * bool)) (z : option bool) : rat :=
  if z is Some v then if v == d.1 then 2%:Q else - 1 else 0.

Lemma ex_functionals P : functionals N tt P [set true] ex_reads.
Proof.
move=> [v [[] s]] /andP[_]; rewrite /addressed /= inE => /eqP -> [v' [[] s']] _.
by rewrite sum_tokens; case: v v' s' => [] [] []; apply/eqP; vm_compute.
Qed.

Definition ex_input : seq (option bool) := [:: None; Some true].

Lemma ex_prior_gt0 a : 0 < prior N a.
Proof. by apply: prodr_gt0 => i _; vm_compute. Qed.

Lemma ex_possible : supp (augmented N) ex_input.
Proof.
rewrite supp_follow; pose a : {ffun unit -> bool} := [ffun=> true].
have in_start : (a, (tt, true)) \in start N by rewrite inE ex_prior_gt0; vm_compute.
have in_1 : (a, (tt, false)) \in sift N None (advance N (start N)).
  rewrite !inE; apply/andP; split; last by rewrite /column /= /ex_emit.
  by apply/existsP; exists (tt, true); rewrite in_start.
apply/set0Pn; exists (a, (tt, true)); rewrite /= !inE; apply/andP; split.
  by apply/existsP; exists (tt, false); rewrite in_1.
by rewrite /column /= ffunE; vm_compute.
Qed.

Lemma ex_in_scope : scope N tt [set true] ex_input.
Proof.
apply/scope_survivors; exists 2%N => //; apply/eqP/setP => -[a [[] s]].
rewrite /survivors /= !inE; apply/negP => /andP[/existsP[[[] s0]]].
rewrite !inE => /andP[/andP[_ says] st]; rewrite /addressed /= inE.
by move: says st; rewrite /column /=; case: s0; case: s.
Qed.

Theorem theorem_4_3_not_vacuous :
  [/\ assumption_3_2 (chain N), assumption_4_2 N tt [set true]
    & supp (augmented N) ex_input /\ scope N tt [set true] ex_input].
Proof.
split; [exact: ex_ergodic | | by split; [exact: ex_possible | exact: ex_in_scope]].
by apply/recoverable_functionals; exists ex_reads; exact: ex_functionals.
Qed.

Theorem theorem_4_6_not_vacuous (mu : bool -> rat) :
  [/\ assumption_3_2 (chain N), stationary N, assumption_4_5 N (binary_rows mu) tt [set true]
    & supp (augmented N) ex_input /\ scope N tt [set true] ex_input].
Proof.
split; [exact: ex_ergodic | exact: ex_stationary | | by split; [exact: ex_possible | exact: ex_in_scope]].
by apply/recoverable_functionals; exists ex_reads; exact: ex_functionals.
Qed.
