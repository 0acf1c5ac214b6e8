package dev.tenfold.methods.squareloss;

import dev.tenfold.nn.Losses;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;

/**
 * The simplex coding of Hu et al. 2022, section 3.3 (after Mroueh et al. 2012): K unit vectors v_k with {@code v_j . v_k = -1/(K-1)} for
 * {@code j != k} and {@code sum_k v_k = 0}. The loss is {@code 1/n sum_i ||f(x_i) - v_{y_i}||^2}: mean over the batch, sum over coordinates.
 * Its minimiser is {@code f* = sum_k eta_k v_k}, from which {@code p_k = ((K-1) f.v_k + 1) / K} returns eta (proposition 3.7). The p_k
 * of any f sum to 1, but may leave [0, 1].
 */
public final class SimplexCode implements Coding {
    /** Where the vectors live. The two forms differ by a rotation. */
    public enum Form {
        /** R^K: {@code V = sqrt(K / (K-1)) (I - 11^T / K)}, the centred and scaled unit vectors. The network has K outputs. */
        CENTRED,
        /** R^(K-1), by the triangular construction. K = 2 gives +1 and -1. */
        TRIANGULAR
    }

    private final int classes;
    private final double[][] vectors;

    /** @throws IllegalArgumentException below two classes */
    public SimplexCode(int classes, Form form) {
        Coding.requireClasses(classes);
        this.classes = classes;
        this.vectors = form == Form.CENTRED ? centred(classes) : triangular(classes);
    }

    private static double[][] centred(int k) {
        double[][] v = new double[k][k];
        double scale = Math.sqrt(k / (k - 1.0));
        for (int i = 0; i < k; i++) for (int j = 0; j < k; j++) v[i][j] = scale * ((i == j ? 1 : 0) - 1.0 / k);
        return v;
    }

    private static double[][] triangular(int k) {
        double[][] v = new double[k][k - 1];
        for (int c = 0; c < k - 1; c++) {
            double rest = 1;
            for (int j = 0; j < c; j++) rest -= v[c][j] * v[c][j];
            v[c][c] = Math.sqrt(rest);
            for (int i = c + 1; i < k; i++) {
                double dot = -1.0 / (k - 1);
                for (int j = 0; j < c; j++) dot -= v[i][j] * v[c][j];
                v[i][c] = dot / v[c][c];
            }
        }
        return v;
    }

    /** The vectors, [K][width]. */
    public double[][] vectors() {
        return Arrays.stream(vectors).map(double[]::clone).toArray(double[][]::new);
    }

    @Override
    public String label() {
        return "simplex square loss";
    }

    @Override
    public String key() {
        return "sl";
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public int width() {
        return vectors[0].length;
    }

    private Tensor matrix(Tensor like) {
        double[] flat = Arrays.stream(vectors).flatMapToDouble(Arrays::stream).toArray();
        return Tensors.of(like.dtype(), flat, classes, width());
    }

    /** The vectors of the labels, [n, width], in the type of {@code like}. */
    public Tensor encode(Tensor labels, Tensor like) {
        Coding.requireLabels(labels, classes);
        return matrix(like).indexSelect(0, labels);
    }

    @Override
    public Tensor loss(Tensor f, Tensor labels) {
        return Losses.square(f, encode(labels, f));
    }

    /** {@code o = f V^T}: the scores [n, K]. */
    @Override
    public Tensor scores(Tensor f) {
        if (f.rank() != 2 || f.size(1) != width()) {
            throw new IllegalArgumentException("simplex code: outputs are " + f.shape() + "; they must be [n, " + width() + "]");
        }
        return f.matmul(matrix(f).transpose());
    }

    /** {@code argmax_k f.v_k}: i64 [n]. */
    public Tensor decode(Tensor f) {
        return scores(f).argMax(1);
    }

    /** {@code p_k = ((K-1) f.v_k + 1) / K}: [n, K]; every row sums to 1. */
    @Override
    public Tensor probabilities(Tensor f) {
        return scores(f).mul(classes - 1.0).add(1).div(classes);
    }
}
