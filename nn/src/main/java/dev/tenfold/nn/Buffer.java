package dev.tenfold.nn;

import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;

/** A tensor that is part of a module's state and not learned. It belongs to the module, not to a scope. */
public final class Buffer {
    private Tensor value;

    /** Takes {@code value} over, which is closed: its memory goes on as the buffer's, outside of any scope. */
    Buffer(Tensor value) {
        try (value) {
            this.value = Scope.release(value.detach());
        }
    }

    /** The value: another tensor after {@link Module#to}. */
    public Tensor value() {
        return value;
    }

    /** Goes on with {@code moved}, which belongs to no scope. */
    void move(Tensor moved) {
        value.close();
        value = moved;
    }
}
