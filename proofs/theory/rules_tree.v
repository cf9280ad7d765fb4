From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 supporting extended theorem_3_6.
From Recoverable Require Import labels rules_labels rules_overlap.

(******************************************************************************)
(* Soundness of the checker's prefix trees (FORMAT.md), and theory B3: how    *)
(* often a given head is wrong, on inputs of every length.                    *)
(*                                                                            *)
(*    along M r w == the row r_w with r_w . beta(y) = r . beta(w y)           *)
(*    lost strict a, safe strict a <=> a comparison with the value a is lost, *)
(*                   or won; a strict one needs a positive value              *)
(*    flip_bound strict v m t == 0 if nothing can flip, otherwise the sum of  *)
(*                   max(0, m_j - t_j)                                        *)
(*    row_label M s x a <=> a is the first of the largest s_k . beta(x)       *)
(*    differing M s g w l == probability of the continuations of w by l       *)
(*                   tokens on which the rows s and g have different labels   *)
(*  regions .. G == regions named by G: a label, facts, and for each token    *)
(*                  the next region, each of whose facts is a combination     *)
(*      meets f m r == the masses m and the rows r satisfy the fact f         *)
(*    within_region rg x M s g w <=> the prefix w is in the region x          *)
(*      closed M rg <=> what is asked of all regions, whether used or not     *)
(*           tree == prefix trees; the ends of the vectors at a prefix are    *)
(*                   functions of the prefix                                  *)
(*   valid M s g tr w <=> what is asked of the tree tr below the prefix w     *)
(* state_part .. w a h d == bound of the part of what comes from the state h  *)
(*                   behind w on which the label is not a, from d tokens      *)
(*   by_state .. seen w d == bracket from the labels of the states in seen    *)
(*   bounds .. tr w l == computed bracket of differing M s g w l              *)
(*  depth ahead tr == length from which on all leaves have one bracket: that  *)
(*                   of the deepest one, ahead more of those by state         *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Along.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (r v m : S -> R) (w x y : seq T).

Local Notation A := (trans M).
Local Notation W := (emit M).

Definition extend r z h := W z h * \sum_g A h g * r g.

Fixpoint along r w := if w is z :: w' then along (extend r z) w' else r.

Lemma value_cons r z x : value M r (z :: x) = value M (extend r z) x.
Proof.
rewrite /value; under eq_bigr do rewrite beta_cons mulr_sumr.
rewrite exchange_big; apply: eq_bigr => h _ /=.
rewrite /extend mulr_sumr mulr_suml; apply: eq_bigr => g _; ring.
Qed.

Lemma value_along r w y : value M r (w ++ y) = value M (along r w) y.
Proof. by elim: w r => //= z w IH r; rewrite value_cons IH. Qed.

Lemma along_rcons r w z : along r (rcons w z) = extend (along r w) z.
Proof. by elim: w r => //= z' w IH r; rewrite IH. Qed.

Lemma along_ge0 r w h : (forall g, 0 <= r g) -> 0 <= along r w h.
Proof.
elim: w r => //= z w IH r r_ge0; apply: IH => g.
by rewrite mulr_ge0 ?emit_ge0 ?sumr_ge0 // => g' _; rewrite mulr_ge0 ?trans_ge0.
Qed.

Lemma value_nil r : value M r [::] = \sum_h r h.
Proof. by apply: eq_bigr => h _; rewrite mulr1. Qed.

Lemma eq_along r r' w : r =1 r' -> along r w =1 along r' w.
Proof.
elim: w r r' => //= z w IH r r' eq_r; apply: IH => h.
by rewrite /extend; congr (_ * _); apply: eq_bigr => g _; rewrite eq_r.
Qed.

Lemma along_sub r r' w h : along (fun h => r h - r' h) w h = along r w h - along r' w h.
Proof.
elim: w r r' => //= z w IH r r'; rewrite -IH; apply: eq_along => g.
by rewrite /extend -mulrBr -sumrB; congr (_ * _); apply: eq_bigr => k _; rewrite mulrBr.
Qed.

Lemma along_scale a r w h : along (fun h => a * r h) w h = a * along r w h.
Proof.
elim: w r => //= z w IH r; rewrite -IH; apply: eq_along => g.
rewrite /extend [RHS]mulrCA; congr (_ * _); rewrite mulr_sumr; apply: eq_bigr => k _; exact: mulrCA.
Qed.

Lemma sum_value r l : \sum_(y : l.-tuple T) value M r y = \sum_h r h.
Proof.
rewrite exchange_big; apply: eq_bigr => h _.
by rewrite -mulr_sumr sum_beta mulr1.
Qed.

(* The flip bound *)

Definition lost (strict : bool) (a : R) := if strict then a <= 0 else a < 0.
Definition safe (strict : bool) (a : R) := if strict then 0 < a else 0 <= a.

Lemma lostE strict (a : R) : lost strict a = ~~ safe strict a.
Proof. by case: strict; rewrite /lost /safe -?leNgt -?ltNge. Qed.

Definition flip_bound strict v m (t : S -> R) :=
  if [forall h, safe strict (v h)] then 0 else \sum_h Num.max 0 (m h - t h).

(* v and m are ends of the true row vt and the true masses mt, t is rounded.  *)
Lemma flip_sound strict v vt m mt (t : S -> R) ratio l :
  (forall h, v h <= vt h) -> (forall h, 0 <= mt h <= m h) ->
  0 <= ratio -> (forall h, t h <= ratio * v h) ->
  \sum_(y : l.-tuple T | lost strict (value M vt y)) value M mt y
  <= flip_bound strict v m t.
Proof.
move=> le_v mts ratio_ge0 le_t; rewrite /flip_bound; case: forallP => [all_safe|_].
  rewrite big1 // => y; case: strict all_safe => /= all_safe.
    have vt_gt0 h : 0 < vt h by apply: lt_le_trans (all_safe h) (le_v h).
    move=> le0; have : value M vt y = 0.
      by apply/le_anti; rewrite le0 value_ge0 // => h; apply: ltW.
    move/value_eq0 => v0; apply: big1 => h _; have /eqP := v0 (fun g => ltW (vt_gt0 g)) h.
    by rewrite mulf_eq0 (gt_eqF (vt_gt0 h)) /= => /eqP ->; rewrite mulr0.
  rewrite ltNge value_ge0 // => h; exact: le_trans (all_safe h) (le_v h).
pose Y h := \sum_(y : l.-tuple T | lost strict (value M vt y)) beta M y h.
have Y_ge0 h : 0 <= Y h by apply: sumr_ge0 => y _; exact: beta_ge0.
have Y_le1 h : Y h <= 1.
  rewrite -(sum_beta M l h) [X in _ <= X](bigID (fun y : l.-tuple T => lost strict (value M vt y))) /=.
  by rewrite ler_addl sumr_ge0 // => y _; exact: beta_ge0.
have sumY r : \sum_(y : l.-tuple T | lost strict (value M vt y)) value M r y = \sum_h r h * Y h.
  by rewrite exchange_big; apply: eq_bigr => h _; rewrite /Y mulr_sumr.
have vY : \sum_h v h * Y h <= 0.
  apply: (@le_trans _ _ (\sum_h vt h * Y h)).
    by apply: ler_sum => h _; rewrite ler_wpmul2r.
  rewrite -sumY -oppr_ge0 -sumrN; apply: sumr_ge0 => y; rewrite oppr_ge0 /lost.
  by case: strict {Y Y_ge0 Y_le1 sumY} => // /ltW.
rewrite sumY; apply: (@le_trans _ _ (\sum_h (m h - ratio * v h) * Y h)).
  apply: (@le_trans _ _ (\sum_h m h * Y h)).
    by apply: ler_sum => h _; have /andP[_ le_m] := mts h; rewrite ler_wpmul2r.
  have -> : \sum_h (m h - ratio * v h) * Y h = \sum_h m h * Y h - ratio * \sum_h v h * Y h.
    by rewrite mulr_sumr -sumrB; apply: eq_bigr => h _; ring.
  by rewrite ler_addl oppr_ge0 mulr_ge0_le0.
apply: ler_sum => h _; apply: (@le_trans _ _ (Num.max 0 (m h - t h) * Y h)).
  by rewrite ler_wpmul2r // le_maxr ler_sub ?orbT.
by rewrite ler_pimulr // le_maxr lexx.
Qed.

End Along.

(* Facts that no continuation leaves *)

Section Regions.
Variables (R : realFieldType) (S T : finType) (c : nat).

(* A fact has entries for the masses, and for the scores of the classes k > 0. *)
Definition fact := ((S -> R) * ('I_c.+1 -> S -> R))%type.
Definition no_fact : fact := (fun=> 0, fun _ _ => 0).

Record regions (G : Type) := Regions {
  region_label : G -> 'I_c.+1;
  facts : G -> seq fact;
  region_next : G -> T -> G;
  combination : G -> T -> nat -> nat -> R
}.

Variables (G : Type) (rg : regions G) (M : hmm R S T).
Implicit Types (f : fact) (m : S -> R) (r s g : 'I_c.+1 -> S -> R) (x : G) (w y : seq T).

Definition meets f m r :=
  0 <= \sum_h m h * f.1 h + \sum_(k | k != ord0) \sum_h r k h * f.2 k h.

Lemma eq_meets f m r r' : (forall k, r k =1 r' k) -> meets f m r -> meets f m r'.
Proof.
move=> eq_r; suff -> : meets f m r = meets f m r' by [].
by congr (0 <= _ + _); apply: eq_bigr => k _; apply: eq_bigr => h _; rewrite eq_r.
Qed.

Definition nth_fact x i := nth no_fact (facts rg x) i.

(* One token z more takes r . b to r . (A^T D_z b). *)
Definition ahead z (b : S -> R) h := \sum_g trans M g h * (emit M z g * b g).

Definition comparison_fact (a j : 'I_c.+1) f :=
  (forall h, if (j < a)%N then f.1 h < 0 else f.1 h <= 0) /\
  (forall k h, k != ord0 -> f.2 k h = (k == a)%:R - (k == j)%:R).

Definition closed := forall x,
  (forall j, j != region_label rg x ->
     exists2 i, (i < size (facts rg x))%N & comparison_fact (region_label rg x) j (nth_fact x i)) /\
  forall z i, (i < size (facts rg (region_next rg x z)))%N ->
  let f := nth_fact (region_next rg x z) i in
  let part (entry : fact -> R) :=
    \sum_(i' < size (facts rg x)) combination rg x z i i' * entry (nth_fact x i') in
  [/\ forall i', 0 <= combination rg x z i i', forall h, part (fun f' => f'.1 h) <= ahead z f.1 h
    & forall k h, k != ord0 -> ahead z (f.2 k) h = part (fun f' => f'.2 k h)].

Definition in_region x s w :=
  forall i, (i < size (facts rg x))%N -> meets (nth_fact x i) (along M (init M) w) (fun k => along M (s k) w).

Lemma extend_ahead v z b : \sum_h extend M v z h * b h = \sum_h v h * ahead z b h.
Proof.
under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite exchange_big; apply: eq_bigr => h _ /=; rewrite /extend mulr_sumr mulr_suml.
by apply: eq_bigr => g _; ring.
Qed.

Lemma in_region_next x s w z : closed -> in_region x s w ->
  in_region (region_next rg x z) s (rcons w z).
Proof.
move=> /(_ x)[_ step] in_x i lt_i; have [comb_ge0 masses scores] := step z i lt_i.
pose m := along M (init M) w; pose r k := along M (s k) w.
have m_ge0 h : 0 <= m h by apply: along_ge0 => g; exact: init_ge0.
set f := nth_fact _ _ in masses scores *; pose lam i' := combination rg x z i i'.
rewrite /meets along_rcons extend_ahead -/m.
under [X in _ + X]eq_bigr do rewrite along_rcons extend_ahead -/(r _).
pose fi i' := nth_fact x i'.
have swap (v b : S -> R) (e : nat -> S -> R) (n : nat) : (forall h, b h = \sum_(i' < n) lam i' * e i' h) ->
    \sum_h v h * b h = \sum_(i' < n) lam i' * \sum_h v h * e i' h.
  move=> bE; under eq_bigr do rewrite bE mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => i' _; rewrite mulr_sumr.
  by apply: eq_bigr => h _; rewrite mulrCA.
apply: (@le_trans _ _ (\sum_(i' < size (facts rg x)) lam i' *
    (\sum_h m h * (fi i').1 h + \sum_(k | k != ord0) \sum_h r k h * (fi i').2 k h))).
  by apply: sumr_ge0 => i' _; rewrite mulr_ge0 //; exact: in_x.
under [X in X <= _]eq_bigr do rewrite mulrDr.
rewrite big_split /= ler_add //.
  rewrite -(swap m (fun h => \sum_(i' < size (facts rg x)) lam i' * (fi i').1 h)
              (fun i' => (fi i').1) (size (facts rg x))) //.
  by apply: ler_sum => h _; rewrite ler_wpmul2l // masses.
under [X in X <= _]eq_bigr do rewrite mulr_sumr.
rewrite exchange_big /=; apply: ler_sum => k k0.
by rewrite (swap (r k) _ (fun i' => (fi i').2 k) (size (facts rg x))) // => h; exact: scores.
Qed.

Lemma in_region_label x s w : closed -> s ord0 =1 (fun=> 0) -> in_region x s w ->
  0 < value M (init M) w -> first_max (fun k => value M (s k) w) (region_label rg x).
Proof.
move=> /(_ x)[labelled _] s0 in_x; rewrite -[w in value M _ w]cats0 value_along value_nil => w_gt0.
apply/forallP => j; rewrite /wins -[w]cats0 !value_along !value_nil.
set a := region_label rg x in labelled *; have [->|neq] := eqVneq j a; first by rewrite ltnn lexx.
have [i lt_i [mass score]] := labelled j neq; have := in_x i lt_i; rewrite /meets.
set f := nth_fact x i in mass score *; set m := along M (init M) w in w_gt0 *.
have m_ge0 h : 0 <= m h by apply: along_ge0 => g; exact: init_ge0.
have s0w : \sum_h along M (s ord0) w h = 0.
  rewrite -(value_nil M) -value_along cats0 /value big1 // => h _; by rewrite s0 mul0r.
have -> : \sum_(k | k != ord0) \sum_h along M (s k) w h * f.2 k h
    = \sum_h along M (s a) w h - \sum_h along M (s j) w h.
  pose F k := \sum_h along M (s k) w h.
  transitivity (\sum_k ((k == a)%:R - (k == j)%:R) * F k).
    rewrite [RHS](bigD1 ord0) //= {1}/F s0w mulr0 add0r; apply: eq_bigr => k k0.
    by rewrite /F mulr_sumr; apply: eq_bigr => h _; rewrite score // mulrC.
  have pick (b : 'I_c.+1) : \sum_k (k == b)%:R * F k = F b.
    by rewrite (bigD1 b) //= eqxx mul1r big1 ?addr0 // => k /negbTE ->; rewrite mul0r.
  by under eq_bigr do rewrite mulrBl; rewrite sumrB !pick.
rewrite -/(m) => le; case: ifP mass => [_|_] mass.
  rewrite -subr_gt0; apply: lt_le_trans (_ : 0 < - \sum_h m h * f.1 h) _; last first.
    by rewrite -subr_ge0 opprK addrC.
  rewrite oppr_gt0 -oppr_gt0 -sumrN; have [h m_gt0] : exists h, 0 < m h.
    case: (pickP (fun h => 0 < m h)) => [h ?|none]; first by exists h.
    move: w_gt0; rewrite big1 ?ltxx // => h _; apply/le_anti; rewrite m_ge0 andbT leNgt.
    exact/negbT/none.
  rewrite (bigD1 h) //= ltr_paddr ?oppr_gt0 ?pmulr_rlt0 //.
  by apply: sumr_ge0 => g _; rewrite oppr_ge0 mulr_ge0_le0 // ltW.
rewrite -subr_ge0; apply: le_trans (_ : 0 <= - \sum_h m h * f.1 h) _; last first.
  by rewrite -subr_ge0 opprK addrC.
by rewrite -sumrN; apply: sumr_ge0 => h _; rewrite oppr_ge0 mulr_ge0_le0.
Qed.

Fixpoint region_along x y := if y is z :: y' then region_along (region_next rg x z) y' else x.

Lemma in_region_along x s w y : closed -> in_region x s w -> in_region (region_along x y) s (w ++ y).
Proof.
move=> rg_closed; elim: y x w => [|z y IH] x w in_x /=; first by rewrite cats0.
by rewrite -cat_rcons; apply: IH; exact: in_region_next.
Qed.

(* Rows of the task and of the head that are in a region have one label on    *)
(* all possible continuations, that of the region they lead to.               *)
Lemma region_sound x s g w : closed -> s ord0 =1 (fun=> 0) -> g ord0 =1 (fun=> 0) ->
  in_region x s w -> in_region x g w ->
  forall y, 0 < value M (init M) (w ++ y) -> exists a,
    first_max (fun k => value M (s k) (w ++ y)) a /\ first_max (fun k => value M (g k) (w ++ y)) a.
Proof.
move=> rg_closed s0 g0 in_s in_g y possible; exists (region_label rg (region_along x y)).
by split; apply: in_region_label => //; exact: in_region_along.
Qed.

End Regions.

Section Tree.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T) (c : nat).
Implicit Types (w x : seq T) (a j k : 'I_c.+1).

Local Notation p0 := (init M).

(* Rows of the classes, of the task and of the head *)
Variables (s g : 'I_c.+1 -> S -> R).

Definition row_label (r : 'I_c.+1 -> S -> R) x := first_max (fun k => value M (r k) x).
Definition differ x := ~~ [forall a, row_label s x a == row_label g x a].
Definition differing w l := \sum_(y : l.-tuple T | differ (w ++ y)) value M p0 (w ++ y).

(* The row of class 0 is zero: the others are differences to it. *)
Hypothesis s0 : s ord0 =1 (fun=> 0).
Hypothesis g0 : g ord0 =1 (fun=> 0).

Variables (G : Type) (areas : regions R S T c G).
Hypothesis areas_closed : closed areas M.

(* Ends of the vectors at each prefix: of the masses, of the rows of the task *)
(* and of those of the head                                                   *)
Variables (mlo mhi : seq T -> S -> R) (slo shi glo ghi : seq T -> 'I_c.+1 -> S -> R).
Variable (round : R -> R).
Hypothesis round_le : forall u : R, round u <= u.

Definition encloses (r : 'I_c.+1 -> S -> R) (lo hi : seq T -> 'I_c.+1 -> S -> R) :=
  forall w k h, lo w k h <= along M (r k) w h <= hi w k h.

Hypothesis m_ends : forall w h, mlo w h <= along M p0 w h <= mhi w h.
Hypothesis s_ends : encloses s slo shi.
Hypothesis g_ends : encloses g glo ghi.

(* Ends of the same vectors one transition ahead                              *)
Variables (next_mlo next_mhi : seq T -> S -> R).
Variables (next_slo next_shi next_glo next_ghi : seq T -> 'I_c.+1 -> S -> R).

Definition encloses_next (r : 'I_c.+1 -> S -> R) (lo hi : seq T -> 'I_c.+1 -> S -> R) :=
  forall w k h, lo w k h <= onward M (along M (r k) w) h <= hi w k h.

Hypothesis next_m_ends : forall w h, next_mlo w h <= onward M (along M p0 w) h <= next_mhi w h.
Hypothesis next_s_ends : encloses_next s next_slo next_shi.
Hypothesis next_g_ends : encloses_next g next_glo next_ghi.

(* Bounds, from d tokens, of the overlaps of the states h and i with the      *)
(* ratio q / p; ahead tokens are looked at.                                   *)
Variables (ahead : nat) (over : nat -> S -> S -> R -> R -> R).

Definition covers := forall d h i p q l, (0 < d <= ahead)%N -> (d <= l)%N ->
  0 < p -> 0 < q -> overlap M h i (q / p) l <= over d h i p q.

Hypothesis ahead_gt0 : (0 < ahead)%N.
Hypothesis overs : covers.

(* A prefix tree; a leaf with labels has the label of the task, that of the   *)
(* head, and the ratios of their comparisons; a leaf by state looks at the    *)
(* labels of some of the states.                                              *)
Inductive tree :=
  | Open
  | Proportional
  | Within of G
  | Labelled of 'I_c.+1 & 'I_c.+1 & ('I_c.+1 -> R) & ('I_c.+1 -> R)
  | ByState of pred S
  | Split of (T -> tree).

Fixpoint valid tr w : Prop :=
  match tr with
  | Open | ByState _ => True
  | Proportional => exists2 gamma, 0 < gamma &
      forall k h, along M (g k) w h = gamma * along M (s k) w h
  | Within x => exists us ug, [/\ 0 < us, 0 < ug,
      in_region areas M x (fun k h => us * s k h) w & in_region areas M x (fun k h => ug * g k h) w]
  | Labelled _ _ rs rg => (forall j, 0 <= rs j) /\ (forall j, 0 <= rg j)
  | Split ch => forall z, valid (ch z) (rcons w z)
  end.

Definition row_end (lo hi : seq T -> 'I_c.+1 -> S -> R) w a j h := lo w a h - hi w j h.

Definition flips lo hi w a (ratio : 'I_c.+1 -> R) :=
  \sum_(j | j != a) flip_bound (j < a)%N (row_end lo hi w a j) (mhi w)
                               (fun h => round (ratio j * row_end lo hi w a j h)).

Definition doubt w a a' rs rg :=
  Num.min (flips slo shi w a rs + flips glo ghi w a' rg) (\sum_h mhi w h).

Definition certain lo hi w a :=
  [forall j, (j != a) ==> safe (j < a)%N (\sum_h row_end lo hi w a j h)].

(* The bracket of the prefix itself, from ends of sums                        *)
Definition itself mlo mhi slo shi glo ghi w : R * R :=
  let m_lo := \sum_(h : S) mlo w h in let m_hi := \sum_(h : S) mhi w h in
  if [exists a, certain slo shi w a && certain glo ghi w a] then (0, 0) else
  if [exists a, certain slo shi w a] && [exists a, certain glo ghi w a] then (m_lo, m_hi)
  else (0, m_hi).

(* As long as it does not look ahead, a leaf by state is as good as open.     *)
Definition contribution tr w : R * R :=
  let m_lo := \sum_h mlo w h in let m_hi := \sum_h mhi w h in
  match tr with
  | Open | ByState _ => (0, m_hi)
  | Proportional | Within _ => (0, 0)
  | Labelled a a' rs rg => let d := doubt w a a' rs rg in
      if a == a' then (0, d) else (Num.max 0 (m_lo - d), m_hi)
  | Split _ => itself mlo mhi slo shi glo ghi w
  end.

(* Continuations by their first state                                         *)
Definition surely lo hi w a h := [forall j, (j != a) ==> (0 < row_end lo hi w a j h)].

Definition state_part lo hi w a h d :=
  \sum_(j | j != a) \sum_(i | row_end lo hi w a j i < 0)
    over d h i (row_end lo hi w a j h) (- row_end lo hi w a j i).

Definition state_doubt w a a' h d :=
  Num.min 1 (state_part next_slo next_shi w a h d + state_part next_glo next_ghi w a' h d).

Definition state_bounds (seen : pred S) w d h : R * R :=
  if [pick p | [&& seen h, surely next_slo next_shi w p.1 h & surely next_glo next_ghi w p.2 h]]
  is Some (a, a') then
    let e := state_doubt w a a' h d in
    if a == a' then (0, next_mhi w h * e) else (next_mlo w h * (1 - e), next_mhi w h)
  else (0, next_mhi w h).

Definition by_state seen w d : R * R :=
  (\sum_h (state_bounds seen w d h).1, \sum_h (state_bounds seen w d h).2).

Fixpoint bounds tr w l : R * R :=
  match tr, l with
  | Split ch, l'.+1 => (\sum_z (bounds (ch z) (rcons w z) l').1,
                        \sum_z (bounds (ch z) (rcons w z) l').2)
  | ByState _, 0 => itself next_mlo next_mhi next_slo next_shi next_glo next_ghi w
  | ByState seen, _ => by_state seen w (minn l ahead)
  | _, _ => contribution tr w
  end.

Definition within (u : R) (b : R * R) := b.1 <= u <= b.2.

Lemma value_p0_ge0 x : 0 <= value M p0 x.
Proof. exact/value_ge0/init_ge0. Qed.

Lemma total_mass w l : \sum_(y : l.-tuple T) value M p0 (w ++ y) = \sum_h along M p0 w h.
Proof. by rewrite -(sum_value M _ l); apply: eq_bigr => y _; rewrite value_along. Qed.

Lemma total_ends w l :
  \sum_h mlo w h <= \sum_(y : l.-tuple T) value M p0 (w ++ y) <= \sum_h mhi w h.
Proof.
rewrite total_mass; apply/andP; split; apply: ler_sum => h _; by have /andP[] := m_ends w h.
Qed.

Lemma part_le_total (P : pred (seq T)) w l :
  0 <= \sum_(y : l.-tuple T | P (w ++ y)) value M p0 (w ++ y)
    <= \sum_(y : l.-tuple T) value M p0 (w ++ y).
Proof.
rewrite sumr_ge0 => [|y _]; last exact: value_p0_ge0.
rewrite [X in _ <= X](bigID (fun y : l.-tuple T => P (w ++ y))) /=.
by rewrite ler_addl sumr_ge0 // => y _; exact: value_p0_ge0.
Qed.

Lemma part_le_mass (P : pred (seq T)) w l :
  \sum_(y : l.-tuple T | P (w ++ y)) value M p0 (w ++ y) <= \sum_h mhi w h.
Proof.
have /andP[_ le1] := part_le_total P w l; have /andP[_ le2] := total_ends w l.
exact: le_trans le1 le2.
Qed.

(* A label that is not the nominal one is so because a comparison is lost. *)
Lemma wins_safe (y : 'I_c.+1 -> R) a j : wins y a j = (j == a) || safe (j < a)%N (y a - y j).
Proof.
rewrite /wins /safe; case: eqP => [->|_]; first by rewrite ltnn lexx.
by rewrite subr_gt0 subr_ge0.
Qed.

Lemma flips_sound r lo hi w a ratio l : encloses r lo hi -> (forall j, 0 <= ratio j) ->
  \sum_(y : l.-tuple T | ~~ row_label r (w ++ y) a) value M p0 (w ++ y)
  <= flips lo hi w a ratio.
Proof.
move=> ends ratio_ge0; pose vt j h := along M (r a) w h - along M (r j) w h.
have vtE j y : value M (vt j) y = value M (r a) (w ++ y) - value M (r j) (w ++ y).
  by rewrite !value_along /value -sumrB; apply: eq_bigr => h _; rewrite mulrBl.
apply: (@le_trans _ _ (\sum_(j | j != a) \sum_(y : l.-tuple T | lost (j < a)%N (value M (vt j) y))
                         value M (along M p0 w) y)); last first.
  apply: ler_sum => j _; apply: (@flip_sound _ _ _ M (j < a)%N _ _ _ _ _ (ratio j) l) => // [h|h].
    have /andP[lo_a _] := ends w a h; have /andP[_ hi_j] := ends w j h.
    exact: ler_sub.
  by have /andP[_ ->] := m_ends w h; rewrite along_ge0 // => ?; exact: init_ge0.
rewrite [X in _ <= X](exchange_big_dep predT) //= [X in X <= _]big_mkcond; apply: ler_sum => y _.
case: ifP => [|_]; last by rewrite sumr_ge0 // => j _; rewrite -value_along value_p0_ge0.
case/forallPn => j; rewrite wins_safe negb_or => /andP[neq unsafe].
rewrite (bigD1 j) /=; last by rewrite neq lostE vtE.
rewrite value_along ler_addl sumr_ge0 // => j' _; by rewrite -value_along value_p0_ge0.
Qed.

Lemma nominal_sound (P : pred (seq T)) w a a' rs rg l :
  (forall j, 0 <= rs j) -> (forall j, 0 <= rg j) ->
  (forall x, P x -> ~~ row_label s x a || ~~ row_label g x a') ->
  \sum_(y : l.-tuple T | P (w ++ y)) value M p0 (w ++ y) <= doubt w a a' rs rg.
Proof.
move=> rs_ge0 rg_ge0 P_lost; rewrite /doubt le_minr part_le_mass andbT.
apply: le_trans (ler_add (flips_sound w a l s_ends rs_ge0) (flips_sound w a' l g_ends rg_ge0)).
rewrite [X in X <= _]big_mkcond [X in _ <= X + _]big_mkcond [X in _ <= _ + X]big_mkcond -big_split /=.
apply: ler_sum => y _; have := P_lost (w ++ y); have := value_p0_ge0 (w ++ y).
case: (P _) => [v_ge0 /(_ isT)|v_ge0 _]; last by case: ifP; case: ifP; rewrite ?addr_ge0.
by case: ifP => /= _; [rewrite ler_addl; case: ifP | move=> ->; rewrite ler_addr].
Qed.

Definition encloses_sums (r : 'I_c.+1 -> S -> R) (lo hi : seq T -> 'I_c.+1 -> S -> R) :=
  forall w k, \sum_h lo w k h <= value M (r k) w <= \sum_h hi w k h.

Lemma sum_along r w : \sum_h along M r w h = value M r w.
Proof. by rewrite -(value_nil M) -value_along cats0. Qed.

Lemma sums_of_ends r lo hi : encloses r lo hi -> encloses_sums r lo hi.
Proof.
move=> ends w k; rewrite -sum_along; apply/andP; split; apply: ler_sum => h _;
  by have /andP[] := ends w k h.
Qed.

Lemma sums_of_next r lo hi : encloses_next r lo hi -> encloses_sums r lo hi.
Proof.
move=> ends w k; rewrite -sum_along -(sum_onward M (along M (r k) w)); apply/andP; split; apply: ler_sum => h _;
  by have /andP[] := ends w k h.
Qed.

Lemma certain_label r lo hi w a : encloses_sums r lo hi -> certain lo hi w a -> row_label r w a.
Proof.
move=> ends /forallP cert; apply/forallP => j; rewrite wins_safe.
have [//|neq] := eqVneq j a; have := cert j; rewrite neq /= sumrB.
have /andP[lo_a _] := ends w a; have /andP[_ hi_j] := ends w j; have := ler_sub lo_a hi_j.
by rewrite /safe; case: ifP => _ le_ab lt; [apply: lt_le_trans lt le_ab | apply: le_trans lt le_ab].
Qed.

Lemma differN x a : row_label s x a -> row_label g x a -> ~~ differ x.
Proof.
move=> sa ga; apply/negPn/forallP => k; have [->|neq] := eqVneq k a; first by rewrite sa ga.
have no r : row_label r x a -> row_label r x k = false.
  by move=> ra; apply: contraNF neq => rk; apply/eqP; exact: first_max_unique rk ra.
by rewrite !no.
Qed.

Lemma differP x a a' : a != a' -> row_label s x a -> row_label g x a' -> differ x.
Proof.
move=> neq sa ga; apply/negP => /forallP/(_ a)/eqP; rewrite sa => /esym ga_a.
by case/eqP: neq; exact: first_max_unique ga_a ga.
Qed.

Lemma leaf_sound tr w l : (if tr is Split _ then false else true) -> valid tr w ->
  within (differing w l) (contribution tr w).
Proof.
have D_ge0 : 0 <= differing w l by have /andP[] := part_le_total differ w l.
have D_le := part_le_mass differ w l.
case: tr => [||x|a a' rs rg|seen|//] _ /=; rewrite /within /=.
- by rewrite D_ge0.
- case=> gamma gamma_gt0 prop.
  have same y : ~~ differ (w ++ y).
    apply/negPn/forallP => k; apply/eqP/esym.
    apply: (@first_max_scale _ _ _ _ gamma) => // j.
    rewrite !value_along /value -!sumrB mulr_sumr; apply: eq_bigr => h _.
    by rewrite !prop; ring.
  rewrite /differing big_pred0 ?lexx // => y; exact/negbTE/same.
- case=> us [ug [us_gt0 ug_gt0 in_s in_g]].
  have scaled0 (r : 'I_c.+1 -> S -> R) u : r ord0 =1 (fun=> 0) -> (fun h => u * r ord0 h) =1 (fun=> 0).
    by move=> r0 h; rewrite r0 mulr0.
  have scale (r : 'I_c.+1 -> S -> R) u y a : 0 < u ->
      first_max (fun k => value M (fun h => u * r k h) y) a -> row_label r y a.
    move=> u_gt0; rewrite (first_max_scale (y' := fun k => value M (r k) y) u_gt0) // => k.
    by rewrite /value -!sumrB mulr_sumr; apply: eq_bigr => h _; ring.
  rewrite /differing big1 ?lexx // => y diff; apply/eqP; apply: contraTT diff => possible.
  have {}possible : 0 < value M p0 (w ++ y) by rewrite lt_neqAle eq_sym possible value_p0_ge0.
  have [a [sa ga]] := region_sound areas_closed (scaled0 s us s0) (scaled0 g ug g0) in_s in_g possible.
  by apply: differN; [exact: scale us_gt0 sa | exact: scale ug_gt0 ga].
- case=> rs_ge0 rg_ge0; case: eqP => [<-|/eqP neq] /=.
    rewrite D_ge0 nominal_sound // => x; rewrite -negb_and; apply: contraL.
    by case/andP; exact: differN.
  rewrite D_le andbT le_maxl D_ge0 ler_subl_addr /=.
  have /andP[le_total _] := total_ends w l; apply: le_trans le_total _.
  rewrite (bigID (fun y : l.-tuple T => differ (w ++ y))) /= ler_add2l.
  apply: (nominal_sound (P := fun x => ~~ differ x)) => // x; rewrite -negb_and; apply: contraNN.
  by case/andP; exact: differP.
- by rewrite D_ge0.
Qed.

Lemma differing0 w : differing w 0 = if differ w then value M p0 w else 0.
Proof. by rewrite /differing big_mkcond sum_tuple0 /= cats0. Qed.

Lemma itself_sound mlo' mhi' slo' shi' glo' ghi' w :
  \sum_h mlo' w h <= value M p0 w <= \sum_h mhi' w h ->
  encloses_sums s slo' shi' -> encloses_sums g glo' ghi' ->
  within (differing w 0) (itself mlo' mhi' slo' shi' glo' ghi' w).
Proof.
move=> /andP[lo hi] s_sums g_sums; rewrite differing0 /within /itself.
have v_ge0 := value_p0_ge0 w; have hi_ge0 := le_trans v_ge0 hi.
case: ifP => [/existsP[a /andP[sa ga]]|no_same].
  by rewrite (negbTE (differN (certain_label s_sums sa) (certain_label g_sums ga))) /= lexx.
case: ifP => [/andP[/existsP[a sa] /existsP[a' ga']]|_] /=; last by case: ifP; rewrite ?v_ge0 ?lexx.
rewrite (@differP w a a') ?lo //.
    by apply: contraFneq no_same => eq_a; apply/existsP; exists a; rewrite sa eq_a.
  exact: certain_label s_sums sa.
exact: certain_label g_sums ga'.
Qed.

Lemma split_sound ch w : within (differing w 0) (contribution (Split ch) w).
Proof.
apply: itself_sound; [|exact: sums_of_ends s_ends|exact: sums_of_ends g_ends].
by have := total_ends w 0; rewrite sum_tuple0 /= cats0.
Qed.

(* A leaf by state *)

Lemma state_part_sound r lo hi w a h l : encloses_next r lo hi -> surely lo hi w a h -> (0 < l)%N ->
  \sum_(y : l.-tuple T | ~~ row_label r (w ++ y) a) emitted M y h
  <= state_part lo hi w a h (minn l ahead).
Proof.
move=> ends /forallP sure l_gt0.
pose vt j i := onward M (along M (r a) w) i - onward M (along M (r j) w) i.
have vtE j (y : l.-tuple T) : \sum_i vt j i * emitted M y i = value M (r a) (w ++ y) - value M (r j) (w ++ y).
  have y0 : tval y != [::] by rewrite -size_eq0 size_tuple -lt0n.
  by rewrite !value_along !value_onward // -sumrB; apply: eq_bigr => i _; rewrite mulrBl.
apply: (@le_trans _ _ (\sum_(j | j != a) \sum_(y : l.-tuple T | \sum_i vt j i * emitted M y i <= 0) emitted M y h)).
  rewrite [X in _ <= X](exchange_big_dep predT) //= [X in X <= _]big_mkcond; apply: ler_sum => y _.
  case: ifP => [|_]; last by rewrite sumr_ge0 // => j _; exact: emitted_ge0.
  case/forallPn => j; rewrite wins_safe negb_or -lostE => /andP[neq lost_j].
  rewrite (bigD1 j) /=; last first.
    by rewrite neq vtE; move: lost_j; rewrite /lost; case: ifP => // _ /ltW.
  by rewrite ler_addl sumr_ge0 // => j' _; exact: emitted_ge0.
apply: ler_sum => j neq; have v_gt0 := implyP (sure j) neq.
have le_vt i : row_end lo hi w a j i <= vt j i.
  by have /andP[lo_a _] := ends w a i; have /andP[_ hi_j] := ends w j i; exact: ler_sub.
apply: le_trans (lost_state_sound M l le_vt v_gt0) _.
apply: ler_sum => i v_lt0; apply: overs => //; last by rewrite oppr_gt0.
  by rewrite leq_min l_gt0 ahead_gt0 geq_minr.
exact: geq_minl.
Qed.

Lemma state_doubt_sound (P : pred (seq T)) w a a' h l : (0 < l)%N ->
  surely next_slo next_shi w a h -> surely next_glo next_ghi w a' h ->
  (forall x, P x -> ~~ row_label s x a || ~~ row_label g x a') ->
  \sum_(y : l.-tuple T | P (w ++ y)) emitted M y h <= state_doubt w a a' h (minn l ahead).
Proof.
move=> l_gt0 sure_s sure_g P_lost; rewrite /state_doubt le_minr; apply/andP; split.
  rewrite -(sum_emitted M h l_gt0) [X in _ <= X](bigID (fun y : l.-tuple T => P (w ++ y))) /=.
  by rewrite ler_addl sumr_ge0 // => y _; exact: emitted_ge0.
apply: le_trans (ler_add (state_part_sound next_s_ends sure_s l_gt0) (state_part_sound next_g_ends sure_g l_gt0)).
rewrite [X in X <= _]big_mkcond [X in _ <= X + _]big_mkcond [X in _ <= _ + X]big_mkcond -big_split /=.
apply: ler_sum => y _; have := P_lost (w ++ y); have := emitted_ge0 M y h.
case: (P _) => [e_ge0 /(_ isT)|e_ge0 _]; last by case: ifP; case: ifP; rewrite ?addr_ge0.
by case: ifP => /= _; [rewrite ler_addl; case: ifP | move=> ->; rewrite ler_addr].
Qed.

Lemma by_state_sound seen w l : (0 < l)%N ->
  within (differing w l) (by_state seen w (minn l ahead)).
Proof.
move=> l_gt0; pose wrong h := \sum_(y : l.-tuple T | differ (w ++ y)) emitted M y h.
have -> : differing w l = \sum_h onward M (along M p0 w) h * wrong h.
  under [RHS]eq_bigr do rewrite mulr_sumr.
  rewrite [RHS]exchange_big; apply: eq_bigr => y _.
  by rewrite value_along value_onward // -size_eq0 size_tuple -lt0n.
suff each h : within (onward M (along M p0 w) h * wrong h) (state_bounds seen w (minn l ahead) h).
  by apply/andP; split; apply: ler_sum => h _; have /andP[] := each h.
have m_ge0 : 0 <= onward M (along M p0 w) h by apply/onward_ge0 => g'; apply/along_ge0/init_ge0.
have /andP[m_lo m_hi] := next_m_ends w h.
have wrong_ge0 : 0 <= wrong h by apply: sumr_ge0 => y _; exact: emitted_ge0.
have all_words := sum_emitted M h l_gt0; rewrite (bigID (fun y : l.-tuple T => differ (w ++ y))) /= in all_words.
have wrong_le1 : wrong h <= 1.
  by rewrite -all_words ler_addl sumr_ge0 // => y _; exact: emitted_ge0.
have some_of_all : 0 <= onward M (along M p0 w) h * wrong h <= next_mhi w h.
  by rewrite mulr_ge0 //= (le_trans _ m_hi) // ler_pimulr.
rewrite /state_bounds; case: pickP => [[a a'] /and3P[_ sure_s sure_g]|_] //.
set e := state_doubt _ _ _ _ _; case: eqP => [eq_a|/eqP neq]; rewrite /within /=.
  have le_e : wrong h <= e.
    by apply: state_doubt_sound => // x; rewrite -negb_and; apply: contraL; rewrite -eq_a => /andP[]; exact: differN.
  by have [-> _] := andP some_of_all; rewrite /= ler_pmul.
have [_ ->] := andP some_of_all; rewrite andbT.
have le_e : 1 - e <= wrong h.
  rewrite ler_subl_addr -all_words ler_add2l; apply: (state_doubt_sound (P := fun x => ~~ differ x)) => // x.
  by rewrite -negb_and; apply: contraNN => /andP[]; exact: differP.
have e_le1 : 0 <= 1 - e by rewrite subr_ge0 /e /state_doubt le_minl lexx.
apply: (@le_trans _ _ (onward M (along M p0 w) h * (1 - e))); first by rewrite ler_wpmul2r.
by rewrite ler_wpmul2l.
Qed.

Lemma differingS w l : differing w l.+1 = \sum_z differing (rcons w z) l.
Proof.
rewrite /differing big_mkcond sum_tupleS; apply: eq_bigr => z _.
by rewrite [RHS]big_mkcond; apply: eq_bigr => y _; rewrite cat_rcons.
Qed.

Lemma prefix_tree_sound tr w l : valid tr w -> within (differing w l) (bounds tr w l).
Proof.
elim: tr w l => [||x|a a' rs rg|seen|ch IH] w l;
  [exact: leaf_sound | exact: leaf_sound | exact: leaf_sound | exact: leaf_sound | |].
  case: l => [|l] _; last exact: by_state_sound.
  apply: itself_sound; [|exact: sums_of_next next_s_ends|exact: sums_of_next next_g_ends].
  rewrite -sum_along -(sum_onward M (along M p0 w)); apply/andP; split; apply: ler_sum => h _;
    by have /andP[] := next_m_ends w h.
case: l => [_|l ok]; first exact: split_sound.
rewrite differingS /within /=; apply/andP; split; apply: ler_sum => z _;
  by have /andP[] := IH z (rcons w z) l (ok z).
Qed.

End Tree.

(* Lengths beyond the deepest leaf, and what it looks ahead, all have one     *)
(* bracket.                                                                   *)

Fixpoint depth (R : realFieldType) (S T : finType) c (G : Type) ahead (tr : tree R S T c G) : nat :=
  match tr with
  | Split ch => (\max_z depth ahead (ch z)).+1
  | ByState _ => ahead
  | _ => 0
  end.

(* Every node but a split of the empty word brings no doubt. *)
Fixpoint quiet (R : realFieldType) (S T : finType) c (G : Type)
    (bracket : tree R S T c G -> seq T -> nat -> R * R) (tr : tree R S T c G) w : Prop :=
  if tr is Split ch then
    (w != [::] -> (bracket tr w 0%N).2 = 0) /\ forall z, quiet bracket (ch z) (rcons w z)
  else forall l, (0 < size w + l)%N -> (bracket tr w l).2 = 0.

(* Ends of the vectors along a word, in rounded arithmetic; exact arithmetic  *)
(* is that without rounding. Numbers are rounded down, and each time at most  *)
(* a part e of a number is lost: of the entries of A and W, of a sum once     *)
(* with its terms and once as a whole, and of a product.                      *)

Section Rounded.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Variables (Alo : S -> S -> R) (Wlo : T -> S -> R) (down : R -> R) (e : R).
(* A sum is rounded with a view to its terms. *)
Variable sum_down : (S -> R) -> R.
Hypothesis e_ends : 0 <= e <= 1.
Hypothesis A_ends : forall h g, (1 - e) * trans M h g <= Alo h g <= trans M h g.
Hypothesis W_ends : forall z h, (1 - e) * emit M z h <= Wlo z h <= emit M z h.
Hypothesis down_ends : forall u, 0 <= u -> (1 - e) * u <= down u <= u.
Hypothesis sum_ends : forall f, (forall g, 0 <= f g) ->
  (1 - e) ^+ 2 * (\sum_g f g) <= sum_down f <= \sum_g f g.

Fixpoint low (r : S -> R) w :=
  if w is z :: w' then low (fun h => down (Wlo z h * sum_down (fun g => Alo h g * r g))) w' else r.

Let kept_ge0 k : 0 <= (1 - e) ^+ k.
Proof. by apply: exprn_ge0; rewrite subr_ge0; case/andP: e_ends. Qed.

Let kept_mul (j k : nat) (a b x y : R) : 0 <= x -> 0 <= y ->
  (1 - e) ^+ j * x <= a <= x -> (1 - e) ^+ k * y <= b <= y -> (1 - e) ^+ (j + k) * (x * y) <= a * b <= x * y.
Proof.
move=> x0 y0 /andP[xa ax] /andP[yb by_].
have a0 : 0 <= a by apply: le_trans xa; rewrite mulr_ge0 ?kept_ge0.
have b0 : 0 <= b by apply: le_trans yb; rewrite mulr_ge0 ?kept_ge0.
by rewrite exprD mulrACA !ler_pmul ?mulr_ge0 ?kept_ge0.
Qed.

Definition next_low lo w h := sum_down (fun g => Alo h g * low lo w g).

Let sum_kept k (r lo : S -> R) h :
  (forall g, 0 <= r g) -> (forall g, (1 - e) ^+ k * r g <= lo g <= r g) ->
  (1 - e) ^+ (2 + k.+1) * onward M r h <= sum_down (fun g => Alo h g * lo g) <= onward M r h.
Proof.
move=> r0 ends.
have Ar g : (1 - e) ^+ k.+1 * (trans M h g * r g) <= Alo h g * lo g <= trans M h g * r g.
  by rewrite -add1n; apply: kept_mul; rewrite ?trans_ge0 ?expr1 ?A_ends.
have Ar0 g : 0 <= Alo h g * lo g.
  by case/andP: (Ar g) => le_Ar _; apply: le_trans le_Ar; rewrite mulr_ge0 ?kept_ge0 // mulr_ge0 ?trans_ge0.
have /andP[lo_sum sum_hi] := sum_ends Ar0; apply/andP; split.
  apply: le_trans lo_sum; rewrite exprD -mulrA ler_wpmul2l ?kept_ge0 // mulr_sumr.
  by apply: ler_sum => g _; case/andP: (Ar g).
by apply: le_trans sum_hi _; apply: ler_sum => g _; case/andP: (Ar g).
Qed.

Lemma low_kept k (r lo : S -> R) w :
  (forall h, 0 <= r h) -> (forall h, (1 - e) ^+ k * r h <= lo h <= r h) ->
  forall h, (1 - e) ^+ (k + 5 * size w) * along M r w h <= low lo w h <= along M r w h.
Proof.
elim: w k r lo => [|z w IH] k r lo r0 ends h; first by rewrite muln0 addn0; exact: ends.
rewrite /= mulnS addnA; apply: IH => {}h; first by rewrite mulr_ge0 ?emit_ge0 // sumr_ge0 // => g _; rewrite mulr_ge0 ?trans_ge0.
have sum0 := onward_ge0 M h r0; have sum := sum_kept h r0 ends.
have W : (1 - e) ^+ 1 * emit M z h <= Wlo z h <= emit M z h by rewrite expr1.
have prod := kept_mul (emit_ge0 M z h) sum0 W sum.
have prod0 : 0 <= Wlo z h * sum_down (fun g => Alo h g * lo g).
  by case/andP: prod => le_prod _; apply: le_trans le_prod; rewrite mulr_ge0 ?kept_ge0 // mulr_ge0 ?emit_ge0.
have /andP[lo_down down_hi] := down_ends prod0; case/andP: prod => lo_prod prod_hi.
apply/andP; split; last exact: le_trans down_hi prod_hi.
apply: le_trans lo_down; have -> : (k + 5 = 1 + (1 + (2 + k.+1)))%N by rewrite !addnS addn0.
by rewrite exprD expr1 -mulrA ler_wpmul2l // subr_ge0; case/andP: e_ends.
Qed.

Let kept_ge k : 1 - k%:R * e <= (1 - e) ^+ k.
Proof.
have [e0 e1] := andP e_ends; elim: k => [|k IH]; first by rewrite mul0r subr0 expr0.
rewrite exprS; apply: le_trans (_ : (1 - e) * (1 - k%:R * e) <= _); last by rewrite ler_wpmul2l // subr_ge0.
have diff : (1 - e) * (1 - k%:R * e) - (1 - k.+1%:R * e) = k%:R * e * e by rewrite -addn1 natrD; ring.
by rewrite -subr_ge0 diff !mulr_ge0 ?ler0n.
Qed.

(* What is above the end of an entry: after d tokens a part of 8 (d + 1) e. *)
Definition room d := 8%:R * d.+1%:R * e.

Let kept_room k d (x y : R) : 40%:R * d.+1%:R * e <= 3%:R -> (k <= 1 + 5 * d)%N -> 0 <= x ->
  (1 - e) ^+ k * x <= y <= x -> y <= x <= (1 + room d) * y.
Proof.
move=> short le_k x0 /andP[kept ->] /=; have e0 : 0 <= e by case/andP: e_ends.
have room0 : 0 <= room d by rewrite /room !mulr_ge0 ?ler0n.
apply: le_trans (_ : (1 + room d) * ((1 - e) ^+ k * x) <= _); last first.
  by rewrite ler_wpmul2l // addr_ge0 ?ler01.
rewrite mulrA ler_pemull //.
apply: le_trans (_ : (1 + room d) * (1 - (1 + 5 * d)%:R * e) <= _); last first.
  rewrite ler_wpmul2l ?addr_ge0 ?ler01 //; apply: le_trans (kept_ge k).
  by rewrite ler_sub // ler_wpmul2r // ler_nat.
have diff : ((1 + room d) * (1 - (1 + 5 * d)%:R * e) - 1) * 5%:R
    = e * (32%:R + (1 + 5 * d)%:R * (3%:R - 40%:R * d.+1%:R * e)).
  by rewrite /room [(1 + _)%:R]natrD natrM -[d.+1]addn1 [(d + 1)%:R]natrD; ring.
have five : 0 < 5%:R :> R by rewrite ltr0n.
by rewrite -subr_ge0 -(pmulr_lge0 _ five) diff mulr_ge0 // addr_ge0 ?ler0n // mulr_ge0 ?ler0n ?subr_ge0.
Qed.

Lemma rounded_ends_sound (r lo : S -> R) w : 40%:R * (size w).+1%:R * e <= 3%:R ->
  (forall h, 0 <= r h) -> (forall h, (1 - e) * r h <= lo h <= r h) ->
  forall h, low lo w h <= along M r w h <= (1 + room (size w)) * low lo w h.
Proof.
move=> short r0 ends h; have ends1 g : (1 - e) ^+ 1 * r g <= lo g <= r g by rewrite expr1.
by apply: kept_room short _ _ (low_kept w r0 ends1 h) => //; exact: along_ge0.
Qed.

(* One transition ahead there is less above than after one token more.        *)
Lemma rounded_next_sound (r lo : S -> R) w : 40%:R * (size w).+2%:R * e <= 3%:R ->
  (forall h, 0 <= r h) -> (forall h, (1 - e) * r h <= lo h <= r h) ->
  forall h, next_low lo w h <= onward M (along M r w) h <= (1 + room (size w).+1) * next_low lo w h.
Proof.
move=> short r0 ends h; have ends1 g : (1 - e) ^+ 1 * r g <= lo g <= r g by rewrite expr1.
have along0 g : 0 <= along M r w g by exact: along_ge0.
by apply: kept_room short _ _ (sum_kept h along0 (low_kept w r0 ends1)); [lia | exact: onward_ge0].
Qed.

(* A row is carried as the difference of two nonnegative parts. *)
Lemma rounded_rows_sound (r rp rn lop lon : S -> R) w : 40%:R * (size w).+1%:R * e <= 3%:R ->
  (forall h, r h = rp h - rn h) ->
  (forall h, 0 <= rp h) -> (forall h, (1 - e) * rp h <= lop h <= rp h) ->
  (forall h, 0 <= rn h) -> (forall h, (1 - e) * rn h <= lon h <= rn h) ->
  forall h, low lop w h - (1 + room (size w)) * low lon w h <= along M r w h
            <= (1 + room (size w)) * low lop w h - low lon w h.
Proof.
move=> short eq_r p0 pos n0 neg h; have -> : along M r w h = along M rp w h - along M rn w h.
  by rewrite -along_sub; apply: eq_along.
have /andP[pl pu] := rounded_ends_sound short p0 pos h; have /andP[nl nu] := rounded_ends_sound short n0 neg h.
by rewrite !ler_sub.
Qed.

Lemma rounded_next_rows_sound (r rp rn lop lon : S -> R) w : 40%:R * (size w).+2%:R * e <= 3%:R ->
  (forall h, r h = rp h - rn h) ->
  (forall h, 0 <= rp h) -> (forall h, (1 - e) * rp h <= lop h <= rp h) ->
  (forall h, 0 <= rn h) -> (forall h, (1 - e) * rn h <= lon h <= rn h) ->
  forall h, next_low lop w h - (1 + room (size w).+1) * next_low lon w h <= onward M (along M r w) h
            <= (1 + room (size w).+1) * next_low lop w h - next_low lon w h.
Proof.
move=> short eq_r p0 pos n0 neg h.
have -> : onward M (along M r w) h = onward M (along M rp w) h - onward M (along M rn w) h.
  by rewrite /onward -sumrB; apply: eq_bigr => g _; rewrite -mulrBr -along_sub; congr (_ * _); apply: eq_along.
have /andP[pl pu] := rounded_next_sound short p0 pos h; have /andP[nl nu] := rounded_next_sound short n0 neg h.
by rewrite !ler_sub.
Qed.

(* Ends become integers: l is the integer below x, and y at most a part D / p  *)
(* above x.                                                                    *)
Lemma integer_end_sound (x y : R) (l a p D : nat) : (0 < p)%N -> (l < a.+1 * p)%N ->
  x <= l.+1%:R -> y <= (1 + D%:R / p%:R) * x -> y <= (l + D * a.+1 + 1)%:R.
Proof.
move=> p_gt0 lt_l le_x le_y; have p0 : 0 < p%:R :> R by rewrite ltr0n.
have D0 : 0 <= D%:R / p%:R :> R by rewrite divr_ge0 ?ler0n.
apply: le_trans le_y _; apply: le_trans (_ : (1 + D%:R / p%:R) * l.+1%:R <= _).
  by rewrite ler_wpmul2l // addr_ge0 ?ler01.
rewrite mulrDl mul1r addn1 -addSn natrD ler_add2l mulrAC ler_pdivr_mulr // -!natrM ler_nat.
by rewrite -mulnA leq_mul2l lt_l orbT.
Qed.

End Rounded.

Section Claims.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T) (c : nat).
Variables (mu : 'I_c.+1 -> S -> R) (us : seq (S -> R)) (b : 'I_c.+1 -> T -> R) (blank : T).
Hypothesis us_ge0 : embedding_like us.

(* The rows of the scores: differences to those of class 0 *)
Definition task_rows k h := task_row M (mu k) h - task_row M (mu ord0) h.
Definition head_rows k h := head_row M (b k) (rho M us) h - head_row M (b ord0) (rho M us) h.

Lemma value_sub (u v : S -> R) x : value M (fun h => u h - v h) x = value M u x - value M v x.
Proof. by rewrite /value -sumrB; apply: eq_bigr => h _; rewrite mulrBl. Qed.

Lemma task_rows_label x : row_label M task_rows x =1 task_label M mu x.
Proof.
move=> a; rewrite task_labelE; apply: (first_max_scale ltr01) => k.
by rewrite !value_sub /task_values; ring.
Qed.

Lemma head_rows_label x : row_label M head_rows x =1 head_label_at M us b blank x.
Proof.
move=> a; rewrite head_label_atE //; apply: (first_max_scale ltr01) => k.
by rewrite !value_sub /head_values; ring.
Qed.

Lemma differE x : differ M task_rows head_rows x = ~~ same_label M us b mu blank x.
Proof.
by congr (~~ _); apply: eq_forallb => a; rewrite task_rows_label head_rows_label eq_sym.
Qed.

Lemma differing_disagreement t :
  differing M task_rows head_rows [::] t = disagreement M us b mu blank t.
Proof. by rewrite disagreementE; apply: eq_bigl => x; rewrite /= differE. Qed.

Variables (mlo mhi : seq T -> S -> R) (slo shi glo ghi : seq T -> 'I_c.+1 -> S -> R).
Variables (next_mlo next_mhi : seq T -> S -> R).
Variables (next_slo next_shi next_glo next_ghi : seq T -> 'I_c.+1 -> S -> R).
Variables (ahead : nat) (over : nat -> S -> S -> R -> R -> R).
Variables (G : Type) (areas : regions R S T c G) (round : R -> R) (tr : tree R S T c G).
Hypothesis areas_closed : closed areas M.
Hypothesis round_le : forall u, round u <= u.
Hypothesis m_ends : forall w h, mlo w h <= along M (init M) w h <= mhi w h.
Hypothesis s_ends : encloses M task_rows slo shi.
Hypothesis g_ends : encloses M head_rows glo ghi.
Hypothesis next_m_ends : forall w h, next_mlo w h <= onward M (along M (init M) w) h <= next_mhi w h.
Hypothesis next_s_ends : encloses_next M task_rows next_slo next_shi.
Hypothesis next_g_ends : encloses_next M head_rows next_glo next_ghi.
Hypothesis ahead_gt0 : (0 < ahead)%N.
Hypothesis overs : covers M ahead over.
Hypothesis tr_valid : valid M task_rows head_rows areas tr [::].

Let bracket := @bounds _ _ _ _ G mlo mhi slo shi glo ghi round
  next_mlo next_mhi next_slo next_shi next_glo next_ghi ahead over.

Lemma bracket_sound t : within (disagreement M us b mu blank t) (bracket tr [::] t).
Proof.
rewrite -differing_disagreement; apply: (prefix_tree_sound _ _ areas_closed) => // h.
  by rewrite /task_rows subrr.
by rewrite /head_rows subrr.
Qed.

Lemma bracket_depth tr' w l : (depth ahead tr' <= l)%N -> bracket tr' w l = bracket tr' w (depth ahead tr').
Proof.
elim: tr' w l => //= [seen|ch IH] w [|l] //.
- by rewrite leqNgt ahead_gt0.
- move=> le_l; rewrite /bracket /= (minn_idPr le_l).
  by case: {le_l} ahead ahead_gt0 => //= n _; rewrite minnn.
rewrite ltnS => /bigmax_leqP le_l.
have step z : bracket (ch z) (rcons w z) l = bracket (ch z) (rcons w z) (\max_z' depth ahead (ch z')).
  by rewrite IH ?le_l // [RHS]IH // leq_bigmax.
by congr (_, _); apply: eq_bigr => z _; rewrite -/(bracket _ _ _) step.
Qed.

(* A bracket for every length up to from_length is one for every length. *)
Lemma disagreement_sound from_length (lower upper : nat -> R) :
  from_length = maxn (depth ahead tr) 1 ->
  (forall t, (0 < t <= from_length)%N ->
     lower t <= (bracket tr [::] t).1 /\ (bracket tr [::] t).2 <= upper t) ->
  forall t, (0 < t)%N ->
  lower (minn t from_length) <= disagreement M us b mu blank t <= upper (minn t from_length).
Proof.
move=> eq_from ends t t_gt0; have /andP[lo hi] := bracket_sound t.
have eq_b : bracket tr [::] t = bracket tr [::] (minn t from_length).
  rewrite /minn; case: ltnP => // le_t.
  by rewrite bracket_depth ?[in RHS]bracket_depth // ?(leq_trans _ le_t) // eq_from leq_maxl.
have range : (0 < minn t from_length <= from_length)%N.
  by rewrite geq_minr andbT leq_min t_gt0 eq_from leq_max orbT.
have [lo' hi'] := ends _ range; rewrite -eq_b in lo' hi'.
by rewrite (le_trans lo' lo) (le_trans hi hi').
Qed.

Lemma quiet_bound tr' w l : quiet bracket tr' w -> (0 < size w + l)%N -> (bracket tr' w l).2 = 0.
Proof.
elim: tr' w l => [||x|a a' rs rg|seen|ch IH] w l;
  [exact | exact | exact | exact | exact |].
case: l => [|l] /= [own below] pos; first by apply: own; case: w pos {below}.
by apply: big1 => z _; apply: IH => //; rewrite size_rcons.
Qed.

Lemma labels_agree_sound : quiet bracket tr [::] ->
  forall x, x != [::] -> supp M x -> agree M us b mu blank x.
Proof.
move=> calm x x0 x_supp; apply/same_labelP; apply: contraTT x_supp => wrong.
have pos : (0 < size ([::] : seq T) + size x)%N by rewrite lt0n size_eq0.
have /andP[_] := bracket_sound (size x); rewrite (quiet_bound calm pos).
rewrite /supp probE -leNgt; apply: le_trans.
rewrite disagreementE (bigD1 (in_tuple x)) //= -/(value _ _ _) ler_addl sumr_ge0 // => y _.
exact/value_ge0/init_ge0.
Qed.

End Claims.

(* Without a prompt, a head whose labels agree is a linear head. *)
Lemma linear_head_sound (R : realFieldType) (S T : finType) (M : hmm R S T) c
    (mu : 'I_c.+1 -> S -> R) (b : 'I_c.+1 -> T -> R) :
  (forall blank x, x != [::] -> supp M x -> agree M [::] b mu blank x) ->
  exists b', recovers M [::] b' mu.
Proof. by exists b. Qed.
