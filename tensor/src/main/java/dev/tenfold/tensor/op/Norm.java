package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.kernels.expr.PreparedRun;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.ManyTensors;
import java.util.List;
import java.util.stream.IntStream;

/** The 2-norm {@code sqrt(sum x^2)} over axes. Gradient: {@code g x / y}, and 0 where the norm is 0. */
public record Norm(Axes axes) implements Operation {
    @Override
    public String name() {
        return "norm";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        DType type = Single.commonType(name(), inputs);
        // The square of an f16 leaves its range long before the norm does.
        Tensor x = inputs[0].to(type.compute());
        Tensor squares = axes.reduce(name(), Reductions.Kind.SUM_SQUARES, x);
        Elementwise.SQRT.into(squares, new double[0], squares);
        if (type == squares.dtype()) return new Tensor[] {squares};
        try (x; squares) {
            return new Tensor[] {squares.to(type)};
        }
    }

    /** The sum of all squares, computed and summed in f64 without storing them; not recorded. */
    public static double sumOfSquares(Tensor x) {
        return sumsOfSquares(List.of(x))[0];
    }

    /** {@link #sumOfSquares} of each; on a device in few launches, for which the host waits once. */
    public static double[] sumsOfSquares(List<Tensor> tensors) {
        for (Tensor x : tensors) {
            x.checkOpen("sumOfSquares");
            if (!x.dtype().isFloating()) throw new IllegalArgumentException("sumOfSquares: the tensor is " + x.dtype() + "; convert to a floating type first");
        }
        double[] sums = new double[tensors.size()];
        for (Device device : tensors.stream().map(Tensor::device).distinct().toList()) {
            int[] here = IntStream.range(0, sums.length).filter(i -> tensors.get(i).device() == device).toArray();
            double[] some = device == Device.CPU ? IntStream.of(here).mapToDouble(i -> onHost(tensors.get(i))).toArray() : onDevice(IntStream.of(here).mapToObj(tensors::get).toList());
            for (int k = 0; k < here.length; k++) sums[here[k]] = some[k];
        }
        return sums;
    }

    private static double[] onDevice(List<Tensor> tensors) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            return ManyTensors.sumsOfSquares(tensors.stream().map(Tensor::contiguous).toList());
        }
    }

    private static double onHost(Tensor x) {
        if (x.elements() == 0) return 0;
        PointwiseKernel square = PointwiseKernel.of(Expr.x(0).mul(Expr.x(0)), new DType[] {x.dtype()}, DType.F64, DType.F64);
        try (Tensor sum = Tensor.allocate(Device.CPU, DType.F64, Shape.of());
                PreparedRun squares = square.prepare(x.shape().sizes(), new long[][] {x.layout().strides()}, new long[] {x.address()}, new double[0])) {
            Reductions.reduceComputed(Reductions.Kind.SUM, DType.F64, squares, 1, x.elements(), sum.address());
            return sum.item();
        }
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor x = gradient.savedInput(0);
        Tensor y = axes.restore(gradient.savedOutput(0), x.shape());
        Tensor zero = y.eq(0);
        Tensor scale = axes.restore(gradient.output(), x.shape()).div(zero.where(Tensors.scalar(y.dtype(), 1), y));
        return new Tensor[] {x.mul(zero.where(Tensors.scalar(y.dtype(), 0), scale))};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("all", in -> in.get(0).norm(2), Sample.Input.real(3, 4)).large(Sample.Input.real(100_003)),
                Sample.of("rows", in -> in.get(0).norm(2, -1), Sample.Input.real(3, 70)).large(Sample.Input.real(301, 501)),
                Sample.of("sum of absolutes", in -> in.get(0).norm(1, 0), Sample.Input.real(3, 4)),
                Sample.of("largest absolute", in -> in.get(0).norm(Double.POSITIVE_INFINITY, 1), Sample.Input.real(3, 5)));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("integers", List.of("norm:", "i32 [3]", "floating"), in -> in.get(0).to(DType.I32).norm(2), Sample.Input.real(3)),
                Fault.of("other p", List.of("norm: p is 3.0; it must be 1, 2 or infinity"), in -> in.get(0).norm(3), Sample.Input.real(3)));
    }
}
