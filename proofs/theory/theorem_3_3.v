From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain.

(******************************************************************************)
(* Theorem 3.3: a linear head on the prediction for the first position of     *)
(* (blank, x) gives the label of every possible input x, of every length.     *)
(*                                                                            *)
(*   assumption_3_1 M <=> the columns of W are linearly independent           *)
(*     head_equation M mu rho b <=> b^T W diag(rho) = (mu . pi_0)^T, the      *)
(*                      finite identity that proves it for all inputs         *)
(*   left_inverse W D L <=> L W = 1 on the columns in D                       *)
(*        normalise v == v divided by the sum of its entries                  *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section LeftInverse.
Variables (R : realFieldType).

Definition left_inverse (S T : finType) (W : T -> S -> R) (D : pred S) (L : S -> T -> R) :=
  forall h h', D h -> D h' -> \sum_z L h z * W z h' = (h == h')%:R.

Lemma left_inverse_all (S T : finType) (W : T -> S -> R) :
  independent W predT -> exists L, left_inverse W predT L.
Proof.
move=> indep; pose E := \matrix_(i < #|S|, j < #|T|) W (enum_val j) (enum_val i).
have : row_free E.
  apply: inj_row_free => v vE; apply/rowP => i; rewrite mxE.
  have := indep (fun h => v ord0 (enum_rank h)) _ (enum_val i) isT.
  rewrite enum_valK; apply=> z; rewrite (reindex _ (onW_bij _ (enum_val_bij _))) /=.
  have /rowP/(_ (enum_rank z)) := vE; rewrite !mxE => vE0; rewrite -[RHS]vE0.
  by apply: eq_bigr => j _; rewrite enum_valK mxE enum_rankK.
case/row_freeP => B EB; exists (fun h z => B (enum_rank z) (enum_rank h)) => h h' _ _.
have /matrixP/(_ (enum_rank h') (enum_rank h)) := EB; rewrite !mxE.
rewrite (inj_eq enum_rank_inj) eq_sym => <-.
rewrite (reindex _ (onW_bij _ (enum_val_bij _))) /=.
by apply: eq_bigr => j _; rewrite enum_valK mxE enum_rankK mulrC.
Qed.

(* Columns outside of D are replaced by new unit columns. *)
Lemma left_inverse_exists (S T : finType) (W : T -> S -> R) (D : pred S) :
  independent W D -> exists L, left_inverse W D L.
Proof.
move=> indep.
pose F (z : T + S) h : R :=
  match z with inl z => (D h)%:R * W z h | inr g => (~~ D h && (g == h))%:R end.
case: (@left_inverse_all _ _ F) => [c c0 h _|L LF].
  case Dh: (D h).
    apply: (indep c) => // z; have := c0 (inl z); rewrite big_mkcond /= => c0z.
    rewrite big_mkcond -[RHS]c0z; apply: eq_bigr => g _; rewrite /F.
    by case: (D g); rewrite ?mul1r ?mul0r ?mulr0.
  have := c0 (inr h); rewrite (bigD1 h) //= Dh eqxx mulr1 big1 ?addr0 // => g neq.
  by rewrite eq_sym (negbTE neq) andbF mulr0.
exists (fun h z => L h (inl z)) => h h' _ Dh'; rewrite -LF // big_sumType /=.
rewrite [X in _ + X]big1 ?addr0 => [|g _]; last by rewrite Dh' mulr0.
by apply: eq_bigr => z _; rewrite Dh' mul1r.
Qed.

End LeftInverse.

Section Theorem_3_3.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (mu rho : S -> R) (b : T -> R) (x : seq T).

Local Notation W := (emit M).

Definition assumption_3_1 := independent W predT.

Definition head_equation mu rho b := forall h, head_row M b rho h = task_row M mu h.

(* The value of head and task agree; so do the scores, up to a factor that is *)
(* positive on possible inputs that the head sees.                            *)

Lemma eq_value (u v : S -> R) x : u =1 v -> value M u x = value M v x.
Proof. by move=> eq_uv; apply: eq_bigr => h _; rewrite eq_uv. Qed.

Lemma value_task0 mu x : value M (init M) x = 0 -> value M (task_row M mu) x = 0.
Proof.
move=> /(value_eq0 (init_ge0 M)) v0; apply: big1 => h _.
by rewrite /task_row -mulrA v0 mulr0.
Qed.

Lemma value_head0 b rho x : (forall h, 0 <= rho h) ->
  value M rho x = 0 -> value M (head_row M b rho) x = 0.
Proof.
move=> rho_ge0 /(value_eq0 rho_ge0) v0; apply: big1 => h _.
by rewrite /head_row -mulrA v0 mulr0.
Qed.

Lemma sign_div (v c : R) : 0 <= c -> (c = 0 -> v = 0) -> (0 <= v / c) = (0 <= v).
Proof.
rewrite le_eqVlt => /orP[/eqP <- /(_ erefl) ->|c_gt0 _]; first by rewrite mul0r.
by rewrite pmulr_lge0 ?invr_gt0.
Qed.

Lemma labelE mu x : label M mu x = (0 <= value M (task_row M mu) x).
Proof.
by rewrite /label task_score sign_div //; [exact/value_ge0/init_ge0 | exact: value_task0].
Qed.

Lemma head_labelE b blank x :
  head_label M b 1 (blank :: x) = (0 <= value M (head_row M b (pi M 1)) x).
Proof.
rewrite /head_label; under eq_bigr do rewrite G1E.
by rewrite head_score sign_div //; [exact/value_ge0/(pi_ge0 M 1) | exact/value_head0/(pi_ge0 M 1)].
Qed.

(* One finite identity proves the labels of all inputs. *)
Theorem finite_identity mu b : head_equation mu (pi M 1) b ->
  forall blank x, head_label M b 1 (blank :: x) = label M mu x.
Proof. by move=> eq_b blank x; rewrite labelE head_labelE (eq_value _ eq_b). Qed.

Lemma solve_head D mu rho : independent W D ->
  (forall h, rho h != 0 -> D h) -> (forall h, rho h = 0 -> task_row M mu h = 0) ->
  exists b, head_equation mu rho b.
Proof.
case/left_inverse_exists => L LW rhoD mu0.
exists (fun z => \sum_(h | D h) task_row M mu h / rho h * L h z) => h.
rewrite /head_row; have [rho0|rho_neq0] := eqVneq (rho h) 0.
  by rewrite rho0 mulr0 mu0.
under eq_bigr do rewrite mulr_suml.
rewrite exchange_big (bigD1 h) /=; last exact: rhoD.
under eq_bigr do rewrite -mulrA.
rewrite -mulr_sumr LW ?rhoD // eqxx mulr1 big1 ?addr0 ?divfK // => h' /andP[Dh' neq].
under eq_bigr do rewrite -mulrA.
by rewrite -mulr_sumr (LW _ _ Dh' (rhoD _ rho_neq0)) (negbTE neq) mulr0.
Qed.

(* What the proof uses: 3.1, and pi_1 does not vanish where mu and pi_0 do not *)
Theorem theorem_3_3_sharp mu : assumption_3_1 ->
  (forall h, pi M 1 h = 0 -> mu h * init M h = 0) ->
  exists b, forall blank x, head_label M b 1 (blank :: x) = label M mu x.
Proof.
move=> indep mu0; have [||b eq_b] := @solve_head predT mu (pi M 1) indep => //.
by exists b; apply: finite_identity.
Qed.

(* With the hypotheses of the paper *)
Theorem theorem_3_3 mu : assumption_3_1 -> assumption_3_2 M ->
  exists b, forall blank x, supp M x -> label M mu x = head_label M b 1 (blank :: x).
Proof.
move=> indep [irr _ full]; case: (@theorem_3_3_sharp mu indep) => [h pi0|b eq_b].
  by have := full_support_pi 1 irr full h; rewrite pi0 ltxx.
by exists b => blank x _; rewrite eq_b.
Qed.

(* Posterior recovery *)

Definition normalise (v : S -> R) h := v h / \sum_g v g.

Theorem posterior_recovery L : left_inverse W predT L -> full_support (pi M 1) ->
  forall blank x, supp M x ->
  posterior M x
  =1 normalise (fun h => init M h / pi M 1 h * \sum_z L h z * G M 1 (blank :: x) z).
Proof.
move=> LW full blank x; rewrite /supp probE => Pr_gt0 h.
pose c := \sum_g pi M 1 g * beta M x g.
have c_neq0 : c != 0.
  apply: contraTneq Pr_gt0 => c0; rewrite big1 ?ltxx // => g _.
  have /eqP := value_eq0 (pi_ge0 M 1) c0 g.
  by rewrite mulf_eq0 (gt_eqF (full g)) /= => /eqP ->; rewrite mulr0.
have out g : init M g / pi M 1 g * (\sum_z L g z * G M 1 (blank :: x) z)
           = init M g * beta M x g / c.
  have -> : \sum_z L g z * G M 1 (blank :: x) z = pi M 1 g * beta M x g / c.
    under eq_bigr do rewrite G1E mulrA mulr_sumr.
    rewrite -mulr_suml exchange_big (bigD1 g) //= [X in _ + X]big1 => [|g' /negbTE neq].
      under eq_bigr do rewrite mulrA.
      by rewrite -mulr_suml LW // eqxx mul1r addr0.
    under eq_bigr do rewrite mulrA.
    by rewrite -mulr_suml LW // eq_sym neq mul0r.
  by rewrite !mulrA divfK // (gt_eqF (full g)).
rewrite /normalise out; under [in RHS]eq_bigr do rewrite out.
rewrite -mulr_suml posteriorE -[in RHS]mulrA; congr (_ * _).
by rewrite invf_div mulrA mulVf ?mul1r.
Qed.

End Theorem_3_3.
