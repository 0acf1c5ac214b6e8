package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Attention.Heads;
import dev.tenfold.kernels.cpu.Attention.Mask;
import dev.tenfold.kernels.cpu.Attention.Sizes;
import dev.tenfold.kernels.expr.CudaText;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Scaled dot-product attention on a device and its gradients, as {@link dev.tenfold.kernels.cpu.Attention} on the CPU, for tensors of a floating type, which
 * the sizes name. No scores go to memory; of each query the logarithm of its sum of exponentials is kept for the gradient. Every result has one owner,
 * which adds in a fixed order. Work is enqueued on the device's current stream.
 */
public final class CudaAttention {
    private static final int THREADS = 256;
    /** Bytes of the kernels' struct {@code Problem}. */
    private static final int PROBLEM = 26 * 8;
    private static final Heads NONE = new Heads(0, 0, 0, 0);

    private static final String TENSOR_CORES = "attention/mma.cu";
    /** The widest vectors that its kernels take, and what their width and their place are multiples of, in elements of two bytes. */
    private static final int WIDEST = 128;
    private static final int PACK = 8;

    /** The kernels of one file for one type, and the tiles that they take: rows, and columns of the result. */
    private record Kernels(CudaKernel forward, CudaKernel ofQuery, CudaKernel ofKey, CudaKernel ofValue, int threads, int tile, int slice, boolean tensorCores) {
        static Kernels of(KernelSource source, int threads, int tile, int slice, boolean tensorCores) {
            Parameter p = Parameter.POINTER;
            Parameter problem = Parameter.struct(PROBLEM);
            return new Kernels(CudaKernel.of(source, "forward", p, p, p, p, problem, p, p), gradient(source, "of_query"), gradient(source, "of_key"), gradient(source, "of_value"),
                    threads, tile, slice, tensorCores);
        }

        private static CudaKernel gradient(KernelSource source, String entry) {
            Parameter p = Parameter.POINTER;
            return CudaKernel.of(source, entry, p, p, p, p, p, p, p, Parameter.struct(PROBLEM), p);
        }

        /** Of the rows' tiles and two stages of the columns', each vector on its own banks. */
        int sharedBytes(Sizes s) {
            return tensorCores ? 3 * tile * (pitch(s.width()) + pitch(s.valueWidth())) * Short.BYTES : 0;
        }

        private static int pitch(long width) {
            return (int) (width + 15) / 16 * 16 + PACK;
        }
    }

    private static final Map<DType, Kernels> PORTABLE = new EnumMap<>(DType.class);
    private static final Map<DType, CudaKernel> PRODUCTS = new EnumMap<>(DType.class);
    private static final Map<DType, Kernels> MMA = new EnumMap<>(DType.class);

    static {
        for (DType type : DType.values()) {
            if (!type.isFloating()) continue;
            boolean wide = type == DType.F64;
            KernelSource portable = source("attention/portable.cu", type);
            PORTABLE.put(type, Kernels.of(portable, THREADS, wide ? 32 : 64, wide ? 128 : 256, false));
            PRODUCTS.put(type, CudaKernel.of(portable, "products", Parameter.POINTER, Parameter.POINTER, Parameter.struct(PROBLEM), Parameter.I64, Parameter.POINTER));
            if (type.bytes() == Short.BYTES) MMA.put(type, Kernels.of(source(TENSOR_CORES, type), 128, 64, WIDEST, true));
        }
    }

    private CudaAttention() {
    }

    private static KernelSource source(String file, DType type) {
        return KernelSource.of(file, "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("attention", "scaled dot-product attention and its gradients", true, () -> {
            List<KernelSource> sources = new ArrayList<>();
            for (DType type : PORTABLE.keySet()) sources.add(source("attention/portable.cu", type));
            for (DType type : MMA.keySet()) sources.add(source(TENSOR_CORES, type));
            return sources;
        });
    }

    /** The fastest kernels that take these vectors. */
    private static Kernels kernels(CudaDevice device, Sizes s, Heads... read) {
        boolean fits = MMA.containsKey(s.type()) && s.width() <= WIDEST && s.valueWidth() <= WIDEST && s.width() % PACK == 0 && s.valueWidth() % PACK == 0;
        for (Heads h : read) fits &= (h.address() / Short.BYTES | h.batchStep() | h.headStep() | h.tokenStep()) % PACK == 0;
        return (fits && Proven.on(device, TENSOR_CORES) ? MMA : PORTABLE).get(s.type());
    }

    /**
     * {@code out = softmax(scale q k^T) v}; see {@link dev.tenfold.kernels.cpu.Attention#forward}. No size is 0.
     *
     * @param logs [batch, heads, queries], of the type that is computed in, written: {@code log sum exp} of each query's scores; infinity where it sees no key
     */
    public static void forward(CudaDevice device, Sizes s, Heads q, Heads k, Heads v, Mask mask, Heads out, long logs) {
        Kernels kernels = kernels(device, s, q, k, v);
        Launch launch = kernels.forward.on(device.stream()).pointer(q.address()).pointer(k.address()).pointer(v.address()).pointer(mask == null ? 0 : mask.address());
        problem(launch, s, q, k, v, out, NONE, mask);
        launch.pointer(out.address()).pointer(logs);
        launch(launch, kernels, s, s.queries(), s.valueWidth());
    }

    /**
     * The gradients of queries, keys and values for the incoming {@code g}.
     *
     * @param out  what {@link #forward} gave, and {@code logs} too
     */
    public static void gradient(CudaDevice device, Sizes s, Heads q, Heads k, Heads v, Mask mask, Heads out, long logs, Heads g, Heads dq, Heads dk, Heads dv) {
        CudaStream stream = device.stream();
        Kernels kernels = kernels(device, s, q, k, v, g);
        long rows = s.batch() * s.heads() * s.queries();
        try (DeviceScratch sums = new DeviceScratch(stream, rows * s.type().compute().bytes())) {
            Launch launch = PRODUCTS.get(s.type()).on(stream).pointer(g.address()).pointer(out.address());
            problem(launch, s, q, k, v, out, g, null);
            launch.i64(rows).pointer(sums.at(0)).launch(CudaPointwise.blocks((rows + THREADS / 32 - 1) / (THREADS / 32)), THREADS);
            gradient(stream, kernels, kernels.ofQuery, s, q, k, v, mask, g, logs, sums.at(0), dq, s.queries(), s.width());
            gradient(stream, kernels, kernels.ofKey, s, q, k, v, mask, g, logs, sums.at(0), dk, s.keys(), s.width());
            gradient(stream, kernels, kernels.ofValue, s, q, k, v, mask, g, logs, sums.at(0), dv, s.keys(), s.valueWidth());
        }
    }

    private static void gradient(CudaStream stream, Kernels kernels, CudaKernel kernel, Sizes s, Heads q, Heads k, Heads v, Mask mask, Heads g, long logs, long sums,
                                 Heads out, long rows, long width) {
        Launch launch = kernel.on(stream).pointer(q.address()).pointer(k.address()).pointer(v.address()).pointer(mask == null ? 0 : mask.address()).pointer(g.address())
                .pointer(logs).pointer(sums);
        problem(launch, s, q, k, v, out, g, mask);
        launch.pointer(out.address());
        launch(launch, kernels, s, rows, width);
    }

    private static void launch(Launch launch, Kernels kernels, Sizes s, long rows, long width) {
        long tiles = (rows + kernels.tile - 1) / kernels.tile;
        launch.launch(CudaPointwise.blocks(s.batch() * s.heads() * tiles), (int) ((width + kernels.slice - 1) / kernels.slice), 1, kernels.threads, 1, 1, kernels.sharedBytes(s));
    }

    /** Fills the struct {@code Problem} in. */
    private static void problem(Launch launch, Sizes s, Heads q, Heads k, Heads v, Heads out, Heads g, Mask mask) {
        long at = launch.struct(PROBLEM);
        long[] sizes = {s.heads(), s.queries(), s.keys(), s.width(), s.valueWidth(), s.causal() ? 1 : 0, Double.doubleToRawLongBits(s.scale())};
        for (long size : sizes) at = put(at, size);
        for (Heads h : new Heads[] {q, k, v, out, g}) at = put(put(put(at, h.batchStep()), h.headStep()), h.tokenStep());
        if (mask != null) put(put(put(put(at, mask.batchStep()), mask.headStep()), mask.queryStep()), mask.keyStep());
    }

    private static long put(long at, long value) {
        Memory.putLong(at, value);
        return at + Long.BYTES;
    }
}
