package dev.tenfold.nn;

import dev.tenfold.tensor.Tensor;
import java.util.Map;

/** Something besides modules and optimisers that is part of a training and must be saved with it, such as averaged weights. */
public interface Stateful {
    /** The state as tensors by name, for saving. */
    Map<String, Tensor> state();

    /**
     * Checks that {@link #load} can take these values.
     *
     * @throws IllegalArgumentException when a name is missing or unexpected, or a value does not fit
     */
    void checkFits(Map<String, Tensor> values);

    /**
     * Replaces the state by copies of {@code values}.
     *
     * @throws IllegalArgumentException as {@link #checkFits} does; nothing is changed then
     */
    void load(Map<String, Tensor> values);

    /** The kind with the settings that do not change while it is used: what a saved state must agree with. */
    @Override
    String toString();
}
