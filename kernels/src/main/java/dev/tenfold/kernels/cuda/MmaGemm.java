package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The rung on tensor cores of sm_80 and newer, for bf16 and f16: {@code src-cuda/gemm/mma.cu}. */
final class MmaGemm {
    static final String FILE = "gemm/mma.cu";
    private static final List<DType> TYPES = List.of(DType.BF16, DType.F16);
    private static final int SIDE = 128;
    private static final int THREADS = 256;
    /** Four stages of two tiles of 128 x 32 elements. */
    private static final int SHARED = 4 * 2 * SIDE * 32 * 2;
    /** Of m, n and k: below, most of a tile is edge. */
    private static final long LEAST = 32;

    private static final Map<DType, MmaGemm> KERNELS = new EnumMap<>(DType.class);

    static {
        for (DType type : TYPES) KERNELS.put(type, new MmaGemm(type));
    }

    private final CudaKernel[] kernels;
    private final PortableGemm portable;

    private MmaGemm(DType type) {
        KernelSource source = source(type);
        kernels = Stream.of("nn", "tn", "nt", "tt").map(entry -> CudaKernel.of(source, entry, GemmProblem.PARAMETER)).toArray(CudaKernel[]::new);
        portable = PortableGemm.of(type);
    }

    private static KernelSource source(DType type) {
        return KernelSource.of(FILE, "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("gemm/mma", "matrix products on tensor cores, sm_80 and newer", true, () -> TYPES.stream().map(MmaGemm::source).toList());
    }

    /** The kernels for {@code type}, or null. */
    static MmaGemm of(DType type) {
        return KERNELS.get(type);
    }

    /** Whether the kernels can compute it: the device has what they use, and lines begin at multiples of 16 bytes. */
    static boolean takes(CudaDevice device, GemmProblem p) {
        return KERNELS.containsKey(p.type()) && p.packed() && (device.isEmulated() || device.properties().major() >= 8);
    }

    /** Whether it is large enough for their tiles. */
    static boolean pays(GemmProblem p) {
        return p.m() >= LEAST && p.n() >= LEAST && p.k() >= LEAST;
    }

    void run(CudaStream stream, GemmProblem p) {
        long blocks = (p.m() + SIDE - 1) / SIDE * ((p.n() + SIDE - 1) / SIDE) * p.batch();
        CudaKernel kernel = kernels[(p.transA() ? 1 : 0) + (p.transB() ? 2 : 0)];
        portable.inPieces(stream, p, GemmCut.of(p.k(), blocks), (cut, partials) ->
                p.begin(kernel, stream, cut, partials).launch(CudaPointwise.blocks(blocks * cut.pieces()), THREADS, SHARED));
    }
}
