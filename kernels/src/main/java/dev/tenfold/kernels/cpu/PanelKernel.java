package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.VectorModule;

/**
 * The innermost product of the convolutions over channel panels: {@link #ROWS} rows of {@link #WIDTH} sums,
 * {@code C[r, w] = S[r, w] + sum_{o < outer, d < depth} A[r, o, d] B[o depth + d, w]}, in that order, each step one fused
 * multiply-add. C and its start S have dense rows, B is dense; element A[r, o, d] lies at
 * {@code a + r / 4 half + r % 4 rowBytes + o jump + d stepBytes}. The vector code and its scalar twin give the same bits.
 */
abstract class PanelKernel {
    /** Channels in a panel. */
    static final int WIDTH = 32;
    /** Bytes of one position in a panel. */
    static final long LINE = 4L * WIDTH;
    /** Rows that one call works on. */
    static final int ROWS = 8;

    /** Rows are positions, the sum runs over the channels of a panel. */
    static final PanelKernel OVER_CHANNELS = of(LINE, 4);
    /** Rows are channels, the sum runs over positions that lie one after another. */
    static final PanelKernel OVER_POSITIONS = of(4, LINE);

    private static final int CALLS_BEFORE_VECTORS = 4096;

    /** {@code half}, {@code jump} and all addresses in bytes. */
    abstract void multiply(long a, long half, int depth, long jump, int outer, long b, long start, long c);

    private static PanelKernel of(long rowBytes, long stepBytes) {
        PanelKernel scalar = new Scalar(rowBytes, stepBytes);
        return VectorModule.available() ? new Warming(scalar, PanelKernelCompiler.compile(rowBytes, stepBytes)) : scalar;
    }

    /** Plain loops. */
    static final class Scalar extends PanelKernel {
        private final long rowBytes;
        private final long stepBytes;

        Scalar(long rowBytes, long stepBytes) {
            this.rowBytes = rowBytes;
            this.stepBytes = stepBytes;
        }

        @Override
        void multiply(long a, long half, int depth, long jump, int outer, long b, long start, long c) {
            for (int r = 0; r < ROWS; r++) {
                long sums = c + r * LINE;
                Memory.copy(start + r * LINE, sums, LINE);
                for (int o = 0; o < outer; o++) {
                    long row = a + r / 4 * half + r % 4 * rowBytes + o * jump;
                    for (int d = 0; d < depth; d++) addScaled(Memory.getFloat(row + d * stepBytes), b + ((long) o * depth + d) * LINE, sums);
                }
            }
        }

        private static void addScaled(float x, long b, long sums) {
            for (long w = 0; w < LINE; w += 4) Memory.putFloat(sums + w, Math.fma(x, Memory.getFloat(b + w), Memory.getFloat(sums + w)));
        }
    }

    /** Plain loops first, because vectors run slower than those until they are compiled. */
    private static final class Warming extends PanelKernel {
        private final PanelKernel scalar;
        private final PanelKernel vector;
        // Counted without synchronisation: a lost count only delays the change.
        private int calls;

        Warming(PanelKernel scalar, PanelKernel vector) {
            this.scalar = scalar;
            this.vector = vector;
        }

        @Override
        void multiply(long a, long half, int depth, long jump, int outer, long b, long start, long c) {
            PanelKernel chosen = vector;
            if (calls < CALLS_BEFORE_VECTORS) {
                calls++;
                chosen = scalar;
            }
            chosen.multiply(a, half, depth, jump, outer, b, start, c);
        }
    }
}
