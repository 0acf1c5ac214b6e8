package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.cpu.ChannelNorm;
import dev.tenfold.kernels.cpu.GroupNorm;
import dev.tenfold.kernels.cpu.RowNorm;
import dev.tenfold.kernels.cuda.CudaNorm;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;

/**
 * Normalisation by statistics of rows, channels or groups, on whichever device the tensors are. All are dense; {@code weight}, {@code bias} and their
 * gradients may be null, all or none of them. The CPU takes f32 and f64.
 */
public final class Normalising {
    private Normalising() {
    }

    /** Where the kernels of the tensors' device find {@code t}: 0 where it is null. */
    private static long at(Tensor t) {
        return t == null ? 0 : t.device() == Device.CPU ? t.address() : t.deviceAddress();
    }

    /** Rows of {@code n}; see {@link RowNorm#forward}. */
    public static void rows(Tensor x, long n, Tensor weight, Tensor bias, double eps, Tensor y, Tensor mean, Tensor root) {
        if (y.device() == Device.CPU) RowNorm.forward(y.dtype(), at(x), mean.elements(), n, at(weight), at(bias), eps, at(y), at(mean), at(root));
        else CudaNorm.rows(y.device().accelerator(), y.dtype(), at(x), mean.elements(), n, at(weight), at(bias), eps, at(y), at(mean), at(root));
    }

    /** See {@link RowNorm#backward}. */
    public static void rowsGradient(Tensor x, Tensor g, long n, Tensor weight, Tensor mean, Tensor root, Tensor dx, Tensor dweight, Tensor dbias) {
        long rows = mean.elements();
        if (dx.device() == Device.CPU) RowNorm.backward(dx.dtype(), at(x), at(g), rows, n, at(weight), at(mean), at(root), at(dx), at(dweight), at(dbias));
        else CudaNorm.rowsGradient(dx.device().accelerator(), dx.dtype(), at(x), at(g), rows, n, at(weight), at(mean), at(root), at(dx), at(dweight), at(dbias));
    }

    /** Channels of x [n, c, plane]; see {@link ChannelNorm#forward}. */
    public static void channels(Tensor x, long n, long c, long plane, Tensor weight, Tensor bias, double eps, Tensor y, Tensor mean, Tensor variance) {
        if (y.device() == Device.CPU) ChannelNorm.forward(y.dtype(), at(x), n, c, plane, at(weight), at(bias), eps, at(y), at(mean), at(variance));
        else CudaNorm.channels(y.device().accelerator(), y.dtype(), at(x), n, c, plane, at(weight), at(bias), eps, at(y), at(mean), at(variance));
    }

    /** See {@link ChannelNorm#backward}. */
    public static void channelsGradient(Tensor x, Tensor g, long n, long c, long plane, Tensor weight, double eps, Tensor mean, Tensor variance,
                                        Tensor dx, Tensor dweight, Tensor dbias) {
        if (dx.device() == Device.CPU) {
            ChannelNorm.backward(dx.dtype(), at(x), at(g), n, c, plane, at(weight), eps, at(mean), at(variance), at(dx), at(dweight), at(dbias));
        } else {
            CudaNorm.channelsGradient(dx.device().accelerator(), dx.dtype(), at(x), at(g), n, c, plane, at(weight), eps, at(mean), at(variance), at(dx), at(dweight), at(dbias));
        }
    }

    /** How x is cut: [n, groups, channels, plane]. */
    public record Groups(long n, long groups, long channels, long plane) {
    }

    /** Groups of channels; see {@link GroupNorm#forward}. */
    public static void groups(Tensor x, Groups cut, Tensor weight, Tensor bias, double eps, Tensor y, Tensor mean, Tensor root) {
        if (y.device() == Device.CPU) {
            new GroupNorm(y.dtype(), cut.n, cut.groups, cut.channels, cut.plane).forward(at(x), at(weight), at(bias), eps, at(y), at(mean), at(root));
        } else {
            CudaNorm.groups(y.device().accelerator(), y.dtype(), at(x), cut.n, cut.groups, cut.channels, cut.plane, at(weight), at(bias), eps, at(y), at(mean), at(root));
        }
    }

    /** See {@link GroupNorm#backward}. */
    public static void groupsGradient(Tensor x, Tensor g, Groups cut, Tensor weight, Tensor mean, Tensor root, Tensor dx, Tensor dweight, Tensor dbias) {
        if (dx.device() == Device.CPU) {
            new GroupNorm(dx.dtype(), cut.n, cut.groups, cut.channels, cut.plane).backward(at(x), at(g), at(weight), at(mean), at(root), at(dx), at(dweight), at(dbias));
        } else {
            CudaNorm.groupsGradient(dx.device().accelerator(), dx.dtype(), at(x), at(g), cut.n, cut.groups, cut.channels, cut.plane, at(weight), at(mean), at(root),
                    at(dx), at(dweight), at(dbias));
        }
    }
}
