From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended labels columns.
From Recoverable Require Import memory scope attention attention_identities supporting_memory.
From Recoverable Require Import supporting_prompt theorem_4_3 theorem_4_6 instances instances_memory.

(******************************************************************************)
(* An exact model on which Lemma C.9 of the paper fails: the head attends to  *)
(* a position behind the prompt at which, without the prompt, the hidden      *)
(* state can be outside of H*. The printed set is only a part of the attended *)
(* one.                                                                       *)
(*                                                                            *)
(*   c9_memory == one cell; the syntax states true and false of ex_memory;    *)
(*        with the value true: true says 2, false says 0 or 1;                *)
(*        with the value false: true says 0 or 2, false says 1                *)
(*   c9_mu == the task, 1 on true and 0 on false: the prompt excludes false   *)
(*   c9_input == 0, 2, 2, 1, 2: without the prompt H_2 can be false, if the   *)
(*        value is, as then H_1 can be true; H_5 is true in any case          *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Supports at a position, by sets *)

Section Supports.
Variables (R : realFieldType) (C Y V T : finType) (N : memory R C Y V T).
Variables (j : C) (Ss : {set Y}) (c : nat) (mu : 'I_c.+1 -> V -> R).
Implicit Types (x : seq T).

Let Au := [finType of {ffun C -> V} * (C * Y)].
Local Notation M := (augmented N).
Local Notation P := (task_values mu).

Lemma in_support_survivors x (i : 'I_(size x)) : supp M x ->
  in_support N j Ss i = (survivors N j Ss (start N) i.+1 x == set0).
Proof.
move=> x_supp; have eq_p := survivorsP N j Ss i x (init_ge0 M).
rewrite start_positive; apply/(in_supportP _ _ _ x_supp)/idP => [inside|/eq_p inside s].
  apply/eq_p => s pos; apply: inside; rewrite left_all.
  exact: (negbT (gt_eqF pos)).
rewrite left_all => neq; apply: inside.
by rewrite lt_neqAle eq_sym neq; exact: (masked_ge0 N i.+1 x s).
Qed.

Lemma prompted_support_survivors x (i : 'I_(size x)) : stationary N ->
  \sum_s left_possible N j P i s != 0 ->
  prompted_support N j Ss mu i = (survivors N j Ss (source N j P) i.+1 x == set0).
Proof.
move=> still tot; have q_ge0 s : 0 <= pi M 1 s * allow R j P s by rewrite mulr_ge0 ?pi_ge0 ?allow_ge0.
have eq_p := survivorsP N j Ss i x q_ge0.
have tE s : left_possible N j P i s = forward (trans M) (fun s => \sum_g trans M s g * (pi M 1 g * allow R j P g))
    (map (emit M) (take i x)) s * beta M (drop i.+1 x) s.
  rewrite -(tau_prompted j mu still) tauE /= ?size_map; last exact: (ltn_ord i).
  by rewrite /right /= -map_take -map_drop.
rewrite source_positive; apply/(prompted_supportP _ still tot)/idP => [inside|/eq_p inside s].
  by apply/eq_p => s pos; apply: inside; rewrite tE (negbT (gt_eqF pos)).
by rewrite tE => neq; apply: inside; rewrite lt_neqAle eq_sym neq -tE left_ge0.
Qed.

Lemma follow0 x : follow N x set0 = set0.
Proof.
elim: x => //= z x IH; rewrite (_ : sift N z (advance N set0) = set0) //.
apply/setP => s; rewrite !inE; apply/negP => /andP[/existsP[h]]; by rewrite inE.
Qed.

Lemma seen_neq0 x : [exists s in start N, P (s.1 j) && (0 < beta M x s)] -> mvalue N (allowed R j P) x != 0.
Proof.
case/existsP => s /and3P[]; rewrite inE => /andP[p0 i0] Ps b0; rewrite gt_eqF //.
rewrite /mvalue (bigD1 s) //= ltr_paddr // ?sumr_ge0 // => [s' _|].
  by rewrite mulr_ge0 ?allowed_ge0 // mulr_ge0 ?beta_ge0 ?ainit_ge0.
by rewrite /allowed Ps mul1r mulr_gt0 // mulr_gt0.
Qed.

End Supports.

Definition c9_emit (z : 'I_3) (d : bool * (unit * bool)) : rat :=
  match d.1, d.2.2 with
  | true, true => tab [:: 0; 0; 1] z
  | true, false => tab [:: q 1 2; q 1 2; 0] z
  | false, true => tab [:: q 1 2; 0; q 1 2] z
  | false, false => tab [:: 0; 1; 0] z
  end.

Definition c9_memory : memory rat_realFieldType unit_finType bool_finType bool_finType (ordinal_finType 3).
Proof.
apply: (@Memory _ _ _ _ _ ex_prior ex_init ex_trans c9_emit).
- exact: (prior_ge0 ex_memory).
- exact: (prior_sum ex_memory).
- exact: (minit_ge0 ex_memory).
- exact: (minit_sum ex_memory).
- exact: (mtrans_ge0 ex_memory).
- exact: (mtrans_sum ex_memory).
- by move=> z [v [[] s]]; case: v s => [] []; move: z; each3; vm_compute.
- by move=> [v [[] s]]; case: v s => [] []; apply/eqP; rewrite /c9_emit /= !big_ord_recl big_ord0; vm_compute.
Defined.

Local Notation N := c9_memory.
Local Notation M := (augmented N).
Local Notation Hs := [set true].

Definition c9_mu (v : bool) : rat := if v then 1 else 0.
Local Notation rows := (binary_rows c9_mu).
Local Notation P := (task_values rows).

Definition c9_reads (d : bool * (unit * bool)) (z : 'I_3) : rat := tab [:: 0; 0; 1] z.

Definition o3 k (lt : (k < 3)%N) : 'I_3 := Ordinal lt.
Definition c9_input : seq 'I_3 := [:: @o3 0 isT; @o3 2 isT; @o3 2 isT; @o3 1 isT; @o3 2 isT].

Lemma c9_stationary : stationary N. Proof. exact: ex_stationary. Qed.
Lemma c9_ergodic : assumption_3_2 (chain N). Proof. exact: ex_ergodic. Qed.

Lemma c9_values v : P v = v.
Proof. by rewrite task_values_binary /c9_mu; case: v. Qed.

Lemma c9_functionals : functionals N tt P Hs c9_reads.
Proof.
move=> [v [[] s]] /andP[]; rewrite /counts /addressed /= inE c9_values => Pv /eqP ->.
move=> [v' [[] s']]; rewrite /counts /= c9_values => Pv'.
rewrite !big_ord_recl big_ord0; case: v Pv => // _; case: v' Pv' => // _.
by case: s'; apply/eqP; vm_compute.
Qed.

(* Paths: one step of the sets *)
Lemma c9_step (E : {set {ffun unit -> bool} * (unit * bool)}) z (a : {ffun unit -> bool}) s s' :
  (a, (tt, s)) \in E -> (0 < ex_trans (tt, s') (tt, s)) && (0 < c9_emit z (a tt, (tt, s'))) ->
  (a, (tt, s')) \in sift N z (advance N E).
Proof.
move=> sE /andP[st em]; rewrite !inE; apply/andP; split; last exact: em.
by apply/existsP; exists (tt, s); rewrite sE.
Qed.

Lemma c9_start a s : (a, (tt, s)) \in start N.
Proof. by rewrite inE (ex_prior_gt0 a); case: s; vm_compute. Qed.

Ltac stepping eq_a from := apply: (c9_step (s := from)); last by rewrite eq_a; vm_compute.

Lemma c9_possible (a : {ffun unit -> bool}) : a tt = true -> (a, (tt, true)) \in follow N c9_input (start N).
Proof.
move=> eq_a; rewrite /c9_input /=; stepping eq_a false; stepping eq_a true; stepping eq_a true.
by stepping eq_a false; stepping eq_a true; exact: c9_start.
Qed.

Lemma c9_supp : supp M c9_input.
Proof.
rewrite supp_follow; apply/set0Pn; exists ([ffun=> true], (tt, true)).
by apply: c9_possible; rewrite ffunE.
Qed.

(* The prompted word is possible, so that x is in the set Z of the lemma. *)
Lemma c9_seen : mvalue N (allowed rat_realFieldType tt P) c9_input != 0.
Proof.
pose E := [set s in start N | s.1 tt].
have : follow N c9_input E != set0.
  have eq_a : [ffun=> true : bool] tt = true by rewrite ffunE.
  apply/set0Pn; exists ([ffun=> true], (tt, true)); rewrite /c9_input /=.
  stepping eq_a false; stepping eq_a true; stepping eq_a true; stepping eq_a false; stepping eq_a true.
  by rewrite inE c9_start ffunE.
rewrite follow_beta => /existsP[s]; rewrite inE -andbA => /and3P[s_start s1 b_gt0].
by apply: seen_neq0; apply/existsP; exists s; rewrite s_start c9_values s1.
Qed.

Definition position k (lt : (k < size c9_input)%N) : 'I_(size c9_input) := Ordinal lt.

(* Without the prompt: at the second position the state can be false, at the  *)
(* last it cannot.                                                            *)
Lemma c9_second : ~~ in_support N tt Hs (@position 1 isT).
Proof.
rewrite in_support_survivors ?c9_supp //; apply/set0Pn; exists ([ffun=> false], (tt, true)).
have eq_a : [ffun=> false : bool] tt = false by rewrite ffunE.
rewrite /survivors /=; stepping eq_a false; stepping eq_a true; stepping eq_a false.
rewrite inE; apply/andP; split; last by rewrite /addressed /= inE.
rewrite inE; apply/existsP; exists (tt, true); apply/andP; split; last by vm_compute.
by stepping eq_a true; exact: c9_start.
Qed.

Lemma c9_last : in_support N tt Hs (@position 4 isT).
Proof.
rewrite in_support_survivors ?c9_supp // /survivors /=; apply/eqP/setP => -[a [[] s]].
rewrite in_set0; apply/negP; rewrite inE => /andP[]; rewrite inE => /existsP[[[] s0] /andP[]].
rewrite inE => /andP[_ says] st; rewrite /addressed /= inE.
by move: says st; rewrite /column /=; case: (a tt); case: s0; case: s.
Qed.

(* Behind the prompt it cannot be false at the second position either. *)
Lemma c9_second_prompted : prompted_support N tt Hs rows (@position 1 isT).
Proof.
rewrite prompted_support_survivors; [|exact: c9_stationary|exact: left_total c9_seen].
rewrite /survivors [X in follow _ _ X](_ : _ = set0) ?follow0 //; apply/setP => -[a [[] s]].
rewrite in_set0; apply/negP; rewrite inE => /andP[]; rewrite inE => /existsP[[[] s0] /andP[]].
rewrite inE => /andP[]; rewrite inE => /existsP[h /andP[]]; rewrite inE => /and3P[_ /=].
rewrite c9_values => eq_a _ _ says st; rewrite /addressed /= inE.
by move: says st; rewrite /column /= eq_a; case: s0; case: s.
Qed.

(* Lemma C.9 as printed says that the head attends exactly to the positions   *)
(* i + 1 with supp P[H_i | x_{-i}] in H*.                                     *)
Theorem printed_lemma_C9_fails : exists hd : attention rat_realFieldType
    (option_finType [finType of unit * bool]) [finType of bool * (unit * bool)] (ordinal_finType 3) 1,
  [/\ assumption_3_2 (chain N), stationary N, assumption_4_5 N rows tt Hs
    & [/\ reads_keys N tt P Hs hd, reads_values N tt P Hs hd & reads_weights tt P Hs hd rows]] /\
  [/\ supp M c9_input,
      0 < fprob M (allow _ tt P) (word (hat c9_input) : pred (omega _ _ (size (hat c9_input)))),
      in_support N tt Hs (@position 4 isT)
    & exists2 i : 'I_(size c9_input), ~~ in_support N tt Hs i &
      lift ord0 i \in attended (fun i : 'I_(size c9_input).+1 =>
        key_score hd (prompt_outputs N (allow _ tt P) (x := c9_input) i) i)].
Proof.
have [near far] := far_head (C := unit_finType) tt Hs P c9_reads rows.
exists (paper_head tt P Hs c9_reads rows (reach (functional (paper_head tt P Hs c9_reads rows 0)))).
have hat_gt0 : 0 < fprob M (allow _ tt P) (word (hat c9_input) : pred (omega _ _ (size (hat c9_input)))).
  rewrite hat_total; last exact: c9_stationary.
  rewrite lt_neqAle eq_sym c9_seen sumr_ge0 // => s _.
  by rewrite mulr_ge0 ?allowed_ge0 // mulr_ge0 ?beta_ge0 ?ainit_ge0.
split; split; [exact: c9_ergodic | exact: c9_stationary | | | exact: c9_supp | exact: hat_gt0 | exact: c9_last |].
- by apply/recoverable_functionals; exists c9_reads; exact: c9_functionals.
- by split; [apply: paper_keys | apply: paper_values | apply: paper_weights]; exact: c9_functionals.
exists (@position 1 isT); first exact: c9_second.
rewrite (lemma_C9 c9_stationary (paper_keys _ _ c9_functionals) near far c9_supp hat_gt0).
  by rewrite inE liftK c9_second_prompted.
by exists (@position 1 isT); exact: c9_second_prompted.
Qed.
