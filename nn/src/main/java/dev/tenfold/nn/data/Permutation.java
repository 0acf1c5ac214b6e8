package dev.tenfold.nn.data;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;

/** A random order on the host. */
final class Permutation {
    private Permutation() {
    }

    /** 0 to n - 1 in the order that {@code generator} leads to. */
    static int[] of(int n, Generator generator) {
        long[] order;
        try (Scope scope = Scope.open()) {
            order = generator.permutation(n).toLongs();
        }
        int[] rows = new int[n];
        for (int i = 0; i < n; i++) rows[i] = (int) order[i];
        return rows;
    }
}
