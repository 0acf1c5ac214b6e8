package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.cuCtxSynchronize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenfold.kernels.Memory;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The functions of {@code common/tensorcore.cuh}: products of fragments against plain ones, matrices from shared memory, copies that must be waited for. */
class TensorCoreTest {
    /** One warp: c[16][8] += a[16][k] b[k][8], a row-major, b column-major (as [8][k]), through shared memory. */
    private static final String TEXT = """
            #include "common/tensorcore.cuh"
            #define PRODUCT(name, mma)                                                                    \\
                extern "C" __global__ void name(const unsigned short *a, const unsigned short *b, float *c) { \\
                    __shared__ __align__(16) unsigned short as[16][16];                                   \\
                    __shared__ __align__(16) unsigned short bs[8][16];                                    \\
                    int lane = threadIdx.x;                                                               \\
                    cp_async_16(&as[lane / 2][lane % 2 * 8], a + lane * 8);                               \\
                    if (lane < 16) cp_async_16(&bs[lane / 2][lane % 2 * 8], b + lane * 8);                \\
                    cp_async_commit();                                                                    \\
                    cp_async_wait<0>();                                                                   \\
                    __syncthreads();                                                                      \\
                    unsigned ra[4], rb[2];                                                                \\
                    float rc[4];                                                                          \\
                    ldmatrix_x4(ra, &as[lane % 16][lane / 16 * 8]);                                       \\
                    ldmatrix_x2(rb, &bs[lane % 8][lane / 8 % 2 * 8]);                                     \\
                    for (int r = 0; r < 4; r++) rc[r] = c[(lane / 4 + 8 * (r / 2)) * 8 + 2 * (lane % 4) + r % 2]; \\
                    mma(rc, ra, rb);                                                                      \\
                    for (int r = 0; r < 4; r++) c[(lane / 4 + 8 * (r / 2)) * 8 + 2 * (lane % 4) + r % 2] = rc[r]; \\
                }
            PRODUCT(bf16, mma_bf16)
            PRODUCT(f16, mma_f16)
            extern "C" __global__ void tf32(const unsigned *a, const unsigned *b, float *c) {
                int g = threadIdx.x / 4, t = threadIdx.x % 4;
                unsigned ra[4] = {a[g * 8 + t], a[(g + 8) * 8 + t], a[g * 8 + t + 4], a[(g + 8) * 8 + t + 4]}, rb[2] = {b[g * 8 + t], b[g * 8 + t + 4]};
                float rc[4];
                for (int r = 0; r < 4; r++) rc[r] = c[(g + 8 * (r / 2)) * 8 + 2 * t + r % 2];
                mma_tf32(rc, ra, rb);
                for (int r = 0; r < 4; r++) c[(g + 8 * (r / 2)) * 8 + 2 * t + r % 2] = rc[r];
            }
            extern "C" __global__ void transposed(const unsigned short *a, unsigned *out) {
                __shared__ __align__(16) unsigned short s[8][8];
                for (int i = threadIdx.x; i < 64; i += 32) s[i / 8][i % 8] = a[i];
                __syncthreads();
                unsigned r[1];
                ldmatrix_x1_trans(r, &s[threadIdx.x % 8][0]);
                out[threadIdx.x] = r[0];
            }
            extern "C" __global__ void hasty(const unsigned short *a, float *c) {
                __shared__ __align__(16) unsigned short s[256];
                cp_async_16(&s[threadIdx.x * 8], a + threadIdx.x * 8);
                cp_async_commit();
                cp_async_wait<1>();
                __syncthreads();
                c[threadIdx.x] = s[threadIdx.x];
            }
            """;
    private static final KernelSource SOURCE = KernelSource.generated("demo.cu", TEXT);
    private static List<CUfunc_st> kernels;

    @TempDir
    Path folder;

    @BeforeAll
    static void compile() {
        Emulated.start();
        kernels = Emulated.kernels(TEXT, "bf16", "f16", "tf32", "transposed", "hasty");
    }

    @BeforeEach
    void start() {
        Emulated.start();
    }

    private static float narrow(int kind, float value) {
        return switch (kind) {
            case 0 -> Memory.bf16ToFloat(Memory.floatToBf16(value));
            case 1 -> Float.float16ToFloat(Float.floatToFloat16(value));
            default -> Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xFFFFE000);
        };
    }

    /** The values in device memory: two bytes each, or four. */
    private static long upload(int kind, float[] values) {
        float[] packed = new float[kind == 2 ? values.length : values.length / 2];
        for (int i = 0; i < packed.length; i++) {
            int low = kind == 0 ? Memory.floatToBf16(values[2 * i]) & 0xFFFF : kind == 1 ? Float.floatToFloat16(values[2 * i]) & 0xFFFF : 0;
            int high = kind == 0 ? Memory.floatToBf16(values[2 * i + 1]) : kind == 1 ? Float.floatToFloat16(values[2 * i + 1]) : 0;
            packed[i] = kind == 2 ? values[i] : Float.intBitsToFloat(low | high << 16);
        }
        return Emulated.floats(packed);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({"0, bf16, 16", "1, f16, 16", "2, tf32, 8"})
    void aProductIsThatOfTheMatrices(int kind, String name, int depth) {
        Random random = new Random(7);
        float[] a = new float[16 * depth];
        float[] b = new float[8 * depth];
        float[] c = new float[16 * 8];
        for (float[] each : List.of(a, b, c)) for (int i = 0; i < each.length; i++) each[i] = random.nextFloat() * 2 - 1;
        long out = Emulated.floats(c);
        Emulated.check(Emulated.launch(kernels.get(kind), null, 1, 32, 0, upload(kind, a), upload(kind, b), out));
        float[] result = Emulated.floats(out, 16 * 8);
        for (int i = 0; i < 16; i++) {
            for (int j = 0; j < 8; j++) {
                double sum = c[i * 8 + j];
                for (int k = 0; k < depth; k++) sum += (double) narrow(kind, a[i * depth + k]) * narrow(kind, b[j * depth + k]);
                assertEquals(sum, result[i * 8 + j], 1e-5);
            }
        }
    }

    @Test
    void aMatrixIsTransposedOnItsWay() {
        float[] packed = new float[32];
        for (int i = 0; i < 32; i++) packed[i] = Float.intBitsToFloat(2 * i | 2 * i + 1 << 16);
        long out = Emulated.allocate(4 * 32);
        Emulated.check(Emulated.launch(kernels.get(3), null, 1, 32, 0, Emulated.floats(packed), out));
        float[] result = Emulated.floats(out, 32);
        for (int lane = 0; lane < 32; lane++) {
            int bits = Float.floatToRawIntBits(result[lane]);
            assertEquals(2 * (lane % 4) * 8 + lane / 4, bits & 0xFFFF);
            assertEquals((2 * (lane % 4) + 1) * 8 + lane / 4, bits >>> 16);
        }
    }

    /** The newest group may still be under way after a wait for the older ones: what it copies is not there. */
    @Test
    void aCopyThatNobodyWaitedForIsNotThere() {
        long out = Emulated.allocate(4 * 32);
        Emulated.check(Emulated.launch(kernels.get(4), null, 1, 32, 0, Emulated.floats(new float[128]), out));
        assertEquals(719, cuCtxSynchronize());
        String report = Emulated.text(719);
        assertTrue(report.contains("read of shared memory that no thread of the block has written"), report);
    }

    @Test
    void theSameTextCompilesForDevices() {
        assumeTrue(Nvrtc.available(), Nvrtc::status);
        KernelFamily family = new KernelFamily("tensorcore", "test", true, () -> List.of(SOURCE));
        for (Kernels.Check check : Kernels.check(List.of(family), Kernels.ARCHITECTURES, KernelCache.in(folder))) {
            assertTrue(check.passes(), check::reason);
            assertEquals(5, check.reports().size());
        }
    }
}
