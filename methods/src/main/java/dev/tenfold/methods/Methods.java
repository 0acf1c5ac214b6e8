package dev.tenfold.methods;

import dev.tenfold.methods.squareloss.SquareLoss;
import java.util.List;

/** The methods that {@code tenfold run} knows. */
public final class Methods {
    private Methods() {
    }

    /** Every method, in the order in which {@code run all} runs them and the report shows them. */
    public static List<Method> all() {
        return List.of(new SquareLoss());
    }
}
