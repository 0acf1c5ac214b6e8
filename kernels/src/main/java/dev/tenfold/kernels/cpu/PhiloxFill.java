package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import java.util.function.DoubleUnaryOperator;

/**
 * Random numbers of Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011): counter-based, so element i depends on
 * (seed, subsequence, counter, i) alone, on any number of threads and on the GPU alike.
 * Counter words = (low, high 32 bits of counter + block, low, high of the subsequence); key = the seed's two halves.
 * A block of four words serves four elements, or two where an element takes 64 bits (f64, i64).
 */
public final class PhiloxFill {
    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;
    private static final int CHUNK = 4096;

    private PhiloxFill() {
    }

    /** The four 32-bit words of one counter. */
    public static void words(long seed, long subsequence, long counter, int[] out4) {
        int c0 = (int) counter;
        int c1 = (int) (counter >>> 32);
        int c2 = (int) subsequence;
        int c3 = (int) (subsequence >>> 32);
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int round = 0; round < 10; round++) {
            long p0 = (M0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
            long p1 = (M1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
            int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c1 = (int) p1;
            c3 = (int) p0;
            c0 = n0;
            c2 = n2;
            k0 += W0;
            k1 += W1;
        }
        out4[0] = c0;
        out4[1] = c1;
        out4[2] = c2;
        out4[3] = c3;
    }

    /** How many counters the fills below consume for n elements of a type: the caller advances its offset by this. */
    public static long counters(DType type, long n) {
        int each = perBlock(type);
        return (n + each - 1) / each;
    }

    private static int perBlock(DType type) {
        return type.bytes() == 8 ? 2 : 4;
    }

    private interface Block {
        /** Writes up to {@code count} elements, starting with element {@code first}, from four words. */
        void write(int[] words, long first, int count);
    }

    private static void forBlocks(DType type, long seed, long subsequence, long counter, long n, Block block) {
        int each = perBlock(type);
        WorkerPool.forRange(counters(type, n), CHUNK, (from, to) -> {
            int[] words = new int[4];
            for (long b = from; b < to; b++) {
                words(seed, subsequence, counter + b, words);
                block.write(words, b * each, (int) Math.min(each, n - b * each));
            }
        });
    }

    /** In [0, 1): 24 bits of one word, or 53 bits of two. */
    private static double unit(DType type, int[] words, int k) {
        if (perBlock(type) == 4) return (words[k] >>> 8) * 0x1p-24;
        return (long64(words, k) >>> 11) * 0x1p-53;
    }

    /** In (0, 1), ends excluded: the middle of one of 2^24 equal cells, from a word. */
    static double open32(int word) {
        return ((word >>> 8) + 0.5) * 0x1p-24;
    }

    /** In (0, 1), ends excluded: the middle of one of 2^52 equal cells, from the pair k of the words. */
    static double open64(int[] words, int k) {
        return ((long64(words, k) >>> 12) + 0.5) * 0x1p-52;
    }

    private static long long64(int[] words, int k) {
        return (words[2 * k] & 0xFFFFFFFFL) << 32 | words[2 * k + 1] & 0xFFFFFFFFL;
    }

    /** The largest number below {@code high}: rounding to the type may reach high, which is excluded. Of two-byte types high itself. */
    public static double last(DType type, double high) {
        return type == DType.F32 ? Math.nextDown((float) high) : type == DType.F64 ? Math.nextDown(high) : high;
    }

    /** Uniform in [low, high): 24 random bits for f32, f16 and bf16, 53 for f64. */
    public static void uniform(DType type, long seed, long subsequence, long counter, long n, double low, double high, long out) {
        double width = high - low;
        double last = last(type, high);
        forBlocks(type, seed, subsequence, counter, n, (words, first, count) -> {
            for (int k = 0; k < count; k++) {
                double value = low + width * unit(type, words, k);
                Memory.putAsDouble(type, out + (first + k) * type.bytes(), Math.min(value, last));
            }
        });
    }

    /** Normal by Box-Muller on pairs of uniforms; the first is taken from (0, 1]. */
    public static void normal(DType type, long seed, long subsequence, long counter, long n, double mean, double sd, long out) {
        double smallest = perBlock(type) == 4 ? 0x1p-24 : 0x1p-53;
        forBlocks(type, seed, subsequence, counter, n, (words, first, count) -> {
            for (int k = 0; k < count; k += 2) {
                double radius = sd * Math.sqrt(-2 * StrictMath.log(unit(type, words, k) + smallest));
                double angle = 2 * Math.PI * unit(type, words, k + 1);
                Memory.putAsDouble(type, out + (first + k) * type.bytes(), mean + radius * StrictMath.cos(angle));
                if (k + 1 < count) Memory.putAsDouble(type, out + (first + k + 1) * type.bytes(), mean + radius * StrictMath.sin(angle));
            }
        });
    }

    /** Draws by inversion: {@code quantile(u)} of u uniform in (0, 1), in the middles of 2^24 cells (f64: 2^52), so that both tails are alike. */
    public static void inverted(DType type, long seed, long subsequence, long counter, long n, DoubleUnaryOperator quantile, long out) {
        boolean wide = perBlock(type) == 2;
        forBlocks(type, seed, subsequence, counter, n, (words, first, count) -> {
            for (int k = 0; k < count; k++) {
                double u = wide ? open64(words, k) : open32(words[k]);
                Memory.putAsDouble(type, out + (first + k) * type.bytes(), quantile.applyAsDouble(u));
            }
        });
    }

    /** Integers uniform in [low, high) by multiplication: bias below 2^-32 for ranges below 2^32 in i64, below range / 2^32 otherwise. */
    public static void integers(DType type, long seed, long subsequence, long counter, long n, long low, long high, long out) {
        long range = high - low;
        forBlocks(type, seed, subsequence, counter, n, (words, first, count) -> {
            for (int k = 0; k < count; k++) {
                long value = perBlock(type) == 4
                        ? (words[k] & 0xFFFFFFFFL) * range >>> 32
                        : Math.unsignedMultiplyHigh(long64(words, k), range);
                long address = out + (first + k) * type.bytes();
                if (type == DType.I64) Memory.putLong(address, low + value);
                else Memory.putAsDouble(type, address, low + value);
            }
        });
    }
}
