package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * A call that an operation refuses: what the contract test runs to see the promised message.
 *
 * @param label  tells the faults of one operation apart
 * @param inputs what to make as arguments; {@link Sample.Kind#REAL} ones are f32
 * @param call   the call, through the public interface, which must throw
 * @param words  what the message must say: the operation, the shapes or types, what would be right
 */
public record Fault(String label, List<Sample.Input> inputs, Function<List<Tensor>, Tensor> call, List<String> words) {
    public Fault {
        if (words.isEmpty()) throw new IllegalArgumentException("the fault " + label + " names no words of its message");
    }

    /** The call {@code call(inputs)} fails with a message that holds all of {@code words}. */
    public static Fault of(String label, List<String> words, Function<List<Tensor>, Tensor> call, Sample.Input... inputs) {
        return new Fault(label, List.of(inputs), call, words);
    }
}
