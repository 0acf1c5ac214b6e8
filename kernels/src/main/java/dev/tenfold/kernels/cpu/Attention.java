package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/**
 * Scaled dot-product attention {@code O = softmax(scale Q K^T) V} of every head and its gradients, f32 and f64.
 *
 * <p>One worker takes one block of queries of one head: its scores lie in that worker's cache, transposed, [keys, queries], so that
 * the softmax works on whole vectors of queries, and no more than {@link #SCORES} of them are held. The gradient
 * computes the probabilities anew; a head's blocks are added in order by one worker.
 */
public final class Attention {
    /** Scores in a block, where a few queries keep to it: 256 KiB of f32. */
    private static final int SCORES = 1 << 16;
    /** A block has at least so many queries: products need rows. */
    private static final int QUERIES = 16;
    /** Multiply-adds that are worth a hand-over to another thread. */
    private static final long WORTHWHILE = 1 << 18;

    private Attention() {
    }

    /**
     * The numbers of what is multiplied.
     *
     * @param heads      of each of the {@code batch} entries
     * @param width      of a query and of a key
     * @param valueWidth of a value and of a result
     * @param causal     query i sees the keys up to {@code i + keys - queries} alone
     */
    public record Sizes(DType type, long batch, long heads, long queries, long keys, long width, long valueWidth, double scale, boolean causal) {
        private long cost() {
            return queries * keys * (width + valueWidth + 16);
        }

        /** Queries in one block. */
        private long block() {
            return Math.min(queries, Math.max(QUERIES, SCORES / keys / QUERIES * QUERIES));
        }
    }

    /** Vectors by entry, head and token; steps in elements, a vector's elements are neighbours. */
    public record Heads(long address, long batchStep, long headStep, long tokenStep) {
        private long at(DType type, long head, Sizes s, long token) {
            return address + (head / s.heads * batchStep + head % s.heads * headStep + token * tokenStep) * type.bytes();
        }
    }

    /** Truth by entry, head, query and key, a byte each; steps in bytes, 0 where it is the same for all. */
    public record Mask(long address, long batchStep, long headStep, long queryStep, long keyStep) {
    }

    /** {@code out = softmax(scale q k^T) v} over the keys where {@code mask} (or null) is true; zeros for a query that sees none. */
    public static void forward(Sizes s, Heads q, Heads k, Heads v, Mask mask, Heads out) {
        long blocks = (s.queries + s.block() - 1) / s.block();
        WorkerPool.forRange(s.batch * s.heads * blocks, Math.max(1, WORTHWHILE * blocks / Math.max(1, s.cost())), (from, to) -> {
            try (Work work = new Work(s, 1)) {
                for (long i = from; i < to; i++) {
                    long head = i / blocks;
                    work.at(i % blocks * s.block());
                    work.probabilities(head, q, k, mask);
                    work.gemm(true, false, work.rows, s.valueWidth, s.keys, 1, work.probabilities, work.lead, v.at(s.type, head, s, 0),
                            v.tokenStep, 0, out.at(s.type, head, s, work.first), out.tokenStep);
                }
            }
        });
    }

    /**
     * The gradients of {@link #forward}'s result with incoming {@code g}, with P the probabilities: {@code dV = P^T G},
     * {@code dS = P (G V^T - rowsum(P G V^T))}, {@code dQ = scale dS K}, {@code dK = scale dS^T Q}.
     */
    public static void gradient(Sizes s, Heads q, Heads k, Heads v, Mask mask, Heads g, Heads dq, Heads dk, Heads dv) {
        WorkerPool.forRange(s.batch * s.heads, Math.max(1, WORTHWHILE / Math.max(1, s.cost())), (from, to) -> {
            try (Work work = new Work(s, 2)) {
                for (long head = from; head < to; head++) {
                    for (long first = 0; first < s.queries; first += s.block()) {
                        work.at(first);
                        work.gradient(head, q, k, v, mask, g, dq, dk, dv);
                    }
                }
            }
        });
    }

    /** One worker's block of queries and its room for scores. */
    private static final class Work implements AutoCloseable {
        private final Sizes s;
        private final Scratch room;
        private final ScoreLoops loops = ScoreLoops.CHOSEN;
        private final int lead;
        private final long probabilities;
        private final long slopes;
        private long first;
        private long rows;

        Work(Sizes s, int panels) {
            this.s = s;
            lead = (int) ((s.block() + ScoreLoops.LANES - 1) / ScoreLoops.LANES * ScoreLoops.LANES);
            long bytes = s.keys * lead * s.type.bytes();
            room = new Scratch(panels * bytes);
            probabilities = room.address();
            slopes = probabilities + (panels - 1) * bytes;
            // The columns between the block and the next whole vector go through the loops as well.
            Memory.fill(probabilities, panels * bytes, (byte) 0);
        }

        void at(long query) {
            first = query;
            rows = Math.min(s.block(), s.queries - query);
        }

        void probabilities(long head, Heads q, Heads k, Mask mask) {
            gemm(false, true, s.keys, rows, s.width, s.scale, k.at(s.type, head, s, 0), k.tokenStep, q.at(s.type, head, s, first), q.tokenStep, 0,
                    probabilities, lead);
            if (s.causal) hideFuture();
            if (mask != null) hide(mask, head);
            if (s.type == DType.F32) loops.softmax32(probabilities, (int) s.keys, lead);
            else PlainScores64.softmax(probabilities, (int) s.keys, lead);
        }

        void gradient(long head, Heads q, Heads k, Heads v, Mask mask, Heads g, Heads dq, Heads dk, Heads dv) {
            DType type = s.type;
            double before = first == 0 ? 0 : 1;
            long incoming = g.at(type, head, s, first);
            probabilities(head, q, k, mask);
            gemm(false, false, s.keys, s.valueWidth, rows, 1, probabilities, lead, incoming, g.tokenStep, before, dv.at(type, head, s, 0), dv.tokenStep);
            gemm(false, true, s.keys, rows, s.valueWidth, 1, v.at(type, head, s, 0), v.tokenStep, incoming, g.tokenStep, 0, slopes, lead);
            if (type == DType.F32) loops.gradient32(probabilities, slopes, (int) s.keys, lead);
            else PlainScores64.gradient(probabilities, slopes, (int) s.keys, lead);
            gemm(true, false, rows, s.width, s.keys, s.scale, slopes, lead, k.at(type, head, s, 0), k.tokenStep, 0, dq.at(type, head, s, first), dq.tokenStep);
            gemm(false, false, s.keys, s.width, rows, s.scale, slopes, lead, q.at(type, head, s, first), q.tokenStep, before, dk.at(type, head, s, 0), dk.tokenStep);
        }

        void gemm(boolean transA, boolean transB, long m, long n, long k, double alpha, long a, long lda, long b, long ldb, double beta, long c, long ldc) {
            Blas.call(s.type, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        }

        private void hideFuture() {
            long seen = s.keys - s.queries + first;
            for (long key = seen + 1; key < s.keys; key++) {
                long hidden = Math.min(rows, key - seen);
                for (long row = 0; row < hidden; row++) hide(key, row);
            }
        }

        private void hide(Mask mask, long head) {
            long start = mask.address + head / s.heads * mask.batchStep + head % s.heads * mask.headStep + first * mask.queryStep;
            for (long key = 0; key < s.keys; key++) {
                long at = start + key * mask.keyStep;
                if (mask.queryStep == 0) {
                    if (Memory.getByte(at) != 0) continue;
                    for (long row = 0; row < rows; row++) hide(key, row);
                } else {
                    for (long row = 0; row < rows; row++) if (Memory.getByte(at + row * mask.queryStep) == 0) hide(key, row);
                }
            }
        }

        private void hide(long key, long row) {
            long at = key * lead + row;
            if (s.type == DType.F32) Memory.putFloat(probabilities + 4 * at, Float.NEGATIVE_INFINITY);
            else Memory.putDouble(probabilities + 8 * at, Double.NEGATIVE_INFINITY);
        }

        @Override
        public void close() {
            room.close();
        }
    }
}
