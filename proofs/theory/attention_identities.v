From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended.
From Recoverable Require Import labels columns memory scope attention.

(******************************************************************************)
(* Finite identities of an attention head that reads columns of W give the    *)
(* label of every input in R, and behind the prompt of every input in R_u.    *)
(*                                                                            *)
(*   difference mu k a == mu_k - mu_0 at the value of the cell j              *)
(*   tokens_seen x i == Pr(X_i = x_i | X_{-i} = x_{-i}), the paper's r_{x,i}  *)
(*   recoverable N j P Ss <=> the columns of H* that count are independent,   *)
(*                  and their span meets that of the other columns that count *)
(*                  in 0 only                                                 *)
(*   assumption_4_2 N j Ss, assumption_4_5 N mu j Ss <=> this, where all      *)
(*                  values count, and where those in supp mu do               *)
(*   stationary N <=> Assumption 4.4, A pi_0 = pi_0                           *)
(*   task_values mu c <=> the value c is in supp mu, some mu_k - mu_0 is not  *)
(*                  zero there                                                *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Assumptions.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T) (c : nat).

Let Col := [finType of V * (C * Y)].
Implicit Types (Ss : {set Y}) (P : pred V) (j : C).

Local Notation W := (memit N).

Definition recoverable j P Ss :=
  independent W (block j P Ss) /\
  forall v, in_span W (block j P Ss) v ->
            in_span W [pred d | counts j P d & ~~ addressed j Ss d.2] v -> v =1 fun=> 0.

Definition assumption_4_2 j Ss := recoverable j predT Ss.

Definition task_values (mu : 'I_c.+1 -> V -> R) : pred V := fun v => [exists k, mu k v != mu ord0 v].
Definition assumption_4_5 mu j Ss := recoverable j (task_values mu) Ss.

Definition stationary := pi (chain N) 1 =1 minit N.

(* One functional for each column that is read *)
Lemma recoverable_by j P Ss (y : Col -> T -> R) :
  (forall d, block j P Ss d -> forall d', counts j P d' -> \sum_z y d z * W z d' = (d' == d)%:R) ->
  recoverable j P Ss.
Proof.
move=> read.
have coefficient f d : block j P Ss d -> \sum_z y d z * combine W (block j P Ss) f z = f d.
  move=> ok; rewrite pair_combine (bigD1 d) //= /pair_with read //; last by case/andP: ok.
  rewrite eqxx mulr1 big1 ?addr0 // => d' /andP[/andP[cd' _] /negbTE neq].
  by rewrite read // neq mulr0.
split=> [f f0 d ok|v [f vf] [f' vf']].
  rewrite -(coefficient f d ok) big1 // => z _.
  by rewrite /combine f0 mulr0.
have f0 d : block j P Ss d -> f d = 0.
  move=> ok; rewrite -(coefficient f d ok).
  transitivity (\sum_z y d z * combine W [pred d | counts j P d & ~~ addressed j Ss d.2] f' z).
    by apply: eq_bigr => z _; rewrite -(vf z) vf'.
  rewrite pair_combine big1 // => d' /andP[cd' out].
  have /negbTE neq : d' != d by apply: contraNneq out => ->; case/andP: ok.
  by rewrite /pair_with read // neq mulr0.
by move=> z; rewrite vf; apply: big1 => d /f0 ->; rewrite mul0r.
Qed.

End Assumptions.

Section Read.
Variables (R : realFieldType) (C Y V T K : finType) (N : memory R C Y V T) (c : nat).
Variables (j : C) (P : pred V) (Ss : {set Y}).

Let mem := [finType of {ffun C -> V}].
Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Variables (hd : attention R K Col T c) (mu : 'I_c.+1 -> V -> R).
Implicit Types (x : seq T) (s : Au).

Local Notation M := (augmented N).

Hypothesis P_covers : forall k v, mu k v != mu ord0 v -> P v.
Hypothesis keys_ok : reads_keys N j P Ss hd.
Hypothesis values_ok : reads_values N j P Ss hd.
Hypothesis weights_ok : reads_weights j P Ss hd mu.

Definition difference k (a : mem) := mu k (a j) - mu ord0 (a j).
Definition allowed (a : mem) : R := (P (a j))%:R.

(* Pr(H_i = h, M = a, X_{-i} = x_{-i}), where P holds of the value of the cell *)
Definition left_possible x (i : 'I_(size x)) s := allowed s.1 * masked_state M i.+1 x s.

Lemma allowed_ge0 a : 0 <= allowed a. Proof. exact: ler0n. Qed.

Lemma left_ge0 x i s : 0 <= @left_possible x i s.
Proof. by rewrite mulr_ge0 ?allowed_ge0 ?masked_ge0. Qed.

Lemma left_counts x i s : @left_possible x i s != 0 -> counts j P (column s).
Proof.
rewrite /left_possible /allowed mulf_eq0 negb_or pnatr_eq0 eqb0 negbK => /andP[Ps _].
by rewrite /counts /=; apply/implyP => /eqP ->.
Qed.

Lemma difference_allowed k a : difference k a * allowed a = difference k a.
Proof.
rewrite /difference /allowed; have [->|/P_covers ->] := eqVneq (mu k (a j)) (mu ord0 (a j)).
  by rewrite subrr mul0r.
by rewrite mulr1.
Qed.

Lemma left_token x i f : \sum_s f s.1 * (emit M (tnth (in_tuple x) i) s * @left_possible x i s)
  = mvalue N (fun a => f a * allowed a) x.
Proof.
rewrite -(mvalue_masked N (fun a => f a * allowed a) i); apply: eq_bigr => s _.
by rewrite /left_possible -!mulrA; congr (_ * _); rewrite mulrCA.
Qed.

Lemma left_total x i : mvalue N allowed x != 0 -> \sum_s @left_possible x i s != 0.
Proof.
apply: contraNneq => t0; apply/eqP.
transitivity (mvalue N (fun a => 1 * allowed a) x).
  by apply: eq_bigr => s _; rewrite mul1r.
rewrite -(left_token i (fun=> 1)); apply: big1 => s _; rewrite mul1r.
move/eqP: t0; rewrite psumr_eq0 => [/allP/(_ s (mem_index_enum s)) /eqP ->|s' _]; first by rewrite mulr0.
exact: left_ge0.
Qed.

(* What is read where the support is in H*: the factor is 1 / Pr(X_{-i} = x_{-i}) *)
Lemma read_inside x i k : (forall s, @left_possible x i s != 0 -> addressed j Ss s.2) ->
  value_at hd k (mixture N (@left_possible x i)) (embeddings N i)
  - value_at hd ord0 (mixture N (@left_possible x i)) (embeddings N i)
  = (\sum_s @left_possible x i s)^-1 * mvalue N (difference k) x.
Proof.
move=> inside; rewrite (values_read (@left_counts x i) k _ values_ok weights_ok) mulrC; congr (_ * _).
transitivity (mvalue N (fun a => difference k a * allowed a) x); last first.
  by apply: eq_bigr => s _; rewrite difference_allowed.
rewrite -(left_token i) [LHS]big_mkcond; apply: eq_bigr => s _ /=.
case: ifP => // /negbT out; suff -> : @left_possible x i s = 0 by rewrite !mulr0.
by apply: contraNeq out => /inside.
Qed.

(* Where nothing can be seen, the head reads nothing and the task scores 0. *)
Lemma read_nothing x i k e : mvalue N allowed x = 0 ->
  e =1 embeddings N i ->
  value_at hd k (mixture N (@left_possible x i)) e
  - value_at hd ord0 (mixture N (@left_possible x i)) e = 0.
Proof.
move=> none eq_e; rewrite (values_read (@left_counts x i) k _ values_ok weights_ok).
rewrite big1 ?mul0r // => s _; rewrite eq_e.
have /eqP : \sum_s emit M (tnth (in_tuple x) i) s * @left_possible x i s = 0.
  rewrite -[RHS]none; transitivity (mvalue N (fun a => 1 * allowed a) x).
    by rewrite -(left_token i (fun=> 1)); apply: eq_bigr => s' _; rewrite mul1r.
  by apply: eq_bigr => s' _; rewrite mul1r.
rewrite psumr_eq0 => [/allP/(_ s (mem_index_enum s))/eqP E|s' _].
  by rewrite [X in _ * X](E : memit N _ _ * _ = 0) mulr0.
by rewrite mulr_ge0 ?left_ge0 //; exact: (emit_ge0 M).
Qed.

Lemma task_nothing x k : mvalue N allowed x = 0 -> mvalue N (difference k) x = 0.
Proof.
move=> none; apply: big1 => s _; rewrite -difference_allowed -mulrA.
by rewrite (mvalue_eq0 (fun a => allowed_ge0 a) none) mulr0.
Qed.

Lemma mscore_difference x k :
  mscore N (mu k) j x - mscore N (mu ord0) j x = mvalue N (difference k) x / value M (init M) x.
Proof.
rewrite !mscoreE -mulrBl; congr (_ / _); rewrite /mvalue -sumrB.
by apply: eq_bigr => s _; rewrite /difference mulrBl.
Qed.

(* A head that reads positive multiples of the task's scores has its label. *)
Lemma attn_multiple n (g : 'I_n -> T -> R) (e : 'I_n -> Col -> R) x (r : 'I_n -> R) :
  supp M x -> (0 < n)%N ->
  (forall i, i \in attended (fun i => key_score hd (g i) i) -> 0 < r i /\
    forall k, value_at hd k (g i) (e i) - value_at hd ord0 (g i) (e i) = r i * mvalue N (difference k) x) ->
  first_max (attn hd g e) =1 mtask_label N mu j x /\
  exists2 A, 0 < A & forall k, attn hd g e k - attn hd g e ord0 = A * (mscore N (mu k) j x - mscore N (mu ord0) j x).
Proof.
move=> x_supp n_gt0 read; set I := attended _ in read *.
have I0 : I != set0.
  by have [i iI] := attended_exists (fun i => key_score hd (g i) i) (Ordinal n_gt0); apply/set0Pn; exists i.
have Pr_gt0 : 0 < value M (init M) x by move: x_supp; rewrite /supp probE.
have [A A_gt0 mean_A] : exists2 A, 0 < A & forall k,
    attn hd g e k - attn hd g e ord0 = A * mvalue N (difference k) x.
  exists (mean I r) => [|k].
    have /set0Pn[i iI] := I0; rewrite /mean divr_gt0 ?ltr0n ?card_gt0 // (bigD1 i) //=.
    rewrite ltr_paddr ?(read i iI).1 // sumr_ge0 // => i' /andP[i'I _].
    by have [/ltW] := read i' i'I.
  rewrite /attn /mean -mulrBl -sumrB -/I [RHS]mulrAC; congr (_ / _).
  by rewrite mulr_suml; apply: eq_bigr => i /read[_ ->].
suff prop : forall k, attn hd g e k - attn hd g e ord0
    = (A * value M (init M) x) * (mscore N (mu k) j x - mscore N (mu ord0) j x).
  split; first exact: first_max_scale (mulr_gt0 A_gt0 Pr_gt0) prop.
  by exists (A * value M (init M) x); first exact: mulr_gt0.
move=> k; rewrite mean_A mscore_difference -mulrA; congr (_ * _).
by rewrite mulrCA divff ?mulr1 // gt_eqF.
Qed.

End Read.

(* Without a prompt, on every possible input in R *)

Section Unprompted.
Variables (R : realFieldType) (C Y V T K : finType) (N : memory R C Y V T) (c : nat).
Variables (j : C) (Ss : {set Y}).

Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Variables (hd : attention R K Col T c) (mu : 'I_c.+1 -> V -> R).
Implicit Types (x : seq T) (s : Au).

Local Notation M := (augmented N).

Hypothesis keys_ok : reads_keys N j predT Ss hd.
Hypothesis values_ok : reads_values N j predT Ss hd.
Hypothesis weights_ok : reads_weights j predT Ss hd mu.
Hypothesis offsets : offset hd 0 = offset hd 1.

Local Notation t i := (left_possible N j predT i).

Lemma left_all x (i : 'I_(size x)) s : t i s = masked_state M i.+1 x s.
Proof. by rewrite /left_possible /allowed mul1r. Qed.

Lemma outputsE x (i : 'I_(size x)) : outputs N i =1 mixture N (t i).
Proof.
move=> z; rewrite /outputs GE; last exact: ltn_ord i.
by congr (_ / _); apply: eq_bigr => s _; rewrite left_all.
Qed.

Lemma eq_value_at k (g g' : T -> R) (e : Col -> R) : g =1 g' -> value_at hd k g e = value_at hd k g' e.
Proof. by move=> eq_g; apply: eq_bigr => d _; under eq_bigr do rewrite eq_g. Qed.

Lemma eq_key_score (g g' : T -> R) i : g =1 g' -> key_score hd g i = key_score hd g' i.
Proof. by move=> eq_g; rewrite !key_scoreE; congr (_ + _); apply: eq_bigr => z _; rewrite eq_g. Qed.

Lemma mvalue_total x : mvalue N (@allowed R _ _ j predT) x = value M (init M) x.
Proof. by apply: eq_bigr => s _; rewrite /allowed mul1r. Qed.

Lemma total_neq0 x (i : 'I_(size x)) : supp M x -> \sum_s t i s != 0.
Proof. by rewrite /supp probE => /gt_eqF/negbT Pr0; apply: left_total; rewrite mvalue_total. Qed.

(* The score is Pr(H_i in H* | x_{-i}) up to one constant, so that the head   *)
(* attends to the positions with (4.3), if there are any.                     *)
Lemma attends_support x (i0 : 'I_(size x)) : supp M x -> (forall s, t i0 s != 0 -> addressed j Ss s.2) ->
  forall i : 'I_(size x),
    (i \in attended (fun i : 'I_(size x) => key_score hd (outputs N i) i)) = (share j Ss (t i) == 1).
Proof.
move=> x_supp inside i.
have scoreE (i' : 'I_(size x)) : key_score hd (outputs N i') i' = share j Ss (t i') + offset hd 1.
  rewrite (eq_key_score _ (outputsE i')) key_scoreE (share_score (left_counts (i := i')) keys_ok).
  by congr (_ + _); case: (val i') => [|k]; rewrite ?offsets.
have top : share j Ss (t i0) == 1 by apply/share1; [exact: left_ge0 | rewrite total_neq0].
rewrite (attended_bound (c := 1 + offset hd 1) (i := i0)) => [|i'|].
- by rewrite inE scoreE (inj_eq (addIr _)).
- by rewrite scoreE ler_add2r share_le1 // => s; exact: left_ge0.
- by rewrite scoreE (eqP top).
Qed.

Theorem attention_identities x : supp M x -> scope N j Ss x ->
  attention_label N hd x =1 mtask_label N mu j x /\
  exists2 A, 0 < A & forall k,
    attn hd (outputs N (x := x)) (embeddings N (x := x)) k
    - attn hd (outputs N (x := x)) (embeddings N (x := x)) ord0
    = A * (mscore N (mu k) j x - mscore N (mu ord0) j x).
Proof.
move=> x_supp /scopeP[i0 inside0].
have inside s : t i0 s != 0 -> addressed j Ss s.2.
  by rewrite left_all => t_neq0; apply: inside0; rewrite lt_neqAle eq_sym t_neq0 masked_ge0.
apply: (attn_multiple (r := fun i : 'I_(size x) => (\sum_s t i s)^-1)) => //; first by case: (x) i0 {inside0 inside} => [[]|].
move=> i; rewrite (attends_support x_supp inside) => /share1[] => [s|tot in_i]; first exact: left_ge0.
split=> [|k]; first by rewrite invr_gt0 lt_neqAle eq_sym tot sumr_ge0 // => s _; exact: left_ge0.
rewrite !(eq_value_at _ _ (outputsE i)).
by apply: (read_inside _ values_ok weights_ok).
Qed.

(* What is read at a position with (4.3) is r_{x,i} times the task's score.   *)
Definition tokens_seen x (i : 'I_(size x)) :=
  cprob M [pred w : omega Au T (size x) | X i.+1 w == Some (tnth (in_tuple x) i)] (masked i.+1 x).

Lemma tokens_seenE x (i : 'I_(size x)) : tokens_seen i = value M (init M) x / \sum_s t i s.
Proof.
rewrite -[LHS]/(G M i.+1 x (tnth (in_tuple x) i)) GE; last exact: ltn_ord i.
congr (_ / _); last by apply: eq_bigr => s _; rewrite left_all.
transitivity (mvalue N (fun=> 1) x); last by apply: eq_bigr => s _; rewrite mul1r.
by rewrite -(mvalue_masked N (fun=> 1) i); apply: eq_bigr => s _; rewrite mul1r.
Qed.

Lemma tokens_seen_gt0 x (i : 'I_(size x)) : supp M x -> 0 < tokens_seen i.
Proof.
move=> x_supp; rewrite tokens_seenE divr_gt0 //; first by move: x_supp; rewrite /supp probE.
by rewrite lt_neqAle eq_sym total_neq0 // sumr_ge0 // => s _; exact: left_ge0.
Qed.

Lemma read_posterior x (i : 'I_(size x)) k : supp M x ->
  (forall s, t i s != 0 -> addressed j Ss s.2) ->
  value_at hd k (outputs N i) (embeddings N i) - value_at hd ord0 (outputs N i) (embeddings N i)
  = tokens_seen i * (mscore N (mu k) j x - mscore N (mu ord0) j x).
Proof.
move=> x_supp inside; rewrite !(eq_value_at _ _ (outputsE i)) (read_inside _ values_ok weights_ok) //.
rewrite tokens_seenE mscore_difference mulrC -/(t i) mulrACA [RHS]mulrC.
have Pr0 : value M (init M) x != 0 by move: x_supp; rewrite /supp probE => /gt_eqF/negbT.
by rewrite [_ * (value _ _ _)^-1]mulrC mulrACA mulVf // mul1r [RHS]mulrC.
Qed.

End Unprompted.

(* Behind any prompt whose embeddings are nonnegative, far offsets keep the   *)
(* prompt's own position below all scores that later positions can have.      *)

Section FirstPosition.
Variables (R : realFieldType) (C Y V T K : finType) (N : memory R C Y V T) (c : nat).

Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Variables (hd : attention R K Col T c) (u : Au -> R).
Local Notation M := (augmented N).

Hypothesis u_nneg : forall x k s, 0 <= nth (fun=> 0) (u :: map (emit M) x) k s.
Hypothesis offset_lt : offset hd 0 < offset hd 1.
Hypothesis offset_far : forall z, offset hd 0 + functional hd z < offset hd 1.

Lemma first_score (x : seq T) : key_score hd (prompt_outputs N u (x := x) ord0) 0 < offset hd 1.
Proof.
rewrite key_scoreE -ltr_subr_addr; set dist := offset hd 1 - offset hd 0.
have dist_gt0 : 0 < dist by rewrite subr_gt0.
have far z : functional hd z < dist by rewrite ltr_subr_addl.
pose o := prompt_outputs N u (x := x) ord0.
have tau_nneg s : 0 <= tau M 1%N (u :: map (emit M) x) s by rewrite tau_ge0 //; exact: u_nneg.
have oE z : o z = (\sum_s emit M z s * tau M 1%N (u :: map (emit M) x) s)
                  / \sum_s tau M 1%N (u :: map (emit M) x) s.
  by rewrite /o /prompt_outputs GbarE //; exact: u_nneg.
have o_ge0 z : 0 <= o z.
  rewrite oE divr_ge0 ?sumr_ge0 // => s _; rewrite mulr_ge0 //; exact: (emit_ge0 M).
have o_le1 : \sum_z o z <= 1.
  under eq_bigr do rewrite oE; rewrite -mulr_suml exchange_big /=.
  under eq_bigr do rewrite -mulr_suml (emit_sum M) mul1r.
  set S := \sum_s _; have [->|S0] := eqVneq S 0; first by rewrite mul0r ler01.
  by rewrite divff.
have [z0 /negbTE o0|none] := pickP (fun z => o z != 0); last first.
  rewrite big1 // => z _; have /negbFE/eqP := none z; rewrite /o => ->; exact: mulr0.
apply: (@lt_le_trans _ _ (\sum_z dist * o z)); last first.
  by rewrite -mulr_sumr ger_pmulr.
rewrite (bigD1 z0) //= [X in _ < X](bigD1 z0) //= ltr_le_add //.
  by rewrite ltr_pmul2r // lt_neqAle eq_sym o0 o_ge0.
by apply: ler_sum => z _; rewrite ler_wpmul2r // ltW.
Qed.

End FirstPosition.

(* Behind the prompt that lets the values of supp mu pass, on every possible  *)
(* input in R_u, those included that the prompt makes impossible              *)

Section Prompted.
Variables (R : realFieldType) (C Y V T K : finType) (N : memory R C Y V T) (c : nat).
Variables (j : C) (Ss : {set Y}).

Let Col := [finType of V * (C * Y)].
Let Au := [finType of {ffun C -> V} * (C * Y)].
Variables (hd : attention R K Col T c) (mu : 'I_c.+1 -> V -> R).
Implicit Types (x : seq T) (s : Au).

Local Notation M := (augmented N).
Local Notation P := (task_values mu).
Local Notation u := (allow R j P).
Local Notation t i := (left_possible N j P i).

Hypothesis still : stationary N.

(* The prompt's own factor is all that it changes. *)
Lemma tau_prompted x (i : 'I_(size x)) s : tau M i.+2 (u :: map (emit M) x) s = t i s.
Proof.
have pi1 g : pi M 1 g = init M g by rewrite pi_augmented still.
rewrite tauE /= ?size_map; last exact: (ltn_ord i).
rewrite /left_possible /masked_state /= /right /= -map_take -map_drop mulrA; congr (_ * _).
rewrite -(forward_still N (allowed R j P)); apply: eq_forward; last exact: same_refl.
move=> g; transitivity (\sum_g' trans M g g' * (allowed R j P g'.1 * pi M 1 g')).
  by apply: eq_bigr => g' _; rewrite [pi M 1 g' * _]mulrC.
rewrite trans_still pi1; congr (_ * _); under eq_bigr do rewrite pi1.
exact: pi1.
Qed.

Lemma prompt_nneg x k s : 0 <= nth (fun=> 0) (u :: map (emit M) x) k s.
Proof. exact: prompted_ge0. Qed.

Lemma later_outputsE x (i : 'I_(size x)) :
  prompt_outputs N u (lift ord0 i) =1 mixture N (t i).
Proof.
move=> z; rewrite /prompt_outputs /= GbarE /= ?size_map; last 2 first.
- exact: (ltn_ord i).
- exact: prompt_nneg.
by congr (_ / _); apply: eq_bigr => s _; rewrite tau_prompted.
Qed.

Lemma later_embeddingsE x (i : 'I_(size x)) : prompt_embeddings N u (lift ord0 i) =1 embeddings N i.
Proof. by move=> d; rewrite /prompt_embeddings liftK. Qed.

(* R_u contains R. *)
Lemma scope_prompted x : scope N j Ss x -> prompted_scope N j P Ss x.
Proof.
move=> /scopeP[i inside]; apply/prompted_scopeP; exists i => s.
rewrite tau_prompted pos_mul ?allowed_ge0 ?masked_ge0 // => /andP[_]; exact: inside.
Qed.

Hypothesis keys_ok : reads_keys N j P Ss hd.
Hypothesis values_ok : reads_values N j P Ss hd.
Hypothesis weights_ok : reads_weights j P Ss hd mu.
Hypothesis offset_lt : offset hd 0 < offset hd 1.
Hypothesis offset_far : forall z, offset hd 0 + functional hd z < offset hd 1.

(* The prompt's own position is never attended. *)
Lemma prompt_score x : key_score hd (prompt_outputs N u (x := x) ord0) 0 < offset hd 1.
Proof. exact: first_score prompt_nneg _ _ _. Qed.

Lemma later_score x (i : 'I_(size x)) :
  key_score hd (prompt_outputs N u (lift ord0 i)) (lift ord0 i) = share j Ss (t i) + offset hd 1.
Proof.
rewrite (eq_key_score _ _ (later_outputsE i)) key_scoreE.
by rewrite (share_score (left_counts (i := i)) keys_ok).
Qed.

Let scores x (i : 'I_(size x).+1) := key_score hd (prompt_outputs N u i) i.

Lemma attended_later x i : (0 < size x)%N -> i \in attended (@scores x) ->
  exists i' : 'I_(size x), i = lift ord0 i'.
Proof.
move=> x_gt0 iI; case: (unliftP ord0 i) iI => [i' ->|-> iI]; first by exists i'.
have := attended_max (lift ord0 (Ordinal x_gt0)) iI; rewrite /scores later_score leNgt.
suff -> : scores (ord0 : 'I_(size x).+1) < share j Ss (t (Ordinal x_gt0)) + offset hd 1 by [].
apply: lt_le_trans (prompt_score x) _; rewrite ler_addr share_ge0 // => s; exact: left_ge0.
Qed.

Theorem prompted_attention_identities x : supp M x -> prompted_scope N j P Ss x ->
  prompted_attention_label N hd u x =1 mtask_label N mu j x /\
  exists2 A, 0 < A & forall k,
    attn hd (prompt_outputs N u (x := x)) (prompt_embeddings N u (x := x)) k
    - attn hd (prompt_outputs N u (x := x)) (prompt_embeddings N u (x := x)) ord0
    = A * (mscore N (mu k) j x - mscore N (mu ord0) j x).
Proof.
move=> x_supp /prompted_scopeP[i0 inside0].
have x_gt0 : (0 < size x)%N by case: (x) i0 {inside0} => [[]|].
have covers k v : mu k v != mu ord0 v -> P v by move=> neq; apply/existsP; exists k.
have inside s : t i0 s != 0 -> addressed j Ss s.2.
  by move=> t_neq0; apply: inside0; rewrite tau_prompted lt_neqAle eq_sym t_neq0 left_ge0.
pose factor (i : 'I_(size x).+1) :=
  if unlift ord0 i is Some i' then
    let total := \sum_s t i' s in if total == 0 then 1 else total^-1
  else 1.
apply: (attn_multiple (r := factor)) => // i iI.
have [i' eq_i] := attended_later x_gt0 iI; rewrite {i}eq_i in iI *.
have factor_gt0 : 0 < factor (lift ord0 i').
  rewrite /factor liftK; case: eqP => [_|/eqP tot]; first exact: ltr01.
  by rewrite invr_gt0 lt_neqAle eq_sym tot sumr_ge0 // => s _; exact: left_ge0.
split=> // k; rewrite !(eq_value_at _ _ _ (later_outputsE i')).
have [none|seen] := eqVneq (mvalue N (allowed R j P) x) 0.
  rewrite (read_nothing values_ok weights_ok k none (later_embeddingsE i')).
  by rewrite (task_nothing covers k none) mulr0.
have in_i s : t i' s != 0 -> addressed j Ss s.2.
  have top : share j Ss (t i0) == 1.
    by apply/share1; [exact: left_ge0 | split=> //; exact: left_total].
  have : share j Ss (t i') == 1.
    apply/eqP/le_anti; rewrite share_le1 //= => [|s']; last exact: left_ge0.
    have := attended_max (lift ord0 i0) iI; rewrite /scores !later_score ler_add2r.
    by rewrite (eqP top).
  by move=> /share1[] => [s'|_]; [exact: left_ge0 | apply].
rewrite /factor liftK (negbTE (left_total i' seen)).
rewrite -(read_inside covers values_ok weights_ok k in_i); congr (_ - _);
  by apply: eq_bigr => d _; rewrite later_embeddingsE.
Qed.

End Prompted.
