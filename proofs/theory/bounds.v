From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3 columns.

(******************************************************************************)
(* Bounds: the least singular value, and heads of least norm.                 *)
(*                                                                            *)
(*        norm1 b == the sum of the absolute values of b                      *)
(*        norm2 v == the sum of the squares of v, the length of v squared     *)
(*    dominant D <-> every diagonal entry of D is at least the sum of the     *)
(*                   absolute values of the others in its row                 *)
(* singular_bounds M l u <-> l <= |M v| / |v| for every v <> 0, and           *)
(*                   |M v| / |v| <= u for one (in squares, as R need not have *)
(*                   square roots): l <= sigma_min(M) <= u                    *)
(* least_head M mu b <-> b satisfies b^T W diag(pi_1) = (mu . pi_0)^T, and no *)
(*                   head that does has a smaller norm1                       *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Norms.
Variables (R : realFieldType).

Definition norm1 (T : finType) (b : T -> R) := \sum_z `|b z|.
Definition norm2 (T : finType) (v : T -> R) := \sum_z v z ^+ 2.

Lemma norm2_ge0 (T : finType) (v : T -> R) : 0 <= norm2 v.
Proof. by apply: sumr_ge0 => z _; apply: sqr_ge0. Qed.

End Norms.

Section SingularValue.
Variables (R : realFieldType) (S T : finType).
Implicit Types (M : T -> S -> R) (v : S -> R).

Definition dominant (D : S -> S -> R) := forall g, \sum_(h | h != g) `|D g h| <= D g g.

(* Gershgorin, without eigenvalues *)
Lemma dominant_psd D v : (forall g h, D g h = D h g) -> dominant D ->
  0 <= \sum_g \sum_h v g * (D g h * v h).
Proof.
move=> sym dom; have side g h : - (`|D g h| * (v g ^+ 2 + v h ^+ 2)) <= 2%:R * (v g * (D g h * v h)).
  have -> : 2%:R * (v g * (D g h * v h)) = D g h * (2%:R * (v g * v h)) by ring.
  have sq : `|2%:R * (v g * v h)| <= v g ^+ 2 + v h ^+ 2.
    rewrite ler_norml -[X in X && _]subr_ge0 opprK -[X in _ && X]subr_ge0.
    have -> : 2%:R * (v g * v h) + (v g ^+ 2 + v h ^+ 2) = (v g + v h) ^+ 2 by ring.
    have -> : v g ^+ 2 + v h ^+ 2 - 2%:R * (v g * v h) = (v g - v h) ^+ 2 by ring.
    by rewrite !sqr_ge0.
  have : `|D g h * (2%:R * (v g * v h))| <= `|D g h| * (v g ^+ 2 + v h ^+ 2).
    by rewrite normrM ler_wpmul2l.
  by rewrite ler_norml => /andP[].
rewrite -(pmulr_rge0 _ (ltr0Sn R 1)) mulr_sumr.
pose e g := \sum_(h | h != g) `|D g h|.
have swap : \sum_g \sum_(h | h != g) `|D g h| * v h ^+ 2 = \sum_g e g * v g ^+ 2.
  rewrite (exchange_big_dep predT) //=; apply: eq_bigr => h _.
  by rewrite mulr_suml; apply: eq_big => [g|g _]; rewrite 1?eq_sym 1?sym.
have : 0 <= \sum_g (2%:R * (D g g - e g) * v g ^+ 2).
  by apply: sumr_ge0 => g _; rewrite mulr_ge0 ?sqr_ge0 // mulr_ge0 ?ler0n // subr_ge0; apply: dom.
move/le_trans; apply.
have -> : \sum_g 2%:R * (D g g - e g) * v g ^+ 2
        = \sum_g 2%:R * D g g * v g ^+ 2 - \sum_g e g * v g ^+ 2 - \sum_g e g * v g ^+ 2.
  by rewrite -!sumrB; apply: eq_bigr => g _; ring.
rewrite -{2}swap -!sumrB; apply: ler_sum => g _; rewrite [X in _ <= _ * X](bigD1 g) //= mulrDr mulr_sumr.
rewrite /e mulr_suml -addrA; apply: ler_add; first by rewrite expr2 le_eqVlt; apply/orP; left; apply/eqP; ring.
rewrite -!sumrN -big_split; apply: ler_sum => h _ /=; apply: le_trans (side g h).
by rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
Qed.

Definition singular_bounds M (lower upper : R) :=
  [/\ 0 <= lower <= upper, forall v, lower ^+ 2 * norm2 v <= norm2 (apply M v)
    & exists2 v, exists h, v h != 0 & norm2 (apply M v) <= upper ^+ 2 * norm2 v].

Definition remainder M lower (K : finType) (F : S -> K -> R) g h :=
  \sum_z M z g * M z h - lower ^+ 2 * (g == h)%:R - \sum_k F g k * F h k.

Lemma square_sum (T' : finType) (F : T' -> S -> R) v :
  \sum_z (\sum_h F z h * v h) ^+ 2 = \sum_g \sum_h v g * ((\sum_z F z g * F z h) * v h).
Proof.
under eq_bigr do rewrite expr2 big_distrlr.
rewrite exchange_big; apply: eq_bigr => g _; rewrite exchange_big; apply: eq_bigr => h _.
by rewrite mulr_suml mulr_sumr; apply: eq_bigr => z _; rewrite /=; ring.
Qed.

Theorem singular_value_sound M lower upper (K : finType) (F : S -> K -> R) w :
  0 <= lower <= upper ->
  (exists h, w h != 0) -> norm2 (apply M w) <= upper ^+ 2 * norm2 w ->
  lower = 0 \/ dominant (remainder M lower F) -> singular_bounds M lower upper.
Proof.
move=> bounds w0 Mw lower0; split=> // [v|]; last by exists w.
case: lower0 => [->|dom]; first by rewrite expr0n mul0r norm2_ge0.
have /(dominant_psd v)/(_ dom) : forall g h, remainder M lower F g h = remainder M lower F h g.
  move=> g h; rewrite /remainder eq_sym; congr (_ - _ - _);
  by apply: eq_bigr => i _; rewrite mulrC.
have -> : \sum_g \sum_h v g * (remainder M lower F g h * v h)
        = norm2 (apply M v) - lower ^+ 2 * norm2 v - \sum_k (\sum_h F h k * v h) ^+ 2.
  rewrite /norm2 /apply square_sum (square_sum (fun k h => F h k)) mulr_sumr -!sumrB.
  apply: eq_bigr => g _; rewrite [X in _ - X - _](_ : _ = \sum_h v g * (lower ^+ 2 * (g == h)%:R * v h)).
    by rewrite -!sumrB; apply: eq_bigr => h _; rewrite /remainder; ring.
  rewrite (bigD1 g) //= eqxx big1 => [|h /negbTE]; first by rewrite addr0 mulr1; ring.
  by rewrite eq_sym => ->; rewrite mulr0 mul0r mulr0.
rewrite subr_ge0 => ge0; rewrite -subr_ge0.
apply: le_trans (norm2_ge0 (fun k => \sum_h F h k * v h)) _.
exact: ge0.
Qed.

End SingularValue.

Section LeastHead.
Variables (R : realFieldType) (S T : finType) (M : hmm R S T).
Implicit Types (mu y : S -> R) (a b : T -> R).

Definition least_head mu b := head_equation M mu (pi M 1) b /\
  forall a, head_equation M mu (pi M 1) a -> norm1 b <= norm1 a.

(* Weak duality of linear programs *)
Theorem least_head_sound mu b y : head_equation M mu (pi M 1) b ->
  (forall z, `|\sum_h emit M z h * pi M 1 h * y h| <= 1) ->
  \sum_h task_row M mu h * y h = norm1 b -> least_head mu b.
Proof.
move=> eq_b y1 dual; split=> // a eq_a; rewrite -dual.
have -> : \sum_h task_row M mu h * y h = \sum_z a z * \sum_h emit M z h * pi M 1 h * y h.
  under [RHS]eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => h _; rewrite -eq_a /head_row !mulr_suml.
  by apply: eq_bigr => z _; ring.
apply: ler_sum => z _; apply: le_trans (ler_norm _) _; rewrite normrM.
by rewrite -[leRHS]mulr1 ler_wpmul2l.
Qed.

End LeastHead.
