package dev.tenfold.autograd.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Factorisations, solvers and parts of matrices. */
final class LinalgReferences {
    private LinalgReferences() {
    }

    static void addTo(References r) {
        // LAPACK reads rows as columns: these are the factors of the transposed matrix.
        r.add("lu", in -> eachMatrix(in.get(0), a -> a.transposed().packedFactors().transposed()));
        r.add("cholesky", in -> eachMatrix(in.get(0), Matrix::cholesky));
        r.add("logDet", in -> eachNumber(in.get(0), a -> Math.log(a.determinant())));
        r.add("det", in -> eachNumber(in.get(0), Matrix::determinant));
        r.add("signLogDet", in -> eachNumber(in.get(0), a -> Math.log(Math.abs(a.determinant()))));
        r.add("inverse", in -> eachMatrix(in.get(0), a -> a.solve(Matrix.identity(a.rows()))));
        r.add("solve", in -> solve(in.get(0), in.get(1)));
        r.add("triangularSolve", in -> solve(triangle(in.get(0), false, 0), in.get(1)));
        r.add("triangularSolve", "lower transposed", in -> solve(triangle(in.get(0), false, 0).transposed(), in.get(1)));
        r.add("triangularSolve", "upper", in -> solve(triangle(in.get(0), true, 0), in.get(1)));
        r.add("triangularSolve", "upper transposed", in -> solve(triangle(in.get(0), true, 0).transposed(), in.get(1)));
        r.add("triangularSolve", "no right-hand sides", in -> in.get(1));
        r.add("eigh", in -> eigenvalues(symmetricSeparated(in.get(0))));
        r.add("eigh", "squared vectors", in -> squared(eachMatrix(symmetricSeparated(in.get(0)), a -> a.eigen().vectors())));
        r.add("svd", "values of a tall matrix", in -> rooted(eigenvalues(gram(separated(in.get(0))))));
        r.add("svd", "squared left vectors", in -> squared(eachMatrix(separated(in.get(0)), LinalgReferences::leftVectors)));
        r.add("svd", "squared right vectors", in -> squared(eachMatrix(separated(in.get(0)), a -> leftVectors(a.transposed()).transposed())));
        r.add("svd", "polar factor", in -> eachMatrix(separated(in.get(0)), a -> leftVectors(a).times(singularValues(a)).times(leftVectors(a).transposed()).solve(a)));
        r.add("diagonal", "main", in -> Array.of(new long[] {2, 3}, i -> in.get(0).at(i[0], i[1], i[1])));
        r.add("diagonal", "above", in -> Array.of(new long[] {3}, i -> in.get(0).at(i[0], i[0] + 1)));
        r.add("diagonal", "below", in -> Array.of(new long[] {2}, i -> in.get(0).at(i[0] + 2, i[0])));
        r.add("diagonalEmbed", "vector", in -> Array.of(new long[] {4, 4}, i -> i[0] == i[1] ? in.get(0).at(i[0]) : 0));
        r.add("diagonalEmbed", "batch", in -> Array.of(new long[] {2, 3, 3}, i -> i[1] == i[2] ? in.get(0).at(i[0], i[1]) : 0));
        for (boolean upper : new boolean[] {false, true}) {
            String name = upper ? "upperTriangle" : "lowerTriangle";
            r.add(name, "square", in -> triangle(in.get(0), upper, 0));
            r.add(name, "wide batch", in -> triangle(in.get(0), upper, 1));
            r.add(name, "tall", in -> triangle(in.get(0), upper, -1));
        }
    }

    private interface OnMatrix {
        Matrix of(Matrix a);
    }

    private interface ToNumber {
        double of(Matrix a);
    }

    private static long[] batch(Array x) {
        return Arrays.copyOf(x.shape(), x.rank() - 2);
    }

    /** The matrices of a batch, in order. */
    private static List<Matrix> matrices(Array x) {
        int rows = (int) x.shape()[x.rank() - 2];
        int columns = (int) x.shape()[x.rank() - 1];
        List<Matrix> matrices = new ArrayList<>();
        for (int k = 0; k < Array.count(batch(x)); k++) {
            int start = k * rows * columns;
            matrices.add(Matrix.of(rows, columns, (i, j) -> x.values()[start + i * columns + j]));
        }
        return matrices;
    }

    private static Array eachMatrix(Array x, OnMatrix f) {
        List<Matrix> results = matrices(x).stream().map(f::of).toList();
        long[] shape = x.shape().clone();
        shape[shape.length - 2] = results.getFirst().rows();
        shape[shape.length - 1] = results.getFirst().columns();
        return new Array(shape, results.stream().flatMapToDouble(Matrix::stream).toArray());
    }

    private static Array eachNumber(Array x, ToNumber f) {
        return new Array(batch(x), matrices(x).stream().mapToDouble(f::of).toArray());
    }

    private static Array solve(Array a, Array b) {
        if (b.rank() == 1) return solve(a, b.reshaped(b.shape()[0], 1)).reshaped(b.shape());
        List<Matrix> left = matrices(a);
        List<Matrix> right = matrices(b);
        if (Array.count(b.shape()) == 0) return b;
        List<Matrix> results = new ArrayList<>();
        for (int k = 0; k < right.size(); k++) results.add(left.get(left.size() == 1 ? 0 : k).solve(right.get(k)));
        return new Array(b.shape(), results.stream().flatMapToDouble(Matrix::stream).toArray());
    }

    private static Array triangle(Array x, boolean upper, long diagonal) {
        return Array.of(x.shape(), i -> {
            long across = i[i.length - 1] - i[i.length - 2];
            return (upper ? across >= diagonal : across <= diagonal) ? x.at(i) : 0;
        });
    }

    /** The samples add 0, 20, 40, … to the diagonal of {@code x + x^T}. */
    private static Array symmetricSeparated(Array x) {
        Array turned = x.transposed();
        return Array.of(x.shape(), i -> x.at(i) + turned.at(i) + (i[i.length - 1] == i[i.length - 2] ? 20 * i[i.length - 1] : 0));
    }

    /** The samples add 20, 40, … to the diagonal of {@code x}. */
    private static Array separated(Array x) {
        return Array.of(x.shape(), i -> x.at(i) + (i[i.length - 1] == i[i.length - 2] ? 20 * (i[i.length - 1] + 1) : 0));
    }

    private static Array eigenvalues(Array x) {
        long[] shape = Arrays.copyOf(x.shape(), x.rank() - 1);
        return new Array(shape, matrices(x).stream().flatMapToDouble(a -> Arrays.stream(a.eigen().values())).toArray());
    }

    private static Array gram(Array x) {
        return eachMatrix(x, a -> a.transposed().times(a));
    }

    /** Square roots, the largest first. */
    private static Array rooted(Array ascending) {
        int n = ascending.values().length;
        double[] roots = new double[n];
        for (int i = 0; i < n; i++) roots[i] = Math.sqrt(ascending.values()[n - 1 - i]);
        return new Array(ascending.shape(), roots);
    }

    private static Array squared(Array x) {
        return Array.of(x.shape(), i -> x.at(i) * x.at(i));
    }

    /** The eigenvectors of {@code A A^T} to the k largest eigenvalues, those of the largest first. */
    private static Matrix leftVectors(Matrix a) {
        Matrix vectors = a.times(a.transposed()).eigen().vectors();
        return Matrix.of(a.rows(), Math.min(a.rows(), a.columns()), (i, j) -> vectors.at(i, a.rows() - 1 - j));
    }

    private static Matrix singularValues(Matrix a) {
        double[] squares = a.times(a.transposed()).eigen().values();
        return Matrix.of(a.rows(), a.rows(), (i, j) -> i == j ? Math.sqrt(squares[a.rows() - 1 - i]) : 0);
    }
}
