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
(*  in_sight M mu h <=> h is reached from wherever some state is from which   *)
(*                  the task's scores come                                    *)
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

Lemma unequal_prompted_posterior_sound (u : S -> R) (x : seq T) h : (forall h, 0 <= u h <= 1) ->
  0 < fprob M u [pred w : omega S (option_finType T) (size x).+2 |
                  (X 1 w == Some None) && later 2 (map Some x) w] ->
  fcprob M u [pred w : omega S (option_finType T) (size x).+2 | H 2 w == h]
             [pred w | (X 1 w == Some None) && later 2 (map Some x) w]
    != fake_ratio M u x * ((init M h)^-1 *
        (fprob M u [pred w : omega S (option_finType T) 2 | (H 2 w == h) && (X 1 w == Some None)]
         * posterior M x h)) ->
  ~ (full_support (init M) /\ forall (u : S -> R) x, (forall h, 0 <= u h <= 1) ->
     0 < fprob M u [pred w : omega S (option_finType T) (size x).+2 |
                     (X 1 w == Some None) && later 2 (map Some x) w] ->
     0 < fake_ratio M u x /\ forall h,
     fcprob M u [pred w : omega S (option_finType T) (size x).+2 | H 2 w == h]
                [pred w | (X 1 w == Some None) && later 2 (map Some x) w]
     = fake_ratio M u x * ((init M h)^-1 *
         (fprob M u [pred w : omega S (option_finType T) 2 | (H 2 w == h) && (X 1 w == Some None)]
          * posterior M x h))).
Proof. by move=> u01 pos /eqP neq [_ /(_ u x u01 pos)[_ /(_ h)]]. Qed.

(* A state that no step leads to is not behind the first token.               *)
Lemma forward_entered us g : (forall h, trans M g h = 0) -> forward (trans M) (pi M 1) us g = 0.
Proof.
move=> none; case/lastP: us => [|us u]; first by rewrite /= piS big1 // => h _; rewrite none mul0r.
by rewrite forward_rcons big1 // => h _; rewrite none mul0r.
Qed.

Lemma unseen_combination_sound mu k (J : finType) (ws : J -> seq T) (lambda : J -> R) :
  (forall j, ws j != [::]) -> (forall j, supp M (ws j)) ->
  let v h := \sum_j lambda j * beta M (ws j) h in
  (forall z g, [exists h, trans M g h != 0] -> \sum_h emit M z h * trans M h g * v h = 0) ->
  \sum_h (mu k h - mu ord0 h) * init M h * v h != 0 ->
  ~ exists us b, (0 < size us)%N /\ proportional M us b mu.
Proof.
move=> ws0 ws_supp v unseen task_neq0 [us [b [us_gt0 prop]]].
apply: (@no_prompted_proportional_head_sound _ _ _ M _ us mu k _ ws lambda ws0 ws_supp _ task_neq0).
  move=> z; case/lastP: us us_gt0 {prop} => // us u _.
  pose y g := forward (trans M) (pi M 1) us g * u g.
  transitivity (\sum_g y g * \sum_h emit M z h * trans M h g * v h); last first.
    apply: big1 => g _; have [ent|/existsPn none] := boolP [exists h, trans M g h != 0].
      by rewrite unseen ?mulr0.
    by rewrite /y forward_entered ?mul0r // => h; apply/eqP; rewrite -[_ == _]negbK none.
  under [RHS]eq_bigr do rewrite mulr_sumr.
  rewrite [RHS]exchange_big; apply: eq_bigr => h _.
  have inside (a d : R) (f : S -> R) : a * (\sum_g f g) * d = \sum_g a * f g * d.
    by rewrite mulr_sumr mulr_suml.
  rewrite /rho forward_rcons inside.
  by apply: eq_bigr => g _; rewrite /y -/(v h); move: (v h) => d; ring.
by exists b.
Qed.

(* No prompt at all has a proportional head. *)

Definition in_sight mu h :=
  [exists g, [&& task_support mu g, init M g != 0 & [forall j, (0 < trans M g j) ==> (0 < trans M h j)]]].

(* As many possible words as states, with independent backward vectors: a row *)
(* that vanishes on them is zero.                                             *)
Lemma spanning_vanish (J : finType) (ws : J -> seq T) s f : #|J| = #|S| -> s != 0 ->
  independent (fun h j => scaled M s (ws j) h) predT ->
  (forall j, value M f (ws j) = 0) -> forall h, f h = 0.
Proof.
move=> cards s0 /independent_row_free free_E f0 h.
set E := (X in row_free X) in free_E.
have /row_fullP[B BE] : row_full E by rewrite /row_full (eqP free_E) cards.
pose v : 'cV[R]_#|S| := \col_i f (enum_val i).
have Ev : E *m v = 0.
  apply/colP => i; rewrite !mxE; transitivity (s ^+ size (ws (enum_val i)) * value M f (ws (enum_val i))).
    by rewrite -scaled_value; apply: sum_enum => k; rewrite !mxE mulrC.
  by rewrite f0 mulr0.
have /colP/(_ (enum_rank h)) : v = 0 by rewrite -[v]mul1mx -BE -mulmxA Ev mulmx0.
by rewrite !mxE enum_rankK.
Qed.

Lemma rho_last us u h : rho M (rcons us u) h = \sum_g trans M h g * (rho M us g * u g).
Proof. exact: forward_rcons. Qed.

Lemma no_prompt_sound mu (J I : finType) (ws : J -> seq T) s (kappa : 'I_c.+1 -> S -> R)
    (above below : I -> S) (ratio weight : I -> R) :
  (forall j, ws j != [::]) -> (forall j, supp M (ws j)) -> #|J| = #|S| -> s != 0 ->
  independent (fun h j => scaled M s (ws j) h) predT ->
  (forall k z, k != ord0 -> \sum_h emit M z h * kappa k h = 0) ->
  (forall k h, k != ord0 -> ~~ in_sight mu h -> kappa k h = 0) ->
  (forall i, [/\ in_sight mu (above i), in_sight mu (below i), 0 <= weight i
               & forall j, ratio i * trans M (below i) j <= trans M (above i) j]) ->
  let p h := \sum_(k | k != ord0) kappa k h * ((mu k h - mu ord0 h) * init M h)
             - \sum_i weight i * ((below i == h)%:R - ratio i * (above i == h)%:R) in
  (forall h, 0 <= p h) -> (exists h, p h != 0) ->
  ~ exists us b, [/\ (0 < size us)%N, embedding_like us & proportional M us b mu].
Proof.
move=> ws0 ws_supp cards s0 indep ker hidden ratios p p_ge0 [h0 p_h0] [us [b [us_gt0 us_ge0]]].
case=> C C_gt0 prop; pose r := rho M us; pose S_ k h := (mu k h - mu ord0 h) * init M h.
have r_ge0 h : 0 <= r h by exact: rho_ge0.
case/lastP: us us_gt0 us_ge0 @r r_ge0 prop => // us u _ us_ge0 r r_ge0 prop.
pose y g := rho M us g * u g.
have y_ge0 g : 0 <= y g.
  rewrite mulr_ge0 //; first apply: rho_ge0 => i h.
    have [lt_i|le_i] := ltnP i (size us); last by rewrite nth_default.
    by have := us_ge0 i h; rewrite nth_rcons lt_i.
  by have := us_ge0 (size us) g; rewrite nth_rcons ltnn eqxx.
have rE h : r h = \sum_g trans M h g * y g by exact: rho_last.
(* The gaps vanish everywhere. *)
pose out k h := \sum_z (b k z - b ord0 z) * emit M z h.
have outE k h : out k h * r h = C * S_ k h.
  have gap0 := @spanning_vanish J ws s (fun h => out k h * r h - C * S_ k h) cards s0 indep.
  apply/eqP; rewrite -subr_eq0; apply/eqP; apply: gap0 => j.
  have /eqP := prop (ws j) (ws0 j) (ws_supp j) k; rewrite -subr_eq0 => /eqP prop0.
  rewrite -[RHS]prop0 /head_values /task_values /value -!sumrB mulr_sumr -sumrB.
  apply: eq_bigr => g _; rewrite /head_row /task_row /S_ /out.
  under eq_bigr do rewrite mulrBl.
  by rewrite sumrB -/r; ring.
(* What is in sight has a positive probability behind the prompt. *)
have r_gt0 h : in_sight mu h -> 0 < r h.
  case/existsP => g /and3P[/existsP[k mu_g] init_g /forallP covers].
  have : r g != 0.
    apply: contraNneq mu_g => r0; have /eqP := outE k g; rewrite r0 mulr0 eq_sym.
    by rewrite !mulf_eq0 (gt_eqF C_gt0) (negbTE init_g) orbF /= subr_eq0.
  rewrite rE psumr_eq0 => [/allPn[j _ Ay]|j _]; last by rewrite mulr_ge0 ?trans_ge0.
  move: Ay; rewrite mulf_eq0 negb_or => /andP[A_g y_j].
  have A_h : 0 < trans M h j by apply: (implyP (covers j)); rewrite lt_neqAle eq_sym A_g trans_ge0.
  have y_gt0 : 0 < y j by rewrite lt_neqAle eq_sym y_j y_ge0.
  rewrite rE (bigD1 j) //; apply: ltr_paddr; last exact: mulr_gt0.
  by apply: sumr_ge0 => g' _; rewrite mulr_ge0 ?trans_ge0.
pose t h := (r h)^-1.
have t_ge0 h : 0 <= t h by rewrite invr_ge0.
(* The kernel vectors make the sum of the scores zero. *)
have zero : \sum_h (\sum_(k | k != ord0) kappa k h * S_ k h) * t h = 0.
  have seen k h : k != ord0 -> kappa k h * S_ k h * t h = C^-1 * (kappa k h * out k h).
    move=> k0; have [sight|/(hidden k h k0) ->] := boolP (in_sight mu h); last by rewrite !mul0r mulr0.
    have r_neq0 := negbT (gt_eqF (r_gt0 h sight)); have C0 := negbT (gt_eqF C_gt0).
    have -> : S_ k h = C^-1 * (out k h * r h) by rewrite outE mulKf.
    rewrite /t; move: (r h) (out k h) (kappa k h) r_neq0 => r' o' k' r0.
    by field; rewrite C0.
  under eq_bigr do rewrite mulr_suml.
  rewrite exchange_big big1 // => k k0; rewrite (eq_bigr _ (fun h _ => seen k h k0)).
  rewrite -mulr_sumr; suff -> : \sum_h kappa k h * out k h = 0 by rewrite mulr0.
  under eq_bigr do rewrite /out mulr_sumr.
  rewrite exchange_big big1 // => z _.
  transitivity ((b k z - b ord0 z) * \sum_h emit M z h * kappa k h); last by rewrite ker ?mulr0.
  by rewrite mulr_sumr; apply: eq_bigr => h _; ring.
have bounds i : 0 <= weight i * (t (below i) - ratio i * t (above i)).
  have [sa sb w_ge0 le] := ratios i; rewrite mulr_ge0 // subr_ge0.
  have ra := r_gt0 _ sa; have rb := r_gt0 _ sb.
  rewrite /t ler_pdivr_mulr // mulrC ler_pdivl_mulr //.
  rewrite !rE mulr_sumr; apply: ler_sum => j _.
  by rewrite mulrA ler_wpmul2r.
have : 0 < \sum_h p h * t h + \sum_i weight i * (t (below i) - ratio i * t (above i)).
  rewrite ltr_paddr //; first exact: sumr_ge0.
  rewrite (bigD1 h0) //= ltr_paddr //; first by apply: sumr_ge0 => h _; rewrite mulr_ge0.
  rewrite mulr_gt0 //; first by rewrite lt_neqAle eq_sym p_h0 p_ge0.
  rewrite invr_gt0; apply: r_gt0; apply: contraNT p_h0 => out_h0; apply/eqP.
  rewrite /p big1 => [|k k0]; last by rewrite hidden // mul0r.
  rewrite big1 ?subrr // => i _; have [sa sb _ _] := ratios i.
  have -> : (below i == h0) = false by apply: contraNF out_h0 => /eqP <-.
  have -> : (above i == h0) = false by apply: contraNF out_h0 => /eqP <-.
  by rewrite mulr0 subrr mulr0.
suff -> : \sum_h p h * t h + \sum_i weight i * (t (below i) - ratio i * t (above i)) = 0.
  by rewrite ltxx.
have pick (g : S) : \sum_h (g == h)%:R * t h = t g.
  by rewrite (bigD1 g) //= eqxx mul1r big1 ?addr0 // => h; rewrite eq_sym => /negbTE ->; rewrite mul0r.
under eq_bigr do rewrite /p mulrBl.
rewrite sumrB zero sub0r addrC; apply/eqP; rewrite subr_eq0; apply/eqP.
under [RHS]eq_bigr do rewrite mulr_suml.
rewrite exchange_big; apply: eq_bigr => i _ /=.
under eq_bigr do rewrite -mulrA mulrBl -mulrA.
by rewrite -mulr_sumr sumrB -mulr_sumr !pick.
Qed.

End Prompts.
