From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory.
From Recoverable Require Import supporting_prompt theorem_4_3 theorem_4_6.

(******************************************************************************)
(* Theory B9: Theorem C.6 without stationarity. The prompt is multiplied by   *)
(* pi_0 / pi_1, which has to exist where pi_0 is not zero.                    *)
(*                                                                            *)
(*   corrected N j P k u <=> u(a,h) pi_1(h) = k pi_0(h) where P holds of a_j, *)
(*                  and 0 elsewhere; k is positive                            *)
(*   corrected_prompt N j P == such a prompt, with entries between 0 and 1    *)
(*   scope_behind N j Ss u x <=> R_u of any prompt u: the support of          *)
(*                 P[H_i, X^_{-i} = x^_{-i}] is in H* for some i > 1          *)
(*   recovered_behind N j Ss u y i v == what the functionals read about the   *)
(*                 value v at the position i + 2, behind the prompt u         *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition scope_behind (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) (j : C) (Ss : {set Y})
    (u : [finType of {ffun C -> V} * (C * Y)] -> R) (x : seq T) :=
  exists2 i, (1 < i <= (size x).+1)%N &
  forall h, 0 < fprob (augmented N) u [pred w : omega _ (option_finType T) (size (hat x)) |
                               ((H i w).2 == h) && masked i (hat x) w] -> addressed j Ss h.

(* Behind the paper's prompt that is R_u of scope.v.                          *)
Lemma scope_behind_allow (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) j (Ss : {set Y}) (P : pred V) (x : seq T) :
  scope_behind N j Ss (allow R j P) x = prompted_scope N j P Ss x.
Proof. by []. Qed.

Section Corrected.
Variables (R : realFieldType) (C Y V T K : finType) (N : memory R C Y V T) (c : nat).
Variables (j : C) (Ss : {set Y}).

Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Variables (hd : attention R K Col T c) (mu : 'I_c.+1 -> V -> R) (u : Au -> R) (k : R).
Implicit Types (x : seq T) (s : Au).

Local Notation M := (augmented N).
Local Notation P := (task_values mu).
Local Notation t i := (left_possible N j P i).

Definition corrected := [/\ 0 < k, forall s, 0 <= u s &
  forall s, pi M 1 s * u s = k * allowed R j P s.1 * init M s].

Hypothesis u_ok : corrected.

Lemma corrected_nneg x i s : 0 <= nth (fun=> 0) (u :: map (emit M) x) i s.
Proof. by case: i => [|i]; [have [_ ->] := u_ok | exact: embedding_ge0]. Qed.

Lemma tau_corrected x (i : 'I_(size x)) s : tau M i.+2 (u :: map (emit M) x) s = k * t i s.
Proof.
have [_ _ uE] := u_ok; rewrite tauE /= ?size_map; last exact: (ltn_ord i).
rewrite /left_possible /masked_state /= /right /= -map_take -map_drop !mulrA; congr (_ * _).
rewrite -(forward_still N (fun a => k * allowed R j P a)); apply: eq_forward; last exact: same_refl.
move=> g; transitivity (\sum_g' trans M g g' * (k * allowed R j P g'.1 * init M g')).
  by apply: eq_bigr => g' _; rewrite -uE.
by rewrite (trans_still N (fun a => k * allowed R j P a) (init M)).
Qed.

(* The support behind the prompt is what the values that it lets pass leave.  *)
Lemma corrected_scopeP x : scope_behind N j Ss u x <->
  exists i : 'I_(size x), forall s, 0 < t i s -> addressed j Ss s.2.
Proof.
have [k_gt0 _ _] := u_ok.
have num i h : (i < size x)%N ->
    fprob M u [pred w : omega Au (option_finType T) (size (hat x)) | ((H i.+2 w).2 == h) && masked i.+2 (hat x) w]
    = \sum_(s | s.2 == h) tau M i.+2 (u :: map (emit M) x) s.
  move=> lt_i; transitivity (\sum_(s : Au | s.2 == h) state_masked (init M) (trans M) (fake M u) i.+2 (hat x) s).
    apply: (Pr_states_masked _ _ (fun s : Au => s.2 == h)); first exact: fake_sum.
    by rewrite /= size_map.
  by apply: eq_bigr => s _; rewrite state_masked_hat.
have pos (i : 'I_(size x)) h : (0 < fprob M u [pred w : omega Au (option_finType T) (size (hat x)) |
    ((H i.+2 w).2 == h) && masked i.+2 (hat x) w]) = [exists a, 0 < t i (a, h)].
  rewrite num ?ltn_ord // support_sum => [|s]; last by rewrite tau_corrected mulr_ge0 ?left_ge0 // ltW.
  by apply: eq_existsb => a; rewrite tau_corrected pmulr_rgt0.
split=> [[[|[|i]] // lt_i all_H]|[i all_H]].
  exists (Ordinal (lt_i : (i < size x)%N)) => -[a h] s_gt0; apply: all_H.
  by rewrite (pos (Ordinal (lt_i : (i < size x)%N))); apply/existsP; exists a.
exists i.+2 => [|h]; first exact: (ltn_ord i).
by rewrite pos => /existsP[a /all_H].
Qed.

(* It contains R. *)
Lemma scope_corrected x : scope N j Ss x -> scope_behind N j Ss u x.
Proof.
move=> /scopeP[i inside]; apply/corrected_scopeP; exists i => s.
by rewrite /left_possible pos_mul ?allowed_ge0 ?masked_ge0 // => /andP[_]; exact: inside.
Qed.

Lemma corrected_outputsE x (i : 'I_(size x)) : prompt_outputs N u (lift ord0 i) =1 mixture N (t i).
Proof.
have [/gt_eqF/negbT k0 _ _] := u_ok.
move=> z; rewrite /prompt_outputs /= GbarE /= ?size_map; last 2 first.
- exact: (ltn_ord i).
- exact: corrected_nneg.
transitivity ((k * \sum_s emit M z s * t i s) / (k * \sum_s t i s)).
  by congr (_ / _); rewrite mulr_sumr; apply: eq_bigr => s _; rewrite tau_corrected // mulrCA.
by rewrite -mulf_div divff ?mul1r.
Qed.

Hypothesis keys_ok : reads_keys N j P Ss hd.
Hypothesis values_ok : reads_values N j P Ss hd.
Hypothesis weights_ok : reads_weights j P Ss hd mu.
Hypothesis offset_lt : offset hd 0 < offset hd 1.
Hypothesis offset_far : forall z, offset hd 0 + functional hd z < offset hd 1.

Lemma corrected_first x : key_score hd (prompt_outputs N u (x := x) ord0) 0 < offset hd 1.
Proof. exact: first_score corrected_nneg _ _ _. Qed.

Lemma corrected_score x (i : 'I_(size x)) :
  key_score hd (prompt_outputs N u (lift ord0 i)) (lift ord0 i) = share j Ss (t i) + offset hd 1.
Proof.
rewrite (eq_key_score _ _ (corrected_outputsE i)) key_scoreE.
by rewrite (share_score (left_counts (i := i)) keys_ok).
Qed.

Theorem corrected_identities x : supp M x -> scope_behind N j Ss u x ->
  prompted_attention_label N hd u x =1 mtask_label N mu j x /\
  exists2 A, 0 < A & forall k,
    attn hd (prompt_outputs N u (x := x)) (prompt_embeddings N u (x := x)) k
    - attn hd (prompt_outputs N u (x := x)) (prompt_embeddings N u (x := x)) ord0
    = A * (mscore N (mu k) j x - mscore N (mu ord0) j x).
Proof.
move=> x_supp /corrected_scopeP[i0 inside0].
have x_gt0 : (0 < size x)%N by case: (x) i0 {inside0} => [[]|].
have covers k' v : mu k' v != mu ord0 v -> P v by move=> neq; apply/existsP; exists k'.
have inside s : t i0 s != 0 -> addressed j Ss s.2.
  by move=> t_neq0; apply: inside0; rewrite lt_neqAle eq_sym t_neq0 left_ge0.
pose factor (i : 'I_(size x).+1) :=
  if unlift ord0 i is Some i' then
    let total := \sum_s t i' s in if total == 0 then 1 else total^-1
  else 1.
have later (i : 'I_(size x).+1) :
    i \in attended (fun i : 'I_(size x).+1 => key_score hd (prompt_outputs N u i) i) ->
    exists i' : 'I_(size x), i = lift ord0 i'.
  move=> iI; case: (unliftP ord0 i) iI => [i' ->|-> iI]; first by exists i'.
  have := attended_max (lift ord0 (Ordinal x_gt0)) iI; rewrite corrected_score leNgt.
  suff -> : key_score hd (prompt_outputs N u (ord0 : 'I_(size x).+1)) 0
            < share j Ss (t (Ordinal x_gt0)) + offset hd 1 by [].
  apply: lt_le_trans (corrected_first x) _; rewrite ler_addr share_ge0 // => s; exact: left_ge0.
apply: (attn_multiple (r := factor)) => // i iI.
have [i' eq_i] := later i iI; rewrite {i}eq_i in iI *.
have factor_gt0 : 0 < factor (lift ord0 i').
  rewrite /factor liftK; case: eqP => [_|/eqP tot]; first exact: ltr01.
  by rewrite invr_gt0 lt_neqAle eq_sym tot sumr_ge0 // => s _; exact: left_ge0.
have embE : prompt_embeddings N u (lift ord0 i') =1 embeddings N i'.
  by move=> d; rewrite /prompt_embeddings liftK.
split=> // k'; rewrite !(eq_value_at _ _ _ (corrected_outputsE i')).
have [none|seen] := eqVneq (mvalue N (allowed R j P) x) 0.
  rewrite (read_nothing values_ok weights_ok k' none embE).
  by rewrite (task_nothing covers k' none) mulr0.
have in_i s : t i' s != 0 -> addressed j Ss s.2.
  have top : share j Ss (t i0) == 1.
    by apply/share1; [exact: left_ge0 | split=> //; exact: left_total].
  have : share j Ss (t i') == 1.
    apply/eqP/le_anti; rewrite share_le1 //= => [|s']; last exact: left_ge0.
    have := attended_max (lift ord0 i0) iI; rewrite !corrected_score ler_add2r.
    by rewrite (eqP top).
  by move=> /share1[] => [s'|_]; [exact: left_ge0 | apply].
rewrite /factor liftK (negbTE (left_total i' seen)).
rewrite -(read_inside covers values_ok weights_ok k' in_i); congr (_ - _);
  by apply: eq_bigr => d _; rewrite embE.
Qed.

End Corrected.

Section Existence.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) (c : nat).
Variables (j : C) (Ss : {set Y}) (mu : 'I_c.+1 -> V -> R).

Let St := [finType of C * Y].
Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].

Local Notation M := (augmented N).
Local Notation P := (task_values mu).
Local Notation ratio h := (minit N h / pi (chain N) 1 h).

Definition corrected_prompt (s : Au) := allowed R j P s.1 * (ratio s.2 / (1 + \sum_h ratio h)).

Let ratio_ge0 h : 0 <= ratio h.
Proof. by rewrite divr_ge0 ?minit_ge0 ?pi_ge0. Qed.

Let total_gt0 : 0 < 1 + \sum_h ratio h.
Proof. by rewrite ltr_paddr ?ltr01 // sumr_ge0. Qed.

Lemma corrected_prompt01 s : 0 <= corrected_prompt s <= 1.
Proof.
have r_ge0 : 0 <= ratio s.2 / (1 + \sum_h ratio h) by exact: divr_ge0 (ratio_ge0 _) (ltW total_gt0).
have le1 : ratio s.2 / (1 + \sum_h ratio h) <= 1.
  rewrite ler_pdivr_mulr // mul1r (bigD1 s.2) //= addrCA ler_addl.
  by apply: addr_ge0; [exact: ler01 | exact: sumr_ge0].
rewrite /corrected_prompt /allowed; case: (P _); first by rewrite mul1r r_ge0 le1.
by rewrite mul0r lexx ler01.
Qed.

Lemma corrected_prompt_ok : (forall h, pi (chain N) 1 h = 0 -> minit N h = 0) ->
  corrected N j mu corrected_prompt (1 + \sum_h ratio h)^-1.
Proof.
move=> supported; split=> [|s|s]; first by rewrite invr_gt0.
  by have /andP[] := corrected_prompt01 s.
have rE : minit N s.2 = pi (chain N) 1 s.2 * ratio s.2.
  have [pi0|pi_neq0] := eqVneq (pi (chain N) 1 s.2) 0; first by rewrite pi0 mul0r supported.
  by rewrite mulrCA divff ?mulr1.
have order (a b e r d : R) : a * b * (e * (r * d)) = d * e * (a * (b * r)) by ring.
by rewrite pi_augmented /corrected_prompt order -rE.
Qed.

(* What the proof uses: Assumption 4.5, and pi_1 is not zero where pi_0 is    *)
(* not. Irreducibility and full support give the latter. On R_u of that       *)
(* prompt, with several classes, and the scores up to one positive factor     *)
Theorem theorem_C6_corrected_sharp : assumption_4_5 N mu j Ss ->
  (forall h, pi (chain N) 1 h = 0 -> minit N h = 0) ->
  exists (u : Au -> R) (hd : attention R (option_finType St) Col T c), (forall s, 0 <= u s <= 1) /\
  forall x, supp M x ->
    (scope N j Ss x -> scope_behind N j Ss u x) /\
    (scope_behind N j Ss u x -> prompted_attention_label N hd u x =1 mtask_label N mu j x /\
     exists2 A, 0 < A & forall k,
       attn hd (prompt_outputs N u (x := x)) (prompt_embeddings N u (x := x)) k
       - attn hd (prompt_outputs N u (x := x)) (prompt_embeddings N u (x := x)) ord0
       = A * (mscore N (mu k) j x - mscore N (mu ord0) j x)).
Proof.
move=> /recoverable_functionals[y read] supported.
have [near far] := far_head j Ss P y mu; set hd := paper_head _ _ _ _ _ _ in near far.
have u_ok := corrected_prompt_ok supported.
exists corrected_prompt, hd; split=> [|x x_supp]; first exact: corrected_prompt01.
split=> [|in_Ru]; first exact: scope_corrected u_ok _.
by apply: (corrected_identities u_ok (paper_keys _ _ read) (paper_values _ _ read)
  (@paper_weights _ _ _ _ _ _ _ _ _ _ _ _) near far x_supp in_Ru).
Qed.

Theorem theorem_C6_corrected : assumption_4_5 N mu j Ss ->
  (forall h, pi (chain N) 1 h = 0 -> minit N h = 0) ->
  exists (u : Au -> R) (hd : attention R (option_finType St) Col T c), (forall s, 0 <= u s <= 1) /\
  forall x, supp M x -> scope N j Ss x -> prompted_attention_label N hd u x =1 mtask_label N mu j x.
Proof.
move=> ass supported; have [u [hd [u01 ok]]] := theorem_C6_corrected_sharp ass supported.
by exists u, hd; split=> // x x_supp in_R; have [sub says] := ok x x_supp; have [] := says (sub in_R).
Qed.

End Existence.

(* The posterior of the cell on the values that the prompt lets pass, read    *)
(* off at any position where the support is in H*                             *)

Section Recovery.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) (c : nat).
Variables (j : C) (Ss : {set Y}) (mu : 'I_c.+1 -> V -> R).

Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Variables (u : Au -> R) (k : R) (y : Col -> T -> R).
Implicit Types (x : seq T).

Local Notation M := (augmented N).
Local Notation P := (task_values mu).
Local Notation t i := (left_possible N j P i).

Definition recovered_behind x (i : 'I_(size x)) v :=
  \sum_(d : Col | addressed j Ss d.2 && (d.1 == v))
    (\sum_z y d z * prompt_outputs N u (lift ord0 i) z) * memit N (tnth (in_tuple x) i) d.

Hypothesis u_ok : corrected N j mu u k.
Hypothesis read : functionals N j P Ss y.

Lemma recovered_behindE x (i : 'I_(size x)) v : supp M x ->
  (forall s, t i s != 0 -> addressed j Ss s.2) -> P v ->
  recovered_behind i v = (\sum_s t i s)^-1 * value M (init M) x * mposterior N x j v.
Proof.
move=> x_supp inside Pv; have Pr0 : value M (init M) x != 0 by move: x_supp; rewrite /supp probE => /gt_eqF/negbT.
pose one (a : 'I_2) (w : V) : R := if a == ord0 then 0 else (w == v)%:R.
have covers a w : one a w != one ord0 w -> P w.
  by rewrite /one eqxx; case: (a == ord0); rewrite ?eqxx //; have [->|_] := eqVneq w v; rewrite ?eqxx.
have := read_inside covers (paper_values one 0 read) (@paper_weights _ _ _ _ _ _ _ _ _ _ _ _) (lift ord0 ord0) inside.
have -> : mvalue N (difference j one (lift ord0 ord0)) x = value M (init M) x * mposterior N x j v.
  have := mscore_difference N j one x (lift ord0 ord0).
  have -> : mscore N (one ord0) j x = 0 by apply: big1 => w _; rewrite mul0r.
  have -> : mscore N (one (lift ord0 ord0)) j x = mposterior N x j v.
    by rewrite /mscore /one (bigD1 v) //= eqxx mul1r big1 ?addr0 // => w /negbTE ->; rewrite mul0r.
  by rewrite subr0 => ->; rewrite mulrCA divff ?mulr1.
rewrite mulrA => <-; rewrite /value_at [X in _ - X]big1 ?subr0 => [|d _]; last by rewrite /= if_same mul0r.
rewrite /recovered_behind [LHS]big_mkcond; apply: eq_bigr => d _ /=.
have -> : \sum_z y d z * prompt_outputs N u (lift ord0 i) z = \sum_z y d z * mixture N (t i) z.
  by apply: eq_bigr => z _; rewrite (corrected_outputsE u_ok).
rewrite /block /counts /one /=; have [ad|out] := boolP (addressed j Ss d.2); last by rewrite andbF mul0r.
have [eq_v|neq] := eqVneq d.1 v; last by rewrite /= if_same mul0r.
by rewrite /= eq_v Pv implybT /= mul1r.
Qed.

Theorem recovery_behind_prompt x (i : 'I_(size x)) v : supp M x ->
  (forall s, t i s != 0 -> addressed j Ss s.2) -> \sum_s t i s != 0 -> P v ->
  mposterior N x j v / (\sum_(w | P w) mposterior N x j w)
  = recovered_behind i v / \sum_(w | P w) recovered_behind i w.
Proof.
move=> x_supp inside tot Pv; have Pr0 : value M (init M) x != 0.
  by move: x_supp; rewrite /supp probE => /gt_eqF/negbT.
rewrite (recovered_behindE x_supp inside Pv).
rewrite (eq_bigr _ (fun w Pw => recovered_behindE x_supp inside Pw)) -mulr_sumr.
by rewrite -mulf_div divff ?mul1r // mulf_neq0 ?invr_eq0.
Qed.

End Recovery.

(* Behind the paper's prompt, wherever the head of Theorem C.6 attends        *)
Theorem prompted_memory_recovery (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) (c : nat) (j : C)
    (Ss : {set Y}) (mu : 'I_c.+1 -> V -> R) y (x : seq T) (i : 'I_(size x)) v :
  let P := task_values mu in let u := allow R j P in
  stationary N -> functionals N j P Ss y -> supp (augmented N) x ->
  0 < fprob (augmented N) u (word (hat x) : pred (omega _ (option_finType T) (size (hat x)))) ->
  prompted_support N j Ss mu i -> P v ->
  mposterior N x j v / (\sum_(w | P w) mposterior N x j w)
  = recovered_behind N j Ss u y i v / \sum_(w | P w) recovered_behind N j Ss u y i w.
Proof.
move=> P u still read x_supp; rewrite hat_total // => /gt_eqF/negbT/left_total tot.
move=> /(prompted_supportP Ss still (tot i)) inside Pv.
apply: (@recovery_behind_prompt _ _ _ _ _ N c j Ss mu u 1 y) => //; split=> [|s|s].
- exact: ltr01.
- exact: allow_ge0.
by rewrite pi_augmented still mul1r mulrC.
Qed.
