From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended.

(******************************************************************************)
(* Theorem 3.6: with a soft prompt in front, a linear head recovers the task  *)
(* although the columns of W may be dependent.                                *)
(*                                                                            *)
(*   prompted M us blank x == the input (us, e(blank), e(x_1), ..., e(x_t))   *)
(*   prompt_label M us b blank x <=> the head b says 1 on Gbar at the blank's *)
(*                    position, |us| + 1, of that input                       *)
(*       rho M us  == law of the state at that position, weighted by the      *)
(*                    prompt us (in extended.v)                               *)
(*  assumption_3_5 M mu Hs B <=> the columns of W in Hs are independent,      *)
(*                    supp mu is in Hs, and Hs is the union of the supports   *)
(*                    of the columns of A in B                                *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Theorem_3_6.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (mu u : S -> R) (us : seq (S -> R)) (b : T -> R) (x : seq T).

Local Notation A := (trans M).
Local Notation W := (emit M).

Definition prompted us blank x := us ++ map W (blank :: x).

Definition prompt_label us b blank x :=
  0 <= \sum_z b z * Gbar M (size us).+1 (prompted us blank x) z.

Definition assumption_3_5 mu (Hs B : {set S}) :=
  [/\ independent W (mem Hs), forall h, mu h != 0 -> h \in Hs
    & Hs = \bigcup_(g in B) [set h | 0 < A h g]].

Definition embedding_like us := forall j h, 0 <= nth (fun=> 0) us j h.

Lemma rho_ge0 us h : embedding_like us -> 0 <= rho M us h.
Proof. by move=> us_ge0; apply: forward_ge0 => // g; exact: pi_ge0. Qed.

Lemma Gbar_prompt us blank x z : embedding_like us ->
  Gbar M (size us).+1 (prompted us blank x) z
  = (\sum_h W z h * (rho M us h * beta M x h)) / \sum_h rho M us h * beta M x h.
Proof.
move=> us_ge0; have lt_i : (0 < (size us).+1 <= size (prompted us blank x))%N.
  by rewrite size_cat /= addnS ltnS leq_addr.
have tau_h h : tau M (size us).+1 (prompted us blank x) h = rho M us h * beta M x h.
  rewrite tauE // /right /prompted take_size_cat // map_cons -cat1s catA.
  by rewrite drop_size_cat // size_cat addn1.
rewrite GbarE // => [|j h]; last first.
  rewrite nth_cat; case: ifP => _; first exact: us_ge0.
  exact: embedding_ge0.
by congr (_ / _); apply: eq_bigr => h _; rewrite tau_h.
Qed.

Lemma prompt_labelE us b blank x : embedding_like us ->
  prompt_label us b blank x = (0 <= value M (head_row M b (rho M us)) x).
Proof.
move=> us_ge0; have r_ge0 h := rho_ge0 h us_ge0.
rewrite /prompt_label; under eq_bigr do rewrite Gbar_prompt //.
by rewrite head_score sign_div //; [exact: value_ge0 | exact: value_head0].
Qed.

(* One finite identity proves the labels of all inputs. *)
Theorem finite_identity_prompt mu us b :
  embedding_like us -> head_equation M mu (rho M us) b ->
  forall blank x, prompt_label us b blank x = label M mu x.
Proof. by move=> us_ge0 eq_b blank x; rewrite labelE prompt_labelE // (eq_value M x eq_b). Qed.

(* What the proof uses, of any prompt: the columns of W that it leaves        *)
(* possible are independent, and mu and pi_0 vanish elsewhere.                *)
Theorem theorem_3_6_sharp mu us : embedding_like us ->
  independent W [pred h | rho M us h != 0] ->
  (forall h, rho M us h = 0 -> mu h * init M h = 0) ->
  exists b, forall blank x, prompt_label us b blank x = label M mu x.
Proof.
move=> us_ge0 indep mu0; have [||b eq_b] := solve_head indep (mu := mu) (rho := rho M us) => //.
by exists b; apply: finite_identity_prompt.
Qed.

Definition indicator (B : {set S}) h : R := (h \in B)%:R.

Lemma supp_rho (Hs B : {set S}) h : full_support (pi M 1) ->
  Hs = \bigcup_(g in B) [set h | 0 < A h g] ->
  (rho M [:: indicator B] h != 0) = (h \in Hs).
Proof.
move=> full ->; rewrite /rho /= psumr_eq0 => [|g _]; last first.
  by rewrite !mulr_ge0 ?trans_ge0 ?pi_ge0 ?ler0n.
apply/allPn/bigcupP => [[g _]|[g gB]].
  rewrite /indicator; case gB: (g \in B); last by rewrite !mulr0 eqxx.
  rewrite /= mulf_eq0 negb_or => /andP[A_neq0 _]; exists g => //.
  by rewrite inE lt_neqAle eq_sym A_neq0 trans_ge0.
rewrite inE => st; exists g; first exact: mem_index_enum.
by rewrite /= /indicator gB mulr1 gt_eqF // mulr_gt0 //; exact: full.
Qed.

Lemma indicator_ge0 B : embedding_like [:: indicator B].
Proof. by case=> [|[|j]] h //=; rewrite ler0n. Qed.

Theorem theorem_3_6 mu : assumption_3_2 M -> (exists Hs B, assumption_3_5 mu Hs B) ->
  exists u b, (forall h, 0 <= u h <= 1) /\
    forall blank x, supp M x -> label M mu x = prompt_label [:: u] b blank x.
Proof.
move=> [irr _ full] [Hs [B [indep mu_Hs HsB]]].
have full_pi := full_support_pi 1 irr full.
case: (@theorem_3_6_sharp mu [:: indicator B]) => [|c c0 h h_rho|h /eqP rho0|b eq_b].
- exact: indicator_ge0.
- apply: (indep c) => [z|]; last by move: h_rho; rewrite /= (supp_rho h full_pi HsB).
  by rewrite -[RHS](c0 z); apply: eq_bigl => g; rewrite /= (supp_rho g full_pi HsB).
- have [->|/mu_Hs] := eqVneq (mu h) 0; first by rewrite mul0r.
  by rewrite -(supp_rho h full_pi HsB) rho0.
exists (indicator B), b; split=> [h|blank x _]; last by rewrite eq_b.
by rewrite /indicator; case: (h \in B); rewrite ?lexx ?ler01.
Qed.

(* Posterior recovery on the states that the prompt leaves possible, up to    *)
(* one positive factor for each input                                         *)
Theorem posterior_recovery_prompt us L : embedding_like us ->
  left_inverse W [pred h | rho M us h != 0] L ->
  forall blank x, supp M x -> exists2 c, 0 < c &
  forall h, rho M us h != 0 ->
    init M h / rho M us h *
      (\sum_z L h z * Gbar M (size us).+1 (prompted us blank x) z)
    = c * posterior M x h.
Proof.
move=> us_ge0 LW blank x; rewrite /supp probE => Pr_gt0.
have r_ge0 h := rho_ge0 h us_ge0.
pose d := value M (rho M us) x; pose e := \sum_h init M h * beta M x h.
have d_ge0 : 0 <= d by apply: value_ge0.
have out h : rho M us h != 0 ->
    \sum_z L h z * Gbar M (size us).+1 (prompted us blank x) z = rho M us h * beta M x h / d.
  move=> h_rho; under eq_bigr do rewrite Gbar_prompt // mulrA mulr_sumr.
  rewrite -mulr_suml exchange_big (bigD1 h) //= [X in _ + X]big1 => [|g /negbTE neq].
    under eq_bigr do rewrite mulrA.
    by rewrite -mulr_suml LW // eqxx mul1r addr0.
  under eq_bigr do rewrite mulrA; rewrite -mulr_suml.
  have [->|g_rho] := eqVneq (rho M us g) 0; first by rewrite mul0r mulr0.
  by rewrite LW // eq_sym neq mul0r.
have /negbT e_neq0 := gt_eqF Pr_gt0.
have [d0|d_neq0] := eqVneq d 0.
  exists 1 => // h h_rho; rewrite out // posteriorE.
  have /eqP := value_eq0 r_ge0 d0 h.
  by rewrite mulf_eq0 (negbTE h_rho) /= => /eqP ->; rewrite !(mulr0, mul0r).
exists (e / d) => [|h h_rho]; first by rewrite divr_gt0 // lt_neqAle eq_sym d_neq0.
rewrite out // posteriorE -/e.
transitivity (init M h * (rho M us h / rho M us h) * beta M x h / d); first by ring.
transitivity (e / e * (init M h * beta M x h) / d); last by ring.
by rewrite !divff // mulr1 mul1r.
Qed.

End Theorem_3_6.
