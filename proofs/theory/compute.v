From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.

(******************************************************************************)
(* Vectors and matrices as lists of integers over one common denominator, for *)
(* files that Coq checks by computation. Lists are padded with zeros, so that *)
(* nothing here asks for their lengths, except where a sum has to be finite.  *)
(* Nothing is reduced: denominators multiply, numerators stay integers.       *)
(*                                                                            *)
(*          toR a == the integer a in R                                       *)
(*        at0 u i == entry i of the list u, 0 beyond its end                  *)
(*   entry rs i j == entry j of row i                                         *)
(*         vector == a denominator and numerators                             *)
(*         matrix == a denominator and rows of numerators                     *)
(*     val R v i, mval R m i j == their entries in R                          *)
(*  addl, mull, scalel, dotl, vecmatl, matvecl, columnl, suml == on lists     *)
(*  addv, mulv, scalev, subv, dotv, vecmat, matvec, row == on vectors         *)
(*       zerol, nonnegl, positivel n == signs of all entries (of the first n) *)
(*       eqv u v, lev u v == u and v are equal, u <= v, entry by entry        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Delimit Scope Z_scope with ZZ.
Local Open Scope ring_scope.

(* Integers *)

Section ToR.
Variable R : realFieldType.

Definition toR (a : Z) : R := (int_of_Z a)%:~R.

Lemma toRD a b : toR (a + b)%ZZ = toR a + toR b.
Proof. by rewrite /toR -intrD; congr (_%:~R); apply: (rmorphD [rmorphism of int_of_Z]). Qed.

Lemma toRM a b : toR (a * b)%ZZ = toR a * toR b.
Proof. by rewrite /toR -intrM; congr (_%:~R); apply: (rmorphM [rmorphism of int_of_Z]). Qed.

Lemma toRN a : toR (- a)%ZZ = - toR a.
Proof. by rewrite /toR -mulrNz; congr (_%:~R); apply: (rmorphN [rmorphism of int_of_Z]). Qed.

Lemma toRB a b : toR (a - b)%ZZ = toR a - toR b.
Proof. by rewrite toRD toRN. Qed.

Lemma toR0 : toR 0%ZZ = 0. Proof. by []. Qed.
Lemma toR1 : toR 1%ZZ = 1. Proof. by []. Qed.

Lemma toRN1 : toR (-1)%ZZ = -1. Proof. by rewrite -[(-1)%ZZ]/(- (1))%ZZ toRN. Qed.

Lemma toR_ge0 a : (0 <= toR a) = (0 <=? a)%ZZ.
Proof. by rewrite /toR ler0z; apply/idP/idP; lia. Qed.

Lemma toR_gt0 a : (0 < toR a) = (0 <? a)%ZZ.
Proof. by rewrite /toR ltr0z; apply/idP/idP; lia. Qed.

Lemma toR_eq0 a : (toR a == 0) = (a =? 0)%ZZ.
Proof. by rewrite /toR intr_eq0; apply/idP/idP; lia. Qed.

End ToR.

(* Lists of integers *)

Definition at0 (u : seq Z) i := nth 0%ZZ u i.
Definition entry (rs : seq (seq Z)) i j := at0 (nth [::] rs i) j.

Fixpoint addl u v := match u, v with
  | [::], _ => v | _, [::] => u | a :: u', b :: v' => (a + b)%ZZ :: addl u' v' end.
Fixpoint mull u v := match u, v with
  | a :: u', b :: v' => (a * b)%ZZ :: mull u' v' | _, _ => [::] end.
Definition scalel a u := map (Z.mul a) u.
Fixpoint dotl u v := match u, v with
  | a :: u', b :: v' => (a * b + dotl u' v')%ZZ | _, _ => 0%ZZ end.
Fixpoint vecmatl u rs := match u, rs with
  | a :: u', r :: rs' => addl (scalel a r) (vecmatl u' rs') | _, _ => [::] end.
Definition matvecl (rs : seq (seq Z)) u := map (dotl^~ u) rs.
Definition columnl (rs : seq (seq Z)) j := map (at0^~ j) rs.
Definition suml (u : seq Z) := foldr Z.add 0%ZZ u.

Definition zerol := all (Z.eqb 0).
Definition nonnegl := all (Z.leb 0).
Definition positivel n u := (n <= size u)%N && all (Z.ltb 0) u.

Lemma at0_nil i : at0 [::] i = 0%ZZ. Proof. by rewrite /at0 nth_nil. Qed.

Lemma at0_addl u v i : at0 (addl u v) i = (at0 u i + at0 v i)%ZZ.
Proof.
by elim: u v i => [|a u IH] [|b v] [|i]; rewrite /= ?at0_nil ?Z.add_0_r //; apply: IH.
Qed.

Lemma at0_mull u v i : at0 (mull u v) i = (at0 u i * at0 v i)%ZZ.
Proof.
by elim: u v i => [|a u IH] [|b v] [|i]; rewrite /= ?at0_nil ?Z.mul_0_r //; apply: IH.
Qed.

Lemma at0_scalel a u i : at0 (scalel a u) i = (a * at0 u i)%ZZ.
Proof. by elim: u i => [|b u IH] [|i]; rewrite /= ?at0_nil ?Z.mul_0_r //; apply: IH. Qed.

Lemma at0_matvecl rs u i : at0 (matvecl rs u) i = dotl (nth [::] rs i) u.
Proof. by elim: rs i => [|r rs IH] [|i]; rewrite /= ?at0_nil //; apply: IH. Qed.

Lemma at0_columnl rs j i : at0 (columnl rs j) i = entry rs i j.
Proof. by elim: rs i => [|r rs IH] [|i]; rewrite /entry /= ?at0_nil //; apply: IH. Qed.

Lemma at0P (P : Z -> Prop) u : P 0%ZZ -> (forall a, a \in u -> P a) -> forall i, P (at0 u i).
Proof.
move=> P0 Pu i; rewrite /at0; case: (ltnP i (size u)) => [lt_i|ge_i]; first exact/Pu/mem_nth.
by rewrite nth_default.
Qed.

Lemma dotlC u v : dotl u v = dotl v u.
Proof. by elim: u v => [|a u IH] [|b v] //=; rewrite IH Z.mul_comm. Qed.

Lemma zerolP u : zerol u -> forall i, at0 u i = 0%ZZ.
Proof. by move/allP => u0; apply: (@at0P (fun a => a = 0%ZZ)) => // a /u0; lia. Qed.

Lemma nonneglP u : nonnegl u -> forall i, (0 <=? at0 u i)%ZZ.
Proof. by move/allP => u0; apply: (@at0P (fun a => 0 <=? a)%ZZ). Qed.

Lemma positivelP n u : positivel n u -> forall i, (i < n)%N -> (0 <? at0 u i)%ZZ.
Proof.
case/andP => size_u /allP u0 i lt_i; apply/u0/mem_nth; exact: leq_trans lt_i size_u.
Qed.

Section Lists.
Variable R : realFieldType.
Local Notation toR := (toR R).

Lemma dotl_sum n u v : (size u <= n)%N ->
  toR (dotl u v) = \sum_(i < n) toR (at0 u i) * toR (at0 v i).
Proof.
elim: n u v => [|n IH] [|a u] [|b v] //= lt_u; rewrite ?big_ord0 //.
- by rewrite big1 // => i _; rewrite at0_nil mul0r.
- by rewrite big1 // => i _; rewrite at0_nil mul0r.
- by rewrite big1 // => i _; rewrite at0_nil mulr0.
by rewrite big_ord_recl toRD toRM (IH u v).
Qed.

Lemma vecmatl_sum n u rs j : (size u <= n)%N ->
  toR (at0 (vecmatl u rs) j) = \sum_(i < n) toR (at0 u i) * toR (entry rs i j).
Proof.
elim: n u rs => [|n IH] [|a u] [|r rs] //= lt_u; rewrite ?big_ord0 ?at0_nil //.
- by rewrite big1 // => i _; rewrite at0_nil mul0r.
- by rewrite big1 // => i _; rewrite at0_nil mul0r.
- by rewrite big1 // => i _; rewrite /entry nth_nil at0_nil mulr0.
by rewrite at0_addl at0_scalel big_ord_recl toRD toRM (IH u rs).
Qed.

Lemma suml_list ts : toR (suml ts) = \sum_(t <- ts) toR t.
Proof. by elim: ts => [|t ts IH]; rewrite ?big_nil // big_cons /= toRD IH. Qed.

Lemma suml_sum m (F : nat -> Z) : toR (suml [seq F i | i <- iota 0 m]) = \sum_(i < m) toR (F i).
Proof. by rewrite suml_list big_map -(big_mkord predT (fun i => toR (F i))) /index_iota subn0. Qed.

End Lists.

(* Over one denominator *)

Definition vector := (Z * seq Z)%type.
Definition matrix := (Z * seq (seq Z))%type.

Definition addv (u v : vector) : vector :=
  ((u.1 * v.1)%ZZ, addl (scalel v.1 u.2) (scalel u.1 v.2)).
Definition mulv (u v : vector) : vector := ((u.1 * v.1)%ZZ, mull u.2 v.2).
Definition scalev (a : Z * Z) (v : vector) : vector := ((a.1 * v.1)%ZZ, scalel a.2 v.2).
Definition subv u v := addv u (scalev (1, -1)%ZZ v).
Definition dotv (u v : vector) : Z * Z := ((u.1 * v.1)%ZZ, dotl u.2 v.2).
Definition vecmat (u : vector) (m : matrix) : vector := ((u.1 * m.1)%ZZ, vecmatl u.2 m.2).
Definition matvec (m : matrix) (u : vector) : vector := ((m.1 * u.1)%ZZ, matvecl m.2 u.2).
Definition row (m : matrix) i : vector := (m.1, nth [::] m.2 i).
Definition column (m : matrix) j : vector := (m.1, columnl m.2 j).

Definition eqv (u v : vector) :=
  zerol (addl (scalel v.1 u.2) (scalel (- u.1) v.2)).
Definition lev (u v : vector) :=
  nonnegl (addl (scalel u.1 v.2) (scalel (- v.1) u.2)).

Section Values.
Variable R : realFieldType.
Local Notation toR := (toR R).

Definition fval (a : Z * Z) : R := toR a.2 / toR a.1.
Definition val (v : vector) i : R := toR (at0 v.2 i) / toR v.1.
Definition mval (m : matrix) i j : R := toR (entry m.2 i j) / toR m.1.

Lemma val_row m i j : val (row m i) j = mval m i j. Proof. by []. Qed.
Lemma val_column m i j : val (column m j) i = mval m i j.
Proof. by rewrite /val at0_columnl. Qed.

Lemma val_addv u v i : (u.1 =? 0)%ZZ = false -> (v.1 =? 0)%ZZ = false ->
  val (addv u v) i = val u i + val v i.
Proof.
rewrite -(toR_eq0 R) -(toR_eq0 R v.1) => u0 v0.
rewrite /val at0_addl !at0_scalel toRD !toRM addf_div ?u0 ?v0 //.
by rewrite [toR v.1 * _]mulrC [toR u.1 * toR (at0 _ _)]mulrC.
Qed.

Lemma val_mulv u v i : val (mulv u v) i = val u i * val v i.
Proof. by rewrite /val at0_mull !toRM mulf_div. Qed.

Lemma val_scalev a v i : val (scalev a v) i = fval a * val v i.
Proof. by rewrite /val /fval at0_scalel !toRM mulf_div. Qed.

Lemma val_dotv n u v : (size u.2 <= n)%N -> fval (dotv u v) = \sum_(i < n) val u i * val v i.
Proof.
move=> size_u; rewrite /fval toRM (dotl_sum _ _ size_u) mulr_suml.
by apply: eq_bigr => i _; rewrite mulf_div.
Qed.

Lemma val_vecmat n u m j : (size u.2 <= n)%N ->
  val (vecmat u m) j = \sum_(i < n) val u i * mval m i j.
Proof.
move=> size_u; rewrite /val toRM (vecmatl_sum _ _ _ size_u) mulr_suml.
by apply: eq_bigr => i _; rewrite mulf_div.
Qed.

Lemma val_matvec n m u i : (size u.2 <= n)%N ->
  val (matvec m u) i = \sum_(j < n) mval m i j * val u j.
Proof.
move=> size_u; rewrite /val at0_matvecl dotlC toRM (dotl_sum _ _ size_u) mulr_suml.
by apply: eq_bigr => j _; rewrite /mval mulf_div [toR (at0 u.2 j) * _]mulrC.
Qed.

(* Signs *)

Lemma nonzero (d : Z) : (0 <? d)%ZZ -> toR d != 0.
Proof. by rewrite toR_eq0; lia. Qed.

Lemma eqvP u v : (0 <? u.1)%ZZ -> (0 <? v.1)%ZZ -> eqv u v -> val u =1 val v.
Proof.
move=> u0 v0 /zerolP eq_uv i; have := congr1 toR (eq_uv i).
rewrite at0_addl !at0_scalel toRD !toRM toRN mulNr => /eqP.
rewrite subr_eq0 => /eqP eq_i; rewrite /val; apply/eqP.
by rewrite eqr_div ?nonzero // mulrC eq_i mulrC.
Qed.

Lemma levP u v : (0 <? u.1)%ZZ -> (0 <? v.1)%ZZ -> lev u v -> forall i, val u i <= val v i.
Proof.
move=> u0 v0 /nonneglP le_uv i; have := le_uv i; rewrite -(toR_ge0 R).
rewrite at0_addl !at0_scalel toRD !toRM toRN mulNr subr_ge0 => le_i.
rewrite /val ler_pdivr_mulr ?toR_gt0 // mulrAC ler_pdivl_mulr ?toR_gt0 //.
by move: le_i; rewrite ![_ * toR (at0 _ _)]mulrC.
Qed.

Lemma val_zero v : zerol v.2 -> forall i, val v i = 0.
Proof. by move=> /zerolP v0 i; rewrite /val v0 mul0r. Qed.

Lemma val_neq0 v i : (0 <? v.1)%ZZ -> ~~ (at0 v.2 i =? 0)%ZZ -> val v i != 0.
Proof. by move=> /nonzero d0 v0; rewrite /val mulf_neq0 ?invr_eq0 // toR_eq0. Qed.

Lemma val_ge0 v : (0 <? v.1)%ZZ -> nonnegl v.2 -> forall i, 0 <= val v i.
Proof.
move=> d0 /nonneglP v0 i; rewrite /val divr_ge0 ?toR_ge0 ?v0 //.
by move: d0; rewrite -(toR_gt0 R) -(toR_ge0 R) => /ltW.
Qed.

Lemma val_gt0 v n : (0 <? v.1)%ZZ -> positivel n v.2 -> forall i, (i < n)%N -> 0 < val v i.
Proof.
by move=> d0 /positivelP v0 i lt_i; rewrite /val divr_gt0 ?toR_gt0 ?v0.
Qed.

Lemma fval_gt0 a : (0 <? a.1)%ZZ -> (0 < fval a) = (0 <? a.2)%ZZ.
Proof. by move=> d0; rewrite /fval pmulr_lgt0 ?invr_gt0 ?toR_gt0. Qed.

Lemma fval_ge0 a : (0 <? a.1)%ZZ -> (0 <= fval a) = (0 <=? a.2)%ZZ.
Proof. by move=> d0; rewrite /fval pmulr_lge0 ?invr_gt0 ?toR_ge0 ?toR_gt0. Qed.

Lemma fval_eq0 a : (0 <? a.1)%ZZ -> (fval a == 0) = (a.2 =? 0)%ZZ.
Proof. by move=> d0; rewrite /fval mulf_eq0 invr_eq0 (negbTE (nonzero d0)) orbF toR_eq0. Qed.

End Values.
