From Coq Require Import ZArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify ssrZ.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels.
From Recoverable Require Import rules_chain rules_head columns bounds comparisons.
From Recoverable Require Import compute compute_columns compute_model.

(******************************************************************************)
(* The rules about heads and labels, by computation.                          *)
(*                                                                            *)
(*        tokens x == the word of the data x                                  *)
(*    word_check x <=> x is a possible nonempty word                          *)
(*       back_of x == its backward vector, over (den A . den W)^|x|           *)
(*     rho_of us == the law that the head sees behind the prompt us           *)
(*  identity_check c b us mu <=> no gaps behind the prompt us                 *)
(* words_sum lambda ws, combined ws lambda == a combination of backward       *)
(*                  vectors, as data and over R                               *)
(*      task_of x, head_of us x == the values of all classes on x             *)
(*  first_check c ys a <=> a is the first of the largest of c+1 numbers       *)
(*         term == a word, its label, a rival, and a weight                   *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma size_mull u v : (size (mull u v) <= size u)%N.
Proof. by elim: u v => [|a u IH] [|b v] //=; rewrite ltnS. Qed.

Definition power (a : Z) i := iter i (Z.mul a) 1%ZZ.

Definition first_check c (ys : seq Z) (a : nat) :=
  (a <= c)%N && all (fun j => if (j < a)%N then (at0 ys j <? at0 ys a)%ZZ else (at0 ys j <=? at0 ys a)%ZZ)
    (iota 0 c.+1).

Section Real.
Variable R : realFieldType.

Lemma toR_lt a b : (a <? b)%ZZ -> toR R a < toR R b.
Proof. by rewrite -subr_gt0 -toRB toR_gt0; lia. Qed.

Lemma toR_le a b : (a <=? b)%ZZ -> toR R a <= toR R b.
Proof. by rewrite -subr_ge0 -toRB toR_ge0; lia. Qed.

Lemma toR_power a i : toR R (power a i) = toR R a ^+ i.
Proof. by elim: i => [|i IH]; rewrite ?toR1 ?expr0 // exprS -IH -toRM. Qed.

Lemma first_checked c ys (a : nat) (e : Z) (y : 'I_c.+1 -> R) : (0 <? e)%ZZ ->
  (forall j, y j = toR R (at0 ys j) / toR R e) -> first_check c ys a -> first_max y (inord a).
Proof.
move=> e0 yE /andP[le_a /all_iotaP first_a]; apply/forallP => j.
have e_gt0 : 0 < (toR R e)^-1 by rewrite invr_gt0 toR_gt0.
have := first_a j (ltn_ord j); rewrite /wins !yE inordK //.
by case: ifP => _; [move/toR_lt => lt_j; rewrite ltr_pmul2r | move/toR_le => le_j; rewrite ler_pmul2r].
Qed.

End Real.

Record term := Term { term_tokens : seq nat; term_label : nat; term_rival : nat; term_weight : Z }.

Definition terms_of ws labels rivals weights :=
  [seq Term p.1.1 p.1.2 p.2.1 p.2.2 | p <- zip (zip ws labels) (zip rivals weights)].

Section Rules.
Variables (R : realFieldType) (n k : nat) (d : data).
Hypothesis ok : valid n k d.
Local Notation M := (model_of R ok).
Local Notation trans_den := (trans_den ok).
Local Notation emit_den := (emit_den ok).
Local Notation init_den := (init_den ok).
Local Notation pi_1_den := (pi_1_den ok).

Definition tokens (x : seq nat) : seq 'I_k.+1 := map inord x.

Fixpoint back_of (x : seq nat) : vector :=
  if x is z :: x' then vecmat (mulv (row (emission d) z) (back_of x')) (transition d)
  else (1%ZZ, ones n.+1).

Lemma emission_row z : (size (nth [::] (emission d).2 z) <= n.+1)%N.
Proof.
have /and3P[_ /allP rows _] : shape k n.+1 (emission d) by case/and5P: ok.
case: (ltnP z (size (emission d).2)) => [lt_z|ge_z]; last by rewrite nth_default.
by have /eqP -> := rows _ (mem_nth [::] lt_z).
Qed.

Lemma back_den x : (0 <? (back_of x).1)%ZZ.
Proof. by elim: x => //= z x IH; rewrite !posM ?emit_den ?trans_den. Qed.

Lemma at0_ones m i : (i < m)%N -> at0 (ones m) i = 1%ZZ.
Proof. by move=> lt_i; rewrite /at0 nth_nseq lt_i. Qed.

Lemma val_back x (h : 'I_n.+1) : all (fun z => z <= k)%N x ->
  val R (back_of x) h = beta M (tokens x) h.
Proof.
elim: x h => [|z x IH] h /=.
  by rewrite beta_nil /val [at0 _ _](at0_ones (ltn_ord h)) divr1.
case/andP => le_z le_x; rewrite beta_cons (@val_vecmat _ n.+1); last first.
  exact: leq_trans (size_mull _ _) (emission_row z).
apply: eq_bigr => g _; rewrite val_mulv IH // mulrC; congr (_ * (_ * _)).
by rewrite val_row /= /mx inordK.
Qed.

Lemma val_value v x : (size v.2 <= n.+1)%N -> all (fun z => z <= k)%N x ->
  fval R (dotv v (back_of x)) = value M (vf R v) (tokens x).
Proof.
by move=> size_v le_x; rewrite (@val_dotv _ n.+1) //; apply: eq_bigr => h _; rewrite val_back.
Qed.

Definition word_check x :=
  [&& x != [::], all (fun z => z <= k)%N x & (0 <? (dotv (initial d) (back_of x)).2)%ZZ].

Lemma init_size : (size (initial d).2 <= n.+1)%N.
Proof. by case/and5P: ok => /andP[/eqP ->]. Qed.

Lemma word_checked x : word_check x -> tokens x != [::] /\ supp M (tokens x).
Proof.
case/and3P => x0 le_x pos; split; first by case: (x) x0.
have := val_value init_size le_x; rewrite /supp probE -/(value M (init M) (tokens x)) /= => <-.
by rewrite fval_gt0 //= posM ?init_den ?back_den.
Qed.

(* Prompts *)

Lemma pi_1_size : (size (pi_1 d).2 <= n.+1)%N.
Proof. by rewrite size_map; case/and5P: ok => _ /and3P[/eqP ->]. Qed.

Definition rho_of (us : seq vector) := foldl (fun q u => matvec (transition d) (mulv q u)) (pi_1 d) us.

Definition prompt_of us : seq ('I_n.+1 -> R) := map (fun u => @vf R n.+1 u) us.
Definition prompt_check (us : seq vector) := all (fun u => (0 <? u.1)%ZZ && nonnegl u.2) us.

Lemma mullC u w : mull u w = mull w u.
Proof. by elim: u w => [|a u IH] [|a' w] //=; rewrite IH Z.mul_comm. Qed.

Lemma prompt_checked us : prompt_check us -> embedding_like (prompt_of us).
Proof.
move=> /allP us_ok j h; case: (ltnP j (size us)) => [lt_j|ge_j]; last first.
  by rewrite nth_default ?size_map.
rewrite (nth_map (1%ZZ, [::])) //; have /andP[d0 u0] := us_ok _ (mem_nth (1%ZZ, [::]) lt_j).
exact: val_ge0.
Qed.

Lemma rho_of_facts us q : (size q.2 <= n.+1)%N -> (0 <? q.1)%ZZ -> prompt_check us ->
  let r := foldl (fun q u => matvec (transition d) (mulv q u)) q us in
  [/\ (size r.2 <= n.+1)%N, (0 <? r.1)%ZZ
    & forall (q' : 'I_n.+1 -> R), q' =1 vf R q -> forward (trans M) q' (prompt_of us) =1 vf R r].
Proof.
elim: us q => [|u us IH] q size_q q0 /=; first by split=> // q' eq_q.
case/andP => /andP[u0 _] us_ok.
have size_r : (size (matvec (transition d) (mulv q u)).2 <= n.+1)%N.
  by rewrite size_map; case/and5P: ok => _ /and3P[/eqP ->].
have r0 : (0 <? (matvec (transition d) (mulv q u)).1)%ZZ by rewrite !posM ?trans_den.
have [size_f f0 forward_f] := IH _ size_r r0 us_ok; split=> // q' eq_q h.
rewrite -[LHS]/(forward (trans M) _ (prompt_of us) h); apply: forward_f => g.
rewrite /vf (@val_matvec _ n.+1); last exact: leq_trans (size_mull _ _) size_q.
by apply: eq_bigr => g' _; rewrite val_mulv eq_q.
Qed.

Lemma rho_ofE us : prompt_check us -> [/\ (size (rho_of us).2 <= n.+1)%N, (0 <? (rho_of us).1)%ZZ
  & rho M (prompt_of us) =1 vf R (rho_of us)].
Proof.
move=> us_ok; have [size_r r0 forward_r] := rho_of_facts pi_1_size pi_1_den us_ok.
by split=> //; apply: forward_r => h; rewrite /vf (val_pi_1 R ok).
Qed.

(* Proportional heads *)

Definition identity_check c b us mu := prompt_check us && gaps_check n k d c (rho_of us) b mu.

Theorem proportional_identity_checked c b us mu : identity_check c b us mu ->
  [/\ @proportional R _ _ M c (prompt_of us) (mx R b) (mx R mu),
      @recovers R _ _ M c (prompt_of us) (mx R b) (mx R mu)
    & exists b', @recovers R _ _ M c (prompt_of us) b' (mx R mu)].
Proof.
case/andP => us_ok; have [_ r0 rhoE] := rho_ofE us_ok.
move=> /(gaps_checked r0 rhoE) gap0.
apply: prompted_proportional_head_sound; first exact: prompt_checked.
by move=> x _ _ i; apply: big1 => h _; rewrite gap0 mul0r.
Qed.

Definition base := ((emission d).1 * (transition d).1)%ZZ.
Definition longest (ws : seq (seq nat)) := foldr (fun w l => maxn (size w) l) 0%N ws.

Definition words_matrix ws : matrix :=
  (power base (longest ws),
   [seq scalel (power base (longest ws - size w)) (back_of w).2 | w <- ws]).

Lemma powerD a i j : power a (i + j) = (power a i * power a j)%ZZ.
Proof.
elim: i => [|i IH]; first by rewrite Z.mul_1_l.
by rewrite addSn -[power a (i + j).+1]/(a * power a (i + j))%ZZ IH Z.mul_assoc.
Qed.

Lemma back_denE x : (back_of x).1 = power base (size x).
Proof.
elim: x => // z x IH; rewrite -[RHS]/(base * power base (size x))%ZZ -IH /= /base; lia.
Qed.

Lemma power_den i : (0 <? power base i)%ZZ.
Proof. by elim: i => // i IH; rewrite /power iterS posM // posM ?emit_den ?trans_den. Qed.

Lemma longest_le ws w : w \in ws -> (size w <= longest ws)%N.
Proof.
elim: ws => //= w' ws IH; rewrite inE leq_max => /orP[/eqP ->|/IH ->]; rewrite ?leqnn ?orbT //.
Qed.

Lemma words_matrixE ws j (h : 'I_n.+1) : (j < size ws)%N ->
  all (all (fun z => z <= k)%N) ws ->
  mval R (words_matrix ws) j h = beta M (tokens (nth [::] ws j)) h.
Proof.
move=> lt_j /allP le_ws; have in_ws := mem_nth [::] lt_j; rewrite -val_back ?le_ws //.
rewrite /mval /entry (nth_map [::]) // at0_scalel toRM /= /val back_denE.
have := longest_le in_ws; set w := nth _ _ _ => le_w; rewrite -{2}(subnK le_w) powerD toRM.
by rewrite -mulf_div divff ?mul1r // nonzero // power_den.
Qed.

Definition words_sum (lambda : vector) ws := vecmat lambda (words_matrix ws).

(* A combination of backward vectors on which the task of a class is not zero *)
Definition combination_check c mu i (ws : seq (seq nat)) lambda :=
  [&& shape c n.+1 mu, (i <= c)%N, all word_check ws, len (size ws) lambda
    & ~~ ((dotv (mulv (difference mu i) (initial d)) (words_sum lambda ws)).2 =? 0)%ZZ].

Definition no_proportional_check c us mu i ws lambda :=
  [&& combination_check c mu i ws lambda, prompt_check us
    & zerol (matvec (emission d) (mulv (rho_of us) (words_sum lambda ws))).2].


(* The combination over R *)
Definition word_at ws (j : 'I_(size ws)) := tokens (nth [::] ws j).
Definition combined ws lambda (h : 'I_n.+1) := \sum_(j < size ws) val R lambda j * beta M (word_at j) h.

Lemma combination_checked c mu i ws lambda : combination_check c mu i ws lambda ->
  [/\ forall j : 'I_(size ws), word_at j != [::] /\ supp M (word_at j),
      forall h : 'I_n.+1, val R (words_sum lambda ws) h = combined ws lambda h
    & \sum_h (@mx R c n.+1 mu (inord i) h - @mx R c n.+1 mu ord0 h) * init M h * combined ws lambda h != 0].
Proof.
case/and5P => mu_ok le_i /allP words /andP[/eqP size_l l0] task0.
have le_ws : all (all (fun z => z <= k)%N) ws by apply/allP => w /words/and3P[].
have v_den : (0 <? (words_sum lambda ws).1)%ZZ by rewrite posM // power_den.
have vE (h : 'I_n.+1) : val R (words_sum lambda ws) h = combined ws lambda h.
  rewrite (@val_vecmat _ (size ws)) ?size_l //.
  by apply: eq_bigr => j _; rewrite words_matrixE.
split=> // [j|]; first by apply: word_checked; apply/words/mem_nth.
rewrite (_ : \sum_h _ = fval R (dotv (mulv (difference mu i) (initial d)) (words_sum lambda ws))).
  by rewrite fval_eq0 // !posM ?(shape_den mu_ok) ?init_den ?power_den.
rewrite (@val_dotv _ n.+1); last by rewrite /= mullC; apply: leq_trans (size_mull _ _) init_size.
by apply: eq_bigr => h _; rewrite val_mulv val_difference vE /mx inordK.
Qed.

Theorem no_proportional_head_checked c us mu i ws lambda : no_proportional_check c us mu i ws lambda ->
  ~ exists b, @proportional R _ _ M c (prompt_of us) b (mx R mu).
Proof.
case/and3P => /combination_checked[words vE task0] us_ok /zerolP out0.
have [size_r _ rhoE] := rho_ofE us_ok.
apply: (no_prompted_proportional_head_sound _ _ _ task0) => [j|j|z]; try by have [] := words j.
transitivity (val R (matvec (emission d) (mulv (rho_of us) (words_sum lambda ws))) z).
  rewrite (@val_matvec _ n.+1); last exact: leq_trans (size_mull _ _) size_r.
  by apply: eq_bigr => h _; rewrite val_mulv rhoE vE mulrA.
by rewrite /val out0 mul0r.
Qed.

(* Labels *)

Definition task_of (mu : matrix) x i := dotv (mulv (row mu i) (initial d)) (back_of x).
Definition head_of (b : matrix) us x i := dotv (mulv (vecmat (row b i) (emission d)) (rho_of us)) (back_of x).

Lemma task_ofE c mu x (i : 'I_c.+1) : all (fun z => z <= k)%N x ->
  fval R (task_of mu x i) = task_values M (mx R mu) (tokens x) i.
Proof.
move=> le_x; rewrite val_value //; last by rewrite /= mullC; exact: leq_trans (size_mull _ _) init_size.
by apply: eq_bigr => h _; rewrite /vf val_mulv.
Qed.

Lemma head_ofE c b us x (i : 'I_c.+1) : shape c k.+1 b -> prompt_check us ->
  all (fun z => z <= k)%N x ->
  fval R (head_of b us x i) = head_values M (prompt_of us) (mx R b) (tokens x) i.
Proof.
move=> b_ok us_ok le_x; have [size_r _ rhoE] := rho_ofE us_ok.
rewrite val_value //; last by rewrite /= mullC; exact: leq_trans (size_mull _ _) size_r.
apply: eq_bigr => h _; rewrite /vf val_mulv /head_row rhoE; congr (_ * _ * _).
rewrite (@val_vecmat _ k.+1) //=; have /and3P[/eqP size_b /allP rows _] := b_ok.
have lt_i : (i < size b.2)%N by rewrite size_b.
by rewrite (eqP (rows _ (mem_nth [::] lt_i))).
Qed.

Definition values (f : nat -> Z * Z) c := [seq (f i).2 | i <- iota 0 c.+1].

Lemma valuesE f c (i : 'I_c.+1) : at0 (values f c) i = (f i).2.
Proof. by rewrite /at0 (nth_map 0%N) ?size_iota // nth_iota. Qed.

Definition task_label_check c mu x a :=
  shape c n.+1 mu && first_check c (values (task_of mu x) c) a.

Lemma task_label_checked c mu x a : all (fun z => z <= k)%N x -> task_label_check c mu x a ->
  @task_label R _ _ M c (mx R mu) (tokens x) (inord a).
Proof.
move=> le_x /andP[mu_ok first_a]; rewrite task_labelE.
apply: (@first_checked _ _ _ _ (mu.1 * (initial d).1 * (back_of x).1)%ZZ _ _ _ first_a) => [|j].
  by rewrite !posM ?(shape_den mu_ok) ?init_den ?back_den.
by rewrite -task_ofE // valuesE.
Qed.

Definition head_label_check c b us x a :=
  [&& shape c k.+1 b, prompt_check us & first_check c (values (head_of b us x) c) a].

Lemma head_label_checked c b us x a blank : all (fun z => z <= k)%N x ->
  head_label_check c b us x a ->
  @head_label_at R _ _ M c (prompt_of us) (mx R b) blank (tokens x) (inord a).
Proof.
move=> le_x /and3P[b_ok us_ok first_a]; rewrite head_label_atE; last exact: prompt_checked.
have [_ r0 _] := rho_ofE us_ok.
apply: (@first_checked _ _ _ _ (b.1 * (emission d).1 * (rho_of us).1 * (back_of x).1)%ZZ _ _ _ first_a) => [|j].
  by rewrite !posM ?(shape_den b_ok) ?emit_den ?back_den.
by rewrite -head_ofE // valuesE.
Qed.

Definition wrong_label_check c b us mu x a a' :=
  [&& word_check x, task_label_check c mu x a, head_label_check c b us x a' & a != a'].

Theorem wrong_label_checked c b us mu x a a' : wrong_label_check c b us mu x a a' ->
  ~ @recovers R _ _ M c (prompt_of us) (mx R b) (mx R mu).
Proof.
case/and4P => x_ok task_a head_a' neq rec; have [x0 x_supp] := word_checked x_ok.
have le_x : all (fun z => z <= k)%N x by case/and3P: x_ok.
have := rec ord0 _ x0 x_supp (inord a); rewrite (task_label_checked le_x task_a) => head_a.
have eq_a := first_max_unique head_a (head_label_checked ord0 le_x head_a').
have /andP[_ /andP[le_a _]] := task_a; have /and3P[_ _ /andP[le_a' _]] := head_a'.
by move/(congr1 (@nat_of_ord _)): eq_a; rewrite /= !inordK // => eq_a; rewrite eq_a eqxx in neq.
Qed.

(* No linear head *)

Definition output_of x := matvec (emission d) (mulv (pi_1 d) (back_of x)).

Definition sign (t : term) (i : nat) : Z := (delta i (term_label t) - delta i (term_rival t))%ZZ.

Definition weighted_sum (ts : seq term) i :=
  foldr addl [::] [seq scalel (term_weight t * sign t i) (output_of (term_tokens t)).2 | t <- ts].

Definition term_check c mu (t : term) :=
  [&& word_check (term_tokens t), task_label_check c mu (term_tokens t) (term_label t),
      (term_rival t <= c)%N, term_rival t != term_label t & (0 <? term_weight t)%ZZ].

Definition contradiction_check c mu ts :=
  [&& all (term_check c mu) ts, has (fun t => term_rival t < term_label t)%N ts
    & all (fun i => zerol (weighted_sum ts i)) (iota 0 c.+1)].

Lemma at0_foldr_addl (rs : seq (seq Z)) j :
  toR R (at0 (foldr addl [::] rs) j) = \sum_(i < size rs) toR R (at0 (nth [::] rs i) j).
Proof.
elim: rs => [|r rs IH]; first by rewrite big_ord0 at0_nil.
by rewrite big_ord_recl /= at0_addl toRD IH.
Qed.

Theorem no_linear_head_checked c mu ts : contradiction_check c mu ts ->
  ~ exists b, @recovers R _ _ M c [::] b (mx R mu).
Proof.
case/and3P => /(all_nthP (Term [::] 0 0 0%ZZ)) terms_ok /(has_nthP (Term [::] 0 0 0%ZZ))[i0 lt_i0 strict0] /all_iotaP zero [b rec].
pose t (i : 'I_(size ts)) := nth (Term [::] 0 0 0%ZZ) ts i.
have t_ok i : term_check c mu (t i) by apply: terms_ok.
have le_x i : all (fun z => z <= k)%N (term_tokens (t i)) by have /and5P[/and3P[]] := t_ok i.
pose g (i : 'I_(size ts)) (z : 'I_k.+1) := val R (output_of (term_tokens (t i))) z.
have out_den i : (0 <? (output_of (term_tokens (t i))).1)%ZZ.
  by rewrite !posM ?emit_den ?trans_den ?init_den ?back_den.
have gE i z : g i z = \sum_h emit M z h * (pi M 1 h * beta M (tokens (term_tokens (t i))) h).
  rewrite /g (@val_matvec _ n.+1); last exact: leq_trans (size_mull _ _) pi_1_size.
  by apply: eq_bigr => h _; rewrite val_mulv (val_pi_1 R ok) val_back.
pose w i := toR R (term_weight (t i)) * toR R (output_of (term_tokens (t i))).1.
pose s i (kk : 'I_c.+1) : R := toR R (sign (t i) kk).
apply: (@comparisons_contradict R _ _ _ g s (fun i => term_rival (t i) < term_label (t i))%N w).
- move=> i; rewrite mulr_gt0 ?toR_gt0 ?out_den //; by have /and5P[] := t_ok i.
- by exists (Ordinal lt_i0).
- move=> kk z; have := congr1 (toR R) (zerolP (zero kk (ltn_ord kk)) z).
  rewrite at0_foldr_addl size_map => sum0; rewrite -[RHS]sum0; apply: eq_bigr => i _.
  rewrite (nth_map (Term [::] 0 0 0%ZZ)) // at0_scalel !toRM -/(t i) /w /s /g /val.
  have := nonzero R (out_den i); move: (toR R (output_of _).1) => e e0.
  by field.
exists b => i; have [x0 x_supp] : tokens (term_tokens (t i)) != [::] /\ supp M (tokens (term_tokens (t i))).
  by apply: word_checked; have /and5P[] := t_ok i.
have /and5P[_ label_ok le_rival neq _] := t_ok i.
have := rec ord0 _ x0 x_supp (inord (term_label (t i))).
rewrite (task_label_checked (le_x i) label_ok) head_label_atE => [|[|j] h //].
move=> /forallP/(_ (inord (term_rival (t i)))).
have /andP[_ /andP[le_label _]] := label_ok.
rewrite /settles /won /labels.wins !inordK //.
have valE kk : head_values M [::] b (tokens (term_tokens (t i))) kk = \sum_z b kk z * g i z.
  rewrite /head_values /value /head_row.
  under eq_bigr do rewrite -mulrA mulr_suml.
  rewrite exchange_big; apply: eq_bigr => z _; rewrite gE mulr_sumr.
  by apply: eq_bigr => h _; rewrite -mulrA.
have -> : \sum_kk s i kk * (\sum_z b kk z * g i z)
        = head_values M [::] b (tokens (term_tokens (t i))) (inord (term_label (t i)))
        - head_values M [::] b (tokens (term_tokens (t i))) (inord (term_rival (t i))).
  have pick (a : nat) : (a <= c)%N -> \sum_(kk < c.+1) toR R (delta kk a) * (\sum_z b kk z * g i z)
                 = head_values M [::] b (tokens (term_tokens (t i))) (inord a).
    move=> le_a; rewrite (bigD1 (inord a)) //= [X in _ + X]big1 => [|kk].
      by rewrite addr0 /delta inordK // eqxx toR1 mul1r valE.
    by rewrite -val_eqE /= inordK // /delta => /negbTE ->; rewrite toR0 mul0r.
  by rewrite -!pick // -sumrB; apply: eq_bigr => kk _; rewrite /s /sign toRB mulrBl.
by case: ifP => _; rewrite ?subr_gt0 ?subr_ge0.
Qed.

End Rules.
