package dev.tenfold.methods.attack;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;

/** Looks for inputs near given ones that a victim answers wrongly. */
public interface Attack {
    /**
     * What an attack found.
     *
     * @param points per example the first point found that is answered wrongly, or else the last one tried, [n, ...]
     * @param fooled whether the point is answered wrongly; also true where the clean input was
     */
    record Outcome(Tensor points, boolean[] fooled) {
    }

    /** As it stands in tables. */
    String name();

    /** Whether its points stay in the ball; noise does not. */
    default boolean bounded() {
        return true;
    }

    /**
     * Attacks a batch. An example counts as fooled as soon as the clean input or any point visited is answered wrongly, and is then left alone.
     *
     * @param x         [n, ...] inside the ball's range
     * @param labels    n right answers
     * @param generator for random starts; every attack forks it
     */
    Outcome run(Victim victim, Tensor x, long[] labels, Ball ball, Generator generator);
}
