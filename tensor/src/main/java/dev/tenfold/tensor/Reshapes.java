package dev.tenfold.tensor;

import java.util.Arrays;

/** Resolves the -1 in a requested shape. */
final class Reshapes {
    private Reshapes() {
    }

    static Shape resolve(Shape from, long[] sizes) {
        int open = -1;
        long known = 1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1) {
                if (open >= 0) throw new IllegalArgumentException("reshape: " + Arrays.toString(sizes) + " has more than one -1");
                open = i;
            } else {
                known *= sizes[i];
            }
        }
        if (open < 0) return Shape.of(sizes);
        if (known == 0 || from.elements() % known != 0) {
            throw new IllegalArgumentException("reshape: " + from + " (" + from.elements() + " elements) does not divide into "
                    + Arrays.toString(sizes));
        }
        long[] resolved = sizes.clone();
        resolved[open] = from.elements() / known;
        return Shape.of(resolved);
    }
}
