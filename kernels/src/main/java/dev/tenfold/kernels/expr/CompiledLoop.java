package dev.tenfold.kernels.expr;

/** What the loop compiler makes of an expression: a vector loop and its scalar twin, with equal bits. */
public abstract class CompiledLoop {
    /** Generated subclasses call this. */
    protected CompiledLoop() {
    }

    /** Works from element {@code from} up to {@code to}, whole vectors only; returns the first element not done. */
    abstract int vector(int from, int to, long[] in, long out, double[] params);

    /** Works from element {@code from} up to {@code to}. */
    abstract void scalar(int from, int to, long[] in, long out, double[] params);
}
