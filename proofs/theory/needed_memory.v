From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory.
From Recoverable Require Import supporting_prompt theorem_4_3 theorem_4_6 instances instances_memory errata_position.

(******************************************************************************)
(* Hypotheses that Theorems 4.3 and 4.6 need: exact models on which one of    *)
(* them fails, all others hold, and the conclusion is false.                  *)
(*                                                                            *)
(*   coins == one hidden state, one cell with three values, the chances 1/4,  *)
(*            1/2 and 3/4 of the token true: three columns of W in a plane    *)
(*   moving == one cell with two values, the chain of ex_memory from an equal *)
(*            start, and four independent columns of W                        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Theorem 4.3 needs 4.2: no attention head of any kind has the labels. *)

Local Notation R := rat_realFieldType.
Local Notation V3 := (option_finType bool_finType).

Definition chance (v : option bool) : rat := match v with Some true => q 1 4 | Some false => q 1 2 | None => q 3 4 end.
Definition coins_emit (z : bool) (d : option bool * (unit * unit)) : rat := if z then chance d.1 else 1 - chance d.1.

Definition coins : memory R unit_finType unit_finType V3 bool_finType.
Proof.
apply: (@Memory _ _ _ _ _ c9p_prior (fun=> 1) (fun _ _ => 1) coins_emit).
- exact: (prior_ge0 c9p_memory).
- exact: (prior_sum c9p_memory).
- by [].
- by rewrite sumr_const card_prod card_unit.
- by [].
- by move=> h; rewrite sumr_const card_prod card_unit.
- by case=> [] [[[]|] h]; vm_compute.
- by move=> d; rewrite big_bool /coins_emit /= addrC subrK.
Defined.

Local Notation N := coins.
Local Notation M := (augmented N).

Lemma coins_one (h g : unit * unit) : h = g. Proof. by case: h g => [[] []] [[] []]. Qed.

Lemma coins_ergodic : assumption_3_2 (chain N).
Proof.
split=> [g h|h d div|h]; first by rewrite (coins_one g h); exact: connect0.
  by apply/eqP; rewrite -dvdn1; apply: (div [:: h]); rewrite //= /step /= ltr01.
by rewrite /= ltr01.
Qed.

Lemma coins_dependent : ~ assumption_4_2 N tt setT.
Proof.
move=> [indep _]; pose f (d : option bool * (unit * unit)) : rat := if d.1 is Some false then - 2%:Q else 1.
have all_in (d : [finType of option bool * (unit * unit)]) : block tt predT setT d.
  by case: d => v [[] s]; apply/andP; split; [apply/implyP | rewrite /addressed /= in_setT].
have f0 z : \sum_(d | block tt predT setT d) f d * memit N z d = 0.
  rewrite (eq_bigl predT) => [|d]; last by rewrite all_in.
  rewrite -(pair_bigA _ (fun v h => f (v, h) * memit N z (v, h))) /=.
  rewrite (eq_bigr (fun v => f (v, (tt, tt)) * memit N z (v, (tt, tt)))) => [|v _]; last first.
    by rewrite (bigD1 (tt, tt)) //= big1 ?addr0 // => h; rewrite (coins_one h (tt, tt)).
  by apply: (etrans (sum_tokens _)); case: z; apply/eqP; vm_compute.
by have /eqP := indep f f0 (Some true, (tt, tt)) (all_in _); rewrite /f /= oner_eq0.
Qed.

(* The chain does not move: what is seen of a memory is a product. *)

Lemma coins_step (F : {ffun unit -> option bool} * (unit * unit) -> rat) s :
  \sum_g trans M s g * F g = F s.
Proof.
rewrite (bigD1 s) //= /atrans eqxx mul1r big1 ?addr0 ?mul1r // => g neq.
case: eqP => [eq_a|_]; last by rewrite !mul0r.
by case/eqP: neq; rewrite [g]surjective_pairing [s]surjective_pairing eq_a (coins_one g.2 s.2).
Qed.

Lemma coins_beta t s : beta M (nseq t true) s = chance (s.1 tt) ^+ t.
Proof.
elim: t s => [|t IH] s; first by rewrite expr0.
rewrite -[nseq t.+1 true]/(true :: nseq t true) beta_cons.
rewrite (eq_bigr (fun g => trans M s g * (emit M true g * beta M (nseq t true) g))) => [|g _]; last first.
  by rewrite /= /atrans eq_sym.
by rewrite (coins_step (fun g => emit M true g * beta M (nseq t true) g)) IH exprS; case: (s) => a [[] []].
Qed.

Lemma coins_forward p t s : forward (trans M) p (nseq t (emit M true)) s = p s * chance (s.1 tt) ^+ t.
Proof.
elim: t p => [|t IH] p /=; first by rewrite mulr1.
by rewrite IH (coins_step (fun g => p g * emit M true g)) exprS mulrA; case: (s) => a [[] []].
Qed.

Lemma coins_masked t (i : nat) s : (i <= t)%N ->
  masked_state M i.+1 (nseq t.+1 true) s = c9p_prior s.1 * chance (s.1 tt) ^+ t.
Proof.
move=> le_i; rewrite /masked_state -pred_Sn drop_nseq take_nseq ?map_nseq ?coins_beta ?coins_forward; last exact: leqW.
rewrite pi1E (coins_step (init M)) /= /ainit /= mulr1 -mulrA -exprD.
by congr (_ * _ ^+ _); lia.
Qed.

(* Sums over the values *)
Definition coins_total (f : option bool -> rat) := f None + (f (Some true) + f (Some false)).

Lemma coins_sum (F : {ffun unit -> option bool} * (unit * unit) -> rat) (f : option bool -> rat) :
  (forall a, F (a, (tt, tt)) = f (a tt)) -> \sum_s F s = coins_total f.
Proof.
move=> FE; rewrite sum_pair sum_one_cell; apply: etrans (sum_tokens _).
apply: eq_bigr => v _; rewrite (bigD1 (tt, tt)) //= big1 ?addr0 => [|h]; first by rewrite FE ffunE.
by rewrite (coins_one h (tt, tt)).
Qed.

Lemma coins_prior a : c9p_prior a = q 1 3.
Proof. by rewrite /c9p_prior /product_prior (bigD1 tt) //= big1 ?mulr1 // => -[]. Qed.

(* What any position says of a word of t + 1 times true *)
Definition coins_seen t (z : bool) : rat :=
  coins_total (fun v => coins_emit z (v, (tt, tt)) * (q 1 3 * chance v ^+ t))
  / coins_total (fun v => q 1 3 * chance v ^+ t).

Lemma coins_outputs t (i : 'I_(size (nseq t.+1 true))) : outputs N i =1 coins_seen t.
Proof.
have lt_i : (i <= t)%N by rewrite -ltnS; apply: leq_trans (ltn_ord i) _; rewrite size_nseq.
move=> z; rewrite /outputs GE; last exact: ltn_ord i.
congr (_ / _); apply: coins_sum => a; rewrite coins_masked // coins_prior //.
Qed.

Lemma coins_convex z : coins_seen 1 z = q 5 12 * coins_seen 0 z + q 7 12 * coins_seen 2 z.
Proof. by case: z; apply/eqP; vm_compute. Qed.

Definition coins_mu (v : option bool) : rat := match v with Some true => 6%:Q | Some false => - 4%:Q | None => 1 end.

Lemma coins_possible t : (t < 3)%N -> supp M (nseq t.+1 true).
Proof.
move=> lt_t; rewrite /supp probE (@coins_sum _ (fun v => q 1 3 * chance v ^+ t.+1)).
  by case: t lt_t => [|[|[|//]]] _; vm_compute.
by move=> a; rewrite coins_beta /= /ainit /= coins_prior mulr1.
Qed.

Lemma coins_scope t : scope N tt setT (nseq t.+1 true).
Proof. by exists 1%N => // -[[] s] _; rewrite /addressed /= in_setT. Qed.

Lemma coins_label t : (t < 3)%N -> mlabel N coins_mu tt (nseq t.+1 true) = (t != 1%N).
Proof.
move=> lt_t; rewrite /mlabel mscoreE /mvalue (@coins_sum _ (fun v => coins_mu v * (q 1 3 * chance v ^+ t.+1))).
  rewrite /value (@coins_sum _ (fun v => q 1 3 * chance v ^+ t.+1)).
    by case: t lt_t => [|[|[|//]]] _; vm_compute.
  by move=> a; rewrite coins_beta /= /ainit /= coins_prior mulr1.
by move=> a; rewrite coins_beta /= /ainit /= coins_prior mulr1.
Qed.

Lemma mixed (c c' b y y' e a1 a2 a3 a4 : rat) :
  b * ((y * (c * a1 + c' * a3) + y' * (c * a2 + c' * a4)) * e)
  = c * (b * ((y * a1 + y' * a2) * e)) + c' * (b * ((y * a3 + y' * a4) * e)).
Proof. by ring. Qed.

Section Head.
Variables (K : finType) (hd : attention R K [finType of option bool * (unit * unit)] bool_finType 1).

Local Notation reads k t := (value_at hd k (coins_seen t) (memit N true)).

Lemma coins_attn t k : attn hd (outputs N (x := nseq t.+1 true)) (embeddings N (x := nseq t.+1 true)) k = reads k t.
Proof.
rewrite /attn /mean; set I := attended _; have I0 : #|I|%:R != 0 :> rat.
  rewrite pnatr_eq0 -lt0n; have [|i iI] := attended_exists (fun i : 'I_(size (nseq t.+1 true)) => key_score hd (outputs N i) i) _.
    by rewrite size_nseq; exact: ord0.
  by apply/card_gt0P; exists i.
apply: (canLR (mulfK I0)); rewrite mulr_natr -sumr_const; apply: eq_bigr => i _.
rewrite (eq_value_at _ _ _ (coins_outputs i)); apply: eq_bigr => d _; congr (_ * (_ * memit N _ _)).
have lt_i : (i < t.+1)%N by apply: leq_trans (ltn_ord i) _; rewrite size_nseq.
by rewrite (tnth_nth true) nth_nseq lt_i.
Qed.

Lemma coins_affine k : reads k 1 = q 5 12 * reads k 0 + q 7 12 * reads k 2.
Proof.
rewrite /value_at !mulr_sumr -big_split; apply: eq_bigr => d _ /=.
by rewrite !big_bool !coins_convex; exact: mixed.
Qed.

End Head.

(* The words true, twice and three times true have the labels 1, 0 and 1; the *)
(* output on the second is a mean of the others, at every position.           *)
Theorem needed_4_3_recoverable : [/\ assumption_3_2 (chain N), ~ assumption_4_2 N tt setT
  & ~ exists (K : finType) (hd : attention R K [finType of option bool * (unit * unit)] bool_finType 1),
      forall x, supp M x -> scope N tt setT x -> attention_label N hd x ord0 = mlabel N coins_mu tt x].
Proof.
split; [exact: coins_ergodic | exact: coins_dependent | case=> K [hd agree]].
have says t : (t < 3)%N -> (value_at hd (lift ord0 ord0) (coins_seen t) (memit N true)
    <= value_at hd ord0 (coins_seen t) (memit N true)) = (t != 1%N).
  move=> lt_t; rewrite -coins_label // -agree; [|exact: coins_possible|exact: coins_scope].
  rewrite -!coins_attn; apply/idP/forallP => [le_01 j|/(_ (lift ord0 ord0))]; rewrite /wins ltn0 //.
  have [->|neq] := eqVneq j ord0; first exact: lexx.
  by have -> : j = lift ord0 ord0 by apply/val_inj; case: (j) neq => [[|[|//]] ?].
have := says 1%N isT; rewrite !coins_affine => /negbT/negP; apply.
have pos1 : 0 < q 5 12 by vm_compute.
have pos2 : 0 < q 7 12 by vm_compute.
by apply: ler_add; rewrite (ler_pmul2l _) ?says.
Qed.

(* Theorem 4.6 needs 4.4: the prompt is one more step of the chain, and what  *)
(* it reads is the posterior of a chain that starts from pi_1.                *)

Definition moving_emit (z : 'I_4) (d : bool * (unit * bool)) : rat :=
  match d.1, d.2.2 with
  | true, true => tab [:: 0; 0; 0; 1] z
  | true, false => tab [:: 0; 0; 1; 0] z
  | false, true => tab [:: 0; q 1 2; 0; q 1 2] z
  | false, false => tab [:: q 1 2; 0; 0; q 1 2] z
  end.

Definition moving : memory R unit_finType bool_finType bool_finType (ordinal_finType 4).
Proof.
apply: (@Memory _ _ _ _ _ ex_prior (fun=> q 1 2) ex_trans moving_emit).
- exact: (prior_ge0 ex_memory).
- exact: (prior_sum ex_memory).
- by move=> h; vm_compute.
- by rewrite sum_states; apply/eqP; vm_compute.
- exact: (mtrans_ge0 ex_memory).
- exact: (mtrans_sum ex_memory).
- by case=> [[|[|[|[|//]]]] ?] [v [[] s]]; case: v s => [] []; vm_compute.
- by move=> [v [[] s]]; case: v s => [] []; apply/eqP; rewrite /moving_emit /= !big_ord_recl big_ord0; vm_compute.
Defined.

Local Notation N' := moving.
Local Notation M' := (augmented N').

Definition moving_mu (v : bool) : rat := if v then 3%:Q else - 4%:Q.
Local Notation rows := (binary_rows moving_mu).
Local Notation P := (task_values rows).

Lemma moving_values v : P v.
Proof. by rewrite task_values_binary /moving_mu; case: v. Qed.

Lemma moving_chain : assumption_3_2 (chain N').
Proof. by have [irr ap _] := ex_ergodic; split=> // h; vm_compute. Qed.

Lemma moving_moves : ~ stationary N'.
Proof. by move=> /(_ (tt, true)); rewrite pi1E sum_states => /eqP; vm_compute. Qed.

Definition moving_reads (d : bool * (unit * bool)) (z : 'I_4) : rat :=
  match d.1, d.2.2 with
  | true, true => tab [:: -1; -1; 0; 1] z
  | true, false => tab [:: 0; 0; 1; 0] z
  | false, true => tab [:: 0; 2%:Q; 0; 0] z
  | false, false => tab [:: 2%:Q; 0; 0; 0] z
  end.

Lemma moving_functionals : functionals N' tt P setT moving_reads.
Proof.
move=> [v [[] s]] _ [v' [[] s']] _; rewrite !big_ord_recl big_ord0.
by case: v s v' s' => [] [] [] []; apply/eqP; vm_compute.
Qed.

Definition last4 : 'I_4 := @Ordinal 4 3 isT.

(* Sums over a value and a syntax state *)
Definition moving_total (f : bool -> bool -> rat) := (f true true + f true false) + (f false true + f false false).

Lemma moving_sum (F : {ffun unit -> bool} * (unit * bool) -> rat) (f : bool -> bool -> rat) :
  (forall a s, F (a, (tt, s)) = f (a tt) s) -> \sum_s F s = moving_total f.
Proof. by move=> FE; rewrite sum_pair sum_one_cell big_bool !sum_states !FE !ffunE. Qed.

Lemma moving_prior a : prior N' a = q 1 2.
Proof. by rewrite /= /ex_prior /product_prior (bigD1 tt) //= big1 ?mulr1 // => -[]. Qed.

Definition moving_from s v := ex_trans (tt, true) (tt, s) * moving_emit last4 (v, (tt, true))
                              + ex_trans (tt, false) (tt, s) * moving_emit last4 (v, (tt, false)).

Lemma moving_beta a s : beta M' [:: last4] (a, (tt, s)) = moving_from s (a tt).
Proof. by rewrite beta_given /= sum_states !mulr1. Qed.

Definition moving_weight v s := q 1 2 * q 1 2 * moving_from s v.

Lemma moving_weightE a s : init M' (a, (tt, s)) * beta M' [:: last4] (a, (tt, s)) = moving_weight (a tt) s.
Proof. by rewrite moving_beta -[init M' _]/(prior N' a * q 1 2) moving_prior. Qed.

Lemma moving_value : value M' (init M') [:: last4] = moving_total moving_weight.
Proof. by apply: moving_sum => a s; rewrite moving_weightE. Qed.

Lemma moving_supp : supp M' [:: last4].
Proof. rewrite /supp probE -/(value _ _ _) moving_value; vm_compute; reflexivity. Qed.

Lemma moving_label : mlabel N' moving_mu tt [:: last4].
Proof.
rewrite /mlabel mscoreE moving_value /mvalue (@moving_sum _ (fun v s => moving_mu v * moving_weight v s)).
  by vm_compute.
by move=> a s; rewrite moving_weightE.
Qed.

Lemma moving_scope x : (0 < size x)%N -> scope N' tt setT x.
Proof. by move=> x_gt0; exists 1%N => // -[[] s] _; rewrite /addressed /= in_setT. Qed.

(* Behind the prompt: the law of H_2 at the position of the token *)

Local Notation u := (allow R tt P).
Local Notation tau2 := (tau M' 2%N (u :: map (emit M') [:: last4])).

Definition moving_later (s : bool) : rat := if s then q 5 8 else q 3 8.

Lemma moving_tau a s : tau2 (a, (tt, s)) = q 1 2 * moving_later s.
Proof.
rewrite tauE //= /right /= mulr1.
rewrite (eq_bigr (fun g => trans M' (a, (tt, s)) g * pi M' 1 g)) => [|g _]; last first.
  by rewrite /allow moving_values mulr1.
rewrite -piS pi_augmented moving_prior; congr (_ * _).
by rewrite piS sum_states !pi1E !sum_states; case: s; apply/eqP; vm_compute.
Qed.

Section Moving.
Variables (K : finType) (hd : attention R K [finType of bool * (unit * bool)] (ordinal_finType 4) 1).
Hypothesis keys_ok : reads_keys N' tt P setT hd.
Hypothesis values_ok : reads_values N' tt P setT hd.
Hypothesis weights_ok : reads_weights tt P setT hd rows.
Hypothesis offset_lt : offset hd 0 < offset hd 1.
Hypothesis offset_far : forall z, offset hd 0 + functional hd z < offset hd 1.

Local Notation outs := (prompt_outputs N' u (x := [:: last4])).
Local Notation embs := (prompt_embeddings N' u (x := [:: last4])).
Let one : 'I_(size [:: last4]).+1 := lift ord0 ord0.

Let nneg x k s : 0 <= nth (fun=> 0) (u :: map (emit M') x) k s.
Proof. exact: prompt_nneg. Qed.

Let tau_ge0' s : 0 <= tau2 s.
Proof. by apply: tau_ge0 => // j h; exact: nneg. Qed.

Let tau_counts s : tau2 s != 0 -> counts tt P (column s).
Proof. by move=> _; apply/implyP => _; exact: moving_values. Qed.

Lemma moving_out : outs one =1 mixture N' tau2.
Proof. by move=> z; rewrite /prompt_outputs GbarE // => j h; exact: nneg. Qed.

Lemma moving_attends : attended (fun i => key_score hd (outs i) i) = [set one].
Proof.
have first_lt := first_score nneg offset_lt offset_far [:: last4].
have score1 : offset hd 1 <= key_score hd (outs one) 1.
  rewrite (eq_key_score _ _ moving_out) key_scoreE (share_score tau_counts keys_ok) ler_addr.
  exact: share_ge0.
apply/setP => i; rewrite in_set1 inE; have [->|eq_i] : i = ord0 \/ i = one.
- by case: (unliftP ord0 i) => [k ->|->]; [right; congr lift; apply: val_inj; case: k => -[] | left].
- by apply/negbTE/forallPn; exists one; rewrite -ltNge; exact: lt_le_trans first_lt score1.
rewrite eq_i eqxx; apply/forallP => k.
by case: (unliftP ord0 k) => [k' ->|->]; [rewrite (_ : lift ord0 k' = one) //; apply/val_inj; case: k' => -[] | exact: ltW (lt_le_trans first_lt score1)].
Qed.

Lemma moving_says : ~~ prompted_attention_label N' hd u [:: last4] ord0.
Proof.
apply/negP => /forallP/(_ (lift ord0 ord0)); rewrite /wins ltn0.
rewrite /attn /mean moving_attends !big_set1 cards1 !divr1 -subr_le0.
rewrite !(eq_value_at _ _ _ moving_out) (values_read tau_counts _ _ values_ok weights_ok).
rewrite big_mkcond (@moving_sum _ (fun v s => - moving_mu v * (moving_emit last4 (v, (tt, s)) * (q 1 2 * moving_later s)))).
  rewrite (@moving_sum _ (fun v s => q 1 2 * moving_later s)) => [|a s]; last by rewrite moving_tau.
  by vm_compute.
move=> a s; rewrite /addressed /= in_setT sub0r moving_tau; congr (_ * (_ * _)).
by rewrite /prompt_embeddings liftK.
Qed.

End Moving.

(* Every head with the identities of Theorem 4.6 has the wrong label there.   *)
Theorem needed_4_6_stationary : [/\ assumption_3_2 (chain N'), assumption_4_5 N' rows tt setT, ~ stationary N'
  & exists2 x, [/\ supp M' x, scope N' tt setT x & mlabel N' moving_mu tt x] &
    let says K hd := @prompted_attention_label _ _ _ _ _ K N' 1 hd u x ord0 in
    (forall K hd, reads_keys N' tt P setT hd -> reads_values N' tt P setT hd -> reads_weights tt P setT hd rows ->
       offset hd 0 < offset hd 1 -> (forall z, offset hd 0 + functional hd z < offset hd 1) -> ~~ says K hd) /\
    ~~ says _ (paper_head tt P setT moving_reads rows
                (reach (functional (paper_head tt P setT moving_reads rows 0))))].
Proof.
split; [exact: moving_chain | | exact: moving_moves | exists [:: last4] => [|says]].
- by apply/recoverable_functionals; exists moving_reads; exact: moving_functionals.
- by split; [exact: moving_supp | exact: moving_scope | exact: moving_label].
split=> [K hd|]; first exact: moving_says.
have [near far] := far_head tt setT P moving_reads rows.
apply: moving_says => //; [exact: paper_keys moving_functionals | exact: paper_values moving_functionals
  | exact: paper_weights].
Qed.
