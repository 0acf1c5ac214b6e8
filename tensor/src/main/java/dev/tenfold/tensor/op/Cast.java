package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Loop;
import java.util.List;

/**
 * Conversion to another element type: floats round to nearest even, floats to integers truncate (NaN to 0, what is beyond i32
 * or i64 to their nearest end, u8 takes the low bits), anything to bool is {@code x != 0}. The gradient is converted back.
 */
public record Cast(DType to) implements Operation {
    private static final double[] NO_PARAMS = {};
    private static final PointwiseKernel[] KERNELS = new PointwiseKernel[DType.values().length * DType.values().length];

    @Override
    public String name() {
        return "to";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        Tensor out = Tensor.allocate(to, x.shape());
        PointwiseKernel kernel = kernel(x.dtype(), to);
        Loop.run(kernel, inputs, x.shape(), NO_PARAMS, out);
        return new Tensor[] {out};
    }

    private static PointwiseKernel kernel(DType from, DType to) {
        int slot = from.ordinal() * DType.values().length + to.ordinal();
        PointwiseKernel kernel = KERNELS[slot];
        if (kernel == null) {
            DType compute = from.isFloating() ? from.compute() : to.isFloating() && from != DType.I64 ? to.compute() : DType.I64;
            Expr value = to == DType.BOOL ? Expr.of(dev.tenfold.kernels.expr.Fn.NE, Expr.x(0), Expr.c(0)) : Expr.x(0);
            KERNELS[slot] = kernel = PointwiseKernel.of(value, new DType[] {from}, compute, to);
        }
        return kernel;
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {gradient.output().to(gradient.inputType(0))};
    }

    static List<Sample> samples() {
        return java.util.Arrays.stream(DType.values())
                .map(to -> Sample.of("to " + to, in -> in.get(0).to(to), Sample.Input.real(-3.0, 3.0, 3, 5)).types(Sample.ALL).order(to == DType.F64 ? 2 : 0).tolerance(0)
                        .large(Sample.Input.real(-3.0, 3.0, 3, 25_001)))
                .toList();
    }

    static List<Fault> faults() {
        return List.of(Fault.of("closed tensor", List.of("to:", "f32 tensor [2, 3] is closed", "Scope.keep"), in -> {
            in.get(0).close();
            return in.get(0).to(DType.F64);
        }, Sample.Input.real(2, 3)));
    }
}
