package dev.tenfold.nn;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Pointwise;

/** Losses that compare vectors, distributions, or the two sides of pairs. */
public final class SimilarityLosses {
    // p (log p - log q) of x(0) = log p, x(1) = log q; 0 where p is 0, whatever log q.
    private static final Expr P = x(0).exp();
    private static final Pointwise RELATIVE_ENTROPY = Pointwise.of("relativeEntropy", 2, Pointwise.Result.FLOAT,
            P.gt(c(0)).select(P.mul(x(0).sub(x(1))), c(0)));

    private SimilarityLosses() {
    }

    /**
     * The Kullback-Leibler divergence {@code KL(p || q) = sum_c p_c (log p_c - log q_c)} over the last dimension.
     *
     * @param logP the logarithms of the distributions p [..., classes], as {@code logSoftmax} gives; minus infinity where p is 0
     * @param logQ those of q, of the same shape
     */
    public static Tensor klDivergence(Tensor logP, Tensor logQ, Reduction reduction) {
        LossArguments.requireVectors("klDivergence", logP, logQ);
        return reduction.of(RELATIVE_ENTROPY.apply(LossArguments.wide(logP), LossArguments.wide(logQ)).sum(-1));
    }

    /**
     * The loss of a student that learns a teacher's distribution at a temperature (Hinton, Vinyals, Dean 2015), per sample:
     * {@code tau^2 KL(softmax(teacher / tau) || softmax(student / tau))}. The factor keeps the size of the gradient at any temperature.
     *
     * @param student logits [n, classes]
     * @param teacher logits [n, classes]; detach them where the teacher does not learn
     */
    public static Tensor distillation(Tensor student, Tensor teacher, double temperature, Reduction reduction) {
        LossArguments.requireVectors("distillation", student, teacher);
        LossArguments.requirePositive("distillation", "temperature", temperature);
        Tensor p = LossArguments.wide(teacher).div(temperature).logSoftmax(-1);
        Tensor q = LossArguments.wide(student).div(temperature).logSoftmax(-1);
        return klDivergence(p, q, reduction).mul(temperature * temperature);
    }

    /** {@code a b / (|a| |b|)} over the last dimension: [..., d] gives [...]. Vectors shorter than 1e-8 count as being that long. */
    public static Tensor cosineSimilarity(Tensor a, Tensor b) {
        LossArguments.requireVectors("cosineSimilarity", a, b);
        return unit(a).mul(unit(b)).sum(-1);
    }

    /** {@code x / |x|} over the last dimension; vectors shorter than 1e-8 are divided by that. */
    public static Tensor unit(Tensor x) {
        if (x.rank() == 0) throw new IllegalArgumentException("unit: x is a scalar; vectors lie along the last dimension");
        return x.mul(x.square().sumKeep(-1).clamp(1e-16, Double.POSITIVE_INFINITY).rsqrt());
    }

    /**
     * {@code 1 - cos(a, b)} of pairs that belong together (sign 1), {@code max(0, cos(a, b) - margin)} of pairs that do not (sign -1).
     *
     * @param a     [n, d]
     * @param b     [n, d]
     * @param signs [n], 1 or -1
     */
    public static Tensor cosineEmbedding(Tensor a, Tensor b, Tensor signs, double margin, Reduction reduction) {
        Tensor cosine = cosineSimilarity(a, b);
        LossArguments.requireSame("cosineEmbedding", "cosines", cosine, "signs", signs);
        return reduction.of(signs.gt(0).where(cosine.subFrom(1), cosine.sub(margin).relu()));
    }

    /**
     * The symmetric contrastive loss of n pairs (van den Oord, Li, Vinyals 2018; Radford et al. 2021): the mean of the cross-entropies over
     * the rows and over the columns of a matrix of scaled similarities [n, n] whose diagonal has the pairs.
     */
    public static Tensor contrastive(Tensor similarity) {
        return contrastive(similarity, similarity);
    }

    /**
     * The same where the two directions have similarities of their own (Yao et al. 2022): the mean of the cross-entropy over the rows of
     * {@code forRows} and over the columns of {@code forColumns}, both [n, n].
     */
    public static Tensor contrastive(Tensor forRows, Tensor forColumns) {
        requireMatrices(forRows, forColumns);
        long n = forRows.size(0);
        if (n != forRows.size(1)) throw new IllegalArgumentException("contrastive: the similarities are " + forRows.shape() + "; without given positives they must be [n, n]");
        Tensor pairs = Tensors.arange(n);
        return Losses.crossEntropy(forRows, pairs).add(Losses.crossEntropy(forColumns.transpose(), pairs)).mul(0.5);
    }

    /**
     * The same with any number of positives: the target of a row is spread evenly over its positives, and so is that of a column.
     *
     * @param forRows    [n, m]
     * @param forColumns [n, m]
     * @param positives  bool [n, m]; every row and column has at least one
     */
    public static Tensor contrastive(Tensor forRows, Tensor forColumns, Tensor positives) {
        requireMatrices(forRows, forColumns);
        if (positives.dtype() != DType.BOOL) throw new IllegalArgumentException("contrastive: positives are " + positives.dtype() + "; they must be bool");
        LossArguments.requireSame("contrastive", "similarities", forRows, "positives", positives);
        Tensor targets = positives.to(forRows.dtype());
        Tensor perRow = targets.sumKeep(1);
        Tensor perColumn = targets.sumKeep(0);
        if (perRow.min().item() < 1 || perColumn.min().item() < 1) {
            throw new IllegalArgumentException("contrastive: a row or column of the positives " + positives.shape() + " has none");
        }
        Tensor rows = Losses.softCrossEntropy(forRows, targets.div(perRow));
        Tensor columns = Losses.softCrossEntropy(forColumns.transpose(), targets.div(perColumn).transpose());
        return rows.add(columns).mul(0.5);
    }

    private static void requireMatrices(Tensor forRows, Tensor forColumns) {
        LossArguments.requireSame("contrastive", "similarities for rows", forRows, "for columns", forColumns);
        if (forRows.rank() != 2) throw new IllegalArgumentException("contrastive: the similarities are " + forRows.shape() + "; they must be a matrix");
    }
}
