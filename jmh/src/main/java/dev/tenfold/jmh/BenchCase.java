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
 */
public record BenchCase(String name, String method, String title, String param, String value, String size, Work work) {
    static final String ENGINE = "dev.tenfold.jmh.engine.";
    static final String PEERS = "dev.tenfold.jmh.peers.";

    String ours() {
        return ENGINE + method;
    }

    String peer() {
        return PEERS + method;
    }
}
