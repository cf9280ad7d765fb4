From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended.
From Recoverable Require Import theorem_3_6 proportional beyond.

(******************************************************************************)
(* What the theorems need: implications between properties of a model, from   *)
(* which the audit derives that a hypothesis can be dropped or weakened.      *)
(*                                                                            *)
(*     no_zero_row M <=> every state is entered from some state               *)
(*  stationary_start M <=> pi_1 = pi_0                                        *)
(*   start_covered M <=> pi_1 does not vanish where pi_0 does not             *)
(* task_covered M mu <=> pi_1 does not vanish where mu and pi_0 do not        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Necessary.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (mu q : S -> R).

Definition no_zero_row := forall h, exists g, step M g h.
Definition stationary_start := pi M 1 =1 init M.
Definition start_covered := forall h, pi M 1 h = 0 -> init M h = 0.
Definition task_covered mu := forall h, pi M 1 h = 0 -> mu h * init M h = 0.

Theorem irreducible_no_zero_row : irreducible M -> no_zero_row.
Proof. by move=> irr h; exact: step_into. Qed.

Theorem first_law_full : no_zero_row -> full_support (init M) -> full_support (pi M 1).
Proof.
move=> into full h; have [g st] := into h; rewrite pi1E (bigD1 g) //=.
rewrite ltr_paddr ?mulr_gt0 // sumr_ge0 // => g' _.
by rewrite mulr_ge0 ?trans_ge0 ?init_ge0.
Qed.

Theorem first_law_full_covered : full_support (pi M 1) -> start_covered.
Proof. by move=> full h pi0; have := full h; rewrite pi0 ltxx. Qed.

Theorem stationary_covered : stationary_start -> start_covered.
Proof. by move=> eq_pi h <-. Qed.

(* Probability flows along every step, so that it reaches every state.        *)
Theorem stationary_full_support :
  stationary_start -> irreducible M -> full_support (init M).
Proof.
move=> eq_pi irr.
have pushed g h : step M g h -> 0 < init M g -> 0 < init M h.
  move=> st g_gt0; rewrite -eq_pi pi1E (bigD1 g) //=.
  rewrite ltr_paddr ?mulr_gt0 // sumr_ge0 // => g' _.
  by rewrite mulr_ge0 ?trans_ge0 ?init_ge0.
have [g g_gt0] : exists g, 0 < init M g.
  case: (pickP (fun g => 0 < init M g)) => [g|none]; first by exists g.
  have := pi_sum M 0; rewrite big1 => [/eqP|g _]; first by rewrite eq_sym oner_eq0.
  by apply/le_anti; rewrite init_ge0 leNgt none.
have along p : forall g', 0 < init M g' -> path (step M) g' p -> 0 < init M (last g' p).
  elim: p => [|g1 p IH] g' g'_gt0 //= /andP[st path_p].
  by apply: IH => //; exact: pushed st g'_gt0.
by move=> h; case/connectP: (irr g h) => p path_p ->; exact: along.
Qed.

Theorem start_covered_task mu : start_covered -> task_covered mu.
Proof. by move=> cov h /cov ->; rewrite mulr0. Qed.

Lemma equation_proportional mu q b : head_equation M mu q b -> proportional_head M mu q b.
Proof. by move=> eq_b; exists 1 => // x _ _; rewrite mul1r (eq_value M x eq_b). Qed.

Theorem theorem_3_3_proportional mu : assumption_3_1 M -> task_covered mu ->
  exists b, proportional_head M mu (pi M 1) b.
Proof.
move=> indep cov; have [||b eq_b] := @solve_head R S T M predT mu (pi M 1) indep => //.
by exists b; exact: equation_proportional.
Qed.

Theorem theorem_3_6_proportional mu : (exists Hs B, assumption_3_5 M mu Hs B) ->
  full_support (pi M 1) ->
  exists u b, (forall h, 0 <= u h <= 1) /\ proportional_head M mu (rho M [:: u]) b.
Proof.
move=> [Hs [B [indep mu_Hs HsB]]] full.
have supp_h h := supp_rho h full HsB.
have [||b eq_b] := @solve_head R S T M (mem Hs) mu (rho M [:: indicator R B]) indep.
- by move=> h; rewrite supp_h.
- move=> h /eqP rho0; rewrite /task_row; have [->|/mu_Hs] := eqVneq (mu h) 0; first by rewrite mul0r.
  by rewrite -supp_h rho0.
exists (indicator R B), b; split; last exact: equation_proportional.
by move=> h; rewrite /indicator; case: (h \in B); rewrite ?lexx ?ler01.
Qed.

(* Theorem 3.6 with prompts of any length needs neither full support nor      *)
(* aperiodicity: a state h that the task weighs comes back by way of a state  *)
(* of B, after any multiple of some time; at one multiple of all these times  *)
(* every such h is entered from a state of B that is possible just before.    *)

Lemma pi_step i g h : step M g h -> 0 < pi M i g -> 0 < pi M i.+1 h.
Proof.
move=> st g_gt0; rewrite piS (bigD1 g) //=.
rewrite ltr_paddr ?mulr_gt0 // sumr_ge0 // => g' _.
by rewrite mulr_ge0 ?trans_ge0 ?pi_ge0.
Qed.

Lemma pi_path p : forall i g, path (step M) g p -> 0 < pi M i g ->
  0 < pi M (i + size p) (last g p).
Proof.
elim: p => [|g' p IH] i g /=; first by rewrite addn0.
by case/andP => st path_p g_gt0; rewrite addnS -addSn; apply: IH => //; exact: pi_step st g_gt0.
Qed.

Lemma returns (B : {set S}) b h : irreducible M -> b \in B -> step M b h -> 0 < init M h ->
  exists s, (0 < s)%N /\ forall k, (0 < k)%N ->
    exists g, [/\ g \in B, step M g h & 0 < pi M (k * s).-1 g].
Proof.
move=> irr bB st h_gt0; case/connectP: (irr h b) => p path_p eq_b.
have back k : 0 < pi M (k * (size p).+1) h.
  elim: k => [|k IH]; first exact: h_gt0.
  rewrite mulSn addnC addnS; apply: (pi_step st).
  by rewrite eq_b; exact: pi_path.
exists (size p).+1; split=> // k; case: k => // k _; exists b; split=> //.
by rewrite mulSn addnC addnS /= eq_b; exact: pi_path.
Qed.

Theorem theorem_3_6_long mu : (exists Hs B, assumption_3_5 M mu Hs B) -> irreducible M ->
  exists (us : seq (S -> R)) b, [/\ (0 < size us)%N,
    forall j h, 0 <= nth (fun=> 0) us j h <= 1 & proportional_head M mu (rho M us) b].
Proof.
move=> [Hs [B [indep mu_Hs HsB]]] irr.
have in_Hs h : reflect (exists2 g, g \in B & step M g h) (h \in Hs).
  rewrite HsB; apply: (iffP bigcupP) => [[g gB]|[g gB st]]; first by rewrite inE; exists g.
  by exists g => //; rewrite inE.
have times h : exists s, (0 < s)%N /\ (mu h * init M h != 0 -> forall k, (0 < k)%N ->
    exists g, [/\ g \in B, step M g h & 0 < pi M (k * s).-1 g]).
  have [_|neq] := eqVneq (mu h * init M h) 0; first by exists 1%N; split.
  move: neq; rewrite mulf_eq0 negb_or => /andP[/mu_Hs/in_Hs[g gB st] h_neq0].
  have h_gt0 : 0 < init M h by rewrite lt_neqAle eq_sym h_neq0 init_ge0.
  by have [s [s_gt0 ret]] := returns irr gB st h_gt0; exists s; split=> // _.
have [s s_ok] := fin_all_exists times.
pose N := (2 * \prod_h s h)%N.
have prod_gt0 : (0 < \prod_h s h)%N by apply: prodn_gt0 => h; case: (s_ok h).
have at_N h : mu h * init M h != 0 -> exists g, [/\ g \in B, step M g h & 0 < pi M N.-1 g].
  move=> neq; have [s_gt0 /(_ neq) ret] := s_ok h.
  pose k := (2 * \prod_(g | g != h) s g)%N.
  have k_gt0 : (0 < k)%N by rewrite muln_gt0 /=; apply: prodn_gt0 => g; case: (s_ok g).
  suff -> : N = (k * s h)%N by exact: ret.
  by rewrite /N /k (bigD1 h) //= [(s h * _)%N]mulnC mulnA.
pose ones : S -> R := fun=> 1.
pose us := rcons (nseq N.-2 ones) (indicator R B).
have N_gt1 : (1 < N)%N by rewrite -[2%N]/(2 * 1)%N leq_mul2l.
have rhoE h : rho M us h = \sum_g trans M h g * (pi M N.-1 g * indicator R B g).
  rewrite /rho /us forward_rcons; apply: eq_bigr => g _; congr (_ * (_ * _)).
  rewrite (@forward_any _ _ _ M N.-2 1) // addn1.
  by case: (N) N_gt1 => // -[].
have rho_Hs h : rho M us h != 0 -> h \in Hs.
  rewrite rhoE => neq; apply/in_Hs.
  case: (pickP (fun g => (g \in B) && step M g h)) => [g /andP[gB st]|none]; first by exists g.
  case/eqP: neq; apply: big1 => g _; rewrite /indicator.
  have := none g; case: (g \in B) => /= no_step; last by rewrite !mulr0.
  by rewrite trans0 ?mul0r ?no_step.
have rho0 h : rho M us h = 0 -> task_row M mu h = 0.
  move=> r0; apply/eqP; apply: contraT => neq; have [g [gB st g_gt0]] := at_N h neq.
  have : 0 < rho M us h; last by rewrite r0 ltxx.
  rewrite rhoE (bigD1 g) //= /indicator gB mulr1 ltr_paddr ?mulr_gt0 // sumr_ge0 // => g' _.
  by rewrite !mulr_ge0 ?trans_ge0 ?pi_ge0 ?ler0n.
have [||b eq_b] := @solve_head R S T M (mem Hs) mu (rho M us) indep; [exact: rho_Hs|exact: rho0|].
exists us, b; split; last exact: equation_proportional.
  by rewrite /us size_rcons.
move=> j h; rewrite /us nth_rcons size_nseq nth_nseq.
case: ifP => _; first by case: ifP => _; rewrite /ones ?lexx ?ler01.
by case: ifP => _; rewrite ?lexx ?ler01 // /indicator; case: (h \in B); rewrite ?lexx ?ler01.
Qed.

End Necessary.
