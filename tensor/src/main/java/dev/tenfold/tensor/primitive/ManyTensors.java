package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cuda.CudaManyTensors;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** Passes over many dense floating tensors of one CUDA device in few launches, for which the host waits once at most. */
public final class ManyTensors {
    private ManyTensors() {
    }

    /** {@code to[i] = from[i] factor}; the host does not wait. */
    public static void scale(List<Tensor> from, double factor, List<Tensor> to) {
        scale(from, factor, to, 0);
    }

    /** {@code to[i] = from[i] factor}; whether all results are finite. */
    public static boolean scaleAndLook(List<Tensor> from, double factor, List<Tensor> to) {
        try (Tensor found = Tensor.allocate(from.getFirst().device(), DType.I32, Shape.of())) {
            Copying.fill(found, 0);
            scale(from, factor, to, found.deviceAddress());
            return found.item() == 0;
        }
    }

    private static void scale(List<Tensor> from, double factor, List<Tensor> to, long found) {
        for (DType type : DType.values()) {
            int[] some = of(type, from);
            if (some.length > 0) CudaManyTensors.scale(from.getFirst().device().accelerator(), type, elements(from, some), addresses(from, some), factor, addresses(to, some), found);
        }
    }

    /** The sum of the squares of each, computed and summed in f64 by a tree that depends on its size alone. */
    public static double[] sumsOfSquares(List<Tensor> tensors) {
        Device device = tensors.getFirst().device();
        double[] sums = new double[tensors.size()];
        try (Tensor all = Tensor.allocate(device, DType.F64, Shape.of(sums.length))) {
            int[] order = new int[sums.length];
            int done = 0;
            for (DType type : DType.values()) {
                int[] some = of(type, tensors);
                if (some.length == 0) continue;
                CudaManyTensors.sumsOfSquares(device.accelerator(), type, elements(tensors, some), addresses(tensors, some), all.deviceAddress() + 8L * done);
                System.arraycopy(some, 0, order, done, some.length);
                done += some.length;
            }
            double[] values = all.toDoubles();
            for (int k = 0; k < done; k++) sums[order[k]] = values[k];
            return sums;
        }
    }

    private static int[] of(DType type, List<Tensor> tensors) {
        return IntStream.range(0, tensors.size()).filter(i -> tensors.get(i).dtype() == type).toArray();
    }

    private static long[] elements(List<Tensor> tensors, int[] some) {
        return IntStream.of(some).mapToLong(i -> tensors.get(i).elements()).toArray();
    }

    private static long[] addresses(List<Tensor> tensors, int[] some) {
        return IntStream.of(some).mapToLong(i -> tensors.get(i).deviceAddress()).toArray();
    }
}
