package dev.tenfold.nn.data;

import dev.tenfold.kernels.Memory;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.io.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Arrays of examples, as they come from .npy files: row i of each belongs to example i. */
public final class ArrayExamples implements Examples<ArrayBatch> {
    private final List<Tensor> arrays = new ArrayList<>();
    private final int size;

    /**
     * Tensors [n, ...] of any types with the same n. They (or dense copies, which belong to the innermost scope) must stay open as long as
     * batches are made.
     */
    public ArrayExamples(Tensor... arrays) {
        if (arrays.length == 0) throw new IllegalArgumentException("ArrayExamples: no array");
        for (Tensor array : arrays) {
            if (array.rank() == 0 || array.shape().size(0) != arrays[0].shape().size(0)) {
                throw new IllegalArgumentException("ArrayExamples: arrays " + arrays[0].shape() + " and " + array.shape() + " must have the same number of rows");
            }
            if (array.shape().size(0) > Integer.MAX_VALUE) throw new IllegalArgumentException("ArrayExamples: " + array.shape() + " has more than 2^31 - 1 rows");
        }
        try (NoGrad still = NoGrad.open()) {
            for (Tensor array : arrays) this.arrays.add(array.contiguous());
        }
        size = (int) arrays[0].shape().size(0);
    }

    /**
     * The arrays in .npy files; they belong to the innermost scope.
     *
     * @throws dev.tenfold.tensor.io.FormatException when a file is no .npy file
     */
    public static ArrayExamples read(Path... files) throws IOException {
        Tensor[] arrays = new Tensor[files.length];
        for (int i = 0; i < files.length; i++) arrays[i] = Npy.read(files[i]);
        return new ArrayExamples(arrays);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public ArrayBatch batch(Choice choice) {
        List<Tensor> chosen = new ArrayList<>();
        try {
            for (Tensor array : arrays) chosen.add(rows(array, choice.rows()));
            return new ArrayBatch(List.copyOf(chosen), choice.rows());
        } catch (RuntimeException | Error e) {
            chosen.forEach(Tensor::close);
            throw e;
        }
    }

    private static Tensor rows(Tensor array, int[] rows) {
        array.checkOpen("ArrayExamples");
        long[] shape = new long[array.rank()];
        for (int i = 0; i < shape.length; i++) shape[i] = i == 0 ? rows.length : array.shape().size(i);
        if (array.device() != Device.CPU) return onDevice(array, rows);
        Tensor some = Tensor.allocate(Device.CPU, array.dtype(), Shape.of(shape));
        long bytes = rows.length == 0 ? 0 : some.elements() / rows.length * array.dtype().bytes();
        for (int i = 0; i < rows.length; i++) Memory.copy(array.address() + rows[i] * bytes, some.address() + i * bytes, bytes);
        return Device.placed(some);
    }

    private static Tensor onDevice(Tensor array, int[] rows) {
        if (rows.length == 0) return array.narrow(0, 0, 0);
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            return scope.keep(Tensors.concat(0, Arrays.stream(rows).mapToObj(row -> array.narrow(0, row, 1)).toList()));
        }
    }
}
