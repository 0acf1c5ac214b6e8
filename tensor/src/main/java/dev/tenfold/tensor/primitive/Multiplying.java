package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Blas;
import dev.tenfold.kernels.cuda.CudaGemm;
import dev.tenfold.kernels.cuda.Epilogue;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;

/** Matrix products, on whichever device the operands are. */
public final class Multiplying {
    private static final Expr SUM = Expr.x(0).add(Expr.x(1));

    private Multiplying() {
    }

    /** The type that operands of {@code type} must have on {@code device}: the host multiplies f32 and f64, a device narrow types as they are. */
    public static DType operandType(Device device, DType type) {
        return device == Device.CPU ? type.compute() : type;
    }

    /**
     * {@code C_i = op(A_i) op(B_i)} for {@code i < batch}, of one type that is not bool: op(A) is [m, k], op(B) [k, n], k is not 0, C dense [m, n].
     * Leading dimensions, and strides from one matrix to the next, are in elements.
     *
     * @param transA whether A lies as [k, m]
     * @param a      an address in the memory of {@code device}, like those that follow
     */
    public static void run(Device device, DType type, boolean transA, boolean transB, long m, long n, long k, long a, long lda, long strideA,
                           long b, long ldb, long strideB, long c, long batch) {
        if (device != Device.CPU) {
            CudaGemm.run(device.accelerator(), type, transA, transB, m, n, k, 1, a, lda, strideA, b, ldb, strideB, 0, c, n, m * n, batch, Epilogue.NONE);
        } else if (!type.isFloating()) {
            IntegerProduct.run(type, transA, transB, m, n, k, a, lda, strideA, b, ldb, strideB, c, batch);
        } else if (batch == 1) {
            Blas.gemm(type, transA, transB, m, n, k, 1, a, lda, b, ldb, 0, c, n);
        } else {
            Blas.gemmBatched(type, transA, transB, m, n, k, 1, a, lda, strideA, b, ldb, strideB, 0, c, n, m * n, batch);
        }
    }

    /** {@code out[r, o] = sum_i x[r, i] weight[o, i] + bias[o]} of dense tensors; {@code bias} may be null, and {@code rows} is x's number of rows. */
    public static void linear(Tensor x, Tensor weight, Tensor bias, long rows, Tensor out) {
        DType type = out.dtype();
        long n = weight.size(0);
        long k = weight.size(1);
        if (out.device() == Device.CPU) {
            Blas.gemm(type, false, true, rows, n, k, 1, x.address(), k, weight.address(), k, 0, out.address(), n,
                    bias == null ? Blas.NOTHING : adding(type, bias.address(), out.address(), n));
        } else {
            CudaGemm.run(out.device().accelerator(), type, false, true, rows, n, k, 1, x.deviceAddress(), k, 0, weight.deviceAddress(), k, 0, 0, out.deviceAddress(), n, 0, 1,
                    bias == null ? Epilogue.NONE : Epilogue.columnBias(bias.deviceAddress()));
        }
    }

    /** Adds the bias to each tile of the product while that is in the cache. */
    private static Blas.Finish adding(DType type, long bias, long out, long n) {
        PointwiseKernel sum = PointwiseKernel.of(SUM, new DType[] {type, type}, type, type);
        int bytes = type.bytes();
        return (row, rows, column, columns) -> {
            for (long r = row; r < row + rows; r++) {
                long at = out + (r * n + column) * bytes;
                sum.run(columns, new long[] {at, bias + column * bytes}, 0, at);
            }
        };
    }
}
