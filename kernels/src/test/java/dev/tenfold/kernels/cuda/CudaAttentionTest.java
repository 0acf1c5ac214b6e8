package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Attention;
import dev.tenfold.kernels.cpu.Attention.Heads;
import dev.tenfold.kernels.cpu.Attention.Mask;
import dev.tenfold.kernels.cpu.Attention.Sizes;
import dev.tenfold.kernels.cuda.OnDevice.Twin;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention and its gradients against the CPU's in f64, around the edges of tiles and of widths, with and without tensor cores. */
class CudaAttentionTest {
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    /** Vectors [2 heads, tokens, width] of the type under test, `shift` elements behind the start of their memory, and the same in f64. */
    private final class Vectors {
        final Twin narrow;
        final Twin wide;
        final int shift;
        final int tokens;
        final int width;

        Vectors(DType type, int tokens, int width, int shift, long seed) {
            this.tokens = tokens;
            this.width = width;
            this.shift = shift;
            int n = 2 * tokens * width;
            if (seed == 0) {
                narrow = on.empty(type, shift + n);
                wide = on.empty(DType.F64, n);
            } else {
                narrow = on.twin(type, OnDevice.tame(type, shift + n, seed));
                wide = on.twin(DType.F64, IntStream.range(0, n).mapToDouble(i -> narrow.get(shift + i)).toArray());
            }
        }

        Heads device() {
            return heads(narrow.device() + (long) shift * narrow.type().bytes());
        }

        Heads host() {
            return heads(wide.host());
        }

        private Heads heads(long address) {
            return new Heads(address, 2L * tokens * width, (long) tokens * width, width);
        }

        void assertNear(String what) {
            double relative = switch (narrow.type()) {
                case F64 -> 1e-12;
                case F32 -> 1e-5;
                case F16 -> 4e-3;
                default -> 3e-2;
            };
            double most = 1;
            for (int i = 0; i < wide.n(); i++) most = Math.max(most, Math.abs(wide.get(i)));
            Twin got = on.download(narrow);
            for (int i = 0; i < wide.n(); i++) assertEquals(wide.get(i), got.get(shift + i), relative * most, what + " at " + i);
        }
    }

    private void check(DType type, int queries, int keys, int width, int values, boolean causal, boolean masked, int shift) {
        String where = type + " " + queries + " x " + keys + ", widths " + width + ", " + values + (causal ? ", causal" : "") + (masked ? ", masked" : "") + ", shift " + shift;
        double scale = 1 / Math.sqrt(width);
        Vectors q = new Vectors(type, queries, width, shift, 1), k = new Vectors(type, keys, width, shift, 2), v = new Vectors(type, keys, values, shift, 3);
        Vectors g = new Vectors(type, queries, values, shift, 4), out = new Vectors(type, queries, values, shift, 0);
        Vectors dq = new Vectors(type, queries, width, shift, 0), dk = new Vectors(type, keys, width, shift, 0), dv = new Vectors(type, keys, values, shift, 0);
        Random random = new Random(5);
        Twin seen = on.twin(DType.BOOL, IntStream.range(0, 2 * queries * keys).mapToDouble(i -> i / keys % 3 != 1 && random.nextInt(4) > 0 ? 1 : 0).toArray());
        Mask host = masked ? new Mask(seen.host(), 0, (long) queries * keys, keys, 1) : null;
        Mask device = masked ? new Mask(seen.device(), 0, (long) queries * keys, keys, 1) : null;
        Sizes wide = new Sizes(DType.F64, 1, 2, queries, keys, width, values, scale, causal);
        Sizes sizes = new Sizes(type, 1, 2, queries, keys, width, values, scale, causal);
        Twin logs = on.empty(type.compute(), 2 * queries);
        Attention.forward(wide, q.host(), k.host(), v.host(), host, out.host());
        CudaAttention.forward(on.device, sizes, q.device(), k.device(), v.device(), device, out.device(), logs.device());
        out.assertNear(where);
        Attention.gradient(wide, q.host(), k.host(), v.host(), host, g.host(), dq.host(), dk.host(), dv.host());
        CudaAttention.gradient(on.device, sizes, q.device(), k.device(), v.device(), device, out.device(), logs.device(), g.device(), dq.device(), dk.device(), dv.device());
        dq.assertNear("dq of " + where);
        dk.assertNear("dk of " + where);
        dv.assertNear("dv of " + where);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void anyWidthWithoutTensorCores(DType type) {
        check(type, 1, 1, 1, 1, false, false, 0);
        check(type, 33, 31, 5, 3, false, false, 0);
        check(type, 31, 65, 33, 7, true, false, 0);
        check(type, 65, 63, 7, 65, false, true, 0);
        check(type, 3, 4, 130, 259, true, true, 0);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F16", "BF16"})
    void tensorCores(DType type) {
        check(type, 1, 1, 8, 8, false, false, 0);
        check(type, 64, 63, 24, 16, false, false, 0);
        check(type, 65, 66, 64, 40, true, false, 0);
        check(type, 3, 129, 128, 128, false, true, 0);
        check(type, 15, 17, 16, 120, true, true, 0);
        check(type, 15, 17, 16, 120, true, true, 1); // the same vectors between two packs: without
    }

    @Test
    void equalCallsGiveEqualBits() {
        Sizes s = new Sizes(DType.F32, 1, 2, 70, 70, 9, 9, 0.3, true);
        Vectors x = new Vectors(DType.F32, 70, 9, 0, 7);
        Twin[] results = new Twin[2];
        for (int i = 0; i < 2; i++) {
            Vectors out = new Vectors(DType.F32, 70, 9, 0, 0);
            CudaAttention.forward(on.device, s, x.device(), x.device(), x.device(), null, out.device(), on.empty(DType.F32, 140).device());
            results[i] = on.download(out.narrow);
        }
        for (int i = 0; i < results[0].n(); i++) assertEquals(results[0].get(i), results[1].get(i));
    }
}
