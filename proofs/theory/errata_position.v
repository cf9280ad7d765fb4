From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory.
From Recoverable Require Import supporting_prompt theorem_4_3 theorem_4_6 instances instances_memory errata_memory.

(******************************************************************************)
(* An exact model on which the position embedding beta_1 = -2, as Lemma C.9   *)
(* prints it, gives a wrong label, for every head that the lemma allows: its  *)
(* columns of W that count span everything, so that all of them read the same.*)
(*                                                                            *)
(*   c9p_memory == one cell with three values, equally likely; the chain of   *)
(*        ex_memory: true (a word) comes after every mark, and a mark, the    *)
(*        token None, in half of the cases after a word;                      *)
(*        a word is red, Some true, or blue, Some false, with                 *)
(*        the value Some true: 1/2 and 1/2;                                   *)
(*        the value None: 3/4 and 1/4;                                        *)
(*        the value Some false: red in 1/32, and None in 31/32                *)
(*   c9p_mu == the task 1, -1, and 0 on None, which the prompt excludes       *)
(*   c9p_input == blue, mark, red: blue excludes Some false, the mark is one, *)
(*        and the state after it is a word                                    *)
(* At the prompt's own position None is not excluded, and a red word scores   *)
(* 32: the score there is 107/28, and 2 is too little to take off.            *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Models with one cell: sums over memories are sums over values. *)

Section OneCell.
Variables (R : realFieldType) (Y V T : finType) (N : memory R unit_finType Y V T).

Lemma sum_one_cell (F : {ffun unit -> V} -> R) : \sum_a F a = \sum_v F [ffun=> v].
Proof.
rewrite (reindex (fun v : V => [ffun=> v])) //=; exists (fun a : {ffun unit -> V} => a tt) => a _.
  by rewrite ffunE.
by apply/ffunP => -[]; rewrite ffunE.
Qed.

End OneCell.

Section Given.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).

(* The backward vector, for one memory *)
Lemma beta_given x a h : beta (augmented N) x (a, h) = back (mtrans N) (map (given N a) x) h.
Proof.
elim: x h => [|z x IH] h //; rewrite beta_cons sum_pair /= -[RHS](sum_same a (fun=> _)).
apply: eq_bigr => a' _; rewrite mulr_sumr; apply: eq_bigr => h' _; rewrite /atrans /=.
by have [->|_] := eqVneq a' a; rewrite ?mul0r // !mul1r IH.
Qed.

(* The embedding of the prompt is 1 at the values that it lets pass. *)
Lemma prompt_row_allow j (P : pred V) (d : V * (C * Y)) : d.2.1 = j ->
  prompt_row (allow R j P) d = (P d.1)%:R.
Proof.
move=> dj; set A := [set a : {ffun C -> V} | a d.2.1 == d.1].
have A0 : #|A|%:R != 0 :> R.
  by rewrite pnatr_eq0 -lt0n; apply/card_gt0P; exists [ffun=> d.1]; rewrite inE ffunE.
rewrite /prompt_row -/A; apply: (canLR (mulfK A0)); rewrite mulr_natr -sumr_const.
by apply: eq_big => a; rewrite ?inE // => /eqP eq_a; rewrite /allow /= -dj eq_a.
Qed.

End Given.

Definition c9p_prior := @product_prior rat_realFieldType unit_finType (option_finType bool_finType) (fun _ _ => q 1 3).
Definition c9p_emit (z : option bool) (d : option bool * (unit * bool)) : rat :=
  match d.2.2, d.1, z with
  | false, _, None => 1
  | false, _, _ => 0
  | true, Some true, Some _ => q 1 2
  | true, Some true, None => 0
  | true, Some false, Some true => q 1 32
  | true, Some false, Some false => 0
  | true, Some false, None => q 31 32
  | true, None, Some true => q 3 4
  | true, None, Some false => q 1 4
  | true, None, None => 0
  end.

Definition c9p_memory : memory rat_realFieldType unit_finType bool_finType (option_finType bool_finType) (option_finType bool_finType).
Proof.
apply: (@Memory _ _ _ _ _ c9p_prior ex_init ex_trans c9p_emit).
- by move=> a; apply: product_prior_ge0 => _ _; vm_compute.
- by apply: product_prior_sum => _; rewrite sum_tokens; apply/eqP; vm_compute.
- exact: (minit_ge0 ex_memory).
- exact: (minit_sum ex_memory).
- exact: (mtrans_ge0 ex_memory).
- exact: (mtrans_sum ex_memory).
- by case=> [[]|] [[[]|] [[] []]]; vm_compute.
- by case=> [v [[] s]]; apply: (etrans (sum_tokens _)); case: v s => [[]|] []; apply/eqP; vm_compute.
Defined.

Local Notation N := c9p_memory.
Local Notation M := (augmented N).
Local Notation Hs := [set true].
Local Notation Col := [finType of option bool * (unit * bool)].

Definition c9p_mu (v : option bool) : rat := if v is Some b then if b then 1 else -1 else 0.
Local Notation rows := (binary_rows c9p_mu).
Local Notation P := (task_values rows).

Definition red := Some true.
Definition blue := Some false.
Definition mark : option bool := None.
Definition c9p_input := [:: blue; mark; red].

Lemma c9p_stationary : stationary N. Proof. exact: ex_stationary. Qed.
Lemma c9p_ergodic : assumption_3_2 (chain N). Proof. exact: ex_ergodic. Qed.

Lemma c9p_values v : P v = (v != None).
Proof. by rewrite task_values_binary /c9p_mu; case: v => [[]|]. Qed.

(* Functionals on the columns of words: one reads blue, the other compares.   *)
Definition c9p_reads (d : option bool * (unit * bool)) (z : option bool) : rat :=
  match d.1, z with
  | Some true, Some false => 2%:Q
  | Some false, Some true => 32%:Q
  | Some false, Some false => - 32%:Q
  | _, _ => 0
  end.

Lemma c9p_functionals : functionals N tt P Hs c9p_reads.
Proof.
move=> [v [[] s]] /andP[]; rewrite /counts /addressed /= inE c9p_values => Pv /eqP ->.
move=> [v' [[] s']]; rewrite /counts /= c9p_values => Pv'; rewrite sum_tokens.
by case: v v' s' Pv Pv' => [[]|] [[]|] [] // _ _; apply/eqP; vm_compute.
Qed.

(* Backward vectors, as numbers *)

Definition c9p_step (v : option bool) z (b : bool -> rat) (s : bool) : rat :=
  ex_trans (tt, true) (tt, s) * (c9p_emit z (v, (tt, true)) * b true)
  + ex_trans (tt, false) (tt, s) * (c9p_emit z (v, (tt, false)) * b false).
Definition c9p_back v x := foldr (c9p_step v) (fun=> 1) x.

Lemma c9p_beta x a s : beta M x (a, (tt, s)) = c9p_back (a tt) x s.
Proof.
rewrite beta_given; elim: x s => [|z x IH] s //=; rewrite sum_states !IH.
by rewrite /given /column.
Qed.

(* Pr(M = v, H_0 = s, X = x), which is also what the prompt's position sees   *)
Definition c9p_weight v s := q 1 3 * (ex_init (tt, s) * c9p_back v c9p_input s).

Lemma c9p_weightE a s : init M (a, (tt, s)) * beta M c9p_input (a, (tt, s)) = c9p_weight (a tt) s.
Proof.
rewrite c9p_beta /= /ainit /= /c9p_prior /product_prior (bigD1 tt) //= big1 => [|[] //].
by rewrite mulr1 -mulrA.
Qed.

Definition c9p_total (f : option bool -> bool -> rat) : rat :=
  (f None true + f None false)
  + ((f (Some true) true + f (Some true) false) + (f (Some false) true + f (Some false) false)).

Lemma sum_c9p (F : {ffun unit -> option bool} * (unit * bool) -> rat) (f : option bool -> bool -> rat) :
  (forall a s, F (a, (tt, s)) = f (a tt) s) -> \sum_s F s = c9p_total f.
Proof.
move=> FE; rewrite sum_pair sum_one_cell; apply: (etrans (sum_tokens _)).
by rewrite !sum_states !FE !ffunE.
Qed.

Lemma c9p_value : value M (init M) c9p_input = c9p_total c9p_weight.
Proof. by apply: sum_c9p => a s; rewrite c9p_weightE. Qed.

Lemma c9p_supp : supp M c9p_input.
Proof. rewrite /supp probE -/(value M (init M) c9p_input) c9p_value; vm_compute; reflexivity. Qed.

(* The label is 1: of the values that are left, only Some true counts.        *)
Lemma c9p_label : mlabel N c9p_mu tt c9p_input.
Proof.
rewrite /mlabel mscoreE c9p_value; apply: divr_ge0; last by vm_compute.
rewrite /mvalue (@sum_c9p _ (fun v s => c9p_mu v * c9p_weight v s)) => [|a s]; first by vm_compute.
by rewrite c9p_weightE.
Qed.

Lemma c9p_prompted : 0 < mvalue N (allowed rat_realFieldType tt P) c9p_input.
Proof.
rewrite /mvalue (@sum_c9p _ (fun v s => (v != None)%:R * c9p_weight v s)) => [|a s]; first by vm_compute.
by rewrite c9p_weightE /allowed c9p_values.
Qed.

(* After the mark the state is a word, whatever comes there.                  *)
Lemma c9p_scope : scope N tt Hs c9p_input.
Proof.
apply/scope_survivors; exists 3%N => //; apply/eqP/setP => -[a [[] s]].
rewrite in_set0; apply/negP; rewrite /survivors /= inE => /andP[]; rewrite inE => /existsP[[[] s2]].
case/andP; rewrite inE => /andP[]; rewrite inE => /existsP[[[] s1]] /andP[]; rewrite inE => /andP[_].
rewrite /column /addressed /= inE => says_1 _ says_2 step_2.
by move: says_1 says_2 step_2; case: (a tt) s s1 s2 => [[]|] [] [] []; vm_compute.
Qed.

(* What any head reads at the prompt's own position *)

Local Notation u := (allow rat_realFieldType tt P).
Local Notation front := (prompt_outputs N u (x := c9p_input) ord0).

Lemma front_pair (f : option bool -> rat) : \sum_z f z * front z
  = c9p_total (fun v s => (f None * c9p_emit None (v, (tt, s)) + (f red * c9p_emit red (v, (tt, s))
                            + f blue * c9p_emit blue (v, (tt, s)))) * c9p_weight v s) / c9p_total c9p_weight.
Proof.
have tauE' s : tau M 1%N (u :: map (emit M) c9p_input) s = init M s * beta M c9p_input s.
  by rewrite tauE //= /right /= pi_augmented c9p_stationary.
have frontE z : front z = (\sum_s emit M z s * (init M s * beta M c9p_input s))
    / \sum_s init M s * beta M c9p_input s.
  rewrite /prompt_outputs GbarE => [|//|k s]; last exact: prompt_nneg.
  by congr (_ / _); apply: eq_bigr => s _; rewrite tauE'.
under eq_bigr do rewrite frontE mulrA.
rewrite -mulr_suml (@sum_c9p _ c9p_weight) => [|a s]; last by rewrite c9p_weightE.
congr (_ / _); under eq_bigr do rewrite mulr_sumr.
rewrite exchange_big; apply: sum_c9p => a s; rewrite -c9p_weightE.
move: (init M _ * beta M _ _) => w.
rewrite (eq_bigr (fun z => f z * emit M z (a, (tt, s)) * w)) => [|z _]; last by rewrite mulrA.
by rewrite -mulr_suml; congr (_ * _); apply: (etrans (sum_tokens _)).
Qed.

Section Head.
Variables (K : finType) (hd : attention rat_realFieldType K Col (option_finType bool_finType) 1).
Hypothesis keys_ok : reads_keys N tt P Hs hd.
Hypothesis values_ok : reads_values N tt P Hs hd.
Hypothesis weights_ok : reads_weights tt P Hs hd rows.

(* A functional is known from its values on three columns that count.         *)
Lemma three_columns (f : option bool -> rat) (a b c : rat) :
  \sum_z f z * memit N z (Some true, (tt, true)) = a ->
  \sum_z f z * memit N z (Some false, (tt, true)) = b ->
  \sum_z f z * memit N z (Some true, (tt, false)) = c ->
  [/\ f mark = c, f red = 32%:R * b - 31%:R * c & f blue = 2%:R * a - 32%:R * b + 31%:R * c].
Proof.
rewrite !sum_tokens /= /c9p_emit /= !mulr0 !mulr1 !addr0 !add0r => <- <- <-; rewrite /red /blue /mark /q.
by split=> //; field.
Qed.

Let counted (v : option bool) s : v != None -> counts tt P ((v, (tt, s)) : Col).
Proof. by rewrite /counts /= c9p_values. Qed.

Let worded v : v != None -> block tt P Hs ((v, (tt, true)) : Col).
Proof. by move=> v0; rewrite /block counted //= /addressed /= inE. Qed.

(* The score of the keys at the prompt's position *)
Lemma front_score : 3%:Q < \sum_z functional hd z * front z.
Proof.
have [||| fm fr fb] := @three_columns (functional hd) 1 1 0.
- by rewrite keys_ok ?counted // /addressed /= inE.
- by rewrite keys_ok ?counted // /addressed /= inE.
- by rewrite keys_ok ?counted // /addressed /= inE.
by rewrite front_pair fm fr fb; vm_compute.
Qed.

Lemma front_true : \sum_z values hd (Some true, (tt, true)) z * front z = q 11 28.
Proof.
have [read _] := values_ok; have [||| fm fr fb] := @three_columns (values hd (Some true, (tt, true))) 1 0 0.
- by rewrite read ?worded ?counted.
- by rewrite read ?worded ?counted.
- by rewrite read ?worded ?counted.
by rewrite front_pair fm fr fb; apply/eqP; vm_compute.
Qed.

Lemma front_false : \sum_z values hd (Some false, (tt, true)) z * front z = q 24 7.
Proof.
have [read _] := values_ok; have [||| fm fr fb] := @three_columns (values hd (Some false, (tt, true))) 0 1 0.
- by rewrite read ?worded ?counted.
- by rewrite read ?worded ?counted.
- by rewrite read ?worded ?counted.
by rewrite front_pair fm fr fb; apply/eqP; vm_compute.
Qed.

End Head.

(* The position embedding of the lemma: -2 at the first position, 0 elsewhere *)
Section Printed.
Variables (K : finType) (hd : attention rat_realFieldType K Col (option_finType bool_finType) 1).
Hypothesis keys_ok : reads_keys N tt P Hs hd.
Hypothesis values_ok : reads_values N tt P Hs hd.
Hypothesis weights_ok : reads_weights tt P Hs hd rows.
Hypothesis printed_first : offset hd 0 = - 2%:Q.
Hypothesis printed_other : offset hd 1 = 0.

Local Notation outs := (prompt_outputs N u (x := c9p_input)).
Local Notation embs := (prompt_embeddings N u (x := c9p_input)).

Lemma printed_attends : attended (fun i => key_score hd (outs i) i) = [set ord0].
Proof.
have front_gt1 : 1 < key_score hd (outs ord0) 0.
  by rewrite key_scoreE printed_first ltr_subr_addr -[1 + _]/3%:Q; exact: front_score.
have later_le1 i : key_score hd (outs (lift ord0 i)) (lift ord0 i) <= 1.
  rewrite (later_score c9p_stationary keys_ok) printed_other addr0 share_le1 // => s; exact: left_ge0.
apply/setP => i; rewrite in_set1 inE; apply/forallP/eqP => [max|-> i'].
  case: (unliftP ord0 i) max => [i' ->|-> //] /(_ ord0) /(lt_le_trans front_gt1).
  by rewrite ltNge later_le1.
by case: (unliftP ord0 i') => [i'' ->|-> //]; apply: le_trans (later_le1 i'') (ltW front_gt1).
Qed.

Lemma printed_reads : value_at hd ord0 (outs ord0) (embs ord0) < value_at hd (lift ord0 ord0) (outs ord0) (embs ord0).
Proof.
rewrite -subr_gt0 /value_at -sumrB.
pose y d := \sum_z values hd d z * outs ord0 z.
rewrite (eq_bigr (fun d : Col => if block tt P Hs d then - c9p_mu d.1 * y d else 0)) => [|d _]; last first.
  rewrite -mulrBl weights_ok; case: ifP => [/andP[c_d /andP[/eqP dj _]]|_]; last by rewrite mul0r.
  rewrite /rows /= sub0r /prompt_embeddings unlift_none (prompt_row_allow _ _ dj).
  by move: c_d; rewrite /counts dj eqxx => /= ->; rewrite mulr1.
pose two : seq Col := [:: (Some true, (tt, true)); (Some false, (tt, true))].
rewrite -big_mkcond (eq_bigl (mem two)) => [|[v [[] s]]]; last first.
  by rewrite /block /counts /addressed /= c9p_values !inE; case: v s => [[]|] [].
rewrite -big_uniq // !big_cons big_nil /y front_true // front_false //; vm_compute.
Qed.

Lemma printed_says : ~~ prompted_attention_label N hd u c9p_input ord0.
Proof.
apply/negP => /forallP/(_ (lift ord0 ord0)); rewrite /wins ltn0.
rewrite /attn /mean printed_attends !big_set1 cards1 !divr1 leNgt.
by rewrite printed_reads.
Qed.

End Printed.

(* All hypotheses of Theorem 4.6 and of Lemma C.9 hold, the input is in R, is *)
(* possible behind the prompt, and its label is 1. Every head with what the   *)
(* lemma asks of Theta, b and q, and with the printed position embedding,     *)
(* says 0; the paper's is one.                                                *)
Theorem printed_position_fails :
  [/\ assumption_3_2 (chain N), stationary N & assumption_4_5 N rows tt Hs] /\
  exists2 x, [/\ supp M x, scope N tt Hs x,
      0 < fprob M u (word (hat x) : pred (omega _ _ (size (hat x)))) & mlabel N c9p_mu tt x] &
    let says K hd := @prompted_attention_label _ _ _ _ _ K N 1 hd u x ord0 in
    (forall K hd, reads_keys N tt P Hs hd -> reads_values N tt P Hs hd -> reads_weights tt P Hs hd rows ->
       offset hd 0 = - 2%:Q -> offset hd 1 = 0 -> ~~ says K hd) /\
    ~~ says _ (paper_head tt P Hs c9p_reads rows 2%:Q).
Proof.
split; first split; [exact: c9p_ergodic | exact: c9p_stationary | |].
  by apply/recoverable_functionals; exists c9p_reads; exact: c9p_functionals.
exists c9p_input => [|says].
  split; [exact: c9p_supp | exact: c9p_scope | | exact: c9p_label].
  by rewrite hat_total; [exact: c9p_prompted | exact: c9p_stationary].
split=> [K hd k_ok v_ok w_ok first other|]; first exact: printed_says.
apply: printed_says; [exact: paper_keys c9p_functionals | exact: paper_values c9p_functionals
  | exact: paper_weights | exact: paper_offset | exact: paper_offset].
Qed.
