package dev.tenfold.kernels.expr;

/**
 * What the loop compiler makes of expressions: a vector loop and its scalar twin, with equal bits. {@code operands} are the
 * addresses of the inputs, followed by those of the outputs. Outputs are written after all inputs of the same element are read.
 */
public abstract class CompiledLoop {
    private final Warming warming;

    /** Generated subclasses call this with the steps of single vectors that {@link Warming#TRIAL} elements take. */
    protected CompiledLoop(int steps) {
        warming = new Warming(steps);
    }

    /** Works from element {@code from} up to {@code to}, whole vectors only; returns the first element not done. */
    abstract int vector(int from, int to, long[] operands, double[] params);

    /** Works from element {@code from} up to {@code to}. */
    abstract void scalar(int from, int to, long[] operands, double[] params);

    /** Works from element 0 up to {@code n}, in whichever form is the faster now. */
    final void run(int n, long[] operands, double[] params) {
        warming.run(this, n, operands, params);
    }
}
