package dev.tenfold.jmh;

/**
 * One row of the table: a benchmark method at one size. Ours is {@code dev.tenfold.jmh.engine.<method>}, the peer's is
 * {@code dev.tenfold.jmh.peers.<method>}, with the same parameter.
 *
 * @param name   what the user types: {@code gemm}
 * @param method class and method without the package: {@code Gemm.multiply}
 * @param title  the operation in the table: {@code gemm}, {@code conv forward}
 * @param param  the JMH parameter that sets the size, or null
 * @param value  its value
 * @param size   the size as the table shows it
 * @param warmup the length of the warm-up, on both sides, in that of a single operation
 */
public record BenchCase(String name, String method, String title, String param, String value, String size, Work work, double warmup) {
    static final String ENGINE = "dev.tenfold.jmh.engine.";
    static final String PEERS = "dev.tenfold.jmh.peers.";
    // A step runs some twenty kinds of loops, which the compiler takes one after another, each only once it has run often enough, and a
    // vector loop serves only from then on: an MLP's step took 638, 39, 23 and 30 ms in the first four iterations, and 3 later.
    private static final double STEP_WARMUP = 2.5;

    /** A single operation. */
    public BenchCase(String name, String method, String title, String param, String value, String size, Work work) {
        this(name, method, title, param, value, size, work, 1);
    }

    /** A whole training step, of one size. */
    static BenchCase step(String name, String method, String title, String size, Work work) {
        return new BenchCase(name, method, title, null, null, size, work, STEP_WARMUP);
    }

    String ours() {
        return ENGINE + method;
    }

    String peer() {
        return PEERS + method;
    }
}
