From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction rules_overlap.
From Recoverable Require Import compute compute_columns compute_model compute_units.

(******************************************************************************)
(* Overlaps by computation: how far the tokens to come can tell the states    *)
(* apart. All numbers are those of the checker, integers over one.            *)
(*                                                                            *)
(*   vec w == the list w over one, as a function of the state                 *)
(* superadditive phi <=> phi of a sum is at least the sum of phi              *)
(*  gather x w == the words x, the likely ones and the sum of all others,     *)
(*                with one more                                               *)
(* words_of d l == the words of l+1 tokens, with what is emitted M y of each  *)
(* counts ws h i == what the states h and i have of the words, by how much    *)
(*                more it is                                                  *)
(* sums_of own others cs == the sums of h up to, and of i beyond each of cs   *)
(* overlapl t h i p q == upper end of the overlap of h and i with the ratio   *)
(*                q / p, from the sums t                                      *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* The numbers *)

Definition one := 0x8000000000000000%ZZ.
Lemma one_pos : (0 <? one)%ZZ. Proof. by []. Qed.
Global Opaque one.
Definition faint := 0x80000000000%ZZ.

Definition upper_ends (m : matrix) := [seq [seq ceiling (a * one) m.1 | a <- r] | r <- m.2].

Definition words := (seq (seq Z) * seq Z)%type.

Definition gather (x : words) w : words :=
  if all (fun b => b <? faint)%ZZ w then (x.1, addl x.2 w) else (w :: x.1, x.2).

(* Of A the columns *)
Definition behind (cs : seq (seq Z)) w := [seq ceiling b one | b <- matvecl cs w].
Definition passed r v := [seq ceiling b one | b <- mull r v].

Definition longer cs rs (x : words) : words :=
  foldl (fun x w => let v := behind cs w in foldl gather x [seq passed r v | r <- rs]) ([::], behind cs x.2) x.1.

Definition words_of n d l : words :=
  let rs := upper_ends (emission d) in let a := upper_ends (transition d) in
  let cs := [seq columnl a h | h <- iota 0 n] in iter l (longer cs rs) (foldl gather ([::], [::]) rs).

Fixpoint bump t (p : Z * Z) cs :=
  match cs, t with
  | c :: cs', t'.+1 => c :: bump t' p cs'
  | c :: cs', 0%N => addp c p :: cs'
  | [::], _ => [:: p]
  end.

Definition ratio_class a b := Z.to_nat (Z.min 64 (Z.log2 a - Z.log2 b + 32)).

Definition count h i cs w :=
  let a := at0 w h in let b := at0 w i in
  if (0 <? a)%ZZ && (0 <? b)%ZZ then bump (ratio_class a b) (a, b) cs else cs.

Definition counts ws h i := foldl (count h i) (nseq 65 (0, 0)%ZZ) ws.

Fixpoint sums_of own others (cs : seq (Z * Z)) :=
  if cs is c :: cs' then
    let own' := (own + c.1)%ZZ in let others' := (others - c.2)%ZZ in
    (own', others') :: sums_of own' others' cs'
  else [::].

Definition table := seq (seq (seq (Z * Z))).

Definition table_of n (x : words) : table :=
  let ws := x.2 :: x.1 in
  [seq [seq let cs := counts ws h i in sums_of 0 (suml [seq c.2 | c <- cs]) cs | i <- iota 0 n] | h <- iota 0 n].

(* Only sets about the ratio can be best. *)
Definition overlapl (t : table) h i p q :=
  let from := Z.to_nat (Z.min 60 (Z.log2 q - Z.log2 p + 30)) in
  let near := take 5 (drop from (nth [::] (nth [::] t h) i)) in
  Z.min one (ceiling (foldr Z.min (q * one) [seq s.1 * p + s.2 * q | s <- near]) p)%ZZ.

(* Soundness *)

Section Gathered.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).
Local Notation S := [finType of 'I_n.+1].
Local Notation T := [finType of 'I_k.+1].
Implicit Types (phi : (S -> R) -> R) (u v : S -> R) (h i : S).

Local Notation end_of := (units (toR R one)).

Let one_gt0 : 0 < toR R one. Proof. by rewrite toR_gt0 one_pos. Qed.

Definition vec (w : seq Z) : S -> R := fun h => end_of (at0 w h).
Definition nonneg u := [forall h, 0 <= u h].

Definition back u : S -> R := fun h => \sum_g trans M g h * u g.
Definition front (z : T) u : S -> R := fun h => emit M z h * back u h.

Definition superadditive phi :=
  (forall x, nonneg x -> 0 <= phi x) /\
  (forall u v x, (forall h, u h + v h <= x h) -> phi u + phi v <= phi x).

Lemma superadditive_le phi u x : superadditive phi -> (forall h, u h <= x h) -> phi u <= phi x.
Proof.
move=> [phi0 phiD] le_u; apply: le_trans (phiD u (fun=> 0) x _); last by move=> h; rewrite addr0.
by rewrite ler_addl phi0 //; apply/forallP.
Qed.

Lemma superadditive_sum phi (J : Type) (s : seq J) (u : J -> S -> R) x : superadditive phi ->
  (forall j h, 0 <= u j h) -> (forall h, \sum_(j <- s) u j h <= x h) -> \sum_(j <- s) phi (u j) <= phi x.
Proof.
move=> sup u0; elim: s x => [|j s IH] x le_x.
  by rewrite big_nil; apply: sup.1; apply/forallP => h; have := le_x h; rewrite big_nil.
rewrite big_cons; apply: le_trans (sup.2 (u j) (fun h => \sum_(j' <- s) u j' h) x _); last first.
  by move=> h; have := le_x h; rewrite big_cons.
by rewrite ler_add2l; apply: IH.
Qed.

Lemma back_ge0 u h : (forall g, 0 <= u g) -> 0 <= back u h.
Proof. by move=> u0; apply: sumr_ge0 => g _; rewrite mulr_ge0 ?u0 ?(trans_ge0 M). Qed.

Lemma front_ge0 z u h : (forall g, 0 <= u g) -> 0 <= front z u h.
Proof. by move=> u0; rewrite mulr_ge0 ?back_ge0 ?(emit_ge0 M). Qed.

Lemma superadditive_front phi z : superadditive phi -> superadditive (fun u => phi (front z u)).
Proof.
move=> [phi0 phiD]; split=> [x /forallP x0|u v x le_x].
  by apply/phi0/forallP => h; apply: front_ge0.
apply: phiD => h; rewrite -mulrDr ler_wpmul2l ?(emit_ge0 M) // -big_split /=.
by apply: ler_sum => g _; rewrite -mulrDr ler_wpmul2l ?(trans_ge0 M).
Qed.

(* Sums over words *)

Definition total phi (x : words) := phi (vec x.2) + \sum_(w <- x.1) phi (vec w).
Definition all_nonneg (x : words) := nonneg (vec x.2) && all (fun w => nonneg (vec w)) x.1.

Lemma vec_addl w w' h : vec (addl w w') h = vec w h + vec w' h.
Proof. by rewrite /vec at0_addl unitsD. Qed.

Lemma gathered w x : nonneg (vec w) -> all_nonneg x -> all_nonneg (gather x w) /\
  forall phi, superadditive phi -> total phi x + phi (vec w) <= total phi (gather x w).
Proof.
move=> w0 /andP[f0 ws0]; rewrite /gather; case: ifP => _.
  split=> [|phi sup]; last by rewrite /total /= addrAC ler_add2r; apply: sup.2 => h; rewrite vec_addl.
  rewrite /all_nonneg /= ws0 andbT; apply/forallP => h.
  by rewrite vec_addl addr_ge0 // ?(forallP f0) ?(forallP w0).
by split=> [|phi sup]; rewrite /all_nonneg ?/total /= ?f0 ?w0 // big_cons [phi (vec w) + _]addrC addrA.
Qed.

Lemma all_gathered ws x : all (fun w => nonneg (vec w)) ws -> all_nonneg x ->
  all_nonneg (foldl gather x ws) /\
  forall phi, superadditive phi -> total phi x + \sum_(w <- ws) phi (vec w) <= total phi (foldl gather x ws).
Proof.
elim: ws x => [|w ws IH] x /=; first by move=> _ x0; split=> // phi _; rewrite big_nil addr0.
case/andP => w0 ws0 x0; have [x0' le_x] := gathered w0 x0; have [x0'' le_x'] := IH _ ws0 x0'.
split=> // phi sup; rewrite big_cons addrA; apply: le_trans (le_x' phi sup).
by rewrite ler_add2r; apply: le_x.
Qed.

(* Upper ends of the model *)

Lemma at0_map (f : Z -> Z) (w : seq Z) (j : nat) : f 0%ZZ = 0%ZZ -> at0 (map f w) j = f (at0 w j).
Proof. by move=> f0; elim: w j => [|b w IH] [|j] //=; rewrite /at0 /= ?nth_nil //; apply: IH. Qed.

Lemma upper_end_le (m : matrix) (i h : nat) : (0 <? m.1)%ZZ -> mval R m i h <= end_of (entry (upper_ends m) i h).
Proof.
move=> m0; have -> : entry (upper_ends m) i h = ceiling (entry m.2 i h * one) m.1.
  rewrite /entry /upper_ends; case: (ltnP i (size m.2)) => [lt_i|ge_i]; last by rewrite !nth_default ?size_map // !at0_nil.
  by rewrite (nth_map [::]) // at0_map.
apply: le_trans (units_ceiling one_gt0 _ m0).
by rewrite /mval toRM [toR R one * _]mulrC -mulf_div divff ?mulr1 ?lt0r_neq0.
Qed.

Local Notation rs := (upper_ends (emission d)).
Local Notation cs := [seq columnl (upper_ends (transition d)) h | h <- iota 0 n.+1].

Lemma end_ceiling a : toR R a / (toR R one * toR R one) <= end_of (ceiling a one).
Proof. exact: (units_ceiling one_gt0 a one_pos). Qed.

Lemma behind_le w h : nonneg (vec w) -> back (vec w) h <= vec (behind cs w) h.
Proof.
move=> /forallP w0; rewrite /vec /behind at0_map // at0_matvecl; apply: le_trans (end_ceiling _).
rewrite (nth_map 0%N) ?size_iota // nth_iota // add0n dotlC.
have [_ /and3P[/eqP size_t _ t0] _ _ _] := and5P ok.
rewrite dotlC (@dotl_sum _ n.+1) ?size_map ?size_t // mulr_suml; apply: ler_sum => g _.
rewrite at0_columnl -mulf_div; apply: ler_wpmul2r; [exact: w0 | exact: upper_end_le].
Qed.

Lemma passed_le (z : T) w h : nonneg (vec w) -> emit M z h * vec w h <= vec (passed (nth [::] rs z) w) h.
Proof.
move=> /forallP w0; rewrite /vec /passed at0_map // at0_mull; apply: le_trans (end_ceiling _).
rewrite toRM -mulf_div; apply: ler_wpmul2r; [exact: w0 | exact/upper_end_le/emit_den/ok].
Qed.

Lemma behind_ge0 w : nonneg (vec w) -> nonneg (vec (behind cs w)).
Proof.
move=> w0; apply/forallP => h; apply: le_trans (behind_le h w0).
by apply: back_ge0 => g; apply: (forallP w0).
Qed.

Lemma front_le z w h : nonneg (vec w) -> front z (vec w) h <= vec (passed (nth [::] rs z) (behind cs w)) h.
Proof.
move=> w0; apply: le_trans (passed_le z h (behind_ge0 w0)).
by rewrite ler_wpmul2l ?(emit_ge0 M) // behind_le.
Qed.

Lemma size_rs : size rs = k.+1.
Proof. by have [_ _ /and3P[/eqP size_e _ _] _ _] := and5P ok; rewrite size_map. Qed.

Lemma sum_rs (F : seq Z -> R) : \sum_(r <- rs) F r = \sum_(z < k.+1) F (nth [::] rs z).
Proof. by rewrite (big_nth [::]) size_rs big_mkord. Qed.

Lemma all_rs (P : pred (seq Z)) : (forall z : T, P (nth [::] rs z)) -> all P rs.
Proof. by move=> all_P; apply/(all_nthP [::]) => i; rewrite size_rs => lt_i; apply: (all_P (Ordinal lt_i)). Qed.

Lemma all_longer ws x : all (fun w => nonneg (vec w)) ws -> all_nonneg x ->
  let x' := foldl (fun x w => let v := behind cs w in foldl gather x [seq passed r v | r <- rs]) x ws in
  all_nonneg x' /\ forall phi, superadditive phi ->
    total phi x + \sum_(w <- ws) \sum_z phi (front z (vec w)) <= total phi x'.
Proof.
elim: ws x => [|w ws IH] x /=; first by move=> _ x0; split=> // phi _; rewrite big_nil addr0.
case/andP => w0 ws0 x0; set ps := [seq passed r _ | r <- rs].
have ps0 : all (fun w => nonneg (vec w)) ps.
  rewrite all_map; apply: all_rs => z; apply/forallP => h; apply: le_trans (front_le z h w0).
  by apply: front_ge0 => g; apply: (forallP w0).
have [x0' le_x] := all_gathered ps0 x0; have [x0'' le_x'] := IH _ ws0 x0'.
split=> // phi sup; rewrite big_cons addrA; apply: le_trans (le_x' phi sup); rewrite ler_add2r.
apply: le_trans (le_x phi sup); rewrite ler_add2l big_map sum_rs.
by apply: ler_sum => z _; apply: superadditive_le => // h; apply: front_le.
Qed.

Definition words_ok l x := all_nonneg x /\
  forall phi, superadditive phi -> \sum_(y : l.-tuple T) phi (emitted M y) <= total phi x.

Lemma first_words : words_ok 1 (foldl gather ([::], [::]) rs).
Proof.
have none0 : nonneg (vec [::]) by apply/forallP => h; rewrite /vec at0_nil units0.
have emit_le (z : T) h : emit M z h <= vec (nth [::] rs z) h by exact/upper_end_le/emit_den/ok.
have rs0 : all (fun w => nonneg (vec w)) rs.
  by apply: all_rs => z; apply/forallP => h; apply: le_trans (emit_le z h); apply: (emit_ge0 M).
have [x0 le_x] := @all_gathered rs ([::], [::]) rs0 ltac:(by rewrite /all_nonneg /= none0).
split=> // phi sup; apply: le_trans (le_x phi sup); rewrite sum_rs sum_tupleS.
apply: (@le_trans _ _ (\sum_(z < k.+1) phi (vec (nth [::] rs z)))); last first.
  by rewrite ler_addr /total big_nil addr0 sup.1.
apply: ler_sum => z _; rewrite sum_tuple0; apply: superadditive_le sup _ => h.
by rewrite /= beta_nil mulr1 emit_le.
Qed.

Lemma longer_words l x : (0 < l)%N -> words_ok l x -> words_ok l.+1 (longer cs rs x).
Proof.
move=> l_gt0 [/andP[f0 ws0] le_x]; rewrite /longer.
have [x0' le_x'] := @all_longer x.1 ([::], behind cs x.2) ws0 ltac:(by rewrite /all_nonneg /= behind_ge0).
split=> // phi sup; apply: le_trans (le_x' phi sup); rewrite sum_tupleS.
apply: (@le_trans _ _ (\sum_(z : T) total (fun u => phi (front z u)) x)).
  apply: ler_sum => z _; apply: le_trans (le_x _ (superadditive_front z sup)).
  apply: ler_sum => y _; apply: superadditive_le => // h.
  by case: y => [[|z' y]] //= /eqP eq_l; rewrite -eq_l in l_gt0.
rewrite /total big_split /= [X in _ + X <= _]exchange_big /= big_nil addr0 ler_add2r.
apply: superadditive_sum => // [z h|h]; first by apply: front_ge0 => g; apply: (forallP f0).
rewrite -mulr_suml (emit_sum M) mul1r; exact: behind_le.
Qed.

Lemma words_of_ok l : words_ok l.+1 (words_of n.+1 d l).
Proof. by elim: l => [|l IH]; [exact: first_words | exact: longer_words]. Qed.

(* Sums over sets of words *)

Section Ratio.
Variable ratio : R.
Hypothesis ratio_ge0 : 0 <= ratio.

Definition least (c : Z * Z) := Num.min (end_of c.1) (ratio * end_of c.2).
Definition leasts (cs : seq (Z * Z)) := \sum_(c <- cs) least c.

Lemma min_add (a b a' b' : R) : Num.min a b + Num.min a' b' <= Num.min (a + a') (b + b').
Proof. by rewrite le_minr !ler_add // le_minl lexx ?orbT. Qed.

Lemma least_add c c' : least c + least c' <= least (addp c c').
Proof. by apply: le_trans (min_add _ _ _ _) _; rewrite -mulrDr -!unitsD. Qed.

Lemma bump_le t c cs : leasts cs + least c <= leasts (bump t c cs).
Proof.
elim: cs t => [|c' cs IH] [|t] /=; rewrite /leasts ?big_cons ?big_nil ?add0r ?addr0 //.
  by rewrite addrAC ler_add2r least_add.
by rewrite -addrA ler_add2l; apply: IH.
Qed.

Lemma count_le (h i : nat) cs w : leasts cs + least (at0 w h, at0 w i) <= leasts (count h i cs w).
Proof.
rewrite /count; case: ifP => [_|/negbT]; first exact: bump_le.
rewrite negb_and -!(units_gt0 one_gt0) -!leNgt ger_addl /least le_minl /= => /orP[->|le0] //.
by rewrite [ratio * _ <= 0]mulr_ge0_le0 ?orbT.
Qed.

Lemma counts_le (h i : nat) ws : \sum_(w <- ws) least (at0 w h, at0 w i) <= leasts (counts ws h i).
Proof.
have zero m : leasts (nseq m (0, 0)%ZZ) = 0.
  by rewrite /leasts big1_seq // => c /=; rewrite mem_nseq => /andP[_ /eqP ->]; rewrite /least /= units0 mulr0 minxx.
have fold cs : leasts cs + \sum_(w <- ws) least (at0 w h, at0 w i) <= leasts (foldl (count h i) cs ws).
  elim: ws cs => [|w ws IH] cs /=; first by rewrite big_nil addr0.
  by rewrite big_cons addrA; apply: le_trans (IH _); rewrite ler_add2r count_le.
by have := fold (nseq 65 (0, 0)%ZZ); rewrite zero add0r.
Qed.

Lemma sums_of_le own others cs s : end_of others = \sum_(c <- cs) end_of c.2 ->
  s \in sums_of own others cs -> end_of own + leasts cs <= end_of s.1 + ratio * end_of s.2.
Proof.
elim: cs own others => //= c cs IH own others; rewrite big_cons => sumE.
have restE : end_of (others - c.2) = \sum_(c' <- cs) end_of c'.2 by rewrite unitsB sumE addrAC subrr add0r.
have le_c : end_of own + leasts (c :: cs) <= end_of (own + c.1) + leasts cs.
  by rewrite /leasts big_cons addrA ler_add2r unitsD ler_add2l /least le_minl lexx.
rewrite inE => /orP[/eqP ->|in_s]; apply: le_trans le_c _; last exact: IH restE in_s.
rewrite /= ler_add2l restE mulr_sumr; apply: ler_sum => c' _; by rewrite /least le_minl lexx orbT.
Qed.

End Ratio.

Lemma table_le l x (h i : 'I_n.+1) s (ratio : R) : 0 <= ratio -> words_ok l x ->
  s \in nth [::] (nth [::] (table_of n.+1 x) h) i -> overlap M h i ratio l <= end_of s.1 + ratio * end_of s.2.
Proof.
move=> ratio0 [_ le_x]; rewrite /table_of (nth_map 0%N) ?size_iota // nth_iota // (nth_map 0%N) ?size_iota // nth_iota //.
rewrite !add0n; set cs := counts _ _ _ => in_s.
have sup : superadditive (fun u => Num.min (u h) (ratio * u i)).
  split=> [u /forallP u0|u v y le_y]; first by rewrite le_minr u0 mulr_ge0.
  by apply: le_trans (min_add _ _ _ _) _; rewrite le_minr !le_minl le_y -mulrDr ler_wpmul2l ?orbT.
apply: le_trans (le_x _ sup) _; rewrite /total.
have othersE : end_of (suml [seq c.2 | c <- cs]) = \sum_(c <- cs) end_of c.2.
  by rewrite /units suml_list big_map mulr_suml.
have := sums_of_le ratio othersE in_s; rewrite units0 add0r; apply: le_trans.
by apply: le_trans (counts_le ratio0 h i (x.2 :: x.1)); rewrite big_cons.
Qed.

Lemma overlap_longer l m (h i : 'I_n.+1) (ratio : R) : (0 < l <= m)%N -> overlap M h i ratio m <= overlap M h i ratio l.
Proof.
case/andP => l_gt0 le_m; rewrite -(subnKC le_m) /overlap (sum_cat l _ (smaller M h i ratio)).
apply: ler_sum => y _; have y0 : tval y != [::] by rewrite -size_eq0 size_tuple -lt0n.
by rewrite le_minr; have [-> ->] := overlap_cat M h i ratio (m - l) y0.
Qed.

Lemma overlap_ratio l (h i : 'I_n.+1) (ratio : R) : (0 < l)%N -> overlap M h i ratio l <= ratio.
Proof.
move=> l_gt0; rewrite -[X in _ <= X]mulr1 -(sum_emitted M i l_gt0) mulr_sumr.
by apply: ler_sum => y _; rewrite le_minl lexx orbT.
Qed.

Lemma least_of (x : R) a (bs : seq Z) : x <= toR R a -> (forall b, b \in bs -> x <= toR R b) -> x <= toR R (foldr Z.min a bs).
Proof.
move=> le_a; elim: bs => //= b bs IH le_bs.
have le_b : x <= toR R b by apply: le_bs; rewrite inE eqxx.
have {}IH : x <= toR R (foldr Z.min a bs) by apply: IH => b' in_b; apply: le_bs; rewrite inE in_b orbT.
by case: (Z.min_spec b (foldr Z.min a bs)) => [[_ ->]|[_ ->]].
Qed.

Lemma end_of_sum (a b p q e : R) : 0 < p -> 0 < e -> a / e + q / p * (b / e) <= (a * p + b * q) / p / e.
Proof.
move=> p0 e0; have -> // : (a * p + b * q) / p / e = a / e + q / p * (b / e).
by field; rewrite !lt0r_neq0.
Qed.

Lemma overlapl_sound l x (h i : 'I_n.+1) p q : (0 < l)%N -> words_ok l x -> (0 <? p)%ZZ -> (0 <? q)%ZZ ->
  overlap M h i (toR R q / toR R p) l <= end_of (overlapl (table_of n.+1 x) h i p q).
Proof.
move=> l_gt0 x_ok p0 q0; have p_gt0 : 0 < toR R p by rewrite toR_gt0.
have q_gt0 : 0 < toR R q by rewrite toR_gt0.
have ratio0 : 0 <= toR R q / toR R p by rewrite divr_ge0 // ltW.
rewrite /overlapl units_min // le_minr; apply/andP; split.
  rewrite [end_of one]divff ?(lt0r_neq0 one_gt0) //; exact: overlap_le1.
set best := foldr _ _ _; apply: le_trans (units_ceiling one_gt0 best p0).
rewrite (ler_pdivl_mulr _ _ (mulr_gt0 one_gt0 p_gt0)) {}/best.
apply: least_of => [|b /mapP[s in_s ->]].
  rewrite toRM mulrCA [X in _ <= X]mulrC (ler_pmul2l one_gt0) -(ler_pdivl_mulr _ _ p_gt0).
  exact: overlap_ratio.
have := table_le ratio0 x_ok (mem_drop (mem_take in_s)) => le_s.
rewrite mulrA -(ler_pdivl_mulr _ _ p_gt0) -(ler_pdivl_mulr _ _ one_gt0); apply: le_trans le_s _.
by rewrite toRD !toRM /units; exact: end_of_sum.
Qed.

End Gathered.
