From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import compute.

(******************************************************************************)
(* Integers over one unit.                                                    *)
(*                                                                            *)
(*   units u a == the integer a over the unit u, in R                         *)
(* ceiling a b == a / b, rounded up; a / b is rounded down                    *)
(*  sum_of m f == f 0 + ... + f (m - 1)                                       *)
(*    sump s f == the sum of the pairs f i, for i in s                        *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition sum_of m (f : nat -> Z) := suml [seq f i | i <- iota 0 m].
Definition addp (a b : Z * Z) : Z * Z := (a.1 + b.1, a.2 + b.2)%ZZ.
Definition sump (s : seq nat) (f : nat -> Z * Z) := foldr addp (0, 0)%ZZ [seq f i | i <- s].
Definition ceiling a b := (- (- a / b))%ZZ.

Section Units.
Variables (R : realFieldType) (u : R).
Hypothesis u_gt0 : 0 < u.

Definition units (a : Z) := toR R a / u.

Lemma units0 : units 0 = 0. Proof. by rewrite /units toR0 mul0r. Qed.
Lemma unitsB a b : units (a - b) = units a - units b. Proof. by rewrite /units toRB mulrBl. Qed.
Lemma unitsD a b : units (a + b) = units a + units b. Proof. by rewrite /units toRD mulrDl. Qed.
Lemma unitsN a : units (- a) = - units a. Proof. by rewrite /units toRN mulNr. Qed.
Lemma units_ge0 a : (0 <= units a) = (0 <=? a)%ZZ.
Proof. by rewrite /units pmulr_lge0 ?invr_gt0 // toR_ge0. Qed.
Lemma units_gt0 a : (0 < units a) = (0 <? a)%ZZ.
Proof. by rewrite /units pmulr_lgt0 ?invr_gt0 // toR_gt0. Qed.
Lemma units_le a b : (units a <= units b) = (a <=? b)%ZZ.
Proof. by rewrite -subr_ge0 -unitsB units_ge0; lia. Qed.
Lemma units_max a b : units (Z.max a b) = Num.max (units a) (units b).
Proof.
case: (Z.max_spec a b) => [[lt_ab ->]|[le_ba ->]]; first by rewrite max_r // units_le; lia.
by rewrite max_l // units_le; lia.
Qed.
Lemma units_min a b : units (Z.min a b) = Num.min (units a) (units b).
Proof.
case: (Z.min_spec a b) => [[lt_ab ->]|[le_ba ->]]; first by rewrite min_l // units_le; lia.
by rewrite min_r // units_le; lia.
Qed.
Lemma units_sum m f : units (sum_of m f) = \sum_(i < m) units (f i).
Proof. by rewrite /units /sum_of suml_sum mulr_suml. Qed.

Lemma units_ratio a b : units a / units b = toR R a / toR R b.
Proof. by rewrite /units invfM invrK mulrACA [u^-1 * u]mulVf ?mulr1 // lt0r_neq0. Qed.

Lemma sump_units m f : units (sump (iota 0 m) f).1 = \sum_(i < m) units (f i).1 /\
  units (sump (iota 0 m) f).2 = \sum_(i < m) units (f i).2.
Proof.
rewrite -(big_mkord predT (fun i => units (f i).1)) -(big_mkord predT (fun i => units (f i).2)).
rewrite /index_iota subn0; elim: (iota 0 m) => [|i s [IH1 IH2]]; first by rewrite !big_nil /= units0.
by rewrite !big_cons -IH1 -IH2 /= !unitsD.
Qed.

(* A quotient, rounded, is one over a unit that many times as large.          *)
Lemma units_floor a b : (0 <? b)%ZZ -> units (a / b)%ZZ <= toR R a / (u * toR R b).
Proof.
move=> b0; have b_gt0 : 0 < toR R b by rewrite toR_gt0.
rewrite /units ler_pdivl_mulr ?mulr_gt0 // mulrA divfK ?lt0r_neq0 //.
by rewrite -toRM -subr_ge0 -toRB toR_ge0; have := Z.mul_div_le a b; lia.
Qed.

Lemma units_ceiling a b : (0 <? b)%ZZ -> toR R a / (u * toR R b) <= units (ceiling a b).
Proof. by move=> b0; rewrite unitsN ler_oppr -mulNr -toRN units_floor. Qed.

End Units.
