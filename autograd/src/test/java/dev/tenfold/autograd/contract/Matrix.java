package dev.tenfold.autograd.contract;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** A matrix of doubles and the algorithms of a first course: elimination, Cholesky's rows, Jacobi's rotations. */
record Matrix(double[][] rowArrays, int rows, int columns) {
    /** Eigenvalues, ascending, and their vectors in columns. */
    record Eigen(double[] values, Matrix vectors) {
    }

    /** The element of a row and a column. */
    interface Element {
        double at(int row, int column);
    }

    static Matrix of(int rows, int columns, Element element) {
        double[][] values = new double[rows][columns];
        for (int i = 0; i < rows; i++) for (int j = 0; j < columns; j++) values[i][j] = element.at(i, j);
        return new Matrix(values, rows, columns);
    }

    static Matrix identity(int n) {
        return of(n, n, (i, j) -> i == j ? 1 : 0);
    }

    double at(int row, int column) {
        return rowArrays[row][column];
    }

    DoubleStream stream() {
        return Arrays.stream(rowArrays).flatMapToDouble(Arrays::stream);
    }

    Matrix transposed() {
        return of(columns, rows, (i, j) -> at(j, i));
    }

    Matrix times(Matrix b) {
        return of(rows, b.columns, (i, j) -> IntStream.range(0, columns).mapToDouble(k -> at(i, k) * b.at(k, j)).sum());
    }

    private Matrix copy() {
        return of(rows, columns, this::at);
    }

    /** Elimination with the largest pivot of each column: U above and on the diagonal, the factors of the rows below it. */
    Matrix packedFactors() {
        Matrix a = copy();
        for (int k = 0; k < rows; k++) {
            int pivot = k;
            for (int i = k + 1; i < rows; i++) if (Math.abs(a.at(i, k)) > Math.abs(a.at(pivot, k))) pivot = i;
            double[] swapped = a.rowArrays[k];
            a.rowArrays[k] = a.rowArrays[pivot];
            a.rowArrays[pivot] = swapped;
            for (int i = k + 1; i < rows; i++) {
                a.rowArrays[i][k] /= a.at(k, k);
                for (int j = k + 1; j < columns; j++) a.rowArrays[i][j] -= a.at(i, k) * a.at(k, j);
            }
        }
        return a;
    }

    /** X with this X = b, by Gauss and Jordan's elimination. */
    Matrix solve(Matrix b) {
        Matrix a = copy();
        Matrix x = b.copy();
        for (int k = 0; k < rows; k++) {
            int pivot = k;
            for (int i = k + 1; i < rows; i++) if (Math.abs(a.at(i, k)) > Math.abs(a.at(pivot, k))) pivot = i;
            swap(a, k, pivot);
            swap(x, k, pivot);
            for (int i = 0; i < rows; i++) {
                if (i == k) continue;
                double factor = a.at(i, k) / a.at(k, k);
                for (int j = 0; j < columns; j++) a.rowArrays[i][j] -= factor * a.at(k, j);
                for (int j = 0; j < x.columns; j++) x.rowArrays[i][j] -= factor * x.at(k, j);
            }
        }
        return of(rows, x.columns, (i, j) -> x.at(i, j) / a.at(i, i));
    }

    private static void swap(Matrix a, int i, int j) {
        double[] row = a.rowArrays[i];
        a.rowArrays[i] = a.rowArrays[j];
        a.rowArrays[j] = row;
    }

    /** Laplace's expansion along the first row. */
    double determinant() {
        if (rows == 0) return 1;
        double sum = 0;
        for (int k = 0; k < columns; k++) {
            int without = k;
            Matrix minor = of(rows - 1, columns - 1, (i, j) -> at(i + 1, j < without ? j : j + 1));
            sum += (k % 2 == 0 ? 1 : -1) * at(0, k) * minor.determinant();
        }
        return sum;
    }

    Matrix cholesky() {
        Matrix l = new Matrix(new double[rows][rows], rows, rows);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j <= i; j++) {
                double rest = at(i, j);
                for (int k = 0; k < j; k++) rest -= l.at(i, k) * l.at(j, k);
                l.rowArrays[i][j] = i == j ? Math.sqrt(rest) : rest / l.at(j, j);
            }
        }
        return l;
    }

    /** Jacobi's rotations of this symmetric matrix until nothing is left beside the diagonal. */
    Eigen eigen() {
        Matrix a = copy();
        Matrix v = identity(rows);
        for (int sweep = 0; sweep < 60; sweep++) {
            for (int p = 0; p < rows; p++) {
                for (int q = p + 1; q < rows; q++) {
                    if (a.at(p, q) == 0) continue;
                    double angle = 0.5 * Math.atan2(2 * a.at(p, q), a.at(q, q) - a.at(p, p));
                    Matrix rotation = identity(rows);
                    rotation.rowArrays[p][p] = Math.cos(angle);
                    rotation.rowArrays[q][q] = Math.cos(angle);
                    rotation.rowArrays[p][q] = Math.sin(angle);
                    rotation.rowArrays[q][p] = -Math.sin(angle);
                    a = rotation.transposed().times(a).times(rotation);
                    v = v.times(rotation);
                }
            }
        }
        Matrix diagonal = a;
        Matrix vectors = v;
        int[] order = IntStream.range(0, rows).boxed().sorted(Comparator.comparingDouble(i -> diagonal.at(i, i))).mapToInt(Integer::intValue).toArray();
        return new Eigen(Arrays.stream(order).mapToDouble(i -> diagonal.at(i, i)).toArray(), of(rows, rows, (i, j) -> vectors.at(i, order[j])));
    }
}
