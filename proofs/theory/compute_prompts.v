From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels rules_chain rules_head rules_prompt columns.
From Recoverable Require Import compute compute_columns compute_model compute_heads.

(******************************************************************************)
(* The rules about prompts, by computation.                                   *)
(*                                                                            *)
(*  proposition_3_4_of M, claim_A1_of M, lemma_B1_of M, lemma_B2_of M <=> the *)
(*                   statement of this name, for the model M                  *)
(*  embeddings us <=> all entries are in [0,1]                                *)
(*  some_prompt M mu <=> some prompt of one token or more has a proportional  *)
(*                   head                                                     *)
(*  differ_check q x h <=> pi_0 vanishes at h, q and beta do not              *)
(*  law_at i == the law of H_i                                                *)
(*   weighs c mu h <=> the state h is in the support of the task              *)
(*   states n B == the set of the states of the list B                        *)
(*     reach B == the list of the states of H*(B), ascending                  *)
(*   shown B == the indicator of B, the prompt of Theorem 3.6, as data        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition embeddings (R : realFieldType) (S : finType) (us : seq (S -> R)) :=
  forall j h, 0 <= nth (fun=> 0) us j h <= 1.

Definition some_prompt (R : realFieldType) (S T : finType) (M : hmm R S T) c (mu : 'I_c.+1 -> S -> R) :=
  exists us b, [/\ (0 < size us)%N, embeddings us & proportional M us b mu].

Section Statements.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).

Definition proposition_3_4_of := forall (x : seq T) i z, (0 < i <= size x)%N ->
  G M i x z = \sum_h emit M z h * cprob M [pred w : omega S T (size x) | H i w == h] (masked i x).

Definition claim_A1_of := assumption_3_2 M /\ forall (x : seq T) i, (0 < i)%N -> supp M x ->
  0 < ratio M i x /\
  forall h, cprob M [pred w : omega S T (i + size x) | H i w == h] (later i x)
            = ratio M i x * (pi M i h / init M h) * posterior M x h.

Definition lemma_B1_of := forall (u : S -> R) i (x : seq T) z,
  (forall h, 0 <= u h <= 1) -> (1 < i <= (size x).+1)%N ->
  Gbar M i (u :: map (emit M) x) z
  = fcprob M u [pred w : omega S (option_finType T) (size (hat x)) | X i w == Some (Some z)]
               (masked i (hat x)).

Definition lemma_B2_of := full_support (init M) /\
  forall (u : S -> R) (x : seq T), (forall h, 0 <= u h <= 1) ->
  0 < fprob M u [pred w : omega S (option_finType T) (size x).+2 |
                  (X 1 w == Some None) && later 2 (map Some x) w] ->
  0 < fake_ratio M u x /\ forall h,
  fcprob M u [pred w : omega S (option_finType T) (size x).+2 | H 2 w == h]
             [pred w | (X 1 w == Some None) && later 2 (map Some x) w]
  = fake_ratio M u x * ((init M h)^-1 *
      (fprob M u [pred w : omega S (option_finType T) 2 | (H 2 w == h) && (X 1 w == Some None)]
       * posterior M x h)).

End Statements.

Definition weighs c mu h := has (fun i => ~~ (at0 (difference mu i).2 h =? 0)%ZZ) (iota 0 c.+1).

Lemma weighsE (R : realFieldType) n c mu (h : 'I_n.+1) : (0 <? mu.1)%ZZ ->
  weighs c mu h = task_support (@mx R c n.+1 mu) h.
Proof.
move=> mu0; have same (i : 'I_c.+1) : (mx R mu i h != mx R mu ord0 h) = ~~ (at0 (difference mu i).2 h =? 0)%ZZ.
  by rewrite -subr_eq0 /mx -val_difference /val mulf_eq0 invr_eq0 (negbTE (nonzero R mu0)) orbF toR_eq0.
apply/hasP/existsP => [[i]|[i]]; last by rewrite same; exists (i : nat); rewrite ?mem_iota ?ltn_ord.
by rewrite mem_iota => /andP[_ lt_i]; exists (Ordinal lt_i); rewrite same.
Qed.

Definition states n (B : seq nat) := [set h : 'I_n.+1 | (h : nat) \in B].

Section Prompts.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).
Local Notation prompt_of := (prompt_of R n).

(* True of every model, or of every ergodic one *)

Theorem masked_output_checked : valid n k d -> proposition_3_4_of M.
Proof. by move=> _ x i z; apply: masked_output_sound. Qed.

Theorem shifted_posterior_checked fs bs ws : ergodic_check n d fs bs ws -> claim_A1_of M.
Proof.
case/andP => /(aperiodic_evidence R ok)[fs' [bs' [ws' [t_ok w_ok gcd1]]]] pos.
exact: shifted_posterior_sound t_ok w_ok gcd1 (full_support_checked R ok pos).
Qed.

Theorem fake_token_checked : valid n k d -> lemma_B1_of M.
Proof. by move=> _ u i x z; apply: fake_token_sound. Qed.

Theorem prompted_posterior_checked : positivel n.+1 (initial d).2 -> lemma_B2_of M.
Proof. by move=> pos; apply: prompted_posterior_sound; apply: full_support_checked. Qed.

(* Some prompt, and none *)

Definition embeddings_check (us : seq vector) :=
  all (fun u => [&& (0 <? u.1)%ZZ, nonnegl u.2 & all (fun a => a <=? u.1)%ZZ u.2]) us.

Lemma embeddings_checked us : embeddings_check us -> embeddings (prompt_of us) /\ prompt_check us.
Proof.
move=> us_ok; split; last by apply: sub_all us_ok => u /and3P[-> ->].
move=> j h; case: (ltnP j (size us)) => [lt_j|ge_j]; last first.
  by rewrite nth_default ?size_map // lexx ler01.
rewrite (nth_map (1%ZZ, [::])) //; set u := nth _ _ _.
have /and3P[u0 ge0 /allP le1] : [&& (0 <? u.1)%ZZ, nonnegl u.2 & all (fun a => a <=? u.1)%ZZ u.2].
  by have /allP := us_ok; apply; apply: mem_nth.
rewrite /vf val_ge0 //= /val ler_pdivr_mulr ?toR_gt0 // mul1r -subr_ge0 -toRB toR_ge0.
apply: (@at0P (fun a => 0 <=? u.1 - a)%ZZ) => [|a /le1]; move: u0; move: u.1 => e; lia.
Qed.

Definition some_prompt_check us := (us != [::]) && embeddings_check us.

Lemma some_prompt_shown c b us mu : some_prompt_check us ->
  @proportional R _ _ M c (prompt_of us) (mx R b) (mx R mu) -> @some_prompt R _ _ M c (mx R mu).
Proof.
case/andP => us0 /embeddings_checked[us_ok _] prop.
by exists (prompt_of us), (mx R b); rewrite size_map lt0n size_eq0.
Qed.

Theorem some_prompt_checked c b us mu : some_prompt_check us && identity_check n k d c b us mu ->
  @some_prompt R _ _ M c (mx R mu).
Proof. by case/andP => us_ok /(proportional_identity_checked R ok)[/(some_prompt_shown us_ok)]. Qed.

Definition unseen_check c mu i ws lambda :=
  combination_check n k d c mu i ws lambda &&
  all (fun g => zerol (nth [::] (transition d).2 g) ||
      zerol (matvec (emission d) (mulv (column (transition d) g) (words_sum n d lambda ws))).2)
    (iota 0 n.+1).

Theorem unseen_combination_checked c mu i ws lambda : unseen_check c mu i ws lambda ->
  ~ @some_prompt R _ _ M c (mx R mu).
Proof.
case/andP => /(combination_checked R ok)[words vE task0] /all_iotaP out0 [us [b [us0 _ prop]]].
apply: (unseen_combination_sound _ _ _ task0) => [j|j|z g ent|]; try by have [] := words j.
  have /orP[/zerolP row0|/zerolP out0g] := out0 g (ltn_ord g).
    by case/existsP: ent => h; rewrite /= /mx /mval /entry row0 toR0 mul0r eqxx.
  transitivity (val R (matvec (emission d) (mulv (column (transition d) g) (words_sum n d lambda ws))) z).
    rewrite (@val_matvec _ n.+1); last first.
      apply: leq_trans (size_mull _ _) _; rewrite size_map.
      by case/and5P: ok => _ /and3P[/eqP ->].
    by apply: eq_bigr => h _; rewrite val_mulv val_column vE mulrA.
  by rewrite /val out0g mul0r.
by exists us, b.
Qed.

(* Claim A.1 and Lemma B.2 fail at a state h where the law of H_0 vanishes, if *)
(* h has the law q later and the input after it is possible: one side is 0.   *)

Definition differ_check (q : vector) x h :=
  [&& all (fun z => z <= k)%N x, (h <= n)%N, (at0 (initial d).2 h =? 0)%ZZ
    & (0 <? at0 (mulv q (back_of n d x)).2 h)%ZZ].

Lemma differ_checked q (q' : 'I_n.+1 -> R) x h : (0 <? q.1)%ZZ -> q' =1 vf R q -> (forall g, 0 <= q' g) ->
  differ_check q x h -> let y := tokens k x in
  [/\ init M (inord h) = 0, 0 < \sum_g q' g * beta M y g
    & q' (inord h) * beta M y (inord h) / (\sum_g q' g * beta M y g) != 0].
Proof.
move=> q0 qE q_ge0 /and4P[le_x le_h /Z.eqb_spec init0 pos] y.
have pos_h : 0 < q' (inord h) * beta M y (inord h).
  rewrite qE -(val_back R ok) // /vf -val_mulv inordK // /val divr_gt0 ?toR_gt0 //=.
  by rewrite posM // (back_den ok).
have pos_sum : 0 < \sum_g q' g * beta M y g.
  rewrite (bigD1 (inord h)) //= ltr_paddr // sumr_ge0 // => g _.
  by rewrite mulr_ge0 ?beta_ge0.
split=> //; first by rewrite /= /vf /val inordK // init0 mul0r.
by rewrite mulf_neq0 ?invr_eq0 ?gt_eqF.
Qed.

Definition law_at i := iter i (matvec (transition d)) (initial d).

Lemma law_atE i : (0 <? (law_at i).1)%ZZ /\ pi M i =1 vf R (law_at i).
Proof.
have [/andP[/eqP size_i i0] /and3P[/eqP size_t _ t0] _ _ _] := and5P ok.
have size_l j : size (law_at j).2 = n.+1 by case: j => [|j]; rewrite // size_map.
elim: i => [|i [den0 IH]]; first by split.
split=> [|h]; first by rewrite /= posM.
rewrite piS [RHS](@val_matvec _ n.+1) ?size_l //; apply: eq_bigr => g _; by rewrite IH.
Qed.

Definition unequal_shifted_check i x h :=
  [&& (0 < i)%N, word_check n k d x & differ_check (law_at i) x h].

Theorem unequal_shifted_posterior_checked i x h : unequal_shifted_check i x h -> ~ claim_A1_of M.
Proof.
case/and3P => i_gt0 /(word_checked R ok)[_ x_supp] differ; have [q0 piE] := law_atE i.
have [init0 _ left0] := differ_checked q0 piE (pi_ge0 M i) differ.
apply: (@unequal_shifted_posterior_sound _ _ _ _ _ i (inord h) i_gt0 x_supp).
rewrite init0 invr0 !mulr0 mul0r /cprob /cPr -!/(prob _ _) prob_laterE //.
by rewrite (prob_later M _ (pred1 _)) // big_pred1_eq.
Qed.

Definition unequal_prompted_check u x h :=
  [&& embeddings_check [:: u], word_check n k d x & differ_check (rho_of d [:: u]) x h].

Theorem unequal_prompted_posterior_checked u x h : unequal_prompted_check u x h -> ~ lemma_B2_of M.
Proof.
case/and3P => /embeddings_checked[u01 u_ok] /(word_checked R ok)[_ _] differ.
have [_ r0 rhoE] := rho_ofE R ok u_ok.
have rho_ge0 g : 0 <= rho M (prompt_of [:: u]) g.
  apply: forward_ge0 => [h'|j h']; first exact: pi_ge0.
  by have /andP[] := u01 j h'.
have := differ_checked r0 rhoE rho_ge0 differ; move: (tokens k x) => y [init0 pos left0].
have total := Pr_behind_fake M (vf R u) y predT.
apply: (@unequal_prompted_posterior_sound _ _ _ _ (vf R u) y (inord h) (u01 0%N)); first by rewrite total.
rewrite init0 invr0 mul0r mulr0 /fcprob /cPr -!/(fprob _ _ _) prob_behind_fake.
by rewrite [X in _ / X]total.
Qed.

(* Assumption 3.5 *)

Definition reach (B : seq nat) := [seq h <- iota 0 n.+1 | has (fun g => steps d g h) B].

Lemma reachE B (h : 'I_n.+1) : all (fun g => g <= n)%N B ->
  (h \in reached M (states n B)) = ((h : nat) \in reach B).
Proof.
move=> /allP le_B; rewrite mem_filter mem_iota /= ltn_ord andbT.
apply/bigcupP/hasP => [[g]|[g Bg st]].
  by rewrite !inE => Bg st; exists (g : nat) => //; rewrite (stepE R ok).
exists (inord g); first by rewrite inE inordK // ltnS; apply: le_B.
by rewrite inE -/(step M (inord g) h) -stepE inordK // ltnS; apply: le_B.
Qed.

(* Theorem 3.6 *)

Definition shown (B : seq nat) : vector := (1%ZZ, [seq if h \in B then 1%ZZ else 0%ZZ | h <- iota 0 n.+1]).

Lemma shownE B (h : 'I_n.+1) : val R (shown B) h = indicator R (states n B) h.
Proof.
rewrite /val /at0 (nth_map 0%N) ?size_iota // nth_iota // add0n toR1 divr1.
by rewrite /indicator inE; case: ifP.
Qed.

Lemma shown_ok B : prompt_check [:: shown B].
Proof.
have ge0 : nonnegl (shown B).2 by rewrite /nonnegl all_map; apply/allP => h _ /=; case: ifP.
by rewrite /prompt_check /all ge0.
Qed.

End Prompts.
