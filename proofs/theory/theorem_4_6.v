From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory.
From Recoverable Require Import supporting_prompt theorem_4_3.

(******************************************************************************)
(* Theorem C.6, and Theorem 4.6 as its case of one cell: behind a prompt that *)
(* lets the values of supp mu pass, one attention head gives the label of     *)
(* every possible input in R_u, which contains R.                             *)
(*                                                                            *)
(*   reach phi == a distance of beta_1 that keeps the prompt's own position   *)
(*                  out, 1 + sum |phi_z|                                      *)
(*   prompted_support N j Ss mu i <=> supp P[H_{i+2} | X^_{-(i+2)}] is in H*  *)
(*   reading N j hd mu i k == the value of the class k less that of class 0   *)
(*                  at the position i + 2                                     *)
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

(* Lemma C.9, with the set to which the head does attend, and Lemma C.13      *)

Section Lemmas.
Variables (R : realFieldType) (C Y V T K : finType) (N : memory R C Y V T) (c : nat).
Variables (j : C) (Ss : {set Y}).

Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Let Ot := [finType of option T].
Variables (hd : attention R K Col T c) (mu : 'I_c.+1 -> V -> R).
Implicit Types (x : seq T).

Local Notation M := (augmented N).
Local Notation P := (task_values mu).
Local Notation u := (allow R j P).

Hypothesis still : stationary N.
Hypothesis keys_ok : reads_keys N j P Ss hd.
Hypothesis values_ok : reads_values N j P Ss hd.
Hypothesis weights_ok : reads_weights j P Ss hd mu.
Hypothesis offset_lt : offset hd 0 < offset hd 1.
Hypothesis offset_far : forall z, offset hd 0 + functional hd z < offset hd 1.

Let covers k v : mu k v != mu ord0 v -> P v.
Proof. by move=> neq; apply/existsP; exists k. Qed.

(* supp P[H_i | X^_{-i} = x^_{-i}] is in H*, at the position i + 2 *)
Definition prompted_support x (i : 'I_(size x)) :=
  [forall h, (0 < fmcprob N j P i.+2 x predT (pred1 h)) ==> addressed j Ss h].

Lemma prompted_supportP x (i : 'I_(size x)) : \sum_s left_possible N j P i s != 0 ->
  reflect (forall s, left_possible N j P i s != 0 -> addressed j Ss s.2) (prompted_support i).
Proof.
move=> tot; have t_ge0 s : 0 <= left_possible N j P i s by exact: left_ge0.
have pos h : (0 < fmcprob N j P i.+2 x predT (pred1 h)) = [exists b, 0 < left_possible N j P i (b, h)].
  rewrite fmcprobE; last exact: (ltn_ord i).
  have -> : law (tau M i.+2 (u :: map (emit M) x)) predT (pred1 h)
      = (\sum_(s | s.2 == h) left_possible N j P i s) / \sum_s left_possible N j P i s.
    rewrite /law; congr (_ / _); last by apply: eq_bigr => s _; rewrite tau_prompted.
    by apply: eq_big => [s|s _]; [rewrite andbT | rewrite tau_prompted].
  rewrite pmulr_lgt0 ?invr_gt0; first exact: (support_sum h t_ge0).
  by rewrite lt_neqAle eq_sym tot sumr_ge0.
apply: (iffP forallP) => [inside [b h] t_neq0|inside h].
  by apply: (implyP (inside h)); rewrite pos; apply/existsP; exists b; rewrite lt_neqAle eq_sym t_neq0 t_ge0.
by apply/implyP; rewrite pos => /existsP[b t_gt0]; apply: (inside (b, h)); rewrite gt_eqF.
Qed.

Theorem lemma_C9 x : supp M x ->
  0 < fprob M u (word (hat x) : pred (omega Au Ot (size (hat x)))) ->
  (exists i : 'I_(size x), prompted_support i) ->
  attended (fun i : 'I_(size x).+1 => key_score hd (prompt_outputs N u i) i)
  = [set i | if unlift ord0 i is Some i' then prompted_support i' else false].
Proof.
move=> x_supp; rewrite hat_total // => /gt_eqF/negbT hat0 [i0 in0].
have tot (i : 'I_(size x)) : \sum_s left_possible N j P i s != 0 by exact: left_total.
have top (i : 'I_(size x)) : (share j Ss (left_possible N j P i) == 1) = prompted_support i.
  apply/share1/(prompted_supportP (tot i)) => [s|[_ ins] //|ins]; first exact: left_ge0.
  by split=> //; exact: tot.
have top0 : share j Ss (left_possible N j P i0) = 1 by apply/eqP; rewrite top.
have le1 (i : 'I_(size x).+1) : key_score hd (prompt_outputs N u i) i <= 1 + offset hd 1.
  case: (unliftP ord0 i) => [i' ->|->].
    by rewrite (later_score still keys_ok) ler_add2r share_le1 // => s; exact: left_ge0.
  apply: le_trans (ltW (prompt_score N j mu offset_lt offset_far x)) _.
  by rewrite ler_addr ler01.
rewrite (attended_bound (c := 1 + offset hd 1) (i := lift ord0 i0)) => [|i|]; last 1 first.
- by rewrite (later_score still keys_ok) top0.
- apply/setP => i; rewrite !inE; case: (unliftP ord0 i) => [i' ->|->].
    by rewrite (later_score still keys_ok) (inj_eq (addIr _)) top.
  apply/negbTE; rewrite lt_eqF //.
  by apply: lt_trans (prompt_score N j mu offset_lt offset_far x) _; rewrite ltr_addr ltr01.
- exact: le1.
Qed.

(* What the head reads about the class k at a position of the input *)
Definition reading x (i : 'I_(size x)) k :=
  value_at hd k (prompt_outputs N u (lift ord0 i)) (prompt_embeddings N u (lift ord0 i))
  - value_at hd ord0 (prompt_outputs N u (lift ord0 i)) (prompt_embeddings N u (lift ord0 i)).

Lemma readingE x (i : 'I_(size x)) k : reading i k
  = value_at hd k (mixture N (left_possible N j P i)) (embeddings N i)
    - value_at hd ord0 (mixture N (left_possible N j P i)) (embeddings N i).
Proof.
rewrite /reading !(eq_value_at _ _ _ (later_outputsE j mu still i)); congr (_ - _);
  by apply: eq_bigr => d _; rewrite later_embeddingsE.
Qed.

(* (ii): a positive multiple of the task's score, wherever the support        *)
(* without the prompt is in H*                                                *)
Theorem lemma_C13_positive x (i : 'I_(size x)) : supp M x -> in_support N j Ss i ->
  exists2 r, 0 < r & forall k, reading i k = r * (mscore N (mu k) j x - mscore N (mu ord0) j x).
Proof.
move=> x_supp /(in_supportP _ _ _ x_supp) inside.
have Pr_gt0 : 0 < value M (init M) x by move: x_supp; rewrite /supp probE.
have ins s : left_possible N j P i s != 0 -> addressed j Ss s.2.
  rewrite /left_possible mulf_eq0 negb_or => /andP[_ m0]; apply: inside.
  by rewrite left_all.
have [none|seen] := eqVneq (mvalue N (allowed R j P) x) 0.
  exists 1 => [|k]; first exact: ltr01.
  rewrite readingE (read_nothing values_ok weights_ok k none) // mscore_difference.
  by rewrite (task_nothing covers k none) mul0r mulr0.
have tot := left_total i seen; exists ((\sum_s left_possible N j P i s)^-1 * value M (init M) x) => [|k].
  rewrite mulr_gt0 // invr_gt0 lt_neqAle eq_sym tot sumr_ge0 // => s _; exact: left_ge0.
rewrite readingE (read_inside covers values_ok weights_ok k ins) mscore_difference -mulrA; congr (_ * _).
by rewrite mulrCA divff ?mulr1 // gt_eqF.
Qed.

(* (i): what is read is mu . P[X^_i = x^_i, M_j | X^_{-i} = x^_{-i}].          *)

Lemma word_at (U : eqType) (y x : seq U) i : size y = size x -> (i < size x)%N ->
  [&& ohead (drop i y) == ohead (drop i x), take i y == take i x & drop i.+1 y == drop i.+1 x]
  = (y == x).
Proof.
elim: i y x => [|i IH] [|b y] [|a x] //= [eq_s] lt_i; first by rewrite !drop0 !eqseq_cons.
by rewrite -[RHS]/((b == a) && (y == x)) -(IH y x eq_s lt_i) eqseq_cons; case: (b == a); rewrite ?andbF.
Qed.

Theorem lemma_C13_conditional x (i : 'I_(size x)) k :
  0 < fprob M u (masked i.+2 (hat x) : pred (omega Au Ot (size (hat x)))) -> prompted_support i ->
  reading i k = \sum_v (mu k v - mu ord0 v) *
    fcprob M u [pred w : omega Au Ot (size (hat x)) |
                 (X i.+2 w == Some (Some (tnth (in_tuple x) i))) && ((H 0 w).1 j == v)]
               (masked i.+2 (hat x)).
Proof.
have totE : fprob M u (masked i.+2 (hat x) : pred (omega Au Ot (size (hat x))))
    = \sum_s left_possible N j P i s.
  rewrite fprob_maskedE; last exact: (ltn_ord i).
  by apply: eq_bigr => s _; rewrite tau_prompted.
rewrite totE => /gt_eqF/negbT tot /(prompted_supportP tot) ins.
rewrite readingE (read_inside covers values_ok weights_ok k ins) mulrC.
have joint v : fprob M u [pred w : omega Au Ot (size (hat x)) |
      (X i.+2 w == Some (Some (tnth (in_tuple x) i))) && ((H 0 w).1 j == v) && masked i.+2 (hat x) w]
    = \sum_s allowed R j P s.1 * (init M s * beta M x s) * (s.1 j == v)%:R.
  transitivity (mvalue N (fun b => (b j == v)%:R * allowed R j P b) x); last first.
    by apply: eq_bigr => s _; rewrite [RHS]mulrC [RHS]mulrA.
  rewrite -(fprob_word j P still x (fun b : [finType of {ffun C -> V}] => b j == v)).
  apply: eq_Pr => w /=; rewrite andbAC andbC; congr (_ && _).
  have lt_i : (i.+1 < size (hat x))%N by rewrite /= size_map ltnS.
  rewrite -[RHS](word_at (size_tuple w.2) lt_i) /X /masked /=; congr (_ && _); congr (_ == _).
  have -> : drop i (map Some x) = Some (tnth (in_tuple x) i) :: map Some (drop i.+1 x).
    by rewrite -map_drop {2}(cat_token i) drop_size_cat // size_takel // ltnW.
  by [].
transitivity (\sum_v (mu k v - mu ord0 v) * (\sum_s allowed R j P s.1 * (init M s * beta M x s) * (s.1 j == v)%:R)
    / \sum_s left_possible N j P i s); last first.
  by apply: eq_bigr => v _; rewrite -mulrA -joint -totE.
rewrite -mulr_suml sum_over_value; congr (_ / _); apply: eq_bigr => s _.
by rewrite [RHS]mulrA; congr (_ * _); exact: esym (difference_allowed j covers k s.1).
Qed.

(* (iii): nothing is read where the prompt makes the input impossible.        *)
Theorem lemma_C13_impossible x (i : 'I_(size x)) k :
  fprob M u (word (hat x) : pred (omega Au Ot (size (hat x)))) = 0 -> reading i k = 0.
Proof. by rewrite hat_total // => none; rewrite readingE (read_nothing values_ok weights_ok k none). Qed.

End Lemmas.

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
