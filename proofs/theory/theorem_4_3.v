From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory.

(******************************************************************************)
(* Theorem 4.3: one attention head gives the label of every possible input    *)
(* that satisfies (4.3), and the posterior of the cell is a function of what  *)
(* it sees at any position to which it attends.                               *)
(*                                                                            *)
(*   paper_head N j P Ss y mu p == the head of the proof, from functionals y; *)
(*                    q and the keys have one more coordinate, in which the   *)
(*                    position embedding beta_1 is -p                         *)
(*   in_support N j Ss x i <=> supp P[H_{i+1} | X_{-(i+1)}] is in H*          *)
(*   recovered N y j Ss x i c == what the functionals read about the value c  *)
(*   binary_rows mu == the rows mu and 0, a binary task                       *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Construction.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) (c : nat).
Variables (j : C) (P : pred V) (Ss : {set Y}).

Let St := [finType of C * Y].
Let Col := [finType of V * (C * Y)].
Variables (y : Col -> T -> R) (mu : 'I_c.+1 -> V -> R) (p : R).

Definition paper_head : attention R (option_finType St) Col T c := @Attention R (option_finType St) Col T c
  (fun k z => if k is Some h then
     if addressed j Ss h then \sum_(v | P v) y (v, h) z else 0 else 0)
  (fun k => if k is Some h then (addressed j Ss h)%:R else 1)
  (fun k => if k is Some _ then 0 else - p)
  (fun=> 0)
  (fun d z => if block j P Ss d then y d z else 0)
  (fun k d => if block j P Ss d then mu k d.1 else 0).

Hypothesis read : functionals N j P Ss y.

Lemma paper_keys : reads_keys N j P Ss paper_head.
Proof.
move=> d cd; have phi z : functional paper_head z
    = \sum_(h | addressed j Ss h) \sum_(v | P v) y (v, h) z.
  rewrite /functional sum_option /= mulr0 add0r [RHS]big_mkcond; apply: eq_bigr => h _.
  by case: ifP; rewrite ?mul1r ?mulr0.
under eq_bigr do rewrite phi mulr_suml.
rewrite exchange_big /=.
have one h : addressed j Ss h -> \sum_z (\sum_(v | P v) y (v, h) z) * memit N z d = (d.2 == h)%:R.
  move=> ah; have jh : h.1 == j by case/andP: ah.
  under eq_bigr do rewrite mulr_suml.
  rewrite exchange_big /= (eq_bigr (fun v => (d == (v, h))%:R)) => [|v Pv]; last first.
    by rewrite read // /block /counts /= jh Pv.
  have [eq_h|neq] := eqVneq d.2 h; last first.
    by rewrite big1 // => v _; case: (d) neq => v' h' /= /negbTE neq; rewrite xpair_eqE neq andbF.
  have Pd : P d.1 by move: cd; rewrite /counts eq_h jh.
  rewrite (bigD1 d.1) //= -eq_h -surjective_pairing eqxx big1 ?addr0 // => v /andP[_ /negbTE neq].
  by case: (d) neq => v' h' /= neq; rewrite xpair_eqE eq_sym neq.
rewrite (eq_bigr _ one); have [ad|out] := boolP (addressed j Ss d.2).
  by rewrite (bigD1 d.2) //= eqxx big1 ?addr0 // => h /andP[_]; rewrite eq_sym => /negbTE ->.
by rewrite big1 // => h ah; case: eqP => // eq_h; rewrite eq_h ah in out.
Qed.

Lemma paper_values : reads_values N j P Ss paper_head.
Proof.
split=> d Bd; first by move=> d' cd'; rewrite -(read Bd cd'); apply: eq_bigr => z _; rewrite /= Bd.
by move=> z; rewrite /= (negbTE Bd).
Qed.

Lemma paper_weights : reads_weights j P Ss paper_head mu.
Proof. by move=> k d /=; case: ifP; rewrite ?subrr. Qed.

Lemma paper_offset i : offset paper_head i = if i == 0%N then - p else 0.
Proof.
rewrite /offset sum_option /position_row; case: ifP => _ /=.
  by rewrite mul1r big1 ?addr0 // => h _; rewrite mulr0.
by rewrite mulr0 big1 ?addr0 // => h _; rewrite mulr0.
Qed.

End Construction.

Definition binary_rows (R : realFieldType) (V : finType) (mu : V -> R) : 'I_2 -> V -> R :=
  fun k => if k == ord0 then mu else fun=> 0.

Section Theorem_4_3.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Variables (j : C) (Ss : {set Y}).

Let St := [finType of C * Y].
Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Implicit Types (x : seq T).

Local Notation M := (augmented N).

Definition in_support x (i : 'I_(size x)) :=
  [forall h, (0 < mcprob N i.+1 x predT (pred1 h)) ==> addressed j Ss h].

Lemma in_supportP x (i : 'I_(size x)) : supp M x ->
  reflect (forall s, left_possible N j predT i s != 0 -> addressed j Ss s.2) (in_support i).
Proof.
move=> x_supp; have lt_i : (0 < i.+1 <= size x)%N by exact: ltn_ord i.
have t_ge0 s : 0 <= masked_state M i.+1 x s by exact: masked_ge0.
have tot : 0 < \sum_s masked_state M i.+1 x s.
  rewrite lt_neqAle eq_sym sumr_ge0 // andbT; have := total_neq0 j i x_supp.
  by under eq_bigr do rewrite left_all.
have pos h : (0 < mcprob N i.+1 x predT (pred1 h)) = [exists b, 0 < masked_state M i.+1 x (b, h)].
  rewrite mcprobE // pmulr_lgt0 ?invr_gt0 // -(support_sum h t_ge0).
  by congr (0 < _); apply: eq_bigl => s; rewrite andbT.
apply: (iffP forallP) => [inside [b h] t_neq0|inside h].
  apply: (implyP (inside h)); rewrite pos; apply/existsP; exists b.
  by move: t_neq0; rewrite left_all lt_neqAle eq_sym t_ge0 => ->.
apply/implyP; rewrite pos => /existsP[b t_gt0]; apply: (inside (b, h)).
by rewrite left_all gt_eqF.
Qed.

Variables (c : nat) (mu : 'I_c.+1 -> V -> R) (y : Col -> T -> R).
Hypothesis read : functionals N j predT Ss y.

Let hd := paper_head j predT Ss y mu 0.

Let offsets : offset hd 0 = offset hd 1.
Proof. by rewrite !paper_offset /= oppr0. Qed.

(* Lemma C.2: the head attends exactly where the support is in H*. *)
Theorem lemma_C2 x : supp M x -> (exists i : 'I_(size x), in_support i) ->
  attended (fun i : 'I_(size x) => key_score hd (outputs N i) i) = [set i | in_support i].
Proof.
move=> x_supp [i0 /(in_supportP _ x_supp) inside]; apply/setP => i; rewrite inE.
rewrite (attends_support (paper_keys mu 0 read) offsets x_supp inside).
apply/share1/(in_supportP _ x_supp) => [s|[_ ins] //|ins]; first exact: left_ge0.
by split=> //; exact: total_neq0.
Qed.

(* Lemma C.4: what is read there is r_{x,i} times the task's score. *)
Theorem lemma_C4 x (i : 'I_(size x)) k : supp M x -> in_support i ->
  0 < tokens_seen N i /\
  value_at hd k (outputs N i) (embeddings N i) - value_at hd ord0 (outputs N i) (embeddings N i)
  = tokens_seen N i * (mscore N (mu k) j x - mscore N (mu ord0) j x).
Proof.
move=> x_supp /(in_supportP _ x_supp) inside; split; first exact: (tokens_seen_gt0 j).
exact: (read_posterior (paper_values mu 0 read) (@paper_weights _ _ _ _ _ _ _ _ _ _ _ _)).
Qed.

End Theorem_4_3.

Section Main.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Variables (j : C) (Ss : {set Y}).

Let St := [finType of C * Y].
Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Implicit Types (x : seq T).

Local Notation M := (augmented N).

(* What the proof uses: Assumption 4.2. Several classes, and the scores up to *)
(* one positive factor                                                        *)
Theorem theorem_4_3_sharp c (mu : 'I_c.+1 -> V -> R) : assumption_4_2 N j Ss ->
  exists hd : attention R (option_finType St) Col T c, forall x, supp M x -> scope N j Ss x ->
    attention_label N hd x =1 mtask_label N mu j x /\
    exists2 A, 0 < A & forall k,
      attn hd (outputs N (x := x)) (embeddings N (x := x)) k
      - attn hd (outputs N (x := x)) (embeddings N (x := x)) ord0
      = A * (mscore N (mu k) j x - mscore N (mu ord0) j x).
Proof.
case/recoverable_functionals => y read; exists (paper_head j predT Ss y mu 0) => x x_supp in_R.
apply: (attention_identities (paper_keys mu 0 read) (paper_values mu 0 read)) in_R => //.
  exact: paper_weights.
by rewrite !paper_offset /= oppr0.
Qed.

(* With the hypotheses of the paper *)
Theorem theorem_4_3 (mu : V -> R) : assumption_3_2 (chain N) -> assumption_4_2 N j Ss ->
  exists hd : attention R (option_finType St) Col T 1, forall x, supp M x -> scope N j Ss x ->
    mlabel N mu j x = (0 <= attn hd (outputs N (x := x)) (embeddings N (x := x)) ord0).
Proof.
move=> _ /recoverable_functionals[y read].
set hd := paper_head j predT Ss y (binary_rows mu) 0; exists hd => x x_supp in_R.
have offsets : offset hd 0 = offset hd 1 by rewrite !paper_offset /= oppr0.
rewrite -binary_mlabel -binary_attention => [|d]; last by rewrite /= if_same.
have [eq_label _] := attention_identities (paper_keys (binary_rows mu) 0 read)
  (paper_values (binary_rows mu) 0 read) (@paper_weights _ _ _ _ _ _ _ _ _ _ _ _) offsets x_supp in_R.
exact/esym/eq_label.
Qed.

(* The posterior of the cell, read off at any position that is attended       *)

Definition recovered (y : Col -> T -> R) x (i : 'I_(size x)) c :=
  \sum_(d | addressed j Ss d.2 && (d.1 == c))
    (\sum_z y d z * G M i.+1 x z) * memit N (tnth (in_tuple x) i) d.

Lemma mposterior_sum x : supp M x -> \sum_c mposterior N x j c = 1.
Proof.
move=> x_supp; transitivity (mscore N (fun=> 1) j x).
  by apply: eq_bigr => c _; rewrite mul1r.
rewrite mscoreE (_ : mvalue _ _ _ = value M (init M) x); last first.
  by apply: eq_bigr => s _; rewrite mul1r.
by move: x_supp; rewrite /supp probE => /gt_eqF/negbT; exact: divff.
Qed.

Theorem recovered_posterior y x (i : 'I_(size x)) c : functionals N j predT Ss y -> supp M x ->
  in_support N j Ss i -> recovered y i c = tokens_seen N i * mposterior N x j c.
Proof.
move=> read x_supp inside.
pose mu (k : 'I_2) (v : V) : R := if k == ord0 then 0 else (v == c)%:R.
have [_] := lemma_C4 mu read (lift ord0 ord0) x_supp inside.
have -> : mscore N (mu ord0) j x = 0 by apply: big1 => v _; rewrite mul0r.
have -> : mscore N (mu (lift ord0 ord0)) j x = mposterior N x j c.
  rewrite /mscore /mu (bigD1 c) //= eqxx mul1r big1 ?addr0 // => v /negbTE ->; exact: mul0r.
rewrite subr0 => <-; rewrite /value_at [X in _ - X]big1 ?subr0 => [|d _]; last first.
  by rewrite /= if_same mul0r.
rewrite /recovered [LHS]big_mkcond; apply: eq_bigr => d _ /=.
rewrite /block /counts implybT /=; case: ifP => [/andP[ad /eqP ->]|].
  by rewrite ad /mu eqxx mul1r.
by case: ifP => // _ /= neq; rewrite /mu /= ?neq !mul0r.
Qed.

Theorem memory_recovery y x (i : 'I_(size x)) c : functionals N j predT Ss y -> supp M x ->
  in_support N j Ss i -> mposterior N x j c = recovered y i c / \sum_c' recovered y i c'.
Proof.
move=> read x_supp inside.
rewrite (recovered_posterior c read x_supp inside).
rewrite (eq_bigr _ (fun c' _ => recovered_posterior c' read x_supp inside)).
rewrite -mulr_sumr mposterior_sum // mulr1 mulrAC divff ?mul1r //.
by rewrite gt_eqF // (tokens_seen_gt0 j).
Qed.

End Main.
