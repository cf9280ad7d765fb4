From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 columns bounds compute.

(******************************************************************************)
(* The rules about matrices, by computation: each check computes, and its     *)
(* theorem says what follows about the matrix of the data.                    *)
(*                                                                            *)
(*    mx R r s m == the matrix m of r+1 rows and s columns, over R            *)
(*     vf R n v == the vector v of n entries                                  *)
(*    block p h <=> h is one of the first p columns                           *)
(*   shape r s m <=> m has r+1 rows of s entries and a positive denominator   *)
(*    len n v <=> v has n entries and a positive denominator                  *)
(*       unit h == the h-th unit vector                                       *)
(*   independence == rows, a modulus, an inverse, and for each column the     *)
(*                   number that its numerators are divided by                *)
(*   independence_check r cs ev <=> ev shows that the columns cs are          *)
(*                   independent                                              *)
(*          ranks == the columns of a rank, their independence, a kernel      *)
(*  rank_check m s r D k <=> k shows the rank of the columns in D             *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Independence *)

Record independence := Independence {
  pivots : seq nat; modulus : Z; inverse : seq (seq Z); scales : seq Z }.

Record ranks := Ranks {
  rank_columns : seq nat; rank_independence : independence; rank_kernel : seq (seq Z) }.

Definition divided (cs : seq (seq Z)) (es : seq Z) :=
  [seq [seq Z.div a p.2 | a <- p.1] | p <- zip cs es].

Definition delta (a b : nat) : Z := if a == b then 1%ZZ else 0%ZZ.

Definition inverse_check m (inv sel : seq (seq Z)) s :=
  all (fun a => all (fun b =>
    (Z.modulo (dotl (nth [::] inv a) (nth [::] sel b) - delta a b) m =? 0)%ZZ)
    (iota 0 s)) (iota 0 s).

Definition independence_check r cs ev :=
  let ns := divided cs (scales ev) in let s := size cs in
  [&& (1 <? modulus ev)%ZZ, (size (pivots ev) == s) && (size (scales ev) == s), all (fun i => i <= r)%N (pivots ev),
      all (fun j => let e := at0 (scales ev) j in
         ~~ (e =? 0)%ZZ && zerol (addl (scalel e (nth [::] ns j)) (scalel (-1) (nth [::] cs j))))
        (iota 0 s)
    & inverse_check (modulus ev) (inverse ev) [seq [seq at0 n i | i <- pivots ev] | n <- ns] s].

Lemma all_iotaP (P : nat -> bool) n : all P (iota 0 n) -> forall i, (i < n)%N -> P i.
Proof. by move/allP => all_P i lt_i; apply: all_P; rewrite mem_iota. Qed.

Lemma int_dotl n u v : (size u <= n)%N \/ (size v <= n)%N ->
  int_of_Z (dotl u v) = \sum_(i < n) int_of_Z (at0 u i) * int_of_Z (at0 v i).
Proof.
elim: n u v => [|n IH] [|a u] [|b v] //= lt_u; rewrite ?big_ord0 //; try by case: lt_u.
- by rewrite big1 // => i _; rewrite at0_nil mul0r.
- by rewrite big1 // => i _; rewrite at0_nil mul0r.
- by rewrite big1 // => i _; rewrite at0_nil mulr0.
rewrite big_ord_recl -(IH u v) //.
by rewrite -(rmorphM [rmorphism of int_of_Z]) -(rmorphD [rmorphism of int_of_Z]).
Qed.

Theorem independence_checked (R : realFieldType) r cs ev (d : R) : d != 0 ->
  independence_check r cs ev ->
  independent (fun (z : 'I_r.+1) (j : 'I_(size cs)) => toR R (entry cs j z) / d) predT.
Proof.
move=> d0 /and5P[m_gt1 /andP[/eqP size_p /eqP size_e] lt_r /all_iotaP scaled /all_iotaP inv].
set ns := divided _ _ in scaled inv; pose m := modulus ev.
pose f (j : 'I_(size cs)) : 'I_r.+1 := inord (nth 0%N (pivots ev) j).
have fE (j : 'I_(size cs)) : f j = nth 0%N (pivots ev) j :> nat.
  by rewrite inordK //; have /allP := lt_r; apply; apply: mem_nth; rewrite size_p.
have size_ns : size ns = size cs by rewrite size_map size_zip size_e minnn.
pose N (z : 'I_r.+1) (j : 'I_(size cs)) := int_of_Z (entry ns j z).
pose L (g j : 'I_(size cs)) := int_of_Z (entry (inverse ev) g j).
pose e (j : 'I_(size cs)) : R := d / toR R (at0 (scales ev) j).
apply: (@independent_columns_sound _ _ _ `|int_of_Z m| N f L e).
- by move: m_gt1; rewrite -/m; lia.
- move=> a b; rewrite eqz_mod_dvd.
  have /all_iotaP/(_ b (ltn_ord b)) := inv a (ltn_ord a).
  set x := Z.sub _ _ => /Z.eqb_spec x0.
  have x_div : x = (m * (x / m))%ZZ by have := Z.div_mod x m; rewrite x0; move: m_gt1; rewrite -/m; lia.
  have -> : \sum_j L a j * N (f j) b - (a == b)%:R = int_of_Z x.
    rewrite /x (rmorphB [rmorphism of int_of_Z]) /= (@int_dotl (size cs)).
      congr (_ - _); last by rewrite /delta -val_eqE /=; case: eqP.
      apply: eq_bigr => j _; congr (_ * int_of_Z _).
      by rewrite (nth_map [::]) ?size_ns // /entry /at0 (nth_map 0%N) ?size_p // fE.
    by right; rewrite (nth_map [::]) ?size_ns // size_map size_p.
  by rewrite x_div (rmorphM [rmorphism of int_of_Z]) /= abszE dvdz_mulr // dvdzE absz_id.
- move=> j; have /andP[e0 _] := scaled j (ltn_ord j).
  by rewrite mulf_neq0 ?invr_eq0 // toR_eq0.
move=> z j; have /andP[/negbTE e0 /zerolP eq_j] := scaled j (ltn_ord j).
have := congr1 (toR R) (eq_j z); rewrite at0_addl !at0_scalel toRD !toRM toRN1 mulN1r => /eqP.
rewrite subr_eq0 => /eqP eq_jz; rewrite -[RHS]/(toR R (entry ns j z)).
have e0' : toR R (at0 (scales ev) j) != 0 by rewrite toR_eq0 e0.
apply: (mulfI e0'); rewrite eq_jz /e /entry.
by rewrite [X in _ * X]mulrA divfK // mulrC divfK.
Qed.

(* Vectors and matrices of the data *)

Lemma lt_take i p n : (i < if (p < n)%N then p else n)%N = (i < p)%N && (i < n)%N.
Proof. by case: ifP; lia. Qed.

Definition len n (v : vector) := (size v.2 == n) && (0 <? v.1)%ZZ.
Definition shape r s (m : matrix) :=
  [&& size m.2 == r.+1, all (fun u => size u == s) m.2 & (0 <? m.1)%ZZ].
Definition unit h : vector := (1%ZZ, ncons h 0%ZZ [:: 1%ZZ]).
Definition some_nonzero (u : seq Z) := has (fun a => ~~ (a =? 0)%ZZ) u.
Definition block n p : pred 'I_n := fun h => (h < p)%N.

Section Matrices.
Variables (R : realFieldType) (r s : nat).
Implicit Types (m l : matrix) (v b x y : vector).

Definition mx m (z : 'I_r.+1) (h : 'I_s) : R := mval R m z h.
Definition vf n v (i : 'I_n) : R := val R v i.

Lemma val_unit h g : val R (unit h) g = (h == g)%:R.
Proof.
rewrite /val /= divr1 /at0 nth_ncons; case: ltngtP => [lt|gt|->].
- by rewrite toR0.
- by rewrite nth_default ?toR0 //= subn_gt0.
by rewrite subnn.
Qed.

Lemma some_nonzeroP v : (0 <? v.1)%ZZ -> some_nonzero v.2 ->
  exists2 i, (i < size v.2)%N & val R v i != 0.
Proof.
move=> d0 /(has_nthP 0%ZZ)[i lt_i v0]; exists i => //.
exact: val_neq0.
Qed.

Lemma vf_nonzero n v : len n v -> some_nonzero v.2 -> exists h : 'I_n, vf v h != 0.
Proof. by case/andP => /eqP <- d0 /(some_nonzeroP d0)[i lt_i v0]; exists (Ordinal lt_i). Qed.

Lemma apply_mx m x : len s x -> apply (mx m) (vf x) =1 vf (matvec m x).
Proof. by case/andP => /eqP size_x _ z; rewrite /vf (@val_matvec _ s) ?size_x. Qed.

Lemma pair_mx b m : len r.+1 b -> pair_with (vf b) (mx m) =1 vf (vecmat b m).
Proof. by case/andP => /eqP size_b _ h; rewrite /vf (@val_vecmat _ r.+1) ?size_b. Qed.

Lemma dot_vf n b y : len n b -> \sum_(z < n) vf b z * vf y z = fval R (dotv b y).
Proof. by case/andP => /eqP size_b _; rewrite (@val_dotv _ n) ?size_b. Qed.

(* Systems *)

Definition solution_check m y x :=
  [&& shape r s m, len r.+1 y, len s x & eqv (matvec m x) y].

Lemma shape_den m : shape r s m -> (0 <? m.1)%ZZ. Proof. by case/and3P. Qed.
Lemma len_den n v : len n v -> (0 <? v.1)%ZZ. Proof. by case/andP. Qed.
Lemma posM (d e : Z) : (0 <? d)%ZZ -> (0 <? e)%ZZ -> (0 <? d * e)%ZZ. Proof. nia. Qed.

Lemma apply_checked m y x : solution_check m y x -> apply (mx m) (vf x) =1 vf y.
Proof.
case/and4P => m_ok y_ok x_ok eq_y z; rewrite apply_mx //; apply: eqvP eq_y z.
  by rewrite posM ?(shape_den m_ok) ?(len_den x_ok).
exact: len_den y_ok.
Qed.

Theorem solution_checked m y x : solution_check m y x -> solvable (mx m) (vf y).
Proof. by move=> /apply_checked; apply: solution_sound. Qed.

Theorem nonnegative_solution_checked m y x : solution_check m y x && nonnegl x.2 ->
  nonneg_solvable (mx m) (vf y).
Proof.
case/andP => sol x0; apply: nonnegative_solution_sound (apply_checked sol) => h.
by apply: val_ge0 => //; case/and4P: sol => _ _ /len_den.
Qed.

Definition inconsistency_check m y b :=
  [&& shape r s m, len r.+1 y, len r.+1 b, zerol (vecmat b m).2 & ~~ ((dotv b y).2 =? 0)%ZZ].

Theorem inconsistency_checked m y b : inconsistency_check m y b -> ~ solvable (mx m) (vf y).
Proof.
case/and5P => m_ok y_ok b_ok b0 by0; apply: (@inconsistency_sound _ _ _ _ _ (vf b)) => [h|].
  by rewrite pair_mx // /vf val_zero.
by rewrite dot_vf // fval_eq0 // posM ?(len_den b_ok) ?(len_den y_ok).
Qed.

Definition separating_check m y b :=
  [&& shape r s m, len r.+1 y, len r.+1 b, nonnegl (vecmat b m).2 & ((dotv b y).2 <? 0)%ZZ].

Theorem separating_functional_checked m y b : separating_check m y b ->
  ~ nonneg_solvable (mx m) (vf y).
Proof.
case/and5P => m_ok y_ok b_ok b0 by0.
apply: (@separating_functional_sound _ _ _ _ _ (vf b)) => [h|].
  by rewrite pair_mx // val_ge0 // posM ?(len_den b_ok) ?(shape_den m_ok).
rewrite dot_vf // ltNge fval_ge0 ?posM ?(len_den b_ok) ?(len_den y_ok) //; lia.
Qed.

(* Rows that read off coefficients *)

Definition reads_check p l m :=
  [&& shape r s m, (0 <? l.1)%ZZ, (p <= s)%N, all (fun u => size u == r.+1) l.2, size l.2 == p
    & all (fun h => eqv (vecmat (row l h) m) (unit h)) (iota 0 p)].

Lemma reads_checked p l m : reads_check p l m ->
  forall h g : 'I_s, (h < p)%N -> pair_with (vf (row l h)) (mx m) g = (h == g)%:R.
Proof.
case/and5P => m_ok l0 _ rows_l /andP[/eqP size_l /all_iotaP eq_l] h g lt_h.
rewrite pair_mx; first by rewrite /vf (eqvP R _ _ (eq_l h lt_h)) ?val_unit // posM ?(shape_den m_ok).
by rewrite /len l0 andbT; have /allP := rows_l; apply; apply: mem_nth; rewrite size_l.
Qed.

Theorem left_inverse_checked m l : reads_check s l m -> has_left_inverse (mx m).
Proof. by move=> /reads_checked ok; apply: left_inverse_sound => h g; apply: ok. Qed.

Theorem block_functionals_checked m p l : reads_check p l m ->
  recoverable_block (mx m) (@block s p).
Proof. by move=> /reads_checked ok; apply: block_functionals_sound => h g; apply: ok. Qed.

(* Kernels *)

Definition kernel_check m x := [&& shape r s m, len s x & zerol (matvec m x).2].

Lemma kernel_checked m x : kernel_check m x -> apply (mx m) (vf x) =1 fun=> 0.
Proof. by case/and3P => _ x_ok x0 z; rewrite apply_mx // /vf val_zero. Qed.

Theorem dependent_columns_checked m x : kernel_check m x && some_nonzero x.2 ->
  ~ independent (mx m) predT /\ ~ has_left_inverse (mx m).
Proof.
case/andP => ker /vf_nonzero x0; apply: dependent_columns_sound (kernel_checked ker) _.
by apply: x0; case/and3P: ker.
Qed.

Theorem block_kernel_checked m p x : kernel_check m x && some_nonzero (take p x.2) ->
  ~ recoverable_block (mx m) (@block s p).
Proof.
case/andP => ker x0; apply: block_kernel_sound (kernel_checked ker) _.
case/and3P: ker => _ /andP[/eqP size_x d0] _.
case/(has_nthP 0%ZZ): x0 => i; rewrite size_take size_x lt_take => /andP[lt_p lt_s].
rewrite nth_take // => x0; exists (Ordinal lt_s) => //.
exact: val_neq0.
Qed.

(* Halfspaces *)

Definition halfspace_check m p b :=
  [&& shape r s m, len r.+1 b
    & all (fun h => let a := at0 (vecmat b m).2 h in if (h < p)%N then (a <? 0)%ZZ else (0 <=? a)%ZZ)
        (iota 0 s)].

Theorem halfspace_checked m p b : halfspace_check m p b -> halfspace (mx m) (@block s p).
Proof.
case/and3P => m_ok b_ok /all_iotaP signs.
have d0 : (0 <? (vecmat b m).1)%ZZ by rewrite posM ?(len_den b_ok) ?(shape_den m_ok).
have sign (h : 'I_s) : (0 <= vf (vecmat b m) h) = (0 <=? at0 (vecmat b m).2 h)%ZZ.
  by rewrite /vf /val pmulr_lge0 ?invr_gt0 ?toR_ge0 ?toR_gt0.
apply: (@halfspace_sound _ _ _ _ _ (vf b)) => h Dh; rewrite pair_mx //; last first.
  by rewrite sign; have := signs h (ltn_ord h); rewrite (negbTE (Dh : ~~ (h < p)%N)).
by rewrite ltNge sign; have := signs h (ltn_ord h); rewrite (Dh : (h < p)%N); lia.
Qed.

Definition motzkin_check m p c :=
  [&& shape r s m, len s c, nonnegl c.2, some_nonzero (take p c.2)
    & zerol (matvecl m.2 (take p c.2 ++ map Z.opp (drop p c.2)))].

Theorem motzkin_checked m p c : motzkin_check m p c -> ~ halfspace (mx m) (@block s p).
Proof.
case/and5P => m_ok c_ok c_ge0 c0 eq_c; have /andP[/eqP size_c d0] := c_ok.
pose c' : vector := (c.1, take p c.2 ++ map Z.opp (drop p c.2)).
have size_c' : len s c'.
  by rewrite /len /= size_cat size_map -size_cat cat_take_drop size_c eqxx.
have c'E (h : 'I_s) : vf c' h = if (h < p)%N then vf c h else - vf c h.
  rewrite /vf /val /= /at0 nth_cat size_take size_c.
  rewrite lt_take ltn_ord andbT.
  case: (ltnP h p) => [lt_h|le_h]; first by rewrite nth_take.
  have lt_p : (p < s)%N by apply: leq_ltn_trans le_h (ltn_ord h).
  rewrite lt_p (nth_map 0%ZZ) ?size_drop ?size_c ?ltn_sub2r //.
  by rewrite toRN mulNr nth_drop subnKC.
apply: (@motzkin_sound _ _ _ _ _ (vf c)) => [h||z].
- exact: val_ge0.
- case/(has_nthP 0%ZZ): c0 => i; rewrite size_take size_c lt_take => /andP[lt_p lt_s].
  rewrite nth_take // => ci; exists (Ordinal lt_s) => //.
  exact: val_neq0.
have : apply (mx m) (vf c') z = 0 by rewrite apply_mx // /vf val_zero.
rewrite -combineT /combine (bigID (@block s p)) /= => /eqP; rewrite addr_eq0 -sumrN => /eqP eq_z.
transitivity (\sum_(h | block p h) vf c' h * mx m z h).
  by apply: eq_bigr => h Dh; rewrite c'E (Dh : (h < p)%N).
by rewrite eq_z; apply: eq_bigr => h Eh; rewrite c'E (negbTE (Eh : ~~ (h < p)%N)) mulNr opprK.
Qed.

(* Ranks *)

Definition columnsl m cl := [seq columnl m.2 j | j <- cl].

Lemma sum_listed (F : 'I_s -> R) cl (h0 : 'I_s) : all (fun i => i < s)%N cl -> uniq cl ->
  \sum_(h : 'I_s | (h : nat) \in cl) F h = \sum_(j < size cl) F (insubd h0 (nth 0%N cl j)).
Proof.
move=> /allP lt_cl uniq_cl; pose f i : 'I_s := insubd h0 i.
have fE i : i \in cl -> f i = i :> nat by move=> /lt_cl lt_i; rewrite [LHS](@insubdK _ _ (ordinal_subType s)).
have mem_f (h : 'I_s) : (h \in map f cl) = ((h : nat) \in cl).
  apply/mapP/idP => [[i cl_i ->]|cl_h]; first by rewrite fE.
  by exists (h : nat) => //; apply: ord_inj; rewrite fE.
have uniq_f : uniq (map f cl) by rewrite map_inj_in_uniq // => i j /fE + /fE + eq_f => <- <-; rewrite eq_f.
rewrite -(eq_bigl _ _ mem_f) -big_uniq //= big_map (big_nth 0%N) big_mkord.
by [].
Qed.

Lemma listed_independent m cl ev : (0 <? m.1)%ZZ -> all (fun i => i < s)%N cl -> uniq cl ->
  independence_check r (columnsl m cl) ev ->
  independent (mx m) (fun h : 'I_s => (h : nat) \in cl).
Proof.
move=> d0 lt_cl uniq_cl check c c0 h Ch.
have := independence_checked (nonzero R d0) check; rewrite size_map => indep.
have lt_h : (index (h : nat) cl < size cl)%N by rewrite index_mem.
have := indep (fun j => c (insubd h (nth 0%N cl j))) _ (Ordinal lt_h) isT.
rewrite /= nth_index // valKd; apply=> z.
rewrite -[RHS](c0 z) (sum_listed _ h) //; apply: eq_bigr => j _; congr (_ * _).
rewrite /mx /mval; congr (toR R _ / _).
rewrite insubdK; last by have /allP := lt_cl; apply; apply: mem_nth.
by rewrite /entry (nth_map 0%N) // at0_columnl.
Qed.

Lemma card_listed cl : all (fun i => i < s)%N cl -> uniq cl ->
  #|[pred h : 'I_s | (h : nat) \in cl]| = size cl.
Proof.
case: cl => [|a cl] lt_cl uniq_cl; first by apply: eq_card0 => h; rewrite inE.
have lt_a : (a < s)%N by case/andP: lt_cl.
have := sum_listed (fun=> 1) (Ordinal lt_a) lt_cl uniq_cl.
rewrite !sumr_const card_ord => /eqP; rewrite eqr_nat => /eqP <-.
exact: eq_card.
Qed.

Definition independent_columns_check m ev :=
  shape r s m && independence_check r (columnsl m (iota 0 s)) ev.

Theorem independent_columns_checked m ev : independent_columns_check m ev ->
  independent (mx m) predT.
Proof.
case/andP => m_ok check c c0 h _.
have lt_s : all (fun i => i < s)%N (iota 0 s) by apply/allP => i; rewrite mem_iota.
apply: (listed_independent (shape_den m_ok) lt_s (iota_uniq 0 s) check) => [z|].
  by rewrite -[RHS](c0 z); apply: eq_bigl => g; rewrite mem_iota /= ltn_ord.
by rewrite mem_iota /= ltn_ord.
Qed.

Definition others (D : pred nat) (cl : seq nat) := [seq f <- iota 0 s | D f && (f \notin cl)].

Definition kernel_vector_check m (cl : seq nat) (f : nat) (c : seq Z) :=
  [&& ~~ (at0 c f =? 0)%ZZ, (size c <= s)%N, zerol (matvecl m.2 c)
    & all (fun g => [|| g == f, g \in cl | (at0 c g =? 0)%ZZ]) (iota 0 s)].

Definition rank_check (D : pred nat) m rk :=
  let fs := others D (rank_columns rk) in
  [&& shape r s m, all (fun i => (i < s)%N && D i) (rank_columns rk), uniq (rank_columns rk),
      independence_check r (columnsl m (rank_columns rk)) (rank_independence rk)
    & (size fs == size (rank_kernel rk)) &&
      all (fun p => kernel_vector_check m (rank_columns rk) p.1 p.2) (zip fs (rank_kernel rk))].

Theorem rank_checked (D : pred nat) m rk : rank_check D m rk ->
  rank (mx m) (fun h : 'I_s => D h) = size (rank_columns rk).
Proof.
case/and5P => m_ok /allP in_cl uniq_cl check /andP[/eqP size_k /allP kernel].
have lt_cl : all (fun i => i < s)%N (rank_columns rk) by apply/allP => i /in_cl/andP[].
rewrite -(card_listed lt_cl uniq_cl).
apply: (rank_sound (C := fun h : 'I_s => (h : nat) \in rank_columns rk)) => [h|//|f Df Cf].
- by move=> /in_cl/andP[].
- exact: listed_independent (shape_den m_ok) lt_cl uniq_cl check.
have f_in : (f : nat) \in others D (rank_columns rk).
  by rewrite mem_filter mem_iota /= ltn_ord Df Cf.
pose i := index (f : nat) (others D (rank_columns rk)).
have lt_i : (i < size (others D (rank_columns rk)))%N by rewrite index_mem.
pose v := nth [::] (rank_kernel rk) i.
have : kernel_vector_check m (rank_columns rk) f v.
  apply: (kernel (f : nat, v)); rewrite -[f : nat](nth_index 0%N f_in) -/i -nth_zip //.
  by apply: mem_nth; rewrite size_zip -size_k minnn.
case/and4P => vf0 size_v v0 /all_iotaP zero_v; exists (vf (1%ZZ, v)); split.
- exact: val_neq0.
- move=> g Cg neq; have := zero_v g (ltn_ord g); rewrite (negbTE (Cg : _ \notin _)).
  have -> : (g : nat) == f = false by rewrite (inj_eq val_inj) (negbTE neq).
  by move=> /Z.eqb_spec g0; rewrite /vf /val /= g0 mul0r.
move=> z; rewrite /combine big_mkcond /=.
transitivity (val R (matvec m (1%ZZ, v)) z); last exact: val_zero.
rewrite (@val_matvec _ s) //; apply: eq_bigr => g _.
case Dg: (D g); first by rewrite mulrC.
have := zero_v g (ltn_ord g); case/or3P => [/eqP eq_f|/in_cl|/Z.eqb_spec g0].
- by rewrite /= eq_f Df in Dg.
- by rewrite Dg andbF.
by rewrite /val /= g0 !mul0r mulr0.
Qed.

(* Intersections *)

Definition combination m p (cs : matrix) i :=
  combine (mx m) (@block s p) (vf (row cs i)).

Definition intersection_check m p left right both (cs : matrix) ev :=
  [&& rank_check (fun h => h < p)%N m left, rank_check (fun h => ~~ (h < p)%N) m right,
      rank_check predT m both,
      size (rank_columns left) + size (rank_columns right)
      == size (rank_columns both) + size cs.2
    & [&& (0 <? cs.1)%ZZ, all (fun c => (size c == s) && zerol (matvecl m.2 c)) cs.2
        & independence_check r [seq matvecl m.2 (take p c) | c <- cs.2] ev]]%N.

Theorem intersection_checked m p left right both cs ev :
  intersection_check m p left right both cs ev ->
  basis (fun i : 'I_(size cs.2) => combination m p cs i) (@block s p) (predC (@block s p)) (mx m).
Proof.
case/and5P => left_ok right_ok both_ok /eqP sizes /and3P[d0 /allP ker indep].
have m_ok : shape r s m by case/and5P: left_ok.
have row_ok (i : 'I_(size cs.2)) : len s (row cs i) && zerol (matvecl m.2 (nth [::] cs.2 i)).
  by have /andP[size_c zero_c] := ker _ (mem_nth [::] (ltn_ord i)); rewrite /len /= size_c d0.
apply: intersection_sound => [|i|i|].
- by rewrite card_ord (rank_checked left_ok) (rank_checked right_ok) (rank_checked both_ok).
- by exists (vf (row cs i)).
- exists (fun h => - vf (row cs i) h) => z; have /andP[i_ok i0] := row_ok i.
  have : apply (mx m) (vf (row cs i)) z = 0 by rewrite apply_mx // /vf val_zero.
  rewrite -combineT /combination /combine (bigID (@block s p)) /= => /eqP.
  by rewrite addr_eq0 -sumrN => /eqP ->; apply: eq_bigr => h _; rewrite mulNr.
have dd : toR R (m.1 * cs.1)%ZZ != 0 by rewrite nonzero // posM ?(shape_den m_ok).
have := independence_checked dd indep; rewrite size_map => free c c0 i _.
apply: (free c) => // z; rewrite -[RHS](c0 z); apply: eq_bigr => j _; congr (_ * _).
have /andP[/andP[/eqP size_j _] _] := row_ok j.
pose c' : vector := (cs.1, take p (nth [::] cs.2 j)).
have -> : combination m p cs j z = val R (matvec m c') z.
  rewrite (@val_matvec _ s) => [|/=]; last by rewrite size_take size_j; case: ltnP => // /ltnW.
  rewrite /combination /combine big_mkcond /=; apply: eq_bigr => h _; rewrite /block /vf /val /=.
  case: (ltnP h p) => [lt_h|le_h]; first by rewrite /at0 nth_take // mulrC.
  by rewrite /at0 [nth _ (take _ _) _]nth_default ?toR0 ?mul0r ?mulr0 // size_take; case: ltnP => // /leq_trans; apply.
by rewrite /val /entry (nth_map [::]).
Qed.

(* The least singular value *)

Definition fle (a b : Z * Z) := (a.2 * b.1 <=? b.2 * a.1)%ZZ.
Definition fmul (a b : Z * Z) : Z * Z := (a.1 * b.1, a.2 * b.2)%ZZ.

Lemma fval_mul a c : fval R (fmul a c) = fval R a * fval R c.
Proof. by rewrite /fval !toRM mulf_div. Qed.

Lemma fleP a c : (0 <? a.1)%ZZ -> (0 <? c.1)%ZZ -> fle a c -> fval R a <= fval R c.
Proof.
move=> a0 c0; rewrite /fle => le_ac; rewrite /fval ler_pdivr_mulr ?toR_gt0 // mulrAC.
by rewrite ler_pdivl_mulr ?toR_gt0 // -!toRM -subr_ge0 -toRB toR_ge0; lia.
Qed.

Definition remainder_row (m f : matrix) (lower : Z * Z) g :=
  let scale := ((f.1 * lower.1) * (f.1 * lower.1))%ZZ in
  let shift := ((m.1 * f.1 * lower.2) * (m.1 * f.1 * lower.2))%ZZ in
  let drop := ((m.1 * lower.1) * (m.1 * lower.1))%ZZ in
  let c := columnl m.2 g in let k := nth [::] f.2 g in
  [seq (scale * dotl c (columnl m.2 h) - shift * delta g h - drop * dotl k (nth [::] f.2 h))%ZZ
     | h <- iota 0 s].

Definition dominant_check m f lower :=
  all (fun u => (size u <= s)%N) f.2 &&
  all (fun g => let u := remainder_row m f lower g in
         (dotl (map Z.abs u) (nseq s 1%ZZ) <=? 2 * at0 u g)%ZZ) (iota 0 s).

Definition singular_check m (lower upper : Z * Z) f w :=
  [&& [&& shape r s m, (0 <? lower.1)%ZZ, (0 <? upper.1)%ZZ, (0 <=? lower.2)%ZZ & fle lower upper],
      len s w, some_nonzero w.2,
      fle (dotv (matvec m w) (matvec m w)) (fmul (fmul upper upper) (dotv w w))
    & (lower.2 =? 0)%ZZ || (0 <? f.1)%ZZ && dominant_check m f lower].

Lemma norm2_vf n v : (size v.2 <= n)%N -> norm2 (@vf n v) = fval R (dotv v v).
Proof. by move=> size_v; rewrite (@val_dotv _ n). Qed.

Theorem singular_value_checked m lower upper f w : singular_check m lower upper f w ->
  singular_bounds (mx m) (fval R lower) (fval R upper).
Proof.
case/and5P => /and5P[m_ok l0 u0 l_ge0 le_lu] w_ok w0 Mw dom.
pose F (g k : 'I_s) := mval R f g k.
apply: (@singular_value_sound _ _ _ _ _ _ _ F (vf w)).
- by rewrite fval_ge0 // l_ge0 fleP.
- exact: vf_nonzero.
- have /andP[/eqP size_w dw] := w_ok; have dm := shape_den m_ok.
  have -> : norm2 (apply (mx m) (vf w)) = fval R (dotv (matvec m w) (matvec m w)).
    rewrite -(@norm2_vf r.+1) => [|/=]; last by rewrite size_map; case/and3P: m_ok => /eqP ->.
    by apply: eq_bigr => z _; rewrite apply_mx.
  rewrite norm2_vf ?size_w // expr2 -!fval_mul fleP //=; first by rewrite !posM.
  by rewrite !posM.
case/orP: dom => [/Z.eqb_spec l_0|/andP[f0 /andP[size_f /all_iotaP dom]]].
  by left; rewrite /fval l_0 mul0r.
right=> g; pose D := (m.1 * f.1 * lower.1)%ZZ.
have D0 : toR R (D * D)%ZZ != 0 by rewrite nonzero // !posM ?(shape_den m_ok).
have D_gt0 : 0 < toR R (D * D)%ZZ by rewrite toR_gt0 !posM ?(shape_den m_ok).
have rowE (h : 'I_s) : toR R (at0 (remainder_row m f lower g) h) = toR R (D * D)%ZZ * remainder (mx m) (fval R lower) F g h.
  rewrite /at0 (nth_map 0%N) ?size_iota // nth_iota // add0n.
  have Gram : \sum_z mx m z g * mx m z h = toR R (dotl (columnl m.2 g) (columnl m.2 h)) / (toR R m.1 * toR R m.1).
    rewrite (@dotl_sum _ r.+1) => [|]; last by rewrite size_map; case/and3P: m_ok => /eqP ->.
    by rewrite mulr_suml; apply: eq_bigr => z _; rewrite !at0_columnl -mulf_div.
  have Fact : \sum_k F g k * F h k = toR R (dotl (nth [::] f.2 g) (nth [::] f.2 h)) / (toR R f.1 * toR R f.1).
    rewrite (@dotl_sum _ s) => [|]; last first.
      case: (ltnP g (size f.2)) => [lt_g|ge_g]; last by rewrite nth_default.
      by have /allP := size_f; apply; apply: mem_nth.
    by rewrite mulr_suml; apply: eq_bigr => k _; rewrite -mulf_div.
  have dE : toR R (delta g h) = (g == h)%:R by rewrite /delta -val_eqE /=; case: eqP => _; rewrite ?toR1 ?toR0.
  rewrite /remainder Gram Fact /fval /D !toRB !toRM dE.
  have m0 := nonzero R (shape_den m_ok); have f0' := nonzero R f0; have l0' := nonzero R l0.
  by field; rewrite m0 f0' l0'.
have := dom g (ltn_ord g); set row_g := remainder_row _ _ _ _ => dom_g.
have : toR R (dotl (map Z.abs row_g) (nseq s 1%ZZ)) <= 2%:R * toR R (at0 row_g g).
  have -> : 2%:R = toR R 2%ZZ by [].
  by rewrite -toRM -subr_ge0 -toRB toR_ge0; lia.
rewrite (@dotl_sum _ s) => [|]; last by rewrite !size_map size_iota.
have absE (h : 'I_s) : toR R (at0 (map Z.abs row_g) h) * toR R (at0 (nseq s 1%ZZ) h)
                     = toR R (D * D)%ZZ * `|remainder (mx m) (fval R lower) F g h|.
  rewrite /at0 nth_nseq ltn_ord toR1 mulr1 (nth_map 0%ZZ) ?size_map ?size_iota //.
  rewrite -[X in _ = X * _]gtr0_norm // -normrM -rowE -/row_g.
  case: (Z.abs_spec (at0 row_g h)) => [[ge0 ->]|[lt0 ->]].
    by rewrite ger0_norm // toR_ge0; lia.
  by rewrite toRN ltr0_norm // ltNge toR_ge0; lia.
rewrite (eq_bigr _ (fun h _ => absE h)) rowE -mulr_sumr mulrCA ler_pmul2l //.
rewrite (bigD1 g) //= => le_g; have ge0 : 0 <= remainder (mx m) (fval R lower) F g g.
  have : 0 <= 2%:R * remainder (mx m) (fval R lower) F g g.
    by apply: le_trans le_g; rewrite addr_ge0 // sumr_ge0.
  by rewrite pmulr_rge0 // ltr0n.
by move: le_g; rewrite ger0_norm // mulr_natl mulr2n ler_add2l.
Qed.

End Matrices.
