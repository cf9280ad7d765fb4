From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended.
From Recoverable Require Import labels columns memory scope.

(******************************************************************************)
(* One attention head (theory section 6) on the model's outputs: it attends   *)
(* to all positions with the largest score, and takes the mean of what it     *)
(* reads there. Positions count from 0 in indices of n positions, so that the *)
(* index 0 is position 1.                                                     *)
(*                                                                            *)
(*      attended f == the set of indices at which f is largest                *)
(*        mean I v == the mean of v over the set I                            *)
(*  attention R K D T c == heads: keys Theta_K with rows K, a query q, the    *)
(*                    position embeddings beta_1 (first) and beta_i (other),  *)
(*                    values Theta_V with rows D, a row b for each class      *)
(*    key_score hd g i == q . (Theta_K g + beta_{i+1})                        *)
(*  value_at hd k g e == b_k . ((Theta_V g) * e), entry by entry              *)
(*     attn hd g e k == value of the class k, on outputs g and embeddings e   *)
(*   functional hd z == (Theta_K^T q)_z                                       *)
(*       offset hd i == q . beta_{i+1}                                        *)
(*   outputs N x, embeddings N x == G_i(x) and e(x_i), on columns of W        *)
(*  attention_label N hd x a <=> the head says a on x                         *)
(*   prompt_outputs N u x, prompt_embeddings N u x == Gbar_i, e_i behind the  *)
(*                    prompt u; at the prompt, the mean of u over other cells *)
(*  prompted_attention_label N u hd x a <=> the head says a behind the prompt *)
(*   mtask_label N mu j x a <=> a is the label of the task mu of cell j       *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Attended.
Variables (R : realFieldType) (n : nat).
Implicit Types (f v : 'I_n -> R) (I : {set 'I_n}).

Definition attended f := [set i | [forall i', f i' <= f i]].
Definition mean I v := (\sum_(i in I) v i) / #|I|%:R.

Lemma attended_exists f (i0 : 'I_n) : exists i, i \in attended f.
Proof.
by exists [arg max_(i > i0) f i]%O; rewrite inE; case: arg_maxP => // i _ max; apply/forallP => i'; exact: max.
Qed.

Lemma attended_max f i i' : i \in attended f -> f i' <= f i.
Proof. by rewrite inE => /forallP. Qed.

(* A bound that is reached is reached exactly where the head attends. *)
Lemma attended_bound f c i : (forall i', f i' <= c) -> f i = c ->
  attended f = [set i' | f i' == c].
Proof.
move=> le_c fi; apply/setP => i'; rewrite !inE; apply/forallP/eqP => [max|-> //].
by apply/le_anti; rewrite le_c -fi max.
Qed.

End Attended.

Record attention (R : realFieldType) (K D T : finType) (c : nat) := Attention {
  keys : K -> T -> R;
  query : K -> R;
  first : K -> R;
  other : K -> R;
  values : D -> T -> R;
  readout : 'I_c.+1 -> D -> R
}.

Section Head.
Variables (R : realFieldType) (K D T : finType) (c : nat) (hd : attention R K D T c).
Implicit Types (g : T -> R) (e : D -> R).

Definition position_row (i : nat) := if i == 0%N then first hd else other hd.
Definition key_score g i :=
  \sum_k query hd k * ((\sum_z keys hd k z * g z) + position_row i k).
Definition value_at k g e := \sum_d readout hd k d * ((\sum_z values hd d z * g z) * e d).
Definition attn n (g : 'I_n -> T -> R) (e : 'I_n -> D -> R) k :=
  mean (attended (fun i => key_score (g i) i)) (fun i => value_at k (g i) (e i)).

Definition functional z := \sum_k query hd k * keys hd k z.
Definition offset i := \sum_k query hd k * position_row i k.

Lemma key_scoreE g i : key_score g i = \sum_z functional z * g z + offset i.
Proof.
rewrite /key_score; under eq_bigr do rewrite mulrDr mulr_sumr.
rewrite big_split exchange_big; congr (_ + _); apply: eq_bigr => z _ /=.
by rewrite mulr_suml; apply: eq_bigr => k _; rewrite mulrA.
Qed.

End Head.

(* One attention head on a memory model *)

Section Labels.
Variables (R : realFieldType) (C Y V T K : finType) (N : memory R C Y V T) (c : nat).

Let mem := [finType of {ffun C -> V}].
Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Variable hd : attention R K Col T c.
Implicit Types (x : seq T) (u : Au -> R) (mu : 'I_c.+1 -> V -> R) (j : C).

Local Notation M := (augmented N).

Definition outputs x (i : 'I_(size x)) := G M i.+1 x.
Definition embeddings x (i : 'I_(size x)) d := memit N (tnth (in_tuple x) i) d.
Definition attention_label x := first_max (attn hd (@outputs x) (@embeddings x)).

Definition prompt_row u (d : Col) :=
  (\sum_(a : mem | a d.2.1 == d.1) u (a, d.2)) / #|[set a : mem | a d.2.1 == d.1]|%:R.
Definition prompt_outputs u x (i : 'I_(size x).+1) := Gbar M i.+1 (u :: map (emit M) x).
Definition prompt_embeddings u x (i : 'I_(size x).+1) : Col -> R :=
  if unlift ord0 i is Some i' then @embeddings x i' else prompt_row u.
Definition prompted_attention_label u x :=
  first_max (attn hd (@prompt_outputs u x) (@prompt_embeddings u x)).

Definition mtask_label mu j x := first_max (fun k => mscore N (mu k) j x).

End Labels.

(* Binary tasks and heads are those of the rows mu and 0, b and 0. *)
Lemma binary_mlabel (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) (mu : V -> R) j x :
  mtask_label N (fun k : 'I_2 => if k == ord0 then mu else fun=> 0) j x ord0 = mlabel N mu j x.
Proof.
rewrite /mlabel -first_max_two; apply: eq_forallb => k; rewrite /wins /two /=.
by case: (k == ord0) => //; rewrite {1 3}/mscore big1 // => h _; rewrite mul0r.
Qed.

Lemma binary_attention (R : realFieldType) (K D T : finType) (hd : attention R K D T 1)
    n (g : 'I_n -> T -> R) (e : 'I_n -> D -> R) :
  (forall d, readout hd (lift ord0 ord0) d = 0) ->
  first_max (attn hd g e) ord0 = (0 <= attn hd g e ord0).
Proof.
move=> b0; rewrite -first_max_two; apply/eq_forallb => k; rewrite /wins /two /=.
have [->//|neq] := eqVneq k ord0.
have -> : k = lift ord0 ord0 by apply/val_inj; case: (k) neq => [[|[|//]] ?].
suff -> : attn hd g e (lift ord0 ord0) = 0 by [].
rewrite /attn /mean big1 ?mul0r // => i _; apply: big1 => d _; by rewrite b0 mul0r.
Qed.

(* What a head reads that picks out columns of W *)

Section Reading.
Variables (R : realFieldType) (C Y V T K : finType) (N : memory R C Y V T) (c : nat).
Variables (j : C) (P : pred V) (Ss : {set Y}).

Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Variable hd : attention R K Col T c.
Implicit Types (x : seq T) (t : Au -> R) (mu : 'I_c.+1 -> V -> R) (d : Col) (s : Au) (e : Col -> R).

Local Notation M := (augmented N).
Local Notation W := (memit N).

(* The columns that count behind the prompt allow P j, and those of H* *)
Definition counts d := (d.2.1 == j) ==> P d.1.
Definition block d := counts d && addressed j Ss d.2.

(* Rows of Theta_V and the entries of the b, as the checker wants them *)
Definition reads_keys := forall d, counts d ->
  \sum_z functional hd z * W z d = (addressed j Ss d.2)%:R.
Definition reads_values :=
  (forall d, block d -> forall d', counts d' -> \sum_z values hd d z * W z d' = (d' == d)%:R) /\
  (forall d, ~~ block d -> forall z, values hd d z = 0).
Definition reads_weights mu := forall k d,
  readout hd k d - readout hd ord0 d = if block d then mu k d.1 - mu ord0 d.1 else 0.

(* The output is a mean of columns that count, with weights t. *)
Definition mixture t z := (\sum_s emit M z s * t s) / \sum_s t s.

Variable t : Au -> R.
Hypothesis t_ge0 : forall s, 0 <= t s.
Hypothesis t_counts : forall s, t s != 0 -> counts (column s).

Definition share := (\sum_(s | addressed j Ss s.2) t s) / \sum_s t s.

Lemma share_score : reads_keys -> \sum_z functional hd z * mixture t z = share.
Proof.
move=> keys_ok; under eq_bigr do rewrite mulrA mulr_sumr.
rewrite -mulr_suml exchange_big /share; congr (_ / _).
rewrite [RHS]big_mkcond; apply: eq_bigr => s _ /=.
under eq_bigr do rewrite mulrA.
rewrite -mulr_suml; have [->|/t_counts ok] := eqVneq (t s) 0; first by rewrite mulr0; case: ifP.
by rewrite (keys_ok _ ok) /=; case: ifP; rewrite ?mul1r ?mul0r.
Qed.

Lemma part_le : \sum_(s | addressed j Ss s.2) t s <= \sum_s t s.
Proof. by rewrite [X in _ <= X](bigID (fun s => addressed j Ss s.2)) /= ler_addl sumr_ge0. Qed.

Lemma share_ge0 : 0 <= share. Proof. by rewrite divr_ge0 ?sumr_ge0. Qed.

Lemma share_le1 : share <= 1.
Proof.
rewrite /share; have [->|t_neq0] := eqVneq (\sum_s t s) 0; first by rewrite invr0 mulr0 ler01.
by rewrite ler_pdivr_mulr ?mul1r ?part_le // lt_neqAle eq_sym t_neq0 sumr_ge0.
Qed.

(* The share is 1 where the support is in H*, and only there. *)
Lemma share1 : reflect (\sum_s t s != 0 /\ forall s, t s != 0 -> addressed j Ss s.2) (share == 1).
Proof.
have split_sum : \sum_s t s = \sum_(s | addressed j Ss s.2) t s + \sum_(s | ~~ addressed j Ss s.2) t s.
  by rewrite [LHS](bigID (fun s => addressed j Ss s.2)).
apply: (iffP eqP) => [sh1|[t_neq0 inside]]; last first.
  rewrite /share split_sum [X in _ + X]big1 ?addr0 ?divff // => [|s]; last first.
    by apply: contraNeq => /inside.
  move: t_neq0; rewrite split_sum [X in _ + X]big1 ?addr0 // => s.
  by apply: contraNeq => /inside.
have t_neq0 : \sum_s t s != 0.
  by apply: contra_eq_neq sh1 => t0; rewrite /share t0 invr0 mulr0 eq_sym oner_eq0.
split=> // s; apply: contraNT => out_s; have := sh1; rewrite /share => /divr1_eq.
move/eqP; rewrite split_sum -subr_eq0 opprD addrA subrr add0r oppr_eq0.
by rewrite psumr_eq0 // => /allP/(_ s (mem_index_enum s)); rewrite out_s.
Qed.

Lemma values_read mu k e : reads_values -> reads_weights mu ->
  value_at hd k (mixture t) e - value_at hd ord0 (mixture t) e
  = (\sum_(s : Au | addressed j Ss s.2) (mu k (s.1 j) - mu ord0 (s.1 j)) * (e (column s) * t s)) / \sum_s t s.
Proof.
case=> read zero weights_ok; rewrite /value_at -sumrB.
have row d : block d -> \sum_z values hd d z * mixture t z
                        = (\sum_(s | column s == d) t s) / \sum_s t s.
  move=> ok_d; under eq_bigr do rewrite mulrA mulr_sumr.
  rewrite -mulr_suml exchange_big; congr (_ / _); rewrite [RHS]big_mkcond.
  apply: eq_bigr => s _ /=; under eq_bigr do rewrite mulrA.
  rewrite -mulr_suml; have [->|/t_counts ok] := eqVneq (t s) 0; first by rewrite mulr0; case: ifP.
  by rewrite (read _ ok_d _ ok) /=; case: ifP; rewrite ?mul1r ?mul0r.
transitivity (\sum_d (if block d then (mu k d.1 - mu ord0 d.1) * e d else 0) *
                (\sum_(s | column s == d) t s) / \sum_s t s).
  apply: eq_bigr => d _; rewrite -mulrBl weights_ok.
  by case: ifP => [/row ->|_]; rewrite ?mul0r // [_ / _ * e d]mulrC !mulrA.
rewrite -mulr_suml; congr (_ / _).
transitivity (\sum_s (if block (column s) then
    (mu k (column s).1 - mu ord0 (column s).1) * e (column s) else 0) * t s).
  rewrite [RHS](partition_big (fun s : Au => column s : Col) predT) //=; apply: eq_bigr => d _.
  by rewrite mulr_sumr; apply: eq_bigr => s /eqP <-.
rewrite [RHS]big_mkcond; apply: eq_bigr => s _ /=; rewrite /block.
have [->|/t_counts ok] := eqVneq (t s) 0; first by rewrite !mulr0 if_same.
rewrite ok /=; case: ifP => [/andP[/eqP <- _]|_]; last by rewrite mul0r.
by rewrite mulrA.
Qed.

End Reading.
