package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;

/** Copies, gathers and scatters over dense blocks; strides are in elements. Indices are i64 and already checked by {@link #checkIndices}. */
public final class Indexing {
    // Rows up to so many bytes are moved and added by plain loops: calls cost more.
    private static final int SHORT_ROW = 512;
    // Every owner looks at every index.
    private static final int OWNERS = 16;

    private Indexing() {
    }

    /** Strided to strided copy of one element type, any strides (0 and negative too for the source). Tiled for transposes. */
    public static void copy(DType type, long[] shape, long from, long[] fromStrides, long to, long[] toStrides) {
        for (long size : shape) if (size == 0) return;
        new StridedCopy(type.bytes(), shape, from, fromStrides, to, toStrides).run();
    }

    /** Sets every element of a strided region to {@code value}. */
    public static void fill(DType type, long[] shape, long to, long[] toStrides, double value) {
        try (Scratch one = new Scratch(type.bytes())) {
            Memory.putAsDouble(type, one.address(), value);
            copy(type, shape, one.address(), new long[shape.length], to, toStrides);
        }
    }

    /** Position of the first index outside {@code [-size, size)} among {@code count}, or -1 when all are inside. */
    public static long checkIndices(long indices, long count, long size) {
        for (long i = 0; i < count; i++) {
            long index = Memory.getLong(indices + 8 * i);
            if (index < -size || index >= size) return i;
        }
        return -1;
    }

    private static long at(long indices, long i, long size) {
        long index = Memory.getLong(indices + 8 * i);
        return index < 0 ? index + size : index;
    }

    /** Rows: {@code out[o, k, i] = in[o, idx[k], i]} for in [outer, n, inner], idx [m], out [outer, m, inner]; negative indices count from the end. */
    public static void select(DType type, long in, long outer, long n, long inner, long indices, long m, long out) {
        long row = inner * type.bytes();
        boolean brief = row <= SHORT_ROW && row % 4 == 0;
        WorkerPool.forRange(outer * m, Math.max(1, 16384 / Math.max(1, inner)), (from, to) -> {
            for (long r = from; r < to; r++) {
                long source = in + (r / m * n + at(indices, r % m, n)) * row;
                if (brief) PlaneLoops.copyRow(source, out + r * row, 0, (int) row);
                else Memory.copy(source, out + r * row, row);
            }
        });
    }

    /**
     * The adjoint of {@link #select}: {@code into = 0}, then {@code into[o, idx[k], i] += from[o, k, i]} in order of k (deterministic).
     * Each range of target rows has one owner, which clears it and then looks through all indices for its own: the range stays in
     * its cache, and no two threads add into the same element.
     */
    public static void selectAdd(DType type, long from, long outer, long m, long inner, long indices, long n, long into) {
        if (inner == 0 || n == 0) return;
        long row = inner * type.bytes();
        RowAdder add = RowAdder.of(type, inner);
        long ranges = Math.clamp(n * inner >> 14, 1, outer > 1 ? 1 : Math.min(n, OWNERS));
        long each = (n + ranges - 1) / ranges;
        WorkerPool.forRange(outer * ranges, 1, (first, last) -> {
            for (long p = first; p < last; p++) {
                long o = p / ranges;
                long low = p % ranges * each;
                long high = Math.min(n, low + each);
                if (low >= high) continue;
                Memory.fill(into + (o * n + low) * row, (high - low) * row, (byte) 0);
                for (long k = 0; k < m; k++) {
                    long target = at(indices, k, n);
                    if (target >= low && target < high) add.run(into + (o * n + target) * row, from + (o * m + k) * row);
                }
            }
        });
    }

    /** {@code to += from} on one row. */
    private interface RowAdder {
        void run(long to, long from);

        static RowAdder of(DType type, long inner) {
            if (type == DType.F32 && inner <= SHORT_ROW / 4) {
                int n = (int) inner;
                return (to, from) -> {
                    for (int i = 0; i < n; i++) Memory.putFloat(to + 4L * i, Memory.getFloat(to + 4L * i) + Memory.getFloat(from + 4L * i));
                };
            }
            PointwiseKernel add = adder(type);
            return (to, from) -> add.run(inner, new long[] {to, from}, 0, to);
        }
    }

    private static PointwiseKernel adder(DType type) {
        DType compute = type.isFloating() ? type.compute() : DType.I64;
        return PointwiseKernel.of(Expr.x(0).add(Expr.x(1)), new DType[] {type, type}, compute, type);
    }

    /** What happens to one element. */
    private interface Element {
        /** {@code plain} is the place in [outer, m, inner], {@code indexed} the one in [outer, n, inner]; both count elements. */
        void run(long plain, long indexed);
    }

    /** Visits the lines of [outer, m, inner], each by one thread in order of k. */
    private static void forLines(long outer, long m, long inner, long indices, long n, Element element) {
        WorkerPool.forRange(outer * inner, Math.max(1, 8192 / Math.max(1, m)), (first, last) -> {
            for (long line = first; line < last; line++) {
                long o = line / inner;
                long i = line % inner;
                for (long k = 0; k < m; k++) {
                    long plain = (o * m + k) * inner + i;
                    element.run(plain, (o * n + at(indices, plain, n)) * inner + i);
                }
            }
        });
    }

    /** Element-wise: {@code out[o, k, i] = in[o, idx[o, k, i], i]} with in [outer, n, inner], idx and out [outer, m, inner]. */
    public static void gather(DType type, long in, long outer, long n, long inner, long indices, long m, long out) {
        int bytes = type.bytes();
        forLines(outer, m, inner, indices, n, (plain, indexed) -> move(bytes, in + indexed * bytes, out + plain * bytes));
    }

    /** {@code into[o, idx[o, k, i], i] = from[o, k, i]}, the last k wins. */
    public static void scatter(DType type, long from, long outer, long m, long inner, long indices, long n, long into) {
        int bytes = type.bytes();
        forLines(outer, m, inner, indices, n, (plain, indexed) -> move(bytes, from + plain * bytes, into + indexed * bytes));
    }

    private static void move(int bytes, long from, long to) {
        switch (bytes) {
            case 4 -> Memory.putInt(to, Memory.getInt(from));
            case 8 -> Memory.putLong(to, Memory.getLong(from));
            case 2 -> Memory.putShort(to, Memory.getShort(from));
            default -> Memory.putByte(to, Memory.getByte(from));
        }
    }

    /** The adjoint of {@link #gather}: {@code into[o, idx[o, k, i], i] += from[o, k, i]}, in order of k (deterministic). */
    public static void scatterAdd(DType type, long from, long outer, long m, long inner, long indices, long n, long into) {
        int bytes = type.bytes();
        forLines(outer, m, inner, indices, n, (plain, indexed) -> {
            long a = into + indexed * bytes;
            long b = from + plain * bytes;
            switch (type) {
                case F32 -> Memory.putFloat(a, Memory.getFloat(a) + Memory.getFloat(b));
                case I64 -> Memory.putLong(a, Memory.getLong(a) + Memory.getLong(b));
                case I32 -> Memory.putInt(a, Memory.getInt(a) + Memory.getInt(b));
                case U8 -> Memory.putByte(a, (byte) (Memory.getByte(a) + Memory.getByte(b)));
                default -> Memory.putAsDouble(type, a, Memory.getAsDouble(type, a) + Memory.getAsDouble(type, b));
            }
        });
    }

    /** The elements of {@code matrices} dense [rows, columns] with column <= row + diagonal, or >= where {@code upper}, and zeros elsewhere. */
    public static void triangle(DType type, boolean upper, long diagonal, long in, long matrices, long rows, long columns, long out) {
        long row = columns * type.bytes();
        for (long r = 0; r < matrices * rows; r++) {
            long border = Math.clamp(r % rows + diagonal + (upper ? 0 : 1), 0, columns) * type.bytes();
            long at = r * row;
            long from = upper ? border : 0;
            long to = upper ? row : border;
            Memory.fill(out + at, from, (byte) 0);
            Memory.copy(in + at + from, out + at + from, to - from);
            Memory.fill(out + at + to, row - to, (byte) 0);
        }
    }

    /** Row-major positions (i64) of the non-zero elements, written to {@code out} (room for n); returns how many. */
    public static long nonzero(DType type, long in, long n, long out) {
        long found = 0;
        for (long i = 0; i < n; i++) {
            if (Memory.getAsDouble(type, in + i * type.bytes()) != 0) Memory.putLong(out + 8 * found++, i);
        }
        return found;
    }
}
