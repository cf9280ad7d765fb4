From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Recoverable Require Import model prediction chain theorem_3_3.

(******************************************************************************)
(* Columns of a matrix M z h, z over the rows T, h over the columns S: the    *)
(* rules that speak of independence, ranks, systems and blocks of columns.    *)
(* One lemma for each rule of proofs/checker/FORMAT.md, under its name there. *)
(*                                                                            *)
(*   combine M D c == the vector \sum_(h | D h) c h * M z h                   *)
(*  in_span M D v <-> v is a combination of the columns in D                  *)
(*  independent M D <-> the columns in D are independent (prediction.v)       *)
(*    columns M D == the matrix whose rows are the columns in D               *)
(*       rank M D == dimension of the span of the columns in D                *)
(*     apply M x == the vector M x                                            *)
(*   solvable M y <-> M x = y for some x                                      *)
(* nonneg_solvable M y <-> M x = y for some x >= 0                            *)
(* has_left_inverse M <-> L M = 1 for some L                                  *)
(*  basis u D E M <-> the vectors u are a basis of the intersection of the    *)
(*                    spans of the columns in D and in E                      *)
(* recoverable_block M D <-> the columns in D add their number to the rank    *)
(*                    of all others                                           *)
(*  halfspace M D <-> some b is negative on the columns in D and not negative *)
(*                    on all others                                           *)
(*   inverse_mod m N f L <-> L N[f,:] = 1 modulo m                            *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma sum_enum (V : zmodType) (S : finType) (F : S -> V) :
  \sum_h F h = \sum_(i < #|S|) F (enum_val i).
Proof. exact: (reindex _ (onW_bij _ (enum_val_bij S))). Qed.

Lemma sum_enum_in (V : zmodType) (S : finType) (D : pred S) (F : S -> V) :
  \sum_(h | D h) F h = \sum_(i < #|D|) F (enum_val i).
Proof. exact: big_enum_val. Qed.

Section Columns.
Variables (R : realFieldType) (S T : finType).
Implicit Types (M : T -> S -> R) (D E C : pred S) (c x : S -> R) (v y b : T -> R).

Definition combine M D c z := \sum_(h | D h) c h * M z h.
Definition in_span M D v := exists c, v =1 combine M D c.
Definition apply M x z := \sum_h M z h * x h.
Definition pair_with b M h := \sum_z b z * M z h.

Lemma combineT M c : combine M predT c =1 apply M c.
Proof. by move=> z; apply: eq_bigr => h _; rewrite mulrC. Qed.

Lemma pair_combine b M D c :
  \sum_z b z * combine M D c z = \sum_(h | D h) c h * pair_with b M h.
Proof.
under eq_bigr do rewrite mulr_sumr.
rewrite exchange_big; apply: eq_bigr => h _; rewrite mulr_sumr.
by apply: eq_bigr => z _; rewrite mulrCA.
Qed.

Lemma pair_apply b M x : \sum_z b z * apply M x z = \sum_h x h * pair_with b M h.
Proof. by rewrite -pair_combine; apply: eq_bigr => z _; rewrite combineT. Qed.

(* Independence modulo m. The modulus need not be a prime. *)

Definition inverse_mod (m : nat) (N : T -> S -> int) (f : S -> T) (L : S -> S -> int) :=
  forall g h, (\sum_j L g j * N (f j) h == (g == h)%:R %[mod m])%Z.

(* A determinant that is a unit modulo m is not zero. *)
Lemma unit_det m (s : nat) (B : 'M[int]_s) (L : 'M[int]_s) : (1 < m)%N ->
  (forall i j, ((L *m B) i j == (i == j)%:R %[mod m])%Z) -> \det B != 0.
Proof.
move=> m_gt1 LB; pose f := intr : int -> 'Z_m.
have fm k : f (k %% m)%Z = f k.
  rewrite /f [in RHS](divz_eq k m) [in RHS]intrD [in RHS]intrM -pmulrn char_Zp //.
  by rewrite mulr0 add0r.
have LB1 : map_mx f L *m map_mx f B = 1%:M.
  rewrite -map_mxM; apply/matrixP => i j; rewrite mxE -[LHS]fm (eqP (LB i j)) fm mxE.
  by case: (i == j).
apply/eqP => B0; have := congr1 determinant LB1.
by rewrite det_mulmx !det_map_mx B0 rmorph0 mulr0 det1 => /eqP; rewrite eq_sym oner_eq0.
Qed.

Theorem independent_columns_sound m N f L (e : S -> R) M : (1 < m)%N ->
  inverse_mod m N f L -> (forall h, e h != 0) ->
  (forall z h, M z h * e h = (N z h)%:~R) -> independent M predT.
Proof.
move=> m_gt1 LN e0 MN c c0 h _.
pose B : 'M[int]_#|S| := \matrix_(i, j) N (f (enum_val i)) (enum_val j).
pose LM : 'M[int]_#|S| := \matrix_(i, j) L (enum_val i) (enum_val j).
have dB : \det B != 0.
  apply: (@unit_det m _ _ LM) => // i j; rewrite -(inj_eq enum_val_inj) -(eqP (LN (enum_val i) (enum_val j))).
  rewrite sum_enum mxE; apply/eqP; congr (_ %% _)%Z.
  by apply: eq_bigr => k _; rewrite !mxE.
pose BR := map_mx (intr : int -> R) B.
have uB : BR \in unitmx by rewrite unitmxE det_map_mx unitfE intr_eq0.
pose w : 'cV[R]_#|S| := \col_i (c (enum_val i) / e (enum_val i)).
have Bw : BR *m w = 0.
  apply/colP => i; rewrite !mxE.
  rewrite -[RHS](c0 (f (enum_val i))) [RHS]sum_enum.
  by apply: eq_bigr => j _; rewrite !mxE -MN mulrACA divff // mulr1 mulrC.
have /colP/(_ (enum_rank h)) : w = 0 by rewrite -[w](mulKmx uB) Bw mulmx0.
by rewrite !mxE enum_rankK => /eqP; rewrite mulf_eq0 invr_eq0 (negbTE (e0 h)) orbF => /eqP.
Qed.

(* Dependence *)

Definition has_left_inverse M := exists L : S -> T -> R, left_inverse M predT L.

Theorem dependent_columns_sound M x : apply M x =1 (fun=> 0) -> (exists h, x h != 0) ->
  ~ independent M predT /\ ~ has_left_inverse M.
Proof.
move=> Mx [h xh].
have dep : ~ independent M predT.
  move=> /(_ x) x0; move: xh; rewrite x0 ?eqxx // => z.
  by rewrite -/(combine M predT x z) combineT Mx.
split=> // -[L LM]; apply: dep => c c0 g _.
have : \sum_z L g z * combine M predT c z = 0.
  by apply: big1 => z _; rewrite /combine c0 mulr0.
rewrite pair_combine (bigD1 g) //= /pair_with LM // eqxx mulr1 big1 ?addr0 // => k.
by rewrite eq_sym LM // => /negbTE ->; rewrite mulr0.
Qed.

(* Systems *)

Definition solvable M y := exists x, apply M x =1 y.
Definition nonneg_solvable M y := exists x, (forall h, 0 <= x h) /\ apply M x =1 y.

Theorem left_inverse_sound M (L : S -> T -> R) :
  (forall h g, pair_with (L h) M g = (h == g)%:R) -> has_left_inverse M.
Proof. by move=> LM; exists L => h g _ _; apply: LM. Qed.

Theorem solution_sound M y x : apply M x =1 y -> solvable M y.
Proof. by exists x. Qed.

Theorem nonnegative_solution_sound M y x :
  (forall h, 0 <= x h) -> apply M x =1 y -> nonneg_solvable M y.
Proof. by exists x. Qed.

Theorem inconsistency_sound M y b : (forall h, pair_with b M h = 0) ->
  \sum_z b z * y z != 0 -> ~ solvable M y.
Proof.
move=> bM by0 [x Mx]; case/eqP: by0; under eq_bigr do rewrite -Mx.
by rewrite pair_apply big1 // => h _; rewrite bM mulr0.
Qed.

Theorem separating_functional_sound M y b : (forall h, 0 <= pair_with b M h) ->
  \sum_z b z * y z < 0 -> ~ nonneg_solvable M y.
Proof.
move=> bM by0 [x [x0 Mx]]; move: by0; apply/negP; rewrite -leNgt.
under eq_bigr do rewrite -Mx.
by rewrite pair_apply sumr_ge0 // => h _; rewrite mulr_ge0.
Qed.

(* Halfspaces *)

Definition halfspace M D := exists b,
  (forall h, D h -> pair_with b M h < 0) /\ (forall h, ~~ D h -> 0 <= pair_with b M h).

Theorem halfspace_sound M D b : (forall h, D h -> pair_with b M h < 0) ->
  (forall h, ~~ D h -> 0 <= pair_with b M h) -> halfspace M D.
Proof. by exists b. Qed.

Theorem motzkin_sound M D c : (forall h, 0 <= c h) -> (exists2 h, D h & c h != 0) ->
  combine M D c =1 combine M (predC D) c -> ~ halfspace M D.
Proof.
move=> c0 [h Dh ch] eq_c [b [bD bE]].
have : \sum_z b z * combine M D c z = \sum_z b z * combine M (predC D) c z.
  by apply: eq_bigr => z _; rewrite eq_c.
rewrite !pair_combine => eq_b.
have : \sum_(g | D g) c g * pair_with b M g < 0.
  rewrite (bigD1 h) //= ltr_naddr //; last by rewrite pmulr_rlt0 ?bD // lt_neqAle eq_sym ch c0.
  rewrite -oppr_ge0 -sumrN sumr_ge0 // => g /andP[Dg _].
  by rewrite oppr_ge0 mulr_ge0_le0 // ltW // bD.
by rewrite eq_b; apply/negP; rewrite -leNgt sumr_ge0 // => g /= Eg; rewrite mulr_ge0 ?bE.
Qed.

(* Ranks *)

Definition columns M D : 'M[R]_(#|D|, #|T|) := \matrix_(i, j) M (enum_val j) (enum_val i).
Definition rank M D := \rank (columns M D).

Definition vec v : 'rV[R]_#|T| := \row_j v (enum_val j).

Lemma vec_inj v y : vec v = vec y -> v =1 y.
Proof. by move=> /rowP eq_v z; have := eq_v (enum_rank z); rewrite !mxE enum_rankK. Qed.

Lemma vec_combine M D c : vec (combine M D c) = (\row_i c (enum_val i)) *m columns M D.
Proof.
apply/rowP => j; rewrite !mxE /combine sum_enum_in.
by apply: eq_bigr => i _; rewrite !mxE.
Qed.

(* The coefficients of a row, as those of the columns in D *)
Definition spread D (d : 'rV[R]_#|D|) h := \sum_(i | enum_val i == h) d ord0 i.

Lemma spreadK D (d : 'rV[R]_#|D|) i : spread d (enum_val i) = d ord0 i.
Proof.
by rewrite /spread (bigD1 i) //= big1 ?addr0 // => j /andP[/eqP/enum_val_inj ->]; rewrite eqxx.
Qed.

Lemma combine_spread M D (d : 'rV[R]_#|D|) : vec (combine M D (spread d)) = d *m columns M D.
Proof. by rewrite vec_combine; congr (_ *m _); apply/rowP => i; rewrite mxE spreadK. Qed.

Lemma in_spanP M D v : in_span M D v <-> (vec v <= columns M D)%MS.
Proof.
split=> [[c vc]|/submxP[d vd]].
  have -> : vec v = vec (combine M D c) by apply/rowP => j; rewrite !mxE vc.
  by rewrite vec_combine submxMl.
by exists (spread d); apply: vec_inj; rewrite combine_spread.
Qed.

Lemma independentP M D : independent M D <-> row_free (columns M D).
Proof.
split=> [indep|free c c0 h Dh].
  apply: inj_row_free => d; rewrite -combine_spread => /rowP d0; apply/rowP => i.
  rewrite -spreadK mxE; apply: indep (enum_valP i) => z.
  by have := d0 (enum_rank z); rewrite !mxE enum_rankK.
have c0' : vec (combine M D c) = 0 by apply/rowP => j; rewrite !mxE /combine c0.
have /eqP : (\row_i c (enum_val i)) *m columns M D == 0 by rewrite -vec_combine c0'.
move/eqP; rewrite mulmx_free_eq0 // => /eqP/rowP/(_ (enum_rank_in Dh h)).
by rewrite !mxE enum_rankK_in.
Qed.

Lemma rank_independent M D : independent M D -> rank M D = #|D|.
Proof. by move/independentP/eqP. Qed.

Lemma in_span_column M D h : D h -> in_span M D (M^~ h).
Proof.
move=> Dh; exists (fun g => (g == h)%:R) => z.
rewrite /combine (bigD1 h) //= eqxx mul1r big1 ?addr0 // => g /andP[_ /negbTE ->].
by rewrite mul0r.
Qed.

Lemma row_columns M D i : row i (columns M D) = vec (M^~ (enum_val i)).
Proof. by apply/rowP => j; rewrite !mxE. Qed.

Lemma span_sub M D E : (forall h, D h -> in_span M E (M^~ h)) -> (columns M D <= columns M E)%MS.
Proof.
by move=> sub; apply/row_subP => i; rewrite row_columns; apply/in_spanP/sub/(enum_valP i).
Qed.

Theorem rank_sound M D C : {subset C <= D} -> independent M C ->
  (forall f, D f -> ~~ C f -> exists v : S -> R,
     [/\ v f != 0, forall g, ~~ C g -> g != f -> v g = 0 & combine M D v =1 fun=> 0]) ->
  rank M D = #|C|.
Proof.
move=> CD indep kernel; rewrite -(rank_independent indep) /rank.
apply/eqP; rewrite eqn_leq !mxrankS //; apply: span_sub => h Ch.
  by apply: in_span_column; apply: CD.
have [Ch'|Ch'] := boolP (C h); first exact: in_span_column.
have [v [vh v0 Mv]] := kernel h Ch Ch'; exists (fun g => - (v g / v h)) => z.
have := Mv z; rewrite /combine (bigID C) /= (eq_bigl C) => [|g]; last first.
  by rewrite andb_idl //; apply: CD.
rewrite [X in _ + X](bigD1 h) ?Ch //= [X in _ + (_ + X)]big1 => [|g /andP[/andP[_ Cg] gh]]; last first.
  by rewrite v0 ?mul0r.
rewrite addr0 => /eqP; rewrite addr_eq0 => /eqP sum_v.
apply: (mulfI vh); rewrite -[LHS]opprK -sum_v /combine mulr_sumr -sumrN.
by apply: eq_bigr => g _; rewrite mulNr mulrN mulrA mulrCA divff ?mulr1.
Qed.

(* Blocks: the columns in D, and all others *)

Lemma columnsU M D : (columns M predT :=: columns M D + columns M (predC D))%MS.
Proof.
apply/eqmxP/andP; split; last first.
  by rewrite addsmx_sub !span_sub // => h _; apply: in_span_column.
apply/row_subP => i; rewrite row_columns; set h := enum_val i.
have [Dh|Eh] := boolP (D h).
  by apply: submx_trans (addsmxSl _ _); apply/in_spanP/in_span_column.
by apply: submx_trans (addsmxSr _ _); apply/in_spanP/in_span_column.
Qed.

Lemma rankU M D : (rank M predT + \rank (columns M D :&: columns M (predC D))
                   = rank M D + rank M (predC D))%N.
Proof. by rewrite /rank (columnsU M D) mxrank_sum_cap. Qed.

Lemma rank_le M D : (rank M D <= #|D|)%N. Proof. exact: rank_leq_row. Qed.

Definition recoverable_block M D := rank M predT = (rank M (predC D) + #|D|)%N.

Lemma recoverable_blockP M D :
  recoverable_block M D <-> (forall c, combine M predT c =1 (fun=> 0) -> forall h, D h -> c h = 0).
Proof.
rewrite /recoverable_block; have eq_rank := rankU M D; split=> [eq_M|ker0].
  have [cap0 rD] : \rank (columns M D :&: columns M (predC D)) = 0%N /\ rank M D = #|D|.
    by have := rank_le M D; lia.
  have /independentP indep : row_free (columns M D) by apply/eqP.
  move=> c c0 h Dh; apply: indep Dh => z.
  have eq_c : combine M D c =1 combine M (predC D) (fun h => - c h).
    move=> z'; have := c0 z'; rewrite /combine (bigID D) /= => /eqP.
    by rewrite addr_eq0 -sumrN => /eqP ->; apply: eq_bigr => g _; rewrite mulNr.
  have : (vec (combine M D c) <= columns M D :&: columns M (predC D))%MS.
    rewrite sub_capmx; apply/andP; split; apply/in_spanP; first by exists c.
    by exists (fun h => - c h).
  move/mxrankS; rewrite cap0 leqn0 mxrank_eq0 => /eqP v0.
  by have /rowP/(_ (enum_rank z)) := v0; rewrite !mxE enum_rankK.
have rD : rank M D = #|D|.
  apply: rank_independent => c c0 h Dh.
  have := ker0 (fun g => if D g then c g else 0) _ h Dh; rewrite Dh; apply=> z.
  rewrite -[RHS](c0 z) [RHS]big_mkcond /combine; apply: eq_bigr => g _.
  by case: (D g); rewrite ?mul0r.
suff cap0 : (columns M D :&: columns M (predC D))%MS = 0.
  by move: eq_rank; rewrite cap0 mxrank0 rD; lia.
apply/eqP; rewrite -submx0; apply/row_subP => i; rewrite submx0; set v := row i _.
have : (v <= columns M D :&: columns M (predC D))%MS by apply: row_sub.
pose y z := v ord0 (enum_rank z); have -> : v = vec y.
  by apply/rowP => j; rewrite [RHS]mxE /y enum_valK.
rewrite sub_capmx => /andP[/in_spanP[c yc] /in_spanP[c' yc']].
apply/eqP/rowP => j; rewrite !mxE yc; apply: big1 => h Dh.
have := ker0 (fun g => if D g then c g else - c' g) _ h Dh; rewrite Dh => -> //; first by rewrite mul0r.
move=> z; rewrite /combine (bigID D) /= -[X in X + _ = _]/(\sum_(g | D g) _).
rewrite (eq_bigr (fun g => c g * M z g)) => [|g -> //].
rewrite [X in _ + X](eq_bigr (fun g => - (c' g * M z g))) => [|g /negbTE ->]; last by rewrite mulNr.
by rewrite sumrN -/(combine M D c z) -/(combine M (predC D) c' z) -yc -yc' subrr.
Qed.

Theorem block_functionals_sound M D (Theta : S -> T -> R) :
  (forall h g, D h -> pair_with (Theta h) M g = (h == g)%:R) -> recoverable_block M D.
Proof.
move=> ThetaM; apply/recoverable_blockP => c c0 h Dh.
have : \sum_z Theta h z * combine M predT c z = 0.
  by apply: big1 => z _; rewrite c0 mulr0.
rewrite pair_combine (bigD1 h) //= ThetaM // eqxx mulr1 big1 ?addr0 // => g.
by rewrite eq_sym ThetaM // => /negbTE ->; rewrite mulr0.
Qed.

Theorem block_kernel_sound M D x : apply M x =1 (fun=> 0) -> (exists2 h, D h & x h != 0) ->
  ~ recoverable_block M D.
Proof.
move=> Mx [h Dh xh] /recoverable_blockP/(_ x) x0; case/eqP: xh; apply: x0 => // z.
by rewrite combineT Mx.
Qed.

(* Intersections of spans *)

Definition basis (J : finType) (u : J -> T -> R) D E M :=
  (forall c : J -> R, (forall z, \sum_j c j * u j z = 0) -> forall j, c j = 0) /\
  (forall v, in_span M D v /\ in_span M E v <-> exists c : J -> R, v =1 fun z => \sum_j c j * u j z).

End Columns.

Theorem intersection_sound (R : realFieldType) (S T J : finType) (M : T -> S -> R) (D : pred S)
    (u : J -> T -> R) :
  (rank M D + rank M (predC D) = rank M predT + #|J|)%N ->
  (forall j, in_span M D (u j)) -> (forall j, in_span M (predC D) (u j)) ->
  independent (fun z j => u j z) predT -> basis u D (predC D) M.
Proof.
rewrite -rankU => /addnI cap_rank uD uE indep; split=> [c c0 j|v]; first exact: (indep c).
pose U z j := u j z; have U_cap : (columns U predT <= columns M D :&: columns M (predC D))%MS.
  apply/row_subP => i; rewrite row_columns sub_capmx.
  apply/andP; split; apply/in_spanP.
    exact: uD.
  exact: uE.
have cap_U : (columns M D :&: columns M (predC D) <= columns U predT)%MS.
  rewrite -(geq_leqif (mxrank_leqif_sup U_cap)) cap_rank.
  rewrite [\rank (columns U predT)](rank_independent indep).
  by rewrite (@eq_card _ predT J).
split=> [[/in_spanP vD /in_spanP vE]|vU].
  apply/(in_spanP U predT v); apply: submx_trans cap_U.
  by rewrite sub_capmx vD.
have : (vec v <= columns M D :&: columns M (predC D))%MS.
  by apply: submx_trans U_cap; apply/in_spanP.
by rewrite sub_capmx => /andP[? ?]; split; apply/in_spanP.
Qed.
