package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import java.util.List;

/**
 * Matrix products on a device, row-major, with the meaning of {@link dev.tenfold.kernels.cpu.Blas#gemmBatched} and an {@link Epilogue}. All
 * types but bool: f16 and bf16 are summed in f32 and rounded once, integers wrap. Work is enqueued on the device's current stream.
 *
 * <p>The kernels are a ladder, {@code src-cuda/gemm}; sums have the same bits at every run.
 */
public final class CudaGemm {
    /** The rung that is asked for: {@code -Dtenfold.gemm=portable|mma|wgmma}; what it cannot compute the portable one does. */
    private static final String FORCED = System.getProperty("tenfold.gemm", "");

    private CudaGemm() {
    }

    static List<KernelFamily> families() {
        return List.of(PortableGemm.family(), MmaGemm.family(), WgmmaGemm.family());
    }

    /**
     * {@code C_i = act(alpha op(A_i) op(B_i) + beta C_i + biases)} for {@code i < batch}: op(A) is [m, k], op(B) [k, n], C [m, n]. Leading dimensions and
     * strides between matrices are in elements; a stride of 0 shares an operand. With beta 0 C is not read.
     *
     * @param transA whether A lies as [k, m]
     * @param transB whether B lies as [n, k]
     */
    public static void run(CudaDevice device, DType type, boolean transA, boolean transB, long m, long n, long k, double alpha, long a, long lda, long strideA,
                           long b, long ldb, long strideB, double beta, long c, long ldc, long strideC, long batch, Epilogue epilogue) {
        PortableGemm portable = PortableGemm.of(type);
        if (m == 0 || n == 0 || batch == 0) return;
        GemmProblem p = new GemmProblem(type, transA, transB, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c, ldc, strideC, batch, epilogue);
        CudaStream stream = device.stream();
        if (byWarpgroups(device, p)) WgmmaGemm.run(stream, p);
        else if (byWarps(device, p)) MmaGemm.of(type).run(stream, p);
        else portable.run(stream, p);
    }

    private static boolean byWarpgroups(CudaDevice device, GemmProblem p) {
        if (!WgmmaGemm.takes(device, p)) return false;
        return FORCED.isEmpty() ? WgmmaGemm.pays(p) && Proven.on(device, WgmmaGemm.FILE) : FORCED.equals("wgmma");
    }

    private static boolean byWarps(CudaDevice device, GemmProblem p) {
        if (!MmaGemm.takes(device, p)) return false;
        return FORCED.isEmpty() ? MmaGemm.pays(p) && Proven.on(device, MmaGemm.FILE) : FORCED.equals("mma");
    }
}
