package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The rung of sm_90a, products of warpgroups on tiles that the tensor memory accelerator brings, for bf16 and f16: {@code src-cuda/gemm/wgmma.cu}. */
final class WgmmaGemm {
    static final String FILE = "gemm/wgmma.cu";
    private static final String ARCHITECTURE = "sm_90a";
    private static final List<DType> TYPES = List.of(DType.BF16, DType.F16);
    private static final int DOWN = 128;
    private static final int ACROSS = 256;
    private static final int DEPTH = 64;
    private static final int THREADS = 384;
    /** Four stages, and what brings them to a multiple of 1024 bytes. */
    private static final int SHARED = 4 * 2 * (DOWN + ACROSS) * DEPTH + 1024;
    /** Tiles below which most multiprocessors would have none: smaller tiles do better. */
    private static final long ENOUGH = 66;

    private static final Map<DType, CudaKernel[]> KERNELS = new EnumMap<>(DType.class);

    static {
        for (DType type : TYPES) {
            KernelSource source = source(type);
            KERNELS.put(type, Stream.of("nn", "tn", "nt", "tt").map(entry -> CudaKernel.of(source, entry, TileMap.PARAMETER, TileMap.PARAMETER, GemmProblem.PARAMETER))
                    .toArray(CudaKernel[]::new));
        }
    }

    private WgmmaGemm() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of(FILE, "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("gemm/wgmma", "matrix products of warpgroups, sm_90a", true, () -> TYPES.stream().map(WgmmaGemm::source).toList(), List.of(ARCHITECTURE));
    }

    /** Whether the kernels can compute it: the device has what they use, lines begin at multiples of 16 bytes, and sums need no more than a bias and ReLU. */
    static boolean takes(CudaDevice device, GemmProblem p) {
        if (p.beta() != 0 || p.epilogue().activation() == Epilogue.Activation.GELU) return false;
        return KERNELS.containsKey(p.type()) && p.packed() && p.k() > 0 && Math.max(Math.max(p.m(), p.n()), Math.max(p.k(), p.batch())) <= Integer.MAX_VALUE
                && (device.isEmulated() || device.architecture().equals(ARCHITECTURE));
    }

    /** Whether there are tiles for most of a device, with a loop worth filling. */
    static boolean pays(GemmProblem p) {
        return tiles(p) >= ENOUGH && p.k() >= 2 * DEPTH && p.m() > DOWN / 2 && p.n() > ACROSS / 2;
    }

    private static long tiles(GemmProblem p) {
        return (p.m() + DOWN - 1) / DOWN * ((p.n() + ACROSS - 1) / ACROSS) * p.batch();
    }

    static void run(CudaStream stream, GemmProblem p) {
        CudaKernel kernel = KERNELS.get(p.type())[(p.transA() ? 1 : 0) + (p.transB() ? 2 : 0)];
        CudaDevice device = stream.device();
        Launch launch = kernel.on(stream);
        if (p.transA()) TileMap.add(launch, device, p.type(), p.a(), p.m(), p.k(), p.batch(), p.lda(), p.strideA(), DEPTH);
        else TileMap.add(launch, device, p.type(), p.a(), p.k(), p.m(), p.batch(), p.lda(), p.strideA(), DOWN);
        if (p.transB()) TileMap.add(launch, device, p.type(), p.b(), p.k(), p.n(), p.batch(), p.ldb(), p.strideB(), ACROSS);
        else TileMap.add(launch, device, p.type(), p.b(), p.n(), p.k(), p.batch(), p.ldb(), p.strideB(), DEPTH);
        p.write(launch, stream, GemmCut.whole(p.k()), 0)
                .launch((int) Math.min(tiles(p), Math.max(1, device.properties().multiprocessors())), THREADS, SHARED);
    }
}
