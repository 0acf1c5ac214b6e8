package dev.tenfold.autograd.contract;

import java.util.Arrays;
import java.util.List;

/** Matrix products. */
final class ProductReferences {
    private ProductReferences() {
    }

    static void addTo(References r) {
        r.add("matmul", in -> product(in.get(0), in.get(1)));
        r.add("matmul", "matrix and vector", in -> column(product(in.get(0), in.get(1).reshaped(in.get(1).shape()[0], 1))));
        r.add("matmul", "vector and matrix", in -> row(product(in.get(0).reshaped(1, in.get(0).shape()[0]), in.get(1))));
        r.add("matmul", "vectors", in -> product(in.get(0).reshaped(1, 5), in.get(1).reshaped(5, 1)).reshaped());
        r.add("matmul", "transposed views", in -> product(in.get(0).transposed(), in.get(1).transposed()));
    }

    private static Array row(Array y) {
        return y.reshaped(y.shape()[1]);
    }

    private static Array column(Array y) {
        return y.reshaped(y.shape()[0]);
    }

    /** {@code C[..., i, j] = sum_k A[..., i, k] B[..., k, j]}, the leading dimensions broadcast. */
    static Array product(Array a, Array b) {
        long inner = a.shape()[a.rank() - 1];
        long[] lead = Array.broadcast(List.of(new Array(lead(a), new double[0]), new Array(lead(b), new double[0])));
        long[] shape = Arrays.copyOf(lead, lead.length + 2);
        shape[lead.length] = a.shape()[a.rank() - 2];
        shape[lead.length + 1] = b.shape()[b.rank() - 1];
        int row = lead.length;
        return Array.of(shape, index -> {
            double sum = 0;
            for (long k = 0; k < inner; k++) sum += batchAt(a, Array.at(index, row + 1, k)) * batchAt(b, Array.at(index, row, k));
            return sum;
        });
    }

    private static long[] lead(Array x) {
        return Arrays.copyOf(x.shape(), x.rank() - 2);
    }

    /** The element of the matrix that the leading dimensions are broadcast to. */
    private static double batchAt(Array x, long[] index) {
        long[] own = Arrays.copyOfRange(index, index.length - x.rank(), index.length);
        for (int d = 0; d < x.rank() - 2; d++) if (x.shape()[d] == 1) own[d] = 0;
        return x.at(own);
    }
}
