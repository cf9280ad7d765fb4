From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory theorem_4_3.

(******************************************************************************)
(* Theorem C.6, and Theorem 4.6 as its case of one cell: behind a prompt that *)
(* lets the values of supp mu pass, one attention head gives the label of     *)
(* every possible input in R_u, which contains R.                             *)
(*                                                                            *)
(*   reach phi == a distance of beta_1 that keeps the prompt's own position   *)
(*                  out, 1 + sum |phi_z|                                      *)
(*   paper_prompt mu j == the prompt u(a,h) = 1(mu(a_j) != 0)                 *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Theorem_C6.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Variables (j : C) (Ss : {set Y}).

Let St := [finType of C * Y].
Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Implicit Types (x : seq T).

Local Notation M := (augmented N).

Definition reach (phi : T -> R) := 1 + \sum_z `|phi z|.

Lemma reach_gt0 phi : 0 < reach phi.
Proof. by rewrite ltr_paddr ?ltr01 // sumr_ge0. Qed.

Lemma reach_gt phi z : phi z < reach phi.
Proof.
rewrite /reach (bigD1 z) //= addrCA; apply: le_lt_trans (ler_norm _) _.
by rewrite ltr_addl ltr_paddr ?ltr01 // sumr_ge0.
Qed.

(* The functional of the keys does not depend on the position embedding. *)
Lemma paper_functional c P (y : Col -> T -> R) (mu : 'I_c.+1 -> V -> R) p p' :
  functional (paper_head j P Ss y mu p) = functional (paper_head j P Ss y mu p').
Proof. by []. Qed.

Lemma far_head c P (y : Col -> T -> R) (mu : 'I_c.+1 -> V -> R) :
  let hd := paper_head j P Ss y mu (reach (functional (paper_head j P Ss y mu 0))) in
  offset hd 0 < offset hd 1 /\ forall z, offset hd 0 + functional hd z < offset hd 1.
Proof.
move=> hd; rewrite !paper_offset /= oppr_lt0; split; first exact: reach_gt0.
move=> z; rewrite addrC subr_lt0; exact: reach_gt.
Qed.

(* What the proof uses: Assumptions 4.4 and 4.5. On R_u, with several classes *)
Theorem theorem_C6_sharp c (mu : 'I_c.+1 -> V -> R) : let P := task_values mu in
  stationary N -> assumption_4_5 N mu j Ss ->
  exists hd : attention R (option_finType St) Col T c,
  forall x, supp M x -> prompted_scope N j P Ss x ->
    prompted_attention_label N hd (allow R j P) x =1 mtask_label N mu j x /\
    exists2 A, 0 < A & forall k,
      attn hd (prompt_outputs N (allow R j P) (x := x)) (prompt_embeddings N (allow R j P) (x := x)) k
      - attn hd (prompt_outputs N (allow R j P) (x := x)) (prompt_embeddings N (allow R j P) (x := x)) ord0
      = A * (mscore N (mu k) j x - mscore N (mu ord0) j x).
Proof.
move=> P still /recoverable_functionals[y read].
have [near far] := far_head P y mu; set hd := paper_head _ _ _ _ _ _ in near far.
exists hd => x x_supp in_R; apply: (prompted_attention_identities still) in_R => //.
- exact: paper_keys.
- exact: paper_values.
- exact: paper_weights.
Qed.

(* With the hypotheses of the paper, on R *)
Theorem theorem_C6 (mu : V -> R) : let u := allow R j (task_values (binary_rows mu)) in
  assumption_3_2 (chain N) -> stationary N -> assumption_4_5 N (binary_rows mu) j Ss ->
  exists hd : attention R (option_finType St) Col T 1, forall x, supp M x -> scope N j Ss x ->
    mlabel N mu j x
    = (0 <= attn hd (prompt_outputs N u (x := x)) (prompt_embeddings N u (x := x)) ord0).
Proof.
move=> u _ still /recoverable_functionals[y read].
have [near far] := far_head (task_values (binary_rows mu)) y (binary_rows mu).
set hd := paper_head _ _ _ _ _ _ in near far; exists hd => x x_supp in_R.
rewrite -binary_mlabel -binary_attention => [|d]; last by rewrite /= if_same.
have [eq_label _] := prompted_attention_identities still (paper_keys _ _ read) (paper_values _ _ read)
  (@paper_weights _ _ _ _ _ _ _ _ _ _ _ _) near far x_supp (scope_prompted (binary_rows mu) still in_R).
exact/esym/eq_label.
Qed.

(* The values that the prompt lets pass are the support of mu. *)
Lemma task_values_binary (mu : V -> R) v : task_values (binary_rows mu) v = (mu v != 0).
Proof.
apply/existsP/idP => [[k]|mu_v]; last by exists (lift ord0 ord0); rewrite /binary_rows /= eq_sym.
by rewrite /binary_rows; case: ifP => _; rewrite ?eqxx //= eq_sym.
Qed.

End Theorem_C6.

(* One cell *)
Theorem theorem_4_6 (R : realFieldType) (Y V T : finType) (N : memory R unit_finType Y V T)
    (Ss : {set Y}) (mu : V -> R) : let u := allow R tt (task_values (binary_rows mu)) in
  assumption_3_2 (chain N) -> stationary N -> assumption_4_5 N (binary_rows mu) tt Ss ->
  exists hd, forall x, supp (augmented N) x -> scope N tt Ss x ->
    mlabel N mu tt x
    = (0 <= @attn _ (option_finType [finType of unit * Y]) _ _ 1 hd _ (prompt_outputs N u (x := x))
                 (prompt_embeddings N u (x := x)) ord0).
Proof. exact: theorem_C6. Qed.

(* With one cell the columns that count are those of the values in supp mu. *)
Lemma one_cell_counts (Y V : finType) (P : pred V) (d : V * (unit * Y)) : counts tt P d = P d.1.
Proof. by rewrite /counts; case: d => v [[] s]; rewrite eqxx. Qed.
