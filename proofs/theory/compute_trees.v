From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_labels rules_overlap rules_tree columns.
From Recoverable Require Import compute compute_units compute_columns compute_model compute_heads compute_spans compute_regions.
From Recoverable Require Import compute_overlaps.

(******************************************************************************)
(* Prefix trees by computation: labels that agree on all inputs, and brackets *)
(* of how often they do not. All numbers are integers over one unit; in exact *)
(* arithmetic the unit shrinks by den A . den W with every token, in rounded  *)
(* arithmetic it stays, and lower ends are rounded down, upper ends up.       *)
(*                                                                            *)
(*      ends == masses, the rows of the task, the rows of the head            *)
(*      rows == the ends of a prefix, the lower and the upper ones            *)
(*     ptree == prefix trees; a leaf with labels says whether it is exact, and *)
(*                  has for each label that they are compared with a ratio    *)
(*                  of units of masses to units of scores; others are inside  *)
(*                  of a region                                               *)
(*  leafl, splitl n c e == the bounds of a leaf, and of a split alone         *)
(*  look_of n d l == the tables for leaves by state that look l tokens ahead  *)
(*  by_statel n c t e == the bounds of a leaf by state, from a table and the  *)
(*                  ends one transition ahead                                 *)
(*    next d e == those ends, in rounded arithmetic                           *)
(*  after r z e == the ends after one more token, rounded (r) or exact        *)
(*    walk r e w == the ends after the word w                                 *)
(*  whole w == the exact ends after the word w                                *)
(*  tree_check t w <=> the tree below the prefix w is one, its proportional   *)
(*                  leaves are, and those in regions satisfy their facts      *)
(*  bracket_at t e w i == the computed bracket of i more tokens               *)
(*   brackets t e w m == those of 0, ..., m more tokens, in one pass          *)
(*        root g p == the ends of the empty prefix, masses times g, scores    *)
(*                  times p                                                   *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Record ends := Ends { masses : seq Z; tasks : seq (seq Z); heads : seq (seq Z) }.
Record rows := Rows { lower : ends; upper : ends }.

Inductive pleaf :=
  | Doubtful
  | Multiple
  | Ahead
  | Inside of nat
  | Settled of bool & nat & nat & seq Z & seq Z.

Inductive ptree := Leaf of pleaf | Node of seq ptree.

(* Arithmetic of one node, in units: both are functions of the ends alone *)

Definition safel (strict : bool) (a : Z) := if strict then (0 <? a)%ZZ else (0 <=? a)%ZZ.

Definition gapl (lo hi : seq (seq Z)) a j h := (entry lo a h - entry hi j h)%ZZ.

Definition flipl n (e : rows) (lo hi : seq (seq Z)) a j (ratio : Z) :=
  if all (fun h => safel (j < a)%N (gapl lo hi a j h)) (iota 0 n) then 0%ZZ else
  sum_of n (fun h => Z.max 0 (at0 (masses (upper e)) h - ratio * gapl lo hi a j h))%ZZ.

Definition flipsl n c e lo hi a (ratios : seq Z) :=
  sum_of c.+1 (fun j => if j == a then 0%ZZ else flipl n e lo hi a j (at0 ratios j)).

Definition massl n (m : seq Z) := sum_of n (at0 m).

Definition doubtl n c e a a' rs rg :=
  Z.min (flipsl n c e (tasks (lower e)) (tasks (upper e)) a rs
         + flipsl n c e (heads (lower e)) (heads (upper e)) a' rg)%ZZ
        (massl n (masses (upper e))).

Definition certainl n c (lo hi : seq (seq Z)) a :=
  all (fun j => (j == a) || safel (j < a)%N (sum_of n (gapl lo hi a j))) (iota 0 c.+1).

Definition leafl n c e (l : pleaf) : Z * Z :=
  match l with
  | Doubtful | Ahead => (0, massl n (masses (upper e)))%ZZ
  | Multiple | Inside _ => (0, 0)%ZZ
  | Settled _ a a' rs rg => let d := doubtl n c e a a' rs rg in
      if a == a' then (0, d)%ZZ
      else (Z.max 0 (massl n (masses (lower e)) - d), massl n (masses (upper e)))%ZZ
  end.

Definition splitl n c e : Z * Z :=
  let s := certainl n c (tasks (lower e)) (tasks (upper e)) in
  let g := certainl n c (heads (lower e)) (heads (upper e)) in
  if has (fun a => s a && g a) (iota 0 c.+1) then (0, 0)%ZZ else
  if has s (iota 0 c.+1) && has g (iota 0 c.+1) then (massl n (masses (lower e)), massl n (masses (upper e)))
  else (0, massl n (masses (upper e)))%ZZ.

(* A leaf by state, from ends one transition ahead: each state that surely has *)
(* labels adds the part of it that may have others, from overlaps.            *)

Record look := Look { table_near : table; table_far : table; looks_ahead : nat }.

Definition look_of n d l :=
  if l is l'.+1 then Look (table_of n (words_of n d 0)) (table_of n (words_of n d l')) l else Look [::] [::] 0.

Definition surelyl c (lo hi : seq (seq Z)) h a :=
  all (fun j => (j == a) || (0 <? gapl lo hi a j h)%ZZ) (iota 0 c.+1).

Definition surel c lo hi h := find (surelyl c lo hi h) (iota 0 c.+1).

Definition partl n c (t : table) lo hi a h :=
  sum_of c.+1 (fun j => if j == a then 0%ZZ else sum_of n (fun i =>
    if (gapl lo hi a j i <? 0)%ZZ then overlapl t h i (gapl lo hi a j h) (- gapl lo hi a j i) else 0%ZZ)).

Definition statel n c t e h : Z * Z :=
  let a := surel c (tasks (lower e)) (tasks (upper e)) h in
  let a' := surel c (heads (lower e)) (heads (upper e)) h in
  let most := at0 (masses (upper e)) h in
  if (a <= c)%N && (a' <= c)%N then
    let part := Z.min one (partl n c t (tasks (lower e)) (tasks (upper e)) a h
                           + partl n c t (heads (lower e)) (heads (upper e)) a' h)%ZZ in
    if a == a' then (0, ceiling (most * part) one)%ZZ
    else (Z.max 0 (at0 (masses (lower e)) h) * (one - part) / one, most)%ZZ
  else (0, most)%ZZ.

Definition by_statel n c t e := sump (iota 0 n) (statel n c t e).

(* The bounds of a node are those of rules_tree.v, with m regions. *)

Section Contributions.
Variables (R : realFieldType) (n k c m : nat) (u us ug : R).
Hypotheses (u_gt0 : 0 < u) (us_gt0 : 0 < us) (ug_gt0 : 0 < ug).
Local Notation S := [finType of 'I_n.+1].
Local Notation T := [finType of 'I_k.+1].
Variables (mlo mhi : seq T -> S -> R) (slo shi glo ghi : seq T -> 'I_c.+1 -> S -> R).
Variables (w : seq T) (e : rows).
Hypothesis mloE : forall h, mlo w h = units u (at0 (masses (lower e)) h).
Hypothesis mhiE : forall h, mhi w h = units u (at0 (masses (upper e)) h).
Hypothesis sloE : forall j h, slo w j h = units us (entry (tasks (lower e)) j h).
Hypothesis shiE : forall j h, shi w j h = units us (entry (tasks (upper e)) j h).
Hypothesis gloE : forall j h, glo w j h = units ug (entry (heads (lower e)) j h).
Hypothesis ghiE : forall j h, ghi w j h = units ug (entry (heads (upper e)) j h).

Section Scores.
Variables (v : R) (lo hi : seq T -> 'I_c.+1 -> S -> R) (lol hil : seq (seq Z)).
Hypothesis v_gt0 : 0 < v.
Hypothesis loE : forall j h, lo w j h = units v (entry lol j h).
Hypothesis hiE : forall j h, hi w j h = units v (entry hil j h).

Lemma gaplE (a j : 'I_c.+1) h : row_end lo hi w a j h = units v (gapl lol hil a j h).
Proof. by rewrite /row_end loE hiE unitsB. Qed.

Lemma safelE x strict : safe strict (units v x) = safel strict x.
Proof. by rewrite /safe /safel; case: strict; rewrite ?units_gt0 ?units_ge0. Qed.

Lemma fliplE (a j : 'I_c.+1) ratio :
  flip_bound (j < a)%N (row_end lo hi w a j) (mhi w)
    (fun h => toR R ratio * v / u * row_end lo hi w a j h)
  = units u (flipl n.+1 e lol hil a j ratio).
Proof.
rewrite /flip_bound /flipl.
have -> : [forall h, safe (j < a)%N (row_end lo hi w a j h)]
        = all (fun h => safel (j < a)%N (gapl lol hil a j h)) (iota 0 n.+1).
  apply/forallP/idP => [all_safe|/all_iotaP all_safe h]; last first.
    by rewrite gaplE safelE; apply: all_safe.
  apply/allP => h; rewrite mem_iota /= add0n => lt_h.
  by have := all_safe (Ordinal lt_h); rewrite gaplE safelE.
case: ifP => _; first by rewrite units0.
rewrite (units_sum u); apply: eq_bigr => h _; rewrite units_max // units0 unitsB mhiE gaplE.
congr (Num.max 0 (_ - _)); rewrite /units toRM.
by move: (toR R ratio) (toR R _) (gt_eqF u_gt0) (gt_eqF v_gt0) => x y u0 v0; field; rewrite u0 v0.
Qed.

Lemma flipslE (a : nat) ratios : (a <= c)%N ->
  flips mhi id lo hi w (inord a) (fun j => toR R (at0 ratios j) * v / u)
  = units u (flipsl n.+1 c e lol hil a ratios).
Proof.
move=> le_a; rewrite (units_sum u) /flips big_mkcond; apply: eq_bigr => j _.
rewrite -val_eqE /= inordK //; case: eqP => [_|_] /=; first by rewrite units0.
by have := fliplE (inord a) j (at0 ratios j); rewrite inordK.
Qed.

Lemma certainlE (a : 'I_c.+1) : certain lo hi w a = certainl n.+1 c lol hil a.
Proof.
apply/forallP/idP => [cert|/all_iotaP cert j].
  apply/allP => j; rewrite mem_iota /= add0n => lt_j; have := cert (Ordinal lt_j).
  rewrite -val_eqE /=; case: eqP => //= _; rewrite -safelE (units_sum v).
  by congr (safe _ _); apply: eq_bigr => h _; rewrite (gaplE a (Ordinal lt_j)).
have := cert j (ltn_ord j); rewrite -val_eqE /=; case: eqP => //= _.
rewrite -safelE (units_sum v).
by congr (safe _ _); apply: eq_bigr => h _; rewrite gaplE.
Qed.

Lemma has_certainl : [exists a, certain lo hi w a] = has (certainl n.+1 c lol hil) (iota 0 c.+1).
Proof.
apply/existsP/hasP => [[a]|[a]]; first by rewrite certainlE; exists (a : nat); rewrite ?mem_iota ?ltn_ord.
by rewrite mem_iota /= add0n => lt_a cert; exists (Ordinal lt_a); rewrite certainlE.
Qed.

(* What is surely so of a state *)

Lemma surelyE (a : 'I_c.+1) (h : S) :
  surely lo hi w a h = surelyl c lol hil h a.
Proof.
apply/forallP/idP => [sure|/all_iotaP sure j].
  apply/allP => j; rewrite mem_iota /= add0n => lt_j; have := sure (Ordinal lt_j).
  by rewrite -val_eqE /= gaplE units_gt0 //; case: (j == a).
by have := sure j (ltn_ord j); rewrite -val_eqE /= gaplE units_gt0 //; case: (_ == _).
Qed.

Lemma surelP (h : S) : (surel c lol hil h <= c)%N -> surely lo hi w (inord (surel c lol hil h)) h.
Proof.
move=> le_c; rewrite surelyE inordK //.
have found : has (surelyl c lol hil h) (iota 0 c.+1) by rewrite has_find size_iota.
by have := nth_find 0%N found; rewrite nth_iota.
Qed.

Lemma surel_le (a : 'I_c.+1) (h : S) : surely lo hi w a h -> (surel c lol hil h <= c)%N.
Proof.
rewrite surelyE => sure; rewrite -ltnS -[X in (_ < X)%N](size_iota 0) -has_find; apply/hasP; exists (a : nat) => //.
by rewrite mem_iota /= add0n.
Qed.

Hypothesis ends_le : forall j h, lo w j h <= hi w j h.

Lemma surely_unique (a a' : 'I_c.+1) (h : S) : surely lo hi w a h -> surely lo hi w a' h -> a = a'.
Proof.
move=> /forallP/(_ a') sure /forallP/(_ a) sure'; apply/eqP; apply: contraT => neq.
have := implyP sure; rewrite eq_sym neq => /(_ isT) gt; have := implyP sure' neq; rewrite /row_end in gt *.
rewrite subr_gt0 in gt; rewrite subr_gt0 => gt'.
by have := lt_le_trans gt' (ends_le a' h) ; move=> /lt_trans/(_ gt); rewrite ltNge ends_le.
Qed.

Variables (over : S -> S -> R -> R -> R) (t : table).
Hypothesis overE : forall (h i : S) p q, (0 <? p)%ZZ -> (0 <? q)%ZZ ->
  over h i (units v p) (units v q) <= units (toR R one) (overlapl t h i p q).

Lemma partlE (a : 'I_c.+1) (h : S) d : surely lo hi w a h ->
  state_part (fun=> over) lo hi w a h d <= units (toR R one) (partl n.+1 c t lol hil a h).
Proof.
move=> /forallP sure; rewrite /partl units_sum /state_part big_mkcond; apply: ler_sum => j _.
have := sure j; rewrite -val_eqE /=; case: eqP => /= [_ _|_ gt0]; first by rewrite units0.
rewrite units_sum big_mkcond; apply: ler_sum => i _; rewrite !gaplE.
rewrite gaplE units_gt0 // in gt0; rewrite -oppr_gt0 -unitsN units_gt0 //.
have -> : (0 <? - gapl lol hil a j i)%ZZ = (gapl lol hil a j i <? 0)%ZZ by lia.
by case: ifP => [neg|_]; [apply: overE => //; lia | rewrite units0].
Qed.

End Scores.

Definition pledged (l : pleaf) : tree R S T c 'I_m :=
  match l with
  | Doubtful | Ahead => Open R S T c 'I_m
  | Multiple => Proportional R S T c 'I_m
  | Inside x => if insub x is Some y then Within R S T c y else Open R S T c 'I_m
  | Settled _ a a' rs rg => Labelled S T 'I_m (inord a) (inord a')
      (fun j => toR R (at0 rs j) * us / u) (fun j => toR R (at0 rg j) * ug / u)
  end.

Definition labels_ok (l : pleaf) :=
  match l with
  | Inside x => (x < m)%N
  | Settled _ a a' rs rg => [&& a <= c, a' <= c, nonnegl rs & nonnegl rg]%N
  | _ => true
  end.

Local Notation contribution := (@contribution _ _ _ _ 'I_m mlo mhi slo shi glo ghi id).

Lemma masslE (v : seq Z) (f : S -> R) : (forall h, f h = units u (at0 v h)) ->
  \sum_h f h = units u (massl n.+1 v).
Proof. by move=> fE; rewrite (units_sum u); apply: eq_bigr => h _. Qed.

Lemma leaflE l : labels_ok l ->
  contribution (pledged l) w = (units u (leafl n.+1 c e l).1, units u (leafl n.+1 c e l).2).
Proof.
case: l => [|||x|x a a' rs rg] /=; rewrite ?(masslE mhiE) ?(masslE mloE) ?units0 //.
  by move=> lt_x; rewrite insubT.
case/and4P => le_a le_a' _ _; rewrite -val_eqE /= !inordK //.
have -> : doubt mhi slo shi glo ghi id w (inord a) (inord a')
    (fun j => toR R (at0 rs j) * us / u) (fun j => toR R (at0 rg j) * ug / u)
    = units u (doubtl n.+1 c e a a' rs rg).
  rewrite /doubt /doubtl units_min // unitsD (masslE mhiE).
  by rewrite (flipslE us_gt0 sloE shiE) // (flipslE ug_gt0 gloE ghiE).
by case: eqP => _ /=; rewrite ?units_max ?unitsB ?units0.
Qed.

Lemma splitlE ch : contribution (Split ch) w = (units u (splitl n.+1 c e).1, units u (splitl n.+1 c e).2).
Proof.
rewrite /= /itself /splitl (has_certainl us_gt0 sloE shiE) (has_certainl ug_gt0 gloE ghiE).
rewrite (masslE mloE) (masslE mhiE).
have -> : [exists a, certain slo shi w a && certain glo ghi w a]
    = has (fun a => certainl n.+1 c (tasks (lower e)) (tasks (upper e)) a
                    && certainl n.+1 c (heads (lower e)) (heads (upper e)) a) (iota 0 c.+1).
  apply/existsP/hasP => [[a]|[a]].
    rewrite (certainlE us_gt0 sloE shiE) (certainlE ug_gt0 gloE ghiE).
    by exists (a : nat); rewrite ?mem_iota ?ltn_ord.
  rewrite mem_iota /= add0n => lt_a cert; exists (Ordinal lt_a).
  by rewrite (certainlE us_gt0 sloE shiE) (certainlE ug_gt0 gloE ghiE).
case: ifP => _; first by rewrite /= units0.
by case: ifP => _; rewrite /= ?units0.
Qed.

(* A leaf by state: its own bounds are those of rules_tree.v, or closer.      *)

Hypothesis mhi_ge0 : forall h, 0 <= mhi w h.
Hypothesis s_le : forall j h, slo w j h <= shi w j h.
Hypothesis g_le : forall j h, glo w j h <= ghi w j h.
Variables (over : S -> S -> R -> R -> R) (t : table).
Hypothesis overE : forall (v : R) (h i : S) p q, 0 < v -> (0 <? p)%ZZ -> (0 <? q)%ZZ ->
  over h i (units v p) (units v q) <= units (toR R one) (overlapl t h i p q).

Definition seenl (h : S) :=
  (surel c (tasks (lower e)) (tasks (upper e)) h <= c)%N && (surel c (heads (lower e)) (heads (upper e)) h <= c)%N.

Local Notation mlo0 := (fun w h => Num.max 0 (mlo w h)).

Lemma statelE d h : let b := state_bounds mlo0 mhi slo shi glo ghi (fun=> over) seenl w d h in
  units u (statel n.+1 c t e h).1 <= b.1 /\ b.2 <= units u (statel n.+1 c t e h).2.
Proof.
have one_gt0 : 0 < toR R one by rewrite toR_gt0 one_pos.
rewrite /statel /state_bounds -/(seenl h); case: pickP => [[a a'] /= /and3P[seen sure_s sure_g]|none] /=; last first.
  have -> : seenl h = false; last by rewrite units0 mhiE.
  apply: contraFF (none (inord (surel c (tasks (lower e)) (tasks (upper e)) h), inord (surel c (heads (lower e)) (heads (upper e)) h))) => seen.
  have /andP[le_a le_a'] := seen.
  by rewrite seen (surelP us_gt0 sloE shiE le_a) (surelP ug_gt0 gloE ghiE le_a').
rewrite seen; have /andP[le_a le_a'] := seen.
have aE : surel c (tasks (lower e)) (tasks (upper e)) h = a.
  by rewrite (surely_unique s_le sure_s (surelP us_gt0 sloE shiE le_a)) inordK.
have a'E : surel c (heads (lower e)) (heads (upper e)) h = a'.
  by rewrite (surely_unique g_le sure_g (surelP ug_gt0 gloE ghiE le_a')) inordK.
rewrite aE a'E val_eqE; set part := Z.min _ _.
have le_part : state_doubt slo shi glo ghi (fun=> over) w a a' h d <= units (toR R one) part.
  rewrite /state_doubt units_min // le_minr !le_minl [units _ one]divff ?(lt0r_neq0 one_gt0) // lexx /= unitsD.
  by rewrite ler_add ?orbT //; [apply: (partlE us_gt0 sloE shiE) | apply: (partlE ug_gt0 gloE ghiE)] => // *; apply: overE.
have share x : toR R (x * part) / (u * toR R one) = units u x * units (toR R one) part.
  by rewrite toRM -mulf_div.
case: ifP => _ /=; rewrite ?units0.
  split=> //; apply: le_trans (units_ceiling u_gt0 _ one_pos); rewrite share -mhiE ler_wpmul2l //.
rewrite -mhiE; split=> //; apply: le_trans (units_floor u_gt0 _ one_pos) _.
rewrite toRM toRB -mulf_div -/(units u _) units_max // units0 -mloE ler_wpmul2l ?le_maxr ?lexx //.
by rewrite mulrBl divff ?(lt0r_neq0 one_gt0) // ler_sub.
Qed.

End Contributions.

(* Along a prefix *)

Section Walk.
Variables (n k : nat) (d : data).

Definition down (r : bool) a := if r then (a / base d)%ZZ else a.
Definition up (r : bool) a := if r then (- (- a / base d))%ZZ else a.
Definition grow (r : bool) := if r then 1%ZZ else base d.

Definition pushl (f : Z -> Z) z v := map f (mull (nth [::] (emission d).2 z) (matvecl (transition d).2 v)).
Definition ahead f z e :=
  Ends (pushl f z (masses e)) (map (pushl f z) (tasks e)) (map (pushl f z) (heads e)).
Definition after r z (e : rows) := Rows (ahead (down r) z (lower e)) (ahead (up r) z (upper e)).

(* One transition ahead, in the same unit *)
Definition nextl (f : Z -> Z) v := map f (matvecl (transition d).2 v).
Definition next_ends f e := Ends (nextl f (masses e)) (map (nextl f) (tasks e)) (map (nextl f) (heads e)).
Definition next (e : rows) :=
  Rows (next_ends (fun a => a / (transition d).1)%ZZ (lower e)) (next_ends (ceiling^~ (transition d).1) (upper e)).

Lemma at0_nextl f v h : f 0%ZZ = 0%ZZ -> at0 (nextl f v) h = f (dotl (nth [::] (transition d).2 h) v).
Proof. by move=> f0; rewrite at0_map // at0_matvecl. Qed.

Lemma entry_nextl f vs j h : f 0%ZZ = 0%ZZ ->
  entry (map (nextl f) vs) j h = at0 (nextl f (nth [::] vs j)) h.
Proof.
move=> f0; rewrite /entry; case: (ltnP j (size vs)) => [lt_j|ge_j]; first by rewrite (nth_map [::]).
rewrite !nth_default ?size_map // at0_nextl // at0_nil; suff -> : dotl (nth [::] (transition d).2 h) [::] = 0%ZZ by [].
by case: (nth _ _ _).
Qed.

Definition walk r (e : rows) (w : seq nat) := foldl (fun e z => after r z e) e w.
Lemma walk_rcons r e w z : walk r e (rcons w z) = after r z (walk r e w).
Proof. by rewrite /walk -cats1 foldl_cat. Qed.

Definition push f v (w : seq nat) := foldl (fun v z => pushl f z v) v w.

Lemma masses_walk r e w : masses (lower (walk r e w)) = push (down r) (masses (lower e)) w /\
  masses (upper (walk r e w)) = push (up r) (masses (upper e)) w.
Proof. by elim: w e => //= z w IH e; apply: IH. Qed.

Lemma tasks_walk r e w j : (j < size (tasks (lower e)))%N -> (j < size (tasks (upper e)))%N ->
  nth [::] (tasks (lower (walk r e w))) j = push (down r) (nth [::] (tasks (lower e)) j) w /\
  nth [::] (tasks (upper (walk r e w))) j = push (up r) (nth [::] (tasks (upper e)) j) w.
Proof.
elim: w e => //= z w IH e lt_lo lt_hi; have [|| -> ->] := IH (after r z e); rewrite ?size_map //=.
by rewrite !(nth_map [::]).
Qed.

Lemma heads_walk r e w j : (j < size (heads (lower e)))%N -> (j < size (heads (upper e)))%N ->
  nth [::] (heads (lower (walk r e w))) j = push (down r) (nth [::] (heads (lower e)) j) w /\
  nth [::] (heads (upper (walk r e w))) j = push (up r) (nth [::] (heads (upper e)) j) w.
Proof.
elim: w e => //= z w IH e lt_lo lt_hi; have [|| -> ->] := IH (after r z e); rewrite ?size_map //=.
by rewrite !(nth_map [::]).
Qed.

Variables (R : realFieldType) (ok : valid n k d).
Local Notation M := (model_of R ok).
Local Notation nats w := (map (@nat_of_ord _) w).

Lemma base_gt0 : 0 < toR R (base d).
Proof. by rewrite toR_gt0 posM ?(emit_den ok) ?(trans_den ok). Qed.

Lemma grow_gt0 r : 0 < toR R (grow r).
Proof. by case: r => /=; [rewrite toR1 ltr01 | exact: base_gt0]. Qed.

Lemma down_le r a : toR R (down r a) * toR R (base d) <= toR R a * toR R (grow r).
Proof.
case: r => //=; rewrite -!toRM -subr_ge0 -toRB toR_ge0.
have := base_gt0; rewrite toR_gt0 => b0.
by have := Z.mul_div_le a (base d); lia.
Qed.

Lemma at0_pushl f z v h : f 0%ZZ = 0%ZZ ->
  at0 (pushl f z v) h = f (entry (emission d).2 z h * dotl (nth [::] (transition d).2 h) v)%ZZ.
Proof.
move=> f0; rewrite -(at0_matvecl (transition d).2) -at0_mull /pushl.
elim: (mull _ _) h => [|a s IH] [|h] //=; rewrite ?at0_nil ?f0 //; exact: IH.
Qed.

Lemma push_rcons f v w z : push f v (rcons w z) = pushl f z (push f v w).
Proof. by rewrite /push -cats1 foldl_cat. Qed.

(* One step in numerators is one step of the model. *)
Lemma stepped z (h : 'I_n.+1) v :
  toR R (entry (emission d).2 z h * dotl (nth [::] (transition d).2 h) v)
  = toR R (base d) * (mval R (emission d) z h * \sum_(g < n.+1) mval R (transition d) h g * toR R (at0 v g)).
Proof.
have /and3P[/eqP size_t /allP rows_t t0] : shape n n.+1 (transition d) by case/and5P: ok.
have size_h : (size (nth [::] (transition d).2 h) <= n.+1)%N.
  by rewrite (eqP (rows_t _ (mem_nth [::] _))) ?size_t.
rewrite toRM (dotl_sum _ _ size_h) toRM /mval; under [in RHS]eq_bigr do rewrite mulrAC.
rewrite -mulr_suml; move: (nonzero R (emit_den ok)) (nonzero R t0).
move: (toR R (emission d).1) (toR R (transition d).1) (toR R _) (\sum_(i < _) _) => a b x y a0 b0.
by field; rewrite a0 b0.
Qed.

Lemma push_down r u v (x : 'I_n.+1 -> R) w : 0 < u ->
  (forall h : 'I_n.+1, units u (at0 v h) <= x h) ->
  forall h : 'I_n.+1, units (u * toR R (grow r) ^+ size w) (at0 (push (down r) v (nats w)) h) <= along M x w h.
Proof.
move=> u0 le_x; elim/last_ind: w => [|w z IH] h; first by rewrite expr0 mulr1; apply: le_x.
rewrite map_rcons push_rcons size_rcons at0_pushl; last by case: (r).
rewrite along_rcons /extend exprSr mulrA; set U := u * _ in IH *.
have U0 : 0 < U by rewrite mulr_gt0 // exprn_gt0 // (grow_gt0 r).
clearbody U.
rewrite /units ler_pdivr_mulr ?mulr_gt0 ?grow_gt0 // -[_ <= _](ler_pmul2r base_gt0).
apply: le_trans (down_le _ _) _; rewrite stepped; set X := \sum_(g < _) _; set Y := \sum_(g : _) _.
have le_X : X <= Y * U.
  rewrite mulr_suml; apply: ler_sum => g _; rewrite -mulrA ler_wpmul2l //; first exact: (trans_ge0 M h g).
  by have := IH g; rewrite /units ler_pdivr_mulr.
have -> : emit M z h * Y * (U * toR R (grow r)) * toR R (base d)
          = toR R (base d) * (emit M z h * (Y * U)) * toR R (grow r) by ring.
rewrite ler_wpmul2r ?(ltW (grow_gt0 r)) // ler_wpmul2l ?(ltW base_gt0) // ler_wpmul2l //.
exact: (emit_ge0 M z h).
Qed.

(* Upper ends are lower ends of what is negated. *)

Lemma at0_opp u i : at0 (map Z.opp u) i = (- at0 u i)%ZZ.
Proof. by elim: u i => [|a u IH] [|i] //=; rewrite /at0 ?nth_nil //; apply: IH. Qed.

Lemma push_opp r v w h : at0 (push (up r) v w) h = (- at0 (push (down r) (map Z.opp v) w) h)%ZZ.
Proof.
have dotl_opp u u' : dotl u (map Z.opp u') = (- dotl u u')%ZZ by elim: u u' => [|a u IH] [|b u'] //=; rewrite IH; lia.
suff -> : push (down r) (map Z.opp v) w = map Z.opp (push (up r) v w) by rewrite at0_opp Z.opp_involutive.
elim: w v => //= z w IH v; rewrite -IH; congr (push _ _ w).
rewrite /pushl -map_comp; set ws := nth _ _ z; elim: ws (transition d).2 => [|a ws IHw] [|row rs] //=.
by rewrite dotl_opp Z.mul_opp_r IHw; congr (_ :: _); case: (r); rewrite /= ?Z.opp_involutive.
Qed.

Lemma push_up r u v (x : 'I_n.+1 -> R) w : 0 < u ->
  (forall h : 'I_n.+1, x h <= units u (at0 v h)) ->
  forall h : 'I_n.+1, along M x w h <= units (u * toR R (grow r) ^+ size w) (at0 (push (up r) v (nats w)) h).
Proof.
move=> u0 ge_x h; rewrite push_opp unitsN ler_oppr -mulN1r -along_scale; apply: push_down => // g.
rewrite mulN1r -ler_oppr -unitsN; have := ge_x g.
by rewrite (_ : - _ = at0 v g)%ZZ // at0_opp; lia.
Qed.

Lemma next_sum u v h : toR R (dotl (nth [::] (transition d).2 h) v) / (u * toR R (transition d).1)
  = \sum_(g < n.+1) mval R (transition d) h g * units u (at0 v g).
Proof.
have /and3P[/eqP size_t /allP rows_t t0] : shape n n.+1 (transition d) by case/and5P: ok.
have size_h : (size (nth [::] (transition d).2 h) <= n.+1)%N.
  case: (ltnP h (size (transition d).2)) => [lt_h|ge_h]; last by rewrite nth_default.
  by rewrite (eqP (rows_t _ (mem_nth [::] lt_h))).
rewrite (dotl_sum _ _ size_h) mulr_suml; apply: eq_bigr => g _.
by rewrite [u * _]mulrC -mulf_div.
Qed.

Lemma next_down u v (x : 'I_n.+1 -> R) (h : 'I_n.+1) : 0 < u -> (forall g : 'I_n.+1, units u (at0 v g) <= x g) ->
  units u (at0 (nextl (fun a => a / (transition d).1)%ZZ v) h) <= onward M x h.
Proof.
move=> u0 le_x; rewrite at0_nextl //; apply: le_trans (units_floor u0 _ (trans_den ok)) _; rewrite next_sum.
by apply: ler_sum => g _; rewrite ler_wpmul2l ?(trans_ge0 M h g).
Qed.

Lemma next_up u v (x : 'I_n.+1 -> R) (h : 'I_n.+1) : 0 < u -> (forall g : 'I_n.+1, x g <= units u (at0 v g)) ->
  onward M x h <= units u (at0 (nextl (ceiling^~ (transition d).1) v) h).
Proof.
move=> u0 le_x; rewrite at0_nextl //; apply: le_trans (units_ceiling u0 _ (trans_den ok)); rewrite next_sum.
by apply: ler_sum => g _; rewrite ler_wpmul2l ?(trans_ge0 M h g).
Qed.

End Walk.

(* Trees *)

Definition scalep x (a : Z * Z) : Z * Z := (x * a.1, x * a.2)%ZZ.

Lemma ptree_nested (P : ptree -> Prop) : (forall l, P (Leaf l)) ->
  (forall ts, (forall z, (z < size ts)%N -> P (nth (Leaf Doubtful) ts z)) -> P (Node ts)) ->
  forall t, P t.
Proof.
move=> leaf node; have none z : (z < 0)%N -> P (nth (Leaf Doubtful) [::] z) by [].
refine (fix all_P t : P t := match t return P t with
  | Leaf l => leaf l
  | Node ts => node ts ((fix each ts : forall z, (z < size ts)%N -> P (nth (Leaf Doubtful) ts z) :=
      match ts return forall z, (z < size ts)%N -> P (nth (Leaf Doubtful) ts z) with
      | [::] => none
      | t' :: ts' => fun z => match z return (z < size (t' :: ts'))%N -> P (nth (Leaf Doubtful) (t' :: ts') z) with
                   | 0%N => fun=> all_P t' | z'.+1 => each ts' z' end
      end) ts)
  end).
Qed.

(* A leaf by state has one bracket from there on where it looks ahead. *)
Fixpoint depthl reach t : nat :=
  match t with
  | Node ts => (foldr maxn 0%N (map (depthl reach) ts)).+1%N
  | Leaf Ahead => reach
  | _ => 0%N
  end.

Section Trees.
Variables (n : nat) (letters : seq nat) (d : data) (c : nat) (r : bool) (e0 : ends) (rg : ground) (lk : look).

Definition whole (w : seq nat) := walk d false (Rows e0 e0) w.

Definition multiple_check w :=
  let ts := tasks (lower (whole w)) in let gs := heads (lower (whole w)) in
  let all_ts := [seq entry ts i h | i <- iota 0 c.+1, h <- iota 0 n.+1] in
  let all_gs := [seq entry gs i h | i <- iota 0 c.+1, h <- iota 0 n.+1] in
  let i := find (fun a => ~~ (a =? 0)%ZZ) all_ts in
  let x := if (i < size all_ts)%N then Z.abs (at0 all_gs i) else 1%ZZ in
  let y := if (i < size all_ts)%N then Z.abs (at0 all_ts i) else 1%ZZ in
  [&& (0 <? x)%ZZ, (0 <? y)%ZZ
    & all (fun i => all (fun h => y * entry gs i h =? x * entry ts i h)%ZZ (iota 0 n.+1)) (iota 0 c.+1)].

Definition inside_check x w :=
  let e := lower (whole w) in let (ys, yg) := factors rg in
  [&& (0 <? ys)%ZZ, (0 <? yg)%ZZ
    & all (fun i => let f := fact_at rg x i in
        holds n c ys (masses e) (tasks e) f && holds n c yg (masses e) (heads e) f) (iota 0 (facts_count rg x))].

Definition leaf_check (l : pleaf) w := labels_ok c (regions_count rg) l &&
  match l with Multiple => multiple_check w | Inside x => inside_check x w | _ => true end.

Fixpoint tree_check t : seq nat -> bool :=
  match t with
  | Leaf l => leaf_check l
  | Node ts => let fs := map tree_check ts in fun w =>
      (size ts == size letters) && all (fun z => nth (fun=> false) fs z (rcons w z)) letters
  end.

(* The bounds of a leaf for i more tokens: they are computed once. *)
Definition leaf_bounds e w (l : pleaf) : nat -> Z * Z :=
  match l with
  | Settled true _ _ _ _ =>
      if r then
        let b := leafl n.+1 c (whole w) l in let q := power (base d) (size w) in
        let rounded := ((b.1 / q)%ZZ, (- (- b.2 / q))%ZZ) in fun=> rounded
      else let b := leafl n.+1 c e l in fun=> b
  | Ahead =>
      if r && (0 < looks_ahead lk)%N then
        let e' := next d e in let own := splitl n.+1 c e' in
        let near := by_statel n.+1 c (table_near lk) e' in let far := by_statel n.+1 c (table_far lk) e' in
        fun i => if i is 0 then own else if (i < looks_ahead lk)%N then near else far
      else let b := leafl n.+1 c e l in fun=> b
  | _ => let b := leafl n.+1 c e l in fun=> b
  end.

Lemma leaf_bounds_depth e w l i j : (depthl (looks_ahead lk) (Leaf l) <= i)%N ->
  leaf_bounds e w l (i + j) = leaf_bounds e w l i.
Proof.
case: l => [|||x|[] a a' rs rg'] //=; case: (r) => //=; case: ifP => // pos le_i.
have i_gt0 := leq_trans pos le_i.
by case: i i_gt0 le_i => // i _ le_i; rewrite addSn !ltnNge le_i (leq_trans le_i) // -addSn leq_addr.
Qed.

Fixpoint bracket_at t : rows -> seq nat -> nat -> Z * Z :=
  match t with
  | Leaf l => fun e w i => scalep (power (grow d r) i) (leaf_bounds e w l i)
  | Node ts => let fs := map bracket_at ts in fun e w i =>
      if i is i'.+1 then
        sump letters (fun z => nth (fun _ _ _ => (0, 0)%ZZ) fs z (after d r z e) (rcons w z) i')
      else splitl n.+1 c e
  end.

(* All lengths in one pass over the tree *)

Definition addps (u v : seq (Z * Z)) := [seq addp p.1 p.2 | p <- zip u v].

Fixpoint brackets t : rows -> seq nat -> nat -> seq (Z * Z) :=
  match t with
  | Leaf l => fun e w m => let b := leaf_bounds e w l in [seq scalep (power (grow d r) i) (b i) | i <- iota 0 m.+1]
  | Node ts => let fs := map brackets ts in fun e w m =>
      splitl n.+1 c e ::
      if m is m'.+1 then
        foldr addps (nseq m (0, 0)%ZZ)
          [seq nth (fun _ _ m => nseq m.+1 (0, 0)%ZZ) fs z (after d r z e) (rcons w z) m' | z <- letters]
      else [::]
  end.

Lemma size_brackets t e w m : size (brackets t e w m) = m.+1.
Proof.
elim/ptree_nested: t e w m => [l|ts IH] e w m /=; first by rewrite size_map size_iota.
case: m => // m; congr _.+1; elim: (letters) => [|z s IHs]; first by rewrite size_nseq.
rewrite /= size_map size_zip IHs; case: (ltnP z (size ts)) => [lt_z|ge_z].
  by rewrite (nth_map (Leaf Doubtful)) // IH ?minnn.
by rewrite nth_default ?size_map //= size_nseq minnn.
Qed.

Lemma nth_zeros m i : nth (0, 0)%ZZ (nseq m (0, 0)%ZZ) i = (0, 0)%ZZ.
Proof. by rewrite nth_nseq; case: ifP. Qed.

Lemma brackets_at t e w m i : (i <= m)%N -> nth (0, 0)%ZZ (brackets t e w m) i = bracket_at t e w i.
Proof.
elim/ptree_nested: t e w m i => [l|ts IH] e w m i le_i.
  transitivity (nth (0, 0)%ZZ [seq scalep (power (grow d r) i) (leaf_bounds e w l i) | i <- iota 0 m.+1] i) => //.
  by rewrite (nth_map 0%N) ?size_iota ?ltnS // nth_iota.
case: i le_i => // i; case: m => // m le_i; rewrite [brackets _ _ _ _]/= [RHS]/= /sump.
rewrite [nth _ (_ :: _) _]/=.
elim: (letters) => [|z s IHs] /=; first exact: (nth_zeros m.+1 i).
set F := nth (fun _ _ m => nseq m.+1 (0, 0)%ZZ) _ z.
have sizes : size (F (after d r z e) (rcons w z) m) = m.+1.
  rewrite /F; case: (ltnP z (size ts)) => [lt_z|ge_z]; last by rewrite nth_default ?size_map //= size_nseq.
  by rewrite (nth_map (Leaf Doubtful)) // size_brackets.
set rest := foldr addps _ _ in IHs *.
have size_rest : size rest = m.+1.
  rewrite /rest; elim: (s) => [|z' s' IHs']; first by rewrite /= size_nseq.
  rewrite /= size_map size_zip IHs'; case: (ltnP z' (size ts)) => [lt_z|ge_z].
    by rewrite (nth_map (Leaf Doubtful)) // size_brackets minnn.
  by rewrite nth_default ?size_map //= size_nseq minnn.
rewrite /addps (nth_map ((0, 0), (0, 0))%ZZ) ?size_zip ?sizes ?size_rest ?minnn //.
rewrite nth_zip ?sizes ?size_rest // IHs; congr (addp _ _); rewrite /F.
case: (ltnP z (size ts)) => [lt_z|ge_z]; first by rewrite !(nth_map (Leaf Doubtful)) // IH.
rewrite [nth _ (map brackets ts) z]nth_default ?size_map // [nth _ (map bracket_at ts) z]nth_default ?size_map //.
exact: (nth_zeros m.+1 i).
Qed.

(* Beyond the deepest leaf nothing changes but the unit. *)

Lemma scalepD x a b : scalep x (addp a b) = addp (scalep x a) (scalep x b).
Proof. by rewrite /scalep /addp /=; congr (_, _); lia. Qed.

Lemma bracket_depth t e w D j : (depthl (looks_ahead lk) t <= D)%N ->
  bracket_at t e w (D + j) = scalep (power (grow d r) j) (bracket_at t e w D).
Proof.
elim/ptree_nested: t e w D => [l|ts IH] e w D.
  move=> le_D; rewrite [bracket_at _ _ _ _]/= [in RHS]/= leaf_bounds_depth // /scalep /= addnC powerD.
  by congr (_, _); lia.
case: D => // D; rewrite addSn [depthl _ _]/= ltnS [bracket_at _ _ _ _]/= [in RHS]/= => le_D.
rewrite /sump; elim: (letters) => [|z s IHs] /=; first by rewrite /scalep /=; congr (_, _); lia.
rewrite scalepD -IHs; congr (addp _ _); case: (ltnP z (size ts)) => [lt_z|ge_z]; last first.
  by rewrite !nth_default ?size_map // /scalep /=; congr (_, _); lia.
rewrite !(nth_map (Leaf Doubtful)) // IH //; apply: leq_trans le_D.
elim: (ts) z lt_z {IH IHs} => [|t' ts' IHt] [|z] //= lt_z; first exact: leq_maxl.
exact: leq_trans (IHt z lt_z) (leq_maxr _ _).
Qed.

End Trees.

(* Trees from the nodes of a certificate, in preorder: 0 is a split, 1 an     *)
(* open leaf, 2 a proportional one, 3 a leaf with labels and 4 an exact one,  *)
(* which have the labels of task and head and the ratios of both against all; *)
(* 5 is a leaf in a region, 6 one by state.                                   *)

Definition leaf_of c (u : seq Z) : pleaf :=
  if (at0 u 0 =? 1)%ZZ then Doubtful else if (at0 u 0 =? 2)%ZZ then Multiple else
  if (at0 u 0 =? 5)%ZZ then Inside (Z.to_nat (at0 u 1)) else if (at0 u 0 =? 6)%ZZ then Ahead else
  Settled (at0 u 0 =? 4)%ZZ (Z.to_nat (at0 u 1)) (Z.to_nat (at0 u 2)) (take c.+1 (drop 3 u)) (drop (c + 4) u).

Definition plant c k (u : seq Z) (forest : seq ptree) :=
  if (at0 u 0 =? 0)%ZZ then Node (take k.+1 forest) :: drop k.+1 forest else Leaf (leaf_of c u) :: forest.

Definition tree_of c k (nodes : seq (seq Z)) := head (Leaf Doubtful) (foldr (plant c k) [::] nodes).

(* Soundness *)

Section Rules.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).
Local Notation nats w := (map (@nat_of_ord _) w).
Local Notation letters := (iota 0 k.+1).

Variables (c : nat) (b mu : matrix) (us : seq vector) (g p : Z).
Hypotheses (b_ok : shape c k.+1 b) (mu_ok : shape c n.+1 mu) (us_ok : prompt_check us).
Hypotheses (g_gt0 : (0 <? g)%ZZ) (p_gt0 : (0 <? p)%ZZ).
Variable rg : ground.
Hypothesis rg_ok : regions_check n k c d rg.
Local Notation areas := (areas R n k c rg).

(* Masses are multiplied by g, scores by p. *)
Definition root :=
  Ends (scalel g (initial d).2)
    [seq scalel p (mulv (difference mu i) (initial d)).2 | i <- iota 0 c.+1]
    [seq scalel p (mulv (vecmat (difference b i) (emission d)) (rho_of d us)).2 | i <- iota 0 c.+1].

Definition mass_unit := toR R ((initial d).1 * g).
Definition task_unit := toR R (mu.1 * (initial d).1 * p).
Definition head_unit := toR R (b.1 * (emission d).1 * (rho_of d us).1 * p).

Let rho_facts := rho_ofE R ok us_ok.

Lemma mass_unit_gt0 : 0 < mass_unit. Proof. by rewrite toR_gt0 posM ?(init_den ok). Qed.
Lemma task_unit_gt0 : 0 < task_unit.
Proof. by rewrite toR_gt0 !posM ?(init_den ok) ?(shape_den mu_ok). Qed.
Lemma head_unit_gt0 : 0 < head_unit.
Proof. by rewrite toR_gt0 !posM ?(emit_den ok) ?(shape_den b_ok) //; case: rho_facts. Qed.

Lemma units_scaled (v : vector) (x : Z) i : (0 <? x)%ZZ ->
  units (toR R (v.1 * x)) (at0 (scalel x v.2) i) = val R v i.
Proof.
move=> /(nonzero R) x0; rewrite /units at0_scalel !toRM /val invfM.
move: (toR R x) (toR R (at0 v.2 i)) ((toR R v.1)^-1) x0 => y a e y0.
by rewrite [e * _]mulrC mulrACA divff // mul1r.
Qed.

Lemma root_mass (h : 'I_n.+1) : units mass_unit (at0 (masses root) h) = init M h.
Proof. exact: units_scaled. Qed.

Lemma root_tasks (j : 'I_c.+1) (h : 'I_n.+1) :
  units task_unit (at0 (nth [::] (tasks root) j) h) = task_rows M (mx R mu) j h.
Proof.
rewrite (nth_map 0%N) ?size_iota // nth_iota // add0n.
rewrite (@units_scaled (mulv (difference mu j) (initial d))) // val_mulv val_difference mulrBl.
by [].
Qed.

Lemma root_heads (j : 'I_c.+1) (h : 'I_n.+1) :
  units head_unit (at0 (nth [::] (heads root) j) h) = head_rows M (prompt_of R n us) (mx R b) j h.
Proof.
rewrite (nth_map 0%N) ?size_iota // nth_iota // add0n.
rewrite (@units_scaled (mulv (vecmat (difference b j) (emission d)) (rho_of d us))) // val_mulv.
rewrite (@val_vecmat _ k.+1) ?(size_difference _ b_ok) //.
have [_ _ rhoE] := rho_facts; rewrite /head_rows /head_row !rhoE -mulrBl; congr (_ * _).
by rewrite -sumrB; apply: eq_bigr => z _; rewrite val_difference mulrBl.
Qed.

(* The ends at all prefixes, rounded or exact *)

Section Mode.
Variable r : bool.
Local Notation unit_at u w := (u * toR R (grow d r) ^+ size w).

Definition mlo (w : seq 'I_k.+1) (h : 'I_n.+1) := units (unit_at mass_unit w) (at0 (push d (down d r) (masses root) (nats w)) h).
Definition mhi (w : seq 'I_k.+1) (h : 'I_n.+1) := units (unit_at mass_unit w) (at0 (push d (up d r) (masses root) (nats w)) h).
Definition rlo f (u : R) (v : seq (seq Z)) (w : seq 'I_k.+1) (j : 'I_c.+1) (h : 'I_n.+1) :=
  units (unit_at u w) (at0 (push d f (nth [::] v j) (nats w)) h).

Lemma mass_ends w h : mlo w h <= along M (init M) w h <= mhi w h.
Proof.
by rewrite (push_down ok r w mass_unit_gt0) ?(push_up ok r w mass_unit_gt0) // => h'; rewrite root_mass.
Qed.

Lemma task_ends : encloses M (task_rows M (mx R mu))
  (rlo (down d r) task_unit (tasks root)) (rlo (up d r) task_unit (tasks root)).
Proof.
move=> w j h.
by rewrite (push_down ok r w task_unit_gt0) ?(push_up ok r w task_unit_gt0) // => h'; rewrite root_tasks.
Qed.

Lemma head_ends : encloses M (head_rows M (prompt_of R n us) (mx R b))
  (rlo (down d r) head_unit (heads root)) (rlo (up d r) head_unit (heads root)).
Proof.
move=> w j h.
by rewrite (push_down ok r w head_unit_gt0) ?(push_up ok r w head_unit_gt0) // => h'; rewrite root_heads.
Qed.

Lemma unit_gt0 u (w : seq 'I_k.+1) : 0 < u -> 0 < unit_at u w.
Proof. by move=> u0; rewrite mulr_gt0 // exprn_gt0 // (grow_gt0 R ok r). Qed.

(* What is computed at a prefix are these ends. *)

Local Notation ends_at w := (walk d r (Rows root root) (nats w)).

Lemma mass_walk w h : mlo w h = units (unit_at mass_unit w) (at0 (masses (lower (ends_at w))) h) /\
  mhi w h = units (unit_at mass_unit w) (at0 (masses (upper (ends_at w))) h).
Proof. by have [-> ->] := masses_walk d r (Rows root root) (nats w). Qed.

Lemma size_root : size (tasks root) = c.+1 /\ size (heads root) = c.+1.
Proof. by rewrite /= !size_map size_iota. Qed.

Lemma task_walk w j h :
  rlo (down d r) task_unit (tasks root) w j h = units (unit_at task_unit w) (entry (tasks (lower (ends_at w))) j h) /\
  rlo (up d r) task_unit (tasks root) w j h = units (unit_at task_unit w) (entry (tasks (upper (ends_at w))) j h).
Proof. by have [] := tasks_walk d r (e := Rows root root) (nats w) (j := j); rewrite ?size_root.1 // /entry => -> ->. Qed.

Lemma head_walk w j h :
  rlo (down d r) head_unit (heads root) w j h = units (unit_at head_unit w) (entry (heads (lower (ends_at w))) j h) /\
  rlo (up d r) head_unit (heads root) w j h = units (unit_at head_unit w) (entry (heads (upper (ends_at w))) j h).
Proof. by have [] := heads_walk d r (e := Rows root root) (nats w) (j := j); rewrite ?size_root.2 // /entry => -> ->. Qed.

Local Notation of_task := (@task_rows R _ _ M c (mx R mu)).
Local Notation of_head := (@head_rows R _ _ M c (prompt_of R n us) (mx R b)).
Local Notation differing := (differing M of_task of_head).

Lemma task_row0 : of_task ord0 =1 (fun=> 0).
Proof. by move=> h; rewrite /task_rows subrr. Qed.
Lemma head_row0 : of_head ord0 =1 (fun=> 0).
Proof. by move=> h; rewrite /head_rows subrr. Qed.

Lemma leaf_within l w i : labels_ok c (regions_count rg) l ->
  (forall x : 'I_(regions_count rg), l = Inside x -> exists us ug, [/\ 0 < us, 0 < ug,
     in_region areas M x (fun j h => us * of_task j h) w & in_region areas M x (fun j h => ug * of_head j h) w]) ->
  (l = Multiple -> exists2 gamma, 0 < gamma & forall (j : 'I_c.+1) h,
     along M (of_head j) w h = gamma * along M (of_task j) w h) ->
  within (differing w i) (units (unit_at mass_unit w) (leafl n.+1 c (ends_at w) l).1,
                          units (unit_at mass_unit w) (leafl n.+1 c (ends_at w) l).2).
Proof.
move=> l_ok inside mult.
rewrite -(leaflE (unit_gt0 w mass_unit_gt0) (unit_gt0 w task_unit_gt0) (unit_gt0 w head_unit_gt0)
  (fun h => (mass_walk w h).1) (fun h => (mass_walk w h).2)
  (fun j h => (task_walk w j h).1) (fun j h => (task_walk w j h).2)
  (fun j h => (head_walk w j h).1) (fun j h => (head_walk w j h).2) l_ok).
apply: (leaf_sound task_row0 head_row0 (regions_checked R ok rg_ok) (fun u => lexx u) mass_ends task_ends head_ends) => //.
  by case: (l) => //= x; case: insubP.
case: l l_ok inside mult => [|||x|x a a' rs rg'] //= l_ok inside mult; first exact: mult.
  by case: insubP => // y _ yE; apply: inside; rewrite -yE.
have w0 := unit_gt0 w; case/and4P: l_ok => _ _ rs0 rg0.
have u0 := ltW (w0 _ mass_unit_gt0); have s0 := ltW (w0 _ task_unit_gt0); have v0 := ltW (w0 _ head_unit_gt0).
by split=> j; apply: divr_ge0 => //; apply: mulr_ge0 => //; rewrite toR_ge0; apply: nonneglP.
Qed.

Lemma split_within w : within (differing w 0)
  (units (unit_at mass_unit w) (splitl n.+1 c (ends_at w)).1, units (unit_at mass_unit w) (splitl n.+1 c (ends_at w)).2).
Proof.
rewrite -(splitlE (unit_gt0 w task_unit_gt0) (unit_gt0 w head_unit_gt0)
  (fun h => (mass_walk w h).1) (fun h => (mass_walk w h).2)
  (fun j h => (task_walk w j h).1) (fun j h => (task_walk w j h).2)
  (fun j h => (head_walk w j h).1) (fun j h => (head_walk w j h).2) (fun=> Open _ _ _ _ 'I_(regions_count rg))).
exact: split_sound mass_ends task_ends head_ends _ _.
Qed.

End Mode.

(* A leaf on which the head is a multiple of the task *)

Local Notation of_task := (@task_rows R _ _ M c (mx R mu)).
Local Notation of_head := (@head_rows R _ _ M c (prompt_of R n us) (mx R b)).
Local Notation differing := (differing M of_task of_head).
Local Notation unit_at r u w := (u * toR R (grow d r) ^+ size w).

Lemma exact_rows (w : seq 'I_k.+1) (j : 'I_c.+1) h :
  along M (of_task j) w h = units (unit_at false task_unit w) (entry (tasks (lower (whole d root (nats w)))) j h) /\
  along M (of_head j) w h = units (unit_at false head_unit w) (entry (heads (lower (whole d root (nats w)))) j h).
Proof.
have [<- _] := task_walk false w j h; have [<- _] := head_walk false w j h.
by split; apply/le_anti/andP; split; [have /andP[_ ->] := task_ends false w j h | have /andP[-> _] := task_ends false w j h
  | have /andP[_ ->] := head_ends false w j h | have /andP[-> _] := head_ends false w j h].
Qed.

Lemma multiple_units (x y u v a e : R) : y != 0 -> u != 0 -> v != 0 -> y * e = x * a ->
  e / v = x / y * (u / v) * (a / u).
Proof.
move=> y0 u0 v0 eq_xy; apply: (mulfI y0); rewrite [LHS]mulrA eq_xy; field.
by rewrite y0 u0 v0.
Qed.

Lemma multiple_checked w : multiple_check n d c root (nats w) ->
  exists2 gamma, 0 < gamma & forall (j : 'I_c.+1) h, along M (of_head j) w h = gamma * along M (of_task j) w h.
Proof.
case/and3P; set x := if _ then _ else _; set y := if _ then _ else _ => x0 y0 /all_iotaP same.
have u0 : 0 < unit_at false task_unit w by apply: unit_gt0; exact: task_unit_gt0.
have v0 : 0 < unit_at false head_unit w by apply: unit_gt0; exact: head_unit_gt0.
exists (toR R x / toR R y * (unit_at false task_unit w / unit_at false head_unit w)) => [|j h].
  by rewrite mulr_gt0 ?divr_gt0 ?toR_gt0.
have [-> ->] := exact_rows w j h; have /all_iotaP/(_ h (ltn_ord h))/Z.eqb_spec := same j (ltn_ord j).
move=> /(congr1 (toR R)); rewrite (toRM R y) (toRM R x) => eq_xy.
exact: multiple_units (nonzero R y0) (lt0r_neq0 u0) (lt0r_neq0 v0) eq_xy.
Qed.

(* A leaf in a region *)

Lemma exact_masses (w : seq 'I_k.+1) h :
  along M (init M) w h = units (unit_at false mass_unit w) (at0 (masses (lower (whole d root (nats w)))) h).
Proof.
have [<- _] := mass_walk false w h.
by apply/le_anti/andP; split; have /andP[lo hi] := mass_ends false w h.
Qed.

Lemma inside_checked (x : 'I_(regions_count rg)) w : inside_check n d c root rg x (nats w) ->
  exists us ug, [/\ 0 < us, 0 < ug,
    in_region areas M x (fun j h => us * of_task j h) w & in_region areas M x (fun j h => ug * of_head j h) w].
Proof.
rewrite /inside_check; case: (factors rg) => ys yg /and3P[ys0 yg0 /all_iotaP facts_hold].
pose um := unit_at false mass_unit w; pose ut := unit_at false task_unit w; pose uh := unit_at false head_unit w.
have [m0 t0 h0] : [/\ 0 < um, 0 < ut & 0 < uh].
  by split; apply: unit_gt0; [exact: mass_unit_gt0 | exact: task_unit_gt0 | exact: head_unit_gt0].
have factor_gt0 y u : (0 <? y)%ZZ -> 0 < u -> 0 < toR R y * (u / um).
  by move=> y0 u0; apply: mulr_gt0; [rewrite toR_gt0 | apply: divr_gt0].
exists (toR R ys * (ut / um)), (toR R yg * (uh / um)).
split=> [||i|i]; [exact: factor_gt0 | exact: factor_gt0 | |]; rewrite size_areas => lt_i; rewrite nth_areas //;
  have f0 : (0 <? (fact_at rg x i).1)%ZZ := facts_den rg_ok x; have /andP[task_holds head_holds] := facts_hold i lt_i;
  [have := holds_meets m0 t0 f0 (exact_masses w) (fun j h => (exact_rows w j h).1) task_holds
  |have := holds_meets m0 h0 f0 (exact_masses w) (fun j h => (exact_rows w j h).2) head_holds];
  by apply: eq_meets => // j h; rewrite along_scale.
Qed.

Lemma power_gt0 i : (0 <? power (base d) i)%ZZ.
Proof. by rewrite -(toR_gt0 R) toR_power exprn_gt0 // (base_gt0 R ok). Qed.

Lemma units_quotient (a q : Z) : (0 <? q)%ZZ ->
  units mass_unit (a / q)%ZZ <= units (mass_unit * toR R q) a /\
  units (mass_unit * toR R q) a <= units mass_unit (- (- a / q))%ZZ.
Proof.
move=> q0; have q_gt0 : 0 < toR R q by rewrite toR_gt0.
have u0 := mass_unit_gt0; have uq0 : 0 < mass_unit * toR R q by rewrite mulr_gt0.
have scaled x : units mass_unit x = units (mass_unit * toR R q) (x * q)%ZZ.
  by rewrite /units toRM invfM mulrACA divff ?mulr1 // lt0r_neq0.
rewrite !scaled !units_le //; have := Z.mul_div_le a q; have := Z.mul_div_le (- a) q.
by split; lia.
Qed.

(* A leaf by state *)

Variable reach_by : nat.
Local Notation lk := (look_of n.+1 d reach_by).
Local Notation ends_on w := (next d (walk d true (Rows root root) (nats w))).

Definition next_mlo (w : seq 'I_k.+1) (h : 'I_n.+1) := units (unit_at true mass_unit w) (at0 (masses (lower (ends_on w))) h).
Definition next_mhi (w : seq 'I_k.+1) (h : 'I_n.+1) := units (unit_at true mass_unit w) (at0 (masses (upper (ends_on w))) h).
Definition next_row (u : R) (pick : rows -> seq (seq Z)) (w : seq 'I_k.+1) (j : 'I_c.+1) (h : 'I_n.+1) :=
  units (unit_at true u w) (entry (pick (ends_on w)) j h).

Lemma next_mass_ends w h : next_mlo w h <= onward M (along M (init M) w) h <= next_mhi w h.
Proof.
have u0 := unit_gt0 true w mass_unit_gt0; apply/andP; split; [apply: next_down | apply: next_up] => // g'.
  by have [<- _] := mass_walk true w g'; have /andP[] := mass_ends true w g'.
by have [_ <-] := mass_walk true w g'; have /andP[] := mass_ends true w g'.
Qed.

Lemma next_task_ends : encloses_next M of_task
  (next_row task_unit (fun e => tasks (lower e))) (next_row task_unit (fun e => tasks (upper e))).
Proof.
move=> w j h; have u0 := unit_gt0 true w task_unit_gt0; rewrite /next_row /= !entry_nextl //.
apply/andP; split; [apply: next_down | apply: next_up] => // g'.
  by have [<- _] := task_walk true w j g'; have /andP[] := task_ends true w j g'.
by have [_ <-] := task_walk true w j g'; have /andP[] := task_ends true w j g'.
Qed.

Lemma next_head_ends : encloses_next M of_head
  (next_row head_unit (fun e => heads (lower e))) (next_row head_unit (fun e => heads (upper e))).
Proof.
move=> w j h; have u0 := unit_gt0 true w head_unit_gt0; rewrite /next_row /= !entry_nextl //.
apply/andP; split; [apply: next_down | apply: next_up] => // g'.
  by have [<- _] := head_walk true w j g'; have /andP[] := head_ends true w j g'.
by have [_ <-] := head_walk true w j g'; have /andP[] := head_ends true w j g'.
Qed.

Lemma ahead_itself w : within (differing w 0)
  (units (unit_at true mass_unit w) (splitl n.+1 c (ends_on w)).1, units (unit_at true mass_unit w) (splitl n.+1 c (ends_on w)).2).
Proof.
rewrite -(splitlE (mlo := next_mlo) (mhi := next_mhi)
  (slo := next_row task_unit (fun e => tasks (lower e))) (shi := next_row task_unit (fun e => tasks (upper e)))
  (glo := next_row head_unit (fun e => heads (lower e))) (ghi := next_row head_unit (fun e => heads (upper e)))
  (unit_gt0 true w task_unit_gt0) (unit_gt0 true w head_unit_gt0)
  (fun=> erefl) (fun=> erefl) (fun _ _ => erefl) (fun _ _ => erefl) (fun _ _ => erefl) (fun _ _ => erefl)
  (fun=> Open _ _ _ _ 'I_(regions_count rg))).
apply: itself_sound; [|exact: sums_of_next next_task_ends|exact: sums_of_next next_head_ends].
rewrite -sum_along -(sum_onward M (along M (init M) w)); apply/andP; split; apply: ler_sum => h _;
  by have /andP[] := next_mass_ends w h.
Qed.

Let over_at := fun l (h i : 'I_n.+1) (p q : R) => overlap M h i (q / p) l.

Lemma over_covers : covers M reach_by over_at.
Proof. by move=> l h i x y m /andP[l0 _] le_m _ _; apply: overlap_longer; rewrite l0. Qed.

Lemma over_table l (x : words) : (0 < l)%N -> words_ok R ok l x ->
  forall m, (l <= m)%N -> forall (v : R) (h i : 'I_n.+1) a a', 0 < v -> (0 <? a)%ZZ -> (0 <? a')%ZZ ->
  over_at m h i (units v a) (units v a') <= units (toR R one) (overlapl (table_of n.+1 x) h i a a').
Proof.
move=> l0 x_ok m le_m v h i a a' v0 a0 a'0; rewrite /over_at units_ratio //.
apply: le_trans (@overlapl_sound R n k d ok l x h i a a' l0 x_ok a0 a'0).
by apply: overlap_longer; rewrite l0.
Qed.

Lemma ahead_within (t : table) w l : (0 < reach_by)%N -> (0 < l)%N ->
  (forall (v : R) (h i : 'I_n.+1) a a', 0 < v -> (0 <? a)%ZZ -> (0 <? a')%ZZ ->
    over_at (minn l reach_by) h i (units v a) (units v a') <= units (toR R one) (overlapl t h i a a')) ->
  within (differing w l) (units (unit_at true mass_unit w) (by_statel n.+1 c t (ends_on w)).1,
                          units (unit_at true mass_unit w) (by_statel n.+1 c t (ends_on w)).2).
Proof.
move=> reach_gt0 l_gt0 overE.
have m_ends w' h : Num.max 0 (next_mlo w' h) <= onward M (along M (init M) w') h <= next_mhi w' h.
  have /andP[lo hi] := next_mass_ends w' h; rewrite le_maxl lo hi !andbT.
  by apply/onward_ge0 => g'; apply/along_ge0/init_ge0.
have mhi_ge0 h : 0 <= next_mhi w h by have /andP[lo hi] := m_ends w h; apply: le_trans hi; apply: le_trans lo; rewrite le_maxr lexx.
have rows_le lo hi r' : encloses_next M r' lo hi -> forall (j : 'I_c.+1) h, lo w j h <= hi w j h.
  by move=> ends j h; have /andP[] := ends w j h; apply: le_trans.
have each := statelE (mlo := next_mlo) (mhi := next_mhi)
  (slo := next_row task_unit (fun e => tasks (lower e))) (shi := next_row task_unit (fun e => tasks (upper e)))
  (glo := next_row head_unit (fun e => heads (lower e))) (ghi := next_row head_unit (fun e => heads (upper e)))
  (unit_gt0 true w mass_unit_gt0) (unit_gt0 true w task_unit_gt0) (unit_gt0 true w head_unit_gt0)
  (fun=> erefl) (fun=> erefl) (fun _ _ => erefl) (fun _ _ => erefl) (fun _ _ => erefl) (fun _ _ => erefl)
  mhi_ge0 (rows_le _ _ _ next_task_ends) (rows_le _ _ _ next_head_ends) overE (minn l reach_by).
have /andP[lo hi] := by_state_sound m_ends next_task_ends next_head_ends reach_gt0 over_covers (seenl c (ends_on w)) w l_gt0.
have [sum1 sum2] := sump_units (unit_at true mass_unit w) n.+1 (statel n.+1 c t (ends_on w)).
rewrite /within /by_statel [(_, _).1]/= [(_, _).2]/= sum1 sum2; apply/andP; split.
  by apply: le_trans lo; apply: ler_sum => h _; have [] := each h.
by apply: le_trans hi _; apply: ler_sum => h _; have [] := each h.
Qed.

Variable r : bool.
Local Notation ends_at w := (walk d r (Rows root root) (nats w)).

Lemma leaf_bounds_within l w i : leaf_check n d c root rg l (nats w) ->
  let e := leaf_bounds n d c r root lk (ends_at w) (nats w) l i in
  within (differing w i) (units (unit_at r mass_unit w) e.1, units (unit_at r mass_unit w) e.2).
Proof.
case/andP => l_ok more; have own m : within (differing w i)
    (units (unit_at m mass_unit w) (leafl n.+1 c (walk d m (Rows root root) (nats w)) l).1,
     units (unit_at m mass_unit w) (leafl n.+1 c (walk d m (Rows root root) (nats w)) l).2).
  by apply: leaf_within => // [x eq_l|eq_l]; [apply: inside_checked | apply: multiple_checked]; move: more; rewrite eq_l.
rewrite /leaf_bounds; case: l own {l_ok more} => [own|own|own|x own|[] a a' rs rg' own]; try exact: own.
  case: (r) own => own; last exact: own.
  rewrite andTb; case: ifP => [reach_gt0|_]; last exact: own.
  have reachE : looks_ahead lk = reach_by by case: (reach_by).
  rewrite reachE in reach_gt0 *; case: i own => [|i] own; first exact: ahead_itself.
  case: ltnP => le_i; apply: ahead_within => // v h j a a'.
    case: (reach_by) reach_gt0 => //= m _; apply: (over_table _ (words_of_ok R ok 0)) => //.
    by rewrite leq_min.
  by rewrite (minn_idPr le_i); case: (reach_by) reach_gt0 => //= m _; apply: (over_table _ (words_of_ok R ok m)).
case: (r); last exact: own.
have := own false; rewrite -/(whole d root (nats w)); set e := leafl _ _ _ _.
rewrite [grow d false]/= -toR_power /= expr1n mulr1 size_map => /andP[lo hi].
have [lo' _] := units_quotient e.1 (power_gt0 (size w)); have [_ hi'] := units_quotient e.2 (power_gt0 (size w)).
by rewrite /within /= (le_trans lo' lo) (le_trans hi hi').
Qed.

Lemma bracket_within t w i : tree_check n letters d c root rg t (nats w) ->
  let e := bracket_at n letters d c r root lk t (ends_at w) (nats w) i in
  let u := mass_unit * toR R (grow d r) ^+ (size w + i) in
  within (differing w i) (units u e.1, units u e.2).
Proof.
elim/ptree_nested: t w i => [l|ts IH] w i.
  move=> check; have := leaf_bounds_within i check; rewrite [bracket_at _ _ _ _ _ _ _ _ _ _ _]/= /scalep.
  set e := leaf_bounds _ _ _ _ _ _ _ _ _ _ => le_e.
  have unitsE a : units (mass_unit * toR R (grow d r) ^+ (size w + i)) (power (grow d r) i * a) = units (unit_at r mass_unit w) a.
    have x0 : toR R (grow d r) ^+ i != 0 by rewrite expf_neq0 // lt0r_neq0 // (grow_gt0 R ok r).
    by rewrite /units toRM toR_power exprD mulrA [mass_unit * _ * _]mulrC -mulf_div divff // mul1r.
  by rewrite /= !unitsE.
case/andP => /eqP size_ts children; case: i => [|i].
  by rewrite addn0 [bracket_at _ _ _ _ _ _ _ _ _ _ _]/=; apply: split_within.
rewrite differingS [bracket_at _ _ _ _ _ _ _ _ _ _ _]/=.
set u := mass_unit * _; set fs := map _ ts; pose f z := bracket_at n letters d c r root lk (nth (Leaf Doubtful) ts z)
  (after d r z (ends_at w)) (rcons (nats w) z) i.
have sumE pick : (forall a a', pick (addp a a') = (pick a + pick a')%ZZ) -> pick (0, 0)%ZZ = 0%ZZ ->
    units u (pick (sump letters (fun z => nth (fun _ _ _ => (0, 0)%ZZ) fs z
      (after d r z (ends_at w)) (rcons (nats w) z) i))) = \sum_(z < k.+1) units u (pick (f z)).
  move=> pickD pick0; rewrite -(big_mkord predT (fun z => units u (pick (f z)))) /index_iota subn0 /sump.
  have lt_s : all (fun z => z < size ts)%N letters.
    by apply/allP => z; rewrite size_ts size_iota mem_iota.
  elim: letters lt_s => [|z s IHs]; first by rewrite big_nil /= pick0 units0.
  case/andP => lt_z /IHs eq_s; rewrite big_cons /= pickD unitsD eq_s; congr (units _ (pick _) + _).
  by rewrite /f /fs (nth_map (Leaf Doubtful)).
rewrite /within [(_, _).1]/= [(_, _).2]/= (sumE fst) // (sumE snd) //.
have each (z : 'I_k.+1) : within (differing (rcons w z) i) (units u (f z).1, units u (f z).2).
  have lt_z : (z < size ts)%N by rewrite size_ts size_iota.
  have := IH z lt_z (rcons w z) i; rewrite map_rcons size_rcons addSnnS walk_rcons; apply.
  by have := all_iotaP children (ltn_ord z); rewrite (nth_map (Leaf Doubtful)).
by apply/andP; split; apply: ler_sum => z _; have /andP[] := each z.
Qed.

End Rules.
