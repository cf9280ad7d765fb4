From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels rules_chain rules_head beyond.

(******************************************************************************)
(* Soundness of the checker's rules about prompts.                            *)
(*                                                                            *)
(*   reached M B  == the states to which a step leads from B, the paper's H*  *)
(*   task_support mu h <=> some difference mu_k - mu_0 is not zero at h       *)
(*   essential M mu B <=> Assumption 3.5 for the sources B and H* = reached B *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Prompts.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T) (c : nat).
Implicit Types (mu : 'I_c.+1 -> S -> R) (b : 'I_c.+1 -> T -> R) (B : {set S}).

Definition reached B := \bigcup_(g in B) [set h | 0 < trans M h g].
Definition task_support mu h := [exists k, mu k h != mu ord0 h].
Definition essential mu B :=
  independent (emit M) (mem (reached B)) /\ forall h, task_support mu h -> h \in reached B.

(* For a binary task this is Assumption 3.5 as in theorem_3_6.v. *)
Lemma essential_binary (mu : S -> R) B :
  independent (emit M) (mem (reached B)) /\
    (forall h, [exists k : 'I_2, (if k == ord0 then mu h else 0) != mu h] -> h \in reached B)
  <-> assumption_3_5 M mu (reached B) B.
Proof.
split=> [[indep sub]|[indep sub _]]; split=> // h; [move=> mu_h; apply: sub | case/existsP => k].
  by apply/existsP; exists (lift ord0 ord0); rewrite /= eq_sym.
by case: ifP => _; rewrite ?eqxx // eq_sym => /sub.
Qed.

Lemma essential_states_sound mu B : independent (emit M) (mem (reached B)) ->
  (forall h, task_support mu h -> h \in reached B) -> exists B, essential mu B.
Proof. by exists B. Qed.

Lemma prompted_head_sound mu b B r fs bs ws : essential mu B ->
  trees (step M) r fs bs -> walks (step M) ws -> gcds ws = 1%N ->
  (forall h, 0 < init M h) -> (forall k h, gap M [:: indicator R B] b mu k h = 0) ->
  [/\ assumption_3_2 M, essential mu B,
      forall blank x, supp M x -> agree M [:: indicator R B] b mu blank x
    & exists f : (T -> R) -> S -> R, forall blank x, supp M x ->
        exists2 C, 0 < C & forall h, h \in reached B ->
          f (Gbar M 2%N (prompted M [:: indicator R B] blank x)) h = C * posterior M x h].
Proof.
move=> ess spread closed gcd1 full gap0; have ergodic := ergodic_sound spread closed gcd1 full.
have u_ge0 : embedding_like [:: indicator R B] by exact: indicator_ge0.
split=> // [blank x _|].
  by apply: gap_agree => // k; apply: big1 => h _; rewrite gap0 mul0r.
have [irr _ _] := ergodic; have full_pi := full_support_pi 1 irr full.
have supp_r h : (rho M [:: indicator R B] h != 0) = (h \in reached B) by exact: supp_rho.
have [indep _] := ess.
have [|L LW] := @left_inverse_exists _ _ _ (emit M) [pred h | rho M [:: indicator R B] h != 0].
  move=> f f0 h; rewrite /= supp_r; apply: indep => z; rewrite -[RHS](f0 z).
  by apply: eq_bigl => g; rewrite /= supp_r.
exists (fun o h => init M h / rho M [:: indicator R B] h * \sum_z L h z * o z) => blank x x_supp.
have [C C_gt0 eq_C] := posterior_recovery_prompt u_ge0 LW blank x_supp.
by exists C => // h; rewrite -supp_r; exact: eq_C.
Qed.

Lemma fake_token_sound (u : S -> R) i x z : (forall h, 0 <= u h <= 1) -> (1 < i <= (size x).+1)%N ->
  Gbar M i (u :: map (emit M) x) z
  = fcprob M u [pred w : omega S (option_finType T) (size (hat x)) | X i w == Some (Some z)]
               (masked i (hat x)).
Proof. by move=> u01; apply: lemma_B1_output => h; have /andP[] := u01 h. Qed.

Lemma prompted_posterior_sound : (forall h, 0 < init M h) ->
  full_support (init M) /\ forall (u : S -> R) x, (forall h, 0 <= u h <= 1) ->
  0 < fprob M u [pred w : omega S (option_finType T) (size x).+2 |
                  (X 1 w == Some None) && later 2 (map Some x) w] ->
  0 < fake_ratio M u x /\ forall h,
  fcprob M u [pred w : omega S (option_finType T) (size x).+2 | H 2 w == h]
             [pred w | (X 1 w == Some None) && later 2 (map Some x) w]
  = fake_ratio M u x * ((init M h)^-1 *
      (fprob M u [pred w : omega S (option_finType T) 2 | (H 2 w == h) && (X 1 w == Some None)]
       * posterior M x h)).
Proof.
move=> full; split=> // u x u01 pos.
have x_supp : supp M x.
  rewrite /supp probE lt_neqAle eq_sym -/(value M (init M) x).
  rewrite value_ge0 ?andbT; last exact: init_ge0.
  apply: contraTneq pos => v0; have := Pr_behind_fake M u x predT => /= ->.
  rewrite big1 ?ltxx // => h _; have /eqP := value_eq0 (init_ge0 M) v0 h.
  by rewrite mulf_eq0 (gt_eqF (full h)) /= => /eqP ->; rewrite mulr0.
split=> [|h]; last exact: lemma_B2.
by rewrite /fake_ratio divr_gt0.
Qed.

Lemma unseen_combination_sound mu k (J : finType) (ws : J -> seq T) (lambda : J -> R) :
  (forall j, ws j != [::]) -> (forall j, supp M (ws j)) ->
  let v h := \sum_j lambda j * beta M (ws j) h in
  (forall z g, \sum_h emit M z h * trans M h g * v h = 0) ->
  \sum_h (mu k h - mu ord0 h) * init M h * v h != 0 ->
  ~ exists us b, (0 < size us)%N /\ proportional M us b mu.
Proof.
move=> ws0 ws_supp v unseen task_neq0 [us [b [us_gt0 prop]]].
apply: (@no_prompted_proportional_head_sound _ _ _ M _ us mu k _ ws lambda ws0 ws_supp _ task_neq0).
  move=> z; case/lastP: us us_gt0 {prop} => // us u _.
  pose y g := forward (trans M) (pi M 1) us g * u g.
  transitivity (\sum_g y g * \sum_h emit M z h * trans M h g * v h); last first.
    by apply: big1 => g _; rewrite unseen mulr0.
  under [RHS]eq_bigr do rewrite mulr_sumr.
  rewrite [RHS]exchange_big; apply: eq_bigr => h _.
  have inside (a d : R) (f : S -> R) : a * (\sum_g f g) * d = \sum_g a * f g * d.
    by rewrite mulr_sumr mulr_suml.
  rewrite /rho forward_rcons inside.
  by apply: eq_bigr => g _; rewrite /y -/(v h); move: (v h) => d; ring.
by exists b.
Qed.

End Prompts.
