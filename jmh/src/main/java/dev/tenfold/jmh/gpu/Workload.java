package dev.tenfold.jmh.gpu;

import dev.tenfold.jmh.Work;
import java.util.function.Function;

/**
 * One kind of row.
 *
 * @param title what it is called in a table
 * @param work  what a call does, counted by the textbook
 * @param open  makes the inputs on the current device
 */
record Workload(String title, Function<Row, Work> work, Function<Row, Call> open) {
    /** One that streams so many bytes for each element of its size. */
    static Workload streaming(String title, double bytesPerElement, Function<Row, Call> open) {
        return new Workload(title, row -> streamed(row.elements(), bytesPerElement * row.elements()), open);
    }

    static Work streamed(double elements, double bytes) {
        return new Work(elements, bytes, 0, Work.Ceiling.MEMORY);
    }

    static Work arithmetic(double elements, double operations) {
        return new Work(elements, 0, operations, Work.Ceiling.ARITHMETIC);
    }
}
