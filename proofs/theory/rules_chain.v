From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain.

(******************************************************************************)
(* Soundness of the checker's rules about the hidden chain (FORMAT.md).       *)
(*                                                                            *)
(*   spreads e U ps <=> read in order, each pair of ps is a step of e from    *)
(*                    the set U to a new state, which joins U; in the end U   *)
(*                    is the set of all states                                *)
(*   trees e r fs bs <=> the pairs fs spread from r along e, and the pairs bs *)
(*                    against it                                              *)
(*   walks e ws <=> every list of ws is nonempty and closed under e, its last *)
(*                    state before its first                                  *)
(*      gcds ws == greatest common divisor of the lengths of ws               *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Evidence.
Variables (S : finType).
Implicit Types (e : rel S) (U : {set S}) (ps : seq (S * S)) (ws : seq (seq S)).

Fixpoint spreads e U ps :=
  if ps is (g, h) :: ps' then [&& g \in U, h \notin U, e g h & spreads e (h |: U) ps']
  else U == setT.

Definition reverse e : rel S := fun g h => e h g.
Definition swap (p : S * S) := (p.2, p.1).

Definition trees e r fs bs :=
  spreads e [set r] fs && spreads (reverse e) [set r] (map swap bs).

Definition walks e ws := all (fun w => (w != [::]) && cycle e w) ws.

Definition gcds ws := foldr (fun w d => gcdn (size w) d) 0%N ws.

Lemma spreads_connect e r U ps : spreads e U ps ->
  (forall g, g \in U -> connect e r g) -> forall h, connect e r h.
Proof.
elim: ps U => [|[g h] ps IH] U /=; first by move/eqP => -> all_U h; apply: all_U.
case/and4P => gU _ egh /IH spread from_r; apply: spread => k; rewrite !inE.
case/orP => [/eqP ->|/from_r //]; exact: connect_trans (from_r g gU) (connect1 egh).
Qed.

Lemma trees_connect e r fs bs : trees e r fs bs -> forall g h, connect e g h.
Proof.
case/andP => to_all from_all g h.
have start (e' : rel S) k : k \in [set r] -> connect e' r k by rewrite inE => /eqP ->.
apply: connect_trans (spreads_connect to_all (start e) h).
by have := spreads_connect from_all (start (reverse e)) g; rewrite (connect_rev e).
Qed.

(* In an irreducible chain a common divisor of the closed walks at one state  *)
(* divides every closed walk.                                                 *)
Lemma divides_cycle e h d w : (forall g k, connect e g k) ->
  (forall p, path e h p -> last h p = h -> (d %| size p)%N) ->
  w != [::] -> cycle e w -> (d %| size w)%N.
Proof.
case: w => // s w irr div_h _ /= closed_w.
have [p path_p last_p] := connectP (irr h s); have [q path_q last_q] := connectP (irr s h).
have := div_h (p ++ rcons w s ++ q); have := div_h (p ++ q).
rewrite !cat_path !last_cat -!last_p last_rcons path_p path_q closed_w -last_q.
move=> /(_ isT erefl) div_pq /(_ isT erefl).
by rewrite !size_cat addnCA dvdn_addl // -?size_cat // size_rcons.
Qed.

Lemma dvdn_gcds d ws : all (fun w => d %| size w)%N ws -> (d %| gcds ws)%N.
Proof. by elim: ws => [|w ws IH] //= /andP[dw /IH]; rewrite dvdn_gcd dw. Qed.

Lemma trees_walks e r fs bs ws : trees e r fs bs -> walks e ws -> gcds ws = 1%N ->
  forall h d, (forall p, path e h p -> last h p = h -> (d %| size p)%N) -> d = 1%N.
Proof.
move=> /trees_connect irr closed gcd1 h d div_h; apply/eqP.
rewrite -dvdn1 -gcd1; apply: dvdn_gcds; apply: sub_all closed => w /andP[w0 cw].
exact: divides_cycle irr div_h w0 cw.
Qed.

End Evidence.

Section Rules.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).

Lemma irreducible_sound r fs bs : trees (step M) r fs bs -> irreducible M.
Proof. exact: trees_connect. Qed.

Lemma aperiodic_sound r fs bs ws :
  trees (step M) r fs bs -> walks (step M) ws -> gcds ws = 1%N ->
  irreducible M /\ aperiodic M.
Proof.
move=> spread closed gcd1; split; first exact: irreducible_sound spread.
exact: trees_walks spread closed gcd1.
Qed.

Lemma reducible_sound (U : {set S}) : U != set0 -> U != setT ->
  (forall g h, g \in U -> step M g h -> h \in U) -> ~ irreducible M.
Proof.
move=> /set0Pn[g gU] U_neqT closed irr; case/negP: U_neqT; apply/eqP/setP => h.
rewrite inE; have /connectP[p path_p ->] := irr g h.
by elim: p g gU path_p => //= k p IH g gU /andP[/(closed _ _ gU) kU /(IH _ kU)].
Qed.

Lemma periodic_sound p (class : S -> nat) : (1 < p)%N -> (forall h, (class h < p)%N) ->
  (forall g h, step M g h -> class h = if (class g).+1 == p then 0%N else (class g).+1) ->
  ~ (irreducible M /\ aperiodic M).
Proof.
move=> p_gt1 lt_p rises [_ aper].
have [h _] : exists h : S, true.
  case: (pickP (@predT S)) => [h _|no_h]; first by exists h.
  by have := init_sum M; rewrite big_pred0 // => /eqP; rewrite eq_sym oner_eq0.
suff p1 : p = 1%N by rewrite p1 in p_gt1.
apply: (aper h p) => q path_q last_q.
have along k : path (step M) k q -> class (last k q) = ((class k + size q) %% p)%N.
  elim: q k {path_q last_q} => [|k' q IH] k /=; first by rewrite addn0 modn_small.
  case/andP => /rises class_k' /IH ->; rewrite class_k'.
  by case: eqP => [eq_p|_]; rewrite ?addSnnS // add0n -addSnnS eq_p modnDl.
have := along h path_q; rewrite last_q => class_h.
have : class h + size q = class h + 0 %[mod p] by rewrite -class_h addn0 modn_small.
by move/eqP; rewrite eqn_modDl mod0n.
Qed.

Lemma full_support_sound : (forall h, 0 < init M h) -> full_support (init M).
Proof. by []. Qed.

Lemma missing_support_sound h : init M h = 0 -> ~ full_support (init M).
Proof. by move=> init0 /(_ h); rewrite init0 ltxx. Qed.

Lemma ergodic_sound r fs bs ws :
  trees (step M) r fs bs -> walks (step M) ws -> gcds ws = 1%N ->
  (forall h, 0 < init M h) -> assumption_3_2 M.
Proof. by move=> spread closed gcd1 full; have [] := aperiodic_sound spread closed gcd1. Qed.

(* The steps of the evidence have at least the probability of the radius. *)
Lemma ergodic_radius_sound radius r fs bs ws : 0 < radius ->
  (forall h, radius <= init M h) ->
  let wide : rel S := fun g h => radius <= trans M h g in
  trees wide r fs bs -> walks wide ws -> gcds ws = 1%N ->
  forall M' : hmm R S T,
    (forall h, `|init M' h - init M h| < radius) ->
    (forall h g, `|trans M' h g - trans M h g| < radius) -> assumption_3_2 M'.
Proof.
move=> r_gt0 full wide spread closed gcd1 M' near_init near_trans.
have near (a b : R) : radius <= a -> `|b - a| < radius -> 0 < b.
  rewrite distrC ltr_norml => ge_a /andP[_]; rewrite ltr_subl_addr.
  by move=> lt_a; have := le_lt_trans ge_a lt_a; rewrite addrC cpr_add.
have sub : subrel wide (step M') by move=> g h wide_gh; exact: near (near_trans h g).
split=> [g h|h d div_h|h]; last exact: near (near_init h).
  have sub1 : subrel wide (connect (step M')) by move=> x y /sub/connect1.
  exact: connect_sub sub1 _ _ (trees_connect spread g h).
by apply: (trees_walks spread closed gcd1 (h := h)) => p /(sub_path sub); apply: div_h.
Qed.

End Rules.
