From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended.
From Recoverable Require Import theorem_3_6 proportional beyond necessary instances.

(******************************************************************************)
(* Hypotheses that are needed: for each of them an exact model on which it    *)
(* alone fails, and with it the conclusion of the theorem.                    *)
(*                                                                            *)
(*   some_head M mu <=> the conclusion of Theorem 3.3: some linear head has   *)
(*                    the label of every possible nonempty input              *)
(*   some_prompted_head M mu <=> that of Theorem 3.6, with prompts of any     *)
(*                    number of tokens, one or more                           *)
(*   closes M h <=> some closed walk goes through h                           *)
(*   aperiodic_where M <=> every state with a closed walk has period 1; for   *)
(*                    irreducible chains that is aperiodicity. A state that   *)
(*                    never comes back has no period at all                   *)
(*                                                                            *)
(*   loop3 == states 0 -> 1, 1 -> 1 or 2, 2 -> 0; the states 0 and 1 say 0,   *)
(*            and 2 says 1                                                    *)
(*   path4 == states 0 -> 1 -> 2 -> 3 -> 3, and each says its own token       *)
(*   start3 == states 0 -> 1 -> 2, 2 -> 0 or 2, from 0; each says its own     *)
(*   start2 == states 0 -> 1, 1 -> 0 or 1, from 1; one token                  *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Conclusions.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T) (mu : S -> R).

Definition some_head := exists b : T -> R, forall blank x, x != [::] -> supp M x ->
  label M mu x = head_label M b 1 (blank :: x).

Definition some_prompted_head := exists (us : seq (S -> R)) (b : T -> R),
  [/\ (0 < size us)%N, forall j h, 0 <= nth (fun=> 0) us j h <= 1
    & forall blank x, x != [::] -> supp M x -> label M mu x = prompt_label M us b blank x].

(* A head with proportional scores has the labels, so that where no head has  *)
(* the labels no scores are proportional either.                              *)
Theorem proportional_some_head b : proportional_head M mu (pi M 1) b -> some_head.
Proof.
case=> c c_gt0 prop; exists b => blank x x0 x_supp.
by rewrite labelE head_labelE prop // pmulr_rge0.
Qed.

Theorem proportional_some_prompted_head us b : (0 < size us)%N -> (forall j h, 0 <= nth (fun=> 0) us j h <= 1) ->
  proportional_head M mu (rho M us) b -> some_prompted_head.
Proof.
move=> us0 us01 [c c_gt0 prop]; exists us, b; split=> // blank x x0 x_supp.
rewrite labelE prompt_labelE ?prop ?pmulr_rge0 // => j h.
by have /andP[] := us01 j h.
Qed.

Definition closes h := exists p, [/\ p != [::], path (step M) h p & last h p = h].
Definition aperiodic_where := forall h, closes h -> forall d, divides_walks M d h -> d = 1%N.

Lemma irreducible_closes : irreducible M -> forall h, closes h.
Proof.
move=> irr h; have [g st] := step_from M h; have /connectP[p path_p last_p] := irr g h.
by exists (g :: p); rewrite /= st.
Qed.

Theorem aperiodic_whereP : irreducible M -> aperiodic_where <-> aperiodic M.
Proof.
move=> irr; split=> [ap h d|ap h _ d]; last exact: ap.
exact: ap (irreducible_closes irr h) d.
Qed.

(* Where states that never come back count as periodic, irreducibility is not *)
(* needed for Theorem 3.3, nor for 3.6: every state is entered.               *)
Theorem aperiodic_no_zero_row : aperiodic M -> no_zero_row M.
Proof.
move=> ap h; case: (pickP (fun g => step M g h)) => [g st|none]; first by exists g.
suff : 2%N = 1%N by []; apply: (ap h) => p.
case/lastP: p => // p h'; rewrite rcons_path last_rcons => /andP[_ st] eq_h.
by move: st; rewrite eq_h none.
Qed.

End Conclusions.

(* Sums over states are written out. *)
Ltac numbers := rewrite ?big_ord_recl ?big_ord0; vm_compute.

Local Notation "''s' k" := (@Ordinal 3 k isT) (at level 8, format "''s' k").

Local Notation "''z' k" := (@Ordinal 2 k isT) (at level 8, format "''z' k").

(* A chain is irreducible by walks that visit every state. *)
Lemma irreducible_by (S T : finType) (M : hmm rat_realFieldType S T) (r : S) (there back : S -> seq S) :
  (forall h, path (step M) r (there h) /\ last r (there h) = h) ->
  (forall h, path (step M) h (back h) /\ last h (back h) = r) -> irreducible M.
Proof.
move=> go come g h; apply: (@connect_trans _ _ r); apply/connectP.
  by have [p l] := come g; exists (back g).
by have [p l] := go h; exists (there h).
Qed.

(* Two closed walks of successive lengths *)
Lemma aperiodic_by_two (S T : finType) (M : hmm rat_realFieldType S T) (short long : S -> seq S) :
  (forall h, [/\ path (step M) h (short h), last h (short h) = h,
                 path (step M) h (long h), last h (long h) = h & size (long h) = (size (short h)).+1]) ->
  aperiodic M.
Proof.
move=> walks h d div; have [p1 l1 p2 l2 sz] := walks h.
by apply/eqP; rewrite -dvdn1 -(dvdn_addr _ (div _ p1 l1)) addn1 -sz; exact: div.
Qed.

(* Theorem 3.3 needs 3.1, and 3.6 needs 3.5. *)

Definition loop3 : hmm rat_realFieldType (ordinal_finType 3) (ordinal_finType 2).
Proof.
by apply: (@Hmm _ _ _ (fun=> q 1 3) (tab2 [:: [:: 0; 0; 1]; [:: 1; q 1 2; 0]; [:: 0; q 1 2; 0]])
  (tab2 [:: [:: 1; 1; 0]; [:: 0; 0; 1]])) => [|||||]; repeat case=> [[|[|[|//]]] ?] //;
  try (apply: sum1; spell); vm_compute.
Defined.

Lemma loop3_ergodic : assumption_3_2 loop3.
Proof.
split; last by each3; vm_compute.
  pose there (h : 'I_3) : seq 'I_3 := nth [::] [:: [::]; [:: 's1]; [:: 's1; 's2]] h.
  pose back (h : 'I_3) : seq 'I_3 := nth [::] [:: [::]; [:: 's2; 's0]; [:: 's0]] h.
  by apply: (@irreducible_by _ _ loop3 ('s0 : 'I_3) there back); each3; split;
    first [by vm_compute | exact: val_inj].
pose short (h : 'I_3) : seq 'I_3 :=
  nth [::] [:: [:: 's1; 's2; 's0]; [:: 's2; 's0; 's1]; [:: 's0; 's1; 's2]] h.
pose long (h : 'I_3) : seq 'I_3 :=
  nth [::] [:: [:: 's1; 's1; 's2; 's0]; [:: 's1; 's2; 's0; 's1]; [:: 's0; 's1; 's1; 's2]] h.
by apply: (@aperiodic_by_two _ _ loop3 short long); each3; split; first [by vm_compute | exact: val_inj].
Qed.

Lemma loop3_dependent (D : pred 'I_3) : D 's0 -> D 's1 -> ~ independent (emit loop3) D.
Proof.
move=> D0 D1 indep; pose f : 'I_3 -> rat := tab [:: 1; -1; 0].
have same z : emit loop3 z 's0 = emit loop3 z 's1 by move: z; each2; apply: val_inj; vm_compute.
have f0 z : \sum_(h | D h) f h * emit loop3 z h = 0.
  rewrite (bigD1 's0) // (bigD1 's1) ?D1 // big1 => [|h /andP[/andP[_ h0] h1]].
    transitivity (f 's0 * emit loop3 z 's0 + (f 's1 * emit loop3 z 's1 + 0)) => //.
    by rewrite addr0 same -mulrDl (_ : f 's0 + f 's1 = 0) ?mul0r //; apply/eqP; vm_compute.
  by move: h0 h1; case: h => [[|[|[|//]]] ?] // _ _; rewrite /f /tab /= mul0r.
by have /eqP := indep f f0 's0 D0; rewrite /f /tab /= oner_eq0.
Qed.

(* The words 1 and 0,1, and what a head reads on them *)
Lemma loop3_values (v : 'I_3 -> rat) :
  value loop3 v [:: 'z1] = v 's1 * q 1 2 /\
  value loop3 v [:: 'z0; 'z1] = v 's0 * q 1 2 + v 's1 * q 1 4.
Proof.
have b1 h : beta loop3 [:: 'z1] h = tab [:: 0; q 1 2; 0] h.
  by move: h; each3; rewrite /beta /= !big_ord_recl big_ord0; apply/eqP; vm_compute.
have b2 h : beta loop3 [:: 'z0; 'z1] h = tab [:: q 1 2; q 1 4; 0] h.
  by move: h; each3; rewrite beta_cons !big_ord_recl big_ord0 !b1; apply/eqP; vm_compute.
have o1 : lift ord0 ord0 = 's1 :> 'I_3 by exact: val_inj.
have o0 : ord0 = 's0 :> 'I_3 by exact: val_inj.
rewrite /value; split.
  by rewrite (eq_bigr _ (fun h _ => congr1 _ (b1 h))) !big_ord_recl big_ord0 o1 o0 /tab /= !mulr0 add0r !addr0.
by rewrite (eq_bigr _ (fun h _ => congr1 _ (b2 h))) !big_ord_recl big_ord0 o1 o0 /tab /= !mulr0 !addr0.
Qed.

(* The task: 3.5 holds of it, with the one state 0, which only 2 leads to.    *)
Definition loop3_first : 'I_3 -> rat := tab [:: -1; 0; 0].

Lemma loop3_essential : assumption_3_5 loop3 loop3_first [set 's0] [set 's2].
Proof.
split; last by rewrite big_set1; apply/setP; each3; rewrite !inE; vm_compute.
  move=> c c0 h; rewrite /= inE => /eqP ->; have := c0 'z0.
  by rewrite (eq_bigl (pred1 's0)) ?big_pred1_eq => [|g]; rewrite ?inE // /tab2 /= mulr1.
by case=> [[|[|[|//]]] ?]; rewrite ?inE.
Qed.

Lemma loop3_possible : supp loop3 [:: 'z1] /\ supp loop3 [:: 'z0; 'z1].
Proof.
by have [v1 v01] := loop3_values (init loop3); rewrite /supp !probE -!/(value _ _ _) v1 v01; split; vm_compute.
Qed.

(* No head without a prompt *)
Theorem needed_3_3_independent : [/\ assumption_3_2 loop3, exists Hs B, assumption_3_5 loop3 loop3_first Hs B,
  ~ assumption_3_1 loop3 & ~ some_head loop3 loop3_first].
Proof.
split; [exact: loop3_ergodic | by do 2 eexists; exact: loop3_essential | exact: loop3_dependent | case=> b agree].
have [supp1 supp01] := loop3_possible; have := agree 'z0 [:: 'z1] isT supp1; have := agree 'z0 [:: 'z0; 'z1] isT supp01.
rewrite !labelE !head_labelE.
have [-> ->] := loop3_values (task_row loop3 loop3_first).
have [-> ->] := loop3_values (head_row loop3 b (pi loop3 1)).
have reads (h : 'I_3) : (h < 2)%N -> head_row loop3 b (pi loop3 1) h = b 'z0 * pi loop3 1 h.
  case: h => [[|[|[|//]]] lt_h] // _; rewrite /head_row; congr (_ * _);
    by rewrite !big_ord_recl big_ord0 /tab2 /= mulr1 mulr0 !addr0; congr b; exact: val_inj.
rewrite !reads; [|by []|by []].
have -> : pi loop3 1 's0 = q 1 3 by apply/eqP; rewrite pi1E; numbers.
have -> : pi loop3 1 's1 = q 1 2 by apply/eqP; rewrite pi1E; numbers.
move: (b 'z0) => b0; have -> : b0 * q 1 3 * q 1 2 + b0 * q 1 2 * q 1 4 = b0 * q 7 24.
  by rewrite -!mulrA -mulrDr; congr (_ * _); apply/eqP; vm_compute.
have -> : b0 * q 1 2 * q 1 2 = b0 * q 1 4 by rewrite -mulrA; congr (_ * _); apply/eqP; vm_compute.
have pos1 : 0 < q 7 24 by vm_compute.
have pos2 : 0 < q 1 4 by vm_compute.
rewrite (pmulr_lge0 b0 pos1) (pmulr_lge0 b0 pos2).
rewrite (_ : (0 <= _) = false); last by vm_compute.
move=> <-; rewrite (_ : (0 <= _) = true); by vm_compute.
Qed.

(* No head behind any prompt: the states 0 and 1 say the same, so that they   *)
(* count with the same sign.                                                  *)
Definition loop3_differ : 'I_3 -> rat := tab [:: 1; -1; 0].

Theorem needed_3_6_essential : [/\ assumption_3_2 loop3,
  ~ exists Hs B, assumption_3_5 loop3 loop3_differ Hs B & ~ some_prompted_head loop3 loop3_differ].
Proof.
split; first exact: loop3_ergodic.
  by case=> Hs [B [indep mu_Hs _]]; apply: loop3_dependent indep; apply: mu_Hs; vm_compute.
case=> us [b [_ us01 agree]]; have us_ge0 : embedding_like us by move=> j h; have /andP[] := us01 j h.
have [supp1 supp01] := loop3_possible; have := agree 'z0 [:: 'z1] isT supp1; have := agree 'z0 [:: 'z0; 'z1] isT supp01.
rewrite !labelE !prompt_labelE //.
have [-> ->] := loop3_values (task_row loop3 loop3_differ).
have [-> ->] := loop3_values (head_row loop3 b (rho loop3 us)).
have reads (h : 'I_3) : (h < 2)%N -> head_row loop3 b (rho loop3 us) h = b 'z0 * rho loop3 us h.
  case: h => [[|[|[|//]]] lt_h] // _; rewrite /head_row; congr (_ * _);
    by rewrite !big_ord_recl big_ord0 /tab2 /= mulr1 mulr0 !addr0; congr b; exact: val_inj.
rewrite !reads; [|by []|by []].
have := rho_ge0 loop3 's0 us_ge0; have := rho_ge0 loop3 's1 us_ge0.
move: (rho loop3 us 's0) (rho loop3 us 's1) (b 'z0) => r0 r1 b0 r1_ge0 r0_ge0.
set t01 := (X in (0 <= X) = _ -> _); have -> : (0 <= t01) = true by vm_compute.
move=> le_0; set t1 := (X in (0 <= X) = _ -> _); have -> : (0 <= t1) = false by vm_compute.
move: le_0; have half : 0 < q 1 2 by vm_compute.
have quarter : 0 < q 1 4 by vm_compute.
move: (q 1 2) (q 1 4) half quarter => c1 c2 c1_gt0 c2_gt0 {t01 t1}.
have [b0_ge0 _|b0_lt0] := leP 0 b0; first by rewrite !mulr_ge0 ?(ltW c1_gt0).
move=> le_0 lt_0; have b0r1 : b0 * r1 < 0 by rewrite -(pmulr_llt0 _ c1_gt0) ltNge -lt_0.
suff : b0 * r0 * c1 + b0 * r1 * c2 < 0 by rewrite ltNge -le_0.
rewrite ltr_naddl ?(pmulr_llt0 _ c2_gt0) // (pmulr_lle0 _ c1_gt0) mulr_le0_ge0 //; exact: ltW.
Qed.

(* Without irreducibility *)

Local Notation "''p' k" := (@Ordinal 4 k isT) (at level 8, format "''p' k").
Ltac each4 := repeat case=> [[|[|[|[|//]]]] ?].

Definition path4 : hmm rat_realFieldType (ordinal_finType 4) (ordinal_finType 4).
Proof.
by apply: (@Hmm _ _ _ (fun=> q 1 4)
  (tab2 [:: [:: 0; 0; 0; 0]; [:: 1; 0; 0; 0]; [:: 0; 1; 0; 0]; [:: 0; 0; 1; 1]])
  (tab2 [:: [:: 1; 0; 0; 0]; [:: 0; 1; 0; 0]; [:: 0; 0; 1; 0]; [:: 0; 0; 0; 1]])) => [|||||];
  repeat case=> [[|[|[|[|//]]]] ?] //; try (apply: sum1; spell); vm_compute.
Defined.

Lemma path4_forward (g : 'I_4) p : path (step path4) g p -> (g <= last g p)%N /\ (last g p = g -> p != [::] -> g = 'p3).
Proof.
have up (g' h : 'I_4) : step path4 g' h -> (g' < h)%N \/ g' = 'p3 /\ h = 'p3.
  by case: g' => [[|[|[|[|//]]]] ?]; case: h => [[|[|[|[|//]]]] ?]; (move=> st; first [by left | by right; split; exact: val_inj | by move: st; vm_compute]).
elim: p g => [|h p IH] g //= /andP[/up st /IH[le_h back]].
case: st => [lt_h|[-> eq_h]]; last by rewrite eq_h in le_h *.
split=> [|eq_g _]; first exact: leq_trans (ltnW lt_h) le_h.
by move: le_h; rewrite eq_g leqNgt lt_h.
Qed.

Lemma path4_rest : [/\ aperiodic_where path4, full_support (init path4), assumption_3_1 path4 & ~ irreducible path4].
Proof.
split.
- move=> h [p [p0 path_p back]] d div; have [_ /(_ back p0) eq_h] := path4_forward path_p.
  by apply/eqP; rewrite -dvdn1; apply: (div [:: 'p3]); rewrite eq_h //=; vm_compute.
- by each4; vm_compute.
- apply: (@independent_by _ _ _ _ _ (fun h z => (h == z)%:R)) => h h' _ _.
  rewrite (bigD1 h) //= eqxx mul1r big1 ?addr0 => [|z /negbTE neq]; last by rewrite eq_sym neq mul0r.
  by move: h h'; each4; apply: val_inj; vm_compute.
move=> /(_ 'p1 'p0)/connectP[p path_p eq_0]; have [le_1 _] := path4_forward path_p.
by rewrite -eq_0 in le_1.
Qed.

(* The word of one token that only the state after g says is possible from g. *)
Lemma path4_values (v : 'I_4 -> rat) :
  value path4 v [:: 'p1] = v 'p0 /\ value path4 v [:: 'p2] = v 'p1.
Proof.
have b1 h : beta path4 [:: 'p1] h = (h == 'p0)%:R.
  by move: h; each4; rewrite /beta /= !big_ord_recl big_ord0; apply/eqP; vm_compute.
have b2 h : beta path4 [:: 'p2] h = (h == 'p1)%:R.
  by move: h; each4; rewrite /beta /= !big_ord_recl big_ord0; apply/eqP; vm_compute.
have pick (g : 'I_4) (f : 'I_4 -> rat) : (forall h, f h = (h == g)%:R) -> \sum_h v h * f h = v g.
  by move=> fE; rewrite (bigD1 g) //= fE eqxx mulr1 big1 ?addr0 // => h /negbTE neq; rewrite fE neq mulr0.
by split; apply: pick.
Qed.

Lemma path4_possible : supp path4 [:: 'p1] /\ supp path4 [:: 'p2].
Proof.
have [v1 v2] := path4_values (init path4).
by rewrite /supp !probE -!/(value _ _ _) v1 v2; split; vm_compute.
Qed.

(* What only H_0 = g can say is lost in pi_1, which g has left: the output is *)
(* 0, and the head says 1.                                                    *)
Theorem needed_3_3_irreducible : let mu h : rat := if h == 'p0 then -1 else 0 in
  [/\ assumption_3_1 path4, aperiodic_where path4, full_support (init path4), ~ irreducible path4
    & ~ some_head path4 mu].
Proof.
move=> mu; have [ap full indep red] := path4_rest; split=> // -[b agree].
have [supp1 _] := path4_possible; have := agree 'p0 [:: 'p1] isT supp1.
rewrite labelE head_labelE; have [-> _] := path4_values (task_row path4 mu).
have [-> _] := path4_values (head_row path4 b (pi path4 1)).
have pi0 : pi path4 1 'p0 = 0 by apply/eqP; rewrite pi1E; numbers.
rewrite /head_row pi0 mulr0 lexx; set t := (X in (0 <= X) = _); have -> : (0 <= t) = false by vm_compute.
by [].
Qed.

(* A prompt only makes it worse: nothing enters 0, nor 1 from what is left.   *)
Lemma path4_rho us : rho path4 us 'p0 = 0 /\ ((0 < size us)%N -> rho path4 us 'p1 = 0).
Proof.
have pi0 : pi path4 1 'p0 = 0 by apply/eqP; rewrite pi1E; numbers.
have into (g h : 'I_4) : (h : nat) = 0%N \/ (h : nat) = 1%N /\ g != 'p0 -> trans path4 h g = 0.
  by move: g h; each4 => -[|[]] // _ _; apply: val_inj; vm_compute.
have rho0 vs : rho path4 vs 'p0 = 0.
  case/lastP: vs => [|vs u]; first exact: pi0.
  by rewrite /rho forward_rcons big1 // => g _; rewrite into ?mul0r //; left.
split=> //; case/lastP: us => // us u _; rewrite /rho forward_rcons big1 // => g _.
have [->|neq] := eqVneq g 'p0; first by rewrite -/(rho path4 us 'p0) rho0 mul0r mulr0.
by rewrite into ?mul0r //; right.
Qed.

Theorem needed_3_6_irreducible : let mu h : rat := if h == 'p1 then -1 else 0 in
  [/\ exists Hs B, assumption_3_5 path4 mu Hs B, aperiodic_where path4, full_support (init path4),
      ~ irreducible path4 & ~ some_prompted_head path4 mu].
Proof.
move=> mu; have [ap full indep red] := path4_rest; split=> //.
  exists [set 'p1], [set 'p0]; split.
  - move=> c c0 h h_in; pose c' g := if g \in [set 'p1] then c g else 0.
    have -> : c h = c' h by rewrite /c'; move: h_in; rewrite /= => ->.
    apply: (indep c') => // z; rewrite -[RHS](c0 z) [RHS]big_mkcond; apply: eq_bigr => g _.
    by rewrite /c' /=; case: ifP => // _; rewrite mul0r.
  - by move=> h; rewrite /mu inE; case: ifP => // _; rewrite eqxx.
  by rewrite big_set1; apply/setP; case=> [[|[|[|[|//]]]] ?]; rewrite !inE; vm_compute.
case=> us [b [us_gt0 us01 agree]]; have us_ge0 : embedding_like us by move=> j h; have /andP[] := us01 j h.
have [_ supp2] := path4_possible; have := agree 'p0 [:: 'p2] isT supp2.
rewrite labelE prompt_labelE //; have [_ ->] := path4_values (task_row path4 mu).
have [_ ->] := path4_values (head_row path4 b (rho path4 us)).
have [_ /(_ us_gt0) rho1] := path4_rho us.
rewrite /head_row rho1 mulr0 lexx; set t := (X in (0 <= X) = _); have -> : (0 <= t) = false by vm_compute.
by [].
Qed.

(* Without full support *)

Definition start3 : hmm rat_realFieldType (ordinal_finType 3) (ordinal_finType 3).
Proof.
by apply: (@Hmm _ _ _ (tab [:: 1; 0; 0]) (tab2 [:: [:: 0; 0; q 1 2]; [:: 1; 0; 0]; [:: 0; 1; q 1 2]])
  (tab2 [:: [:: 1; 0; 0]; [:: 0; 1; 0]; [:: 0; 0; 1]])) => [|||||]; repeat case=> [[|[|[|//]]] ?] //;
  try (apply: sum1; spell); vm_compute.
Defined.

Lemma start3_chain : irreducible start3 /\ aperiodic start3.
Proof.
split.
  pose there (h : 'I_3) : seq 'I_3 := nth [::] [:: [::]; [:: 's1]; [:: 's1; 's2]] h.
  pose back (h : 'I_3) : seq 'I_3 := nth [::] [:: [::]; [:: 's2; 's0]; [:: 's0]] h.
  by apply: (@irreducible_by _ _ start3 ('s0 : 'I_3) there back); each3; split;
    first [by vm_compute | exact: val_inj].
pose short (h : 'I_3) : seq 'I_3 :=
  nth [::] [:: [:: 's1; 's2; 's0]; [:: 's2; 's0; 's1]; [:: 's0; 's1; 's2]] h.
pose long (h : 'I_3) : seq 'I_3 :=
  nth [::] [:: [:: 's1; 's2; 's2; 's0]; [:: 's2; 's2; 's0; 's1]; [:: 's0; 's1; 's2; 's2]] h.
by apply: (@aperiodic_by_two _ _ start3 short long); each3; split; first [by vm_compute | exact: val_inj].
Qed.

Lemma start3_value (v : 'I_3 -> rat) : value start3 v [:: 's1] = v 's0.
Proof.
have b1 h : beta start3 [:: 's1] h = (h == 's0)%:R.
  by move: h; each3; rewrite /beta /= !big_ord_recl big_ord0; apply/eqP; vm_compute.
by rewrite /value (bigD1 's0) //= b1 eqxx mulr1 big1 ?addr0 // => h /negbTE neq; rewrite b1 neq mulr0.
Qed.

Theorem needed_3_3_full_support : let mu h : rat := if h == 's0 then -1 else 0 in
  [/\ assumption_3_1 start3, irreducible start3, aperiodic start3, ~ full_support (init start3)
    & ~ some_head start3 mu].
Proof.
move=> mu; have [irr ap] := start3_chain; split=> //; last first.
- case=> b agree; have supp1 : supp start3 [:: 's1].
    by rewrite /supp probE -/(value _ _ _) start3_value; vm_compute.
  have := agree 's0 [:: 's1] isT supp1; rewrite labelE head_labelE !start3_value.
  have pi0 : pi start3 1 's0 = 0 by apply/eqP; rewrite pi1E; numbers.
  rewrite /head_row pi0 mulr0 lexx; set t := (X in (0 <= X) = _); have -> : (0 <= t) = false by vm_compute.
  by [].
- by move=> /(_ 's1); vm_compute.
apply: (@independent_by _ _ _ _ _ (fun h z => (h == z)%:R)) => h h' _ _.
rewrite (bigD1 h) //= eqxx mul1r big1 ?addr0 => [|z /negbTE neq]; last by rewrite eq_sym neq mul0r.
by move: h h'; each3; apply: val_inj; vm_compute.
Qed.

(* Claim A.1 and Lemma B.2: at a state that pi_0 misses, the right side is 0, *)
(* whatever the factor is.                                                    *)

Definition start2 : hmm rat_realFieldType (ordinal_finType 2) unit_finType.
Proof.
by apply: (@Hmm _ _ _ (tab [:: 0; 1]) (tab2 [:: [:: 0; q 1 2]; [:: 1; q 1 2]]) (fun _ _ => 1)) => [|||||]; each2 => //;
  first [by rewrite sumr_const card_unit | try (apply: sum1; spell); vm_compute].
Defined.

Lemma start2_chain : [/\ irreducible start2, aperiodic start2, start_covered start2 & ~ full_support (init start2)].
Proof.
split.
- pose there (h : 'I_2) : seq 'I_2 := nth [::] [:: [::]; [:: 'z1]] h.
  pose back (h : 'I_2) : seq 'I_2 := nth [::] [:: [::]; [:: 'z0]] h.
  by apply: (@irreducible_by _ _ start2 ('z0 : 'I_2) there back); each2; split;
    first [by vm_compute | exact: val_inj].
- pose short (h : 'I_2) : seq 'I_2 := nth [::] [:: [:: 'z1; 'z0]; [:: 'z0; 'z1]] h.
  pose long (h : 'I_2) : seq 'I_2 := nth [::] [:: [:: 'z1; 'z1; 'z0]; [:: 'z1; 'z0; 'z1]] h.
  by apply: (@aperiodic_by_two _ _ start2 short long); each2; split; first [by vm_compute | exact: val_inj].
- by case=> [[|[|//]] ?]; rewrite pi1E; spell.
by move=> /(_ 'z0); vm_compute.
Qed.

Lemma start2_init : init start2 'z0 = 0. Proof. by []. Qed.

Lemma start2_supp : supp start2 [:: tt].
Proof. by rewrite /supp probE /beta /= !big_ord_recl !big_ord0; vm_compute. Qed.

Lemma start2_beta h : beta start2 [:: tt] h = 1.
Proof. by rewrite beta_cons -(trans_sum start2 h); apply: eq_bigr => g _; rewrite !mulr1. Qed.

Theorem needed_claim_A1_full_support :
  [/\ irreducible start2, aperiodic start2, start_covered start2, ~ full_support (init start2)
    & exists2 x, supp start2 x & ~ exists r, forall h,
      cprob start2 [pred w : omega _ _ (1 + size x) | H 1 w == h] (later 1 x)
      = r * (pi start2 1 h / init start2 h) * posterior start2 x h].
Proof.
have [irr ap cov full] := start2_chain; split=> //; exists [:: tt]; first exact: start2_supp.
case=> r /(_ 'z0); rewrite start2_init invr0 mulr0 mulr0 mul0r /cprob /cPr -!/(prob _ _).
rewrite (prob_later start2 [:: tt] (pred1 'z0)) // prob_laterE // big_pred1_eq start2_beta mulr1.
rewrite (eq_bigr (pi start2 1)) => [|h _]; last by rewrite start2_beta mulr1.
rewrite pi_sum divr1; have -> : pi start2 1 'z0 = q 1 2 by apply/eqP; rewrite pi1E; numbers.
by move/eqP; vm_compute.
Qed.

Theorem needed_lemma_B2_full_support :
  [/\ irreducible start2, aperiodic start2, start_covered start2, ~ full_support (init start2)
    & exists u x, [/\ forall h, 0 <= u h <= 1, supp start2 x & ~ exists r, forall h,
      fcprob start2 u [pred w : omega _ (option_finType _) (size x).+2 | H 2 w == h]
                      [pred w | (X 1 w == Some None) && later 2 (map Some x) w]
      = r * ((init start2 h)^-1 *
          (fprob start2 u [pred w : omega _ (option_finType _) 2 | (H 2 w == h) && (X 1 w == Some None)]
           * posterior start2 x h))]].
Proof.
have [irr ap cov full] := start2_chain; split=> //; exists (fun=> 1), [:: tt].
split=> [h||]; [by rewrite lexx ler01 | exact: start2_supp | case=> r /(_ 'z0)].
rewrite start2_init invr0 mul0r mulr0 /fcprob /cPr -!/(fprob _ _ _).
have rhoE h : rho start2 [:: fun=> 1] h = pi start2 2 h.
  by rewrite piS; apply: eq_bigr => g _; rewrite mulr1.
have := Pr_behind_fake start2 (fun=> 1) [:: tt] (pred1 'z0); rewrite big_pred1_eq start2_beta mulr1 rhoE => ->.
have := Pr_behind_fake start2 (fun=> 1) [:: tt] predT.
rewrite (eq_bigr (pi start2 2)) => [|h _]; last by rewrite start2_beta mulr1 rhoE.
rewrite pi_sum => ->; rewrite divr1 piS !big_ord_recl big_ord0 !pi1E !big_ord_recl !big_ord0.
by move/eqP; vm_compute.
Qed.
