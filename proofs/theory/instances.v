From mathcomp Require Import all_ssreflect all_algebra.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels rules_chain.

(******************************************************************************)
(* The theorems are not vacuous: models over the rationals on which all their *)
(* hypotheses hold, checked by computation.                                   *)
(*                                                                            *)
(*      tab l i == ith entry of the list l of rationals                       *)
(*   ex_3_3 == the model of the example of FORMAT.md, two states and tokens   *)
(*   ex_3_6 == three states and two tokens: 3.1 fails, and 3.5 holds          *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition q (a b : nat) : rat := a%:Q / b%:Q.
Definition tab n (l : seq rat) (i : 'I_n) : rat := nth 0 l i.
Definition tab2 m n (l : seq (seq rat)) (i : 'I_m) (j : 'I_n) : rat := nth 0 (nth [::] l i) j.

(* Sums over states are written out, states are taken one by one. *)
Ltac spell := rewrite ?big_ord_recl ?big_ord0; vm_compute.
Ltac each2 := repeat case=> [[|[|//]] ?].
Ltac each3 := repeat case=> [[|[|[|//]]] ?].

(* Theorem 3.3 *)

Definition A2 : 'I_2 -> 'I_2 -> rat := tab2 [:: [:: q 1 2; q 1 6]; [:: q 1 2; q 5 6]].
Definition W2 : 'I_2 -> 'I_2 -> rat := tab2 [:: [:: q 2 3; q 1 2]; [:: q 1 3; q 1 2]].
Definition mu2 : 'I_2 -> rat := tab [:: 1; -1].
Definition head2 : 'I_2 -> rat := tab [:: q 6 1; - q 15 2].

Lemma sum1 n (F : 'I_n -> rat) : (\sum_i F i == 1) -> \sum_i F i = 1.
Proof. by move/eqP. Qed.

Definition ex_3_3 : hmm rat_realFieldType (ordinal_finType 2) (ordinal_finType 2).
Proof.
by apply: (@Hmm _ _ _ (fun=> q 1 2) A2 W2) => [|||||]; each2; try (apply: sum1; spell); vm_compute.
Defined.

Lemma independent_by (R : realFieldType) (S T : finType) (W : T -> S -> R) (D : pred S) L :
  left_inverse W D L -> independent W D.
Proof.
move=> LW f f0 h Dh; transitivity (\sum_z L h z * \sum_(g | D g) f g * W z g); last first.
  by apply: big1 => z _; rewrite f0 mulr0.
under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite exchange_big (bigD1 h) //= [X in _ + X]big1 => [|g /andP[Dg /negbTE neq]].
  by under eq_bigr do rewrite mulrCA; rewrite -mulr_sumr LW // eqxx mulr1 addr0.
by under eq_bigr do rewrite mulrCA; rewrite -mulr_sumr LW // eq_sym neq mulr0.
Qed.

(* A chain in which every state can stay is aperiodic. *)
Lemma aperiodic_by (R : realFieldType) (S T : finType) (M : hmm R S T) :
  (forall h, step M h h) -> aperiodic M.
Proof. by move=> stay h d div_h; apply/eqP; rewrite -dvdn1; apply: (div_h [:: h]); rewrite //= stay. Qed.

Lemma sum2 (F : 'I_2 -> rat) : \sum_i F i = F ord0 + F (lift ord0 ord0).
Proof. by rewrite !big_ord_recl big_ord0 addr0. Qed.

Lemma ex_3_3_independent : assumption_3_1 ex_3_3.
Proof.
apply: (@independent_by _ _ _ _ _ (tab2 [:: [:: 3%:Q; - 3%:Q]; [:: - 2%:Q; 4%:Q]])).
by each2 => _ _; rewrite sum2; apply/eqP; vm_compute.
Qed.

Lemma ex_3_3_ergodic : assumption_3_2 ex_3_3.
Proof.
split; first by each2; apply: connect1; vm_compute.
  by apply: aperiodic_by; each2; vm_compute.
by each2; vm_compute.
Qed.

(* The head of the example certificate satisfies the finite identity. *)
Lemma ex_3_3_head : head_equation ex_3_3 mu2 (pi ex_3_3 1) head2.
Proof. by each2; rewrite /head_row pi1E !sum2; apply/eqP; vm_compute. Qed.

Theorem theorem_3_3_not_vacuous :
  [/\ assumption_3_1 ex_3_3, assumption_3_2 ex_3_3
    & forall blank x, head_label ex_3_3 head2 1 (blank :: x) = label ex_3_3 mu2 x].
Proof.
by split; [exact: ex_3_3_independent | exact: ex_3_3_ergodic | exact: finite_identity ex_3_3_head].
Qed.

(* Theorem 3.6 *)

Definition A3 : 'I_3 -> 'I_3 -> rat :=
  tab2 [:: [:: q 1 2; 0; q 1 2]; [:: q 1 2; q 1 2; 0]; [:: 0; q 1 2; q 1 2]].
Definition W3 : 'I_2 -> 'I_3 -> rat :=
  tab2 [:: [:: q 2 3; q 1 3; q 1 3]; [:: q 1 3; q 2 3; q 2 3]].
Definition mu3 : 'I_3 -> rat := tab [:: 1; -1; 0].

Definition ex_3_6 : hmm rat_realFieldType (ordinal_finType 3) (ordinal_finType 2).
Proof.
by apply: (@Hmm _ _ _ (fun=> q 1 3) A3 W3) => [|||||]; repeat case=> [[|[|[|//]]] ?] //;
  try (apply: sum1; spell); vm_compute.
Defined.

Lemma ex_3_6_dependent : ~ assumption_3_1 ex_3_6.
Proof.
pose f : 'I_3 -> rat := tab [:: 0; 1; -1].
have f0 z : \sum_(h | predT h) f h * emit ex_3_6 z h = 0.
  by move: z; each2; apply/eqP; rewrite !big_ord_recl big_ord0; vm_compute.
by move=> indep; have /eqP := indep f f0 (lift ord0 ord0) isT; vm_compute.
Qed.

Lemma ex_3_6_ergodic : assumption_3_2 ex_3_6.
Proof.
have irr : irreducible ex_3_6.
  have walk g k h : step ex_3_6 g k -> step ex_3_6 k h -> connect (step ex_3_6) g h.
    by move=> gk kh; apply: connect_trans (connect1 gk) (connect1 kh).
  each3; first [by apply: connect1; vm_compute
               | by apply: (@walk _ (lift ord0 ord0)); vm_compute
               | by apply: (@walk _ ord0); vm_compute
               | by apply: (@walk _ ord_max); vm_compute].
by split=> //; apply: aperiodic_by; each3; vm_compute.
Qed.

Lemma ex_3_6_prompt : assumption_3_5 ex_3_6 mu3 [set h : 'I_3 | (h < 2)%N] [set ord0].
Proof.
split.
- apply: (@independent_by _ _ _ _ _ (fun h z => tab2 [:: [:: 2%:Q; - 1%:Q]; [:: - 1%:Q; 2%:Q]; [::]] h z)).
  move=> h h'; rewrite /= !inE; move: h h'; case=> [[|[|[|//]]] ?]; case=> [[|[|[|//]]] ?] // _ _;
  by rewrite sum2; apply/eqP; vm_compute.
- by case=> [[|[|[|//]]] ?]; rewrite ?inE.
by rewrite big_set1; apply/setP; each3; rewrite !inE; vm_compute.
Qed.

Theorem theorem_3_6_not_vacuous :
  [/\ ~ assumption_3_1 ex_3_6, assumption_3_2 ex_3_6
    & exists Hs B, assumption_3_5 ex_3_6 mu3 Hs B].
Proof.
split; [exact: ex_3_6_dependent | exact: ex_3_6_ergodic |].
by exists [set h : 'I_3 | (h < 2)%N], [set ord0]; exact: ex_3_6_prompt.
Qed.
