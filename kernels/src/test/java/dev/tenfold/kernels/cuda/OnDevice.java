package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Arrays on the host with twins on a device, for tests that hold a kernel against the CPU's loop: the emulator, and for {@code -Pgpu}
 * ({@code -Dtenfold.test.gpu=true}) a real one.
 */
final class OnDevice implements AutoCloseable {
    /** Numbers at which functions change their branch, or leave their range. */
    static final double[] SPECIAL = {0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-40, -1e-40,
        1e-310, -4.9e-324, 1e-30, 88.7, -87.4, -103, 89, 709.7, -745, 720, 1e30, 3.4e38, -3.4e38, 1.7e308, 1e-7, -1e-7, 2.5, -2.5, 65504, 65520, 6e-8,
        1e-5, 1e10, -1e19, 255, 256, -129, 3e9, 0.84375, 1.25, 2.857, 6, 1e6, 1e22, 3.141592653589793, 1.5707963267948966};

    /** Whether the tests are to run on a real device. */
    static final boolean REAL = Boolean.getBoolean("tenfold.test.gpu");

    final CudaDevice device;
    private final List<Block> blocks = new ArrayList<>();

    OnDevice() {
        if (!REAL) {
            System.setProperty("tenfold.cuda.emulator", "true");
            assumeTrue(Cuda.available(), Cuda::status);
        }
        device = Cuda.device(0);
        device.reset(); // a test of faults may have left one that is still to be found
    }

    /** {@code n} elements on the host and on the device, equal at first. */
    record Twin(DType type, int n, long host, long device) {
        double get(int i) {
            return Memory.getAsDouble(type, host + (long) i * type.bytes());
        }
    }

    Twin twin(DType type, double... values) {
        Twin twin = empty(type, values.length);
        for (int i = 0; i < values.length; i++) Memory.putAsDouble(type, twin.host + (long) i * type.bytes(), values[i]);
        upload(twin);
        return twin;
    }

    /** Elements that nothing has written yet. */
    Twin empty(DType type, int n) {
        long bytes = (long) n * type.bytes();
        Block host = HostAllocator.get().allocate(bytes);
        blocks.add(host);
        Memory.fill(host.address(), bytes, (byte) 0);
        DeviceBlock block = device.allocator().allocate(bytes);
        blocks.add(block);
        return new Twin(type, n, host.address(), block.address());
    }

    void upload(Twin twin) {
        Transfers.toDevice(twin.host, twin.device, (long) twin.n * twin.type.bytes(), device.stream());
    }

    /** The device's elements, on a host address that lives as long as this. */
    Twin download(Twin twin) {
        Twin copy = new Twin(twin.type, twin.n, empty(twin.type, twin.n).host, twin.device);
        Transfers.toHost(twin.device, copy.host, (long) twin.n * twin.type.bytes(), device.stream());
        return copy;
    }

    /** The device has the host's bits; NaN is NaN whatever its bits. */
    void assertSame(Twin twin, String what) {
        Twin got = download(twin);
        for (int i = 0; i < twin.n; i++) {
            if (bits(got, i) == bits(twin, i) || Double.isNaN(got.get(i)) && Double.isNaN(twin.get(i))) continue;
            int at = i;
            assertEquals(twin.get(i), got.get(i), () -> what + " at " + at + ": bits " + Long.toHexString(bits(got, at)) + " instead of " + Long.toHexString(bits(twin, at)));
            throw new AssertionError(what + " at " + i + ": bits " + Long.toHexString(bits(got, i)) + " instead of " + Long.toHexString(bits(twin, i)));
        }
    }

    private static long bits(Twin twin, int i) {
        long at = twin.host + (long) i * twin.type.bytes();
        return switch (twin.type.bytes()) {
            case 8 -> Memory.getLong(at);
            case 4 -> Memory.getInt(at) & 0xFFFFFFFFL;
            case 2 -> Memory.getShort(at) & 0xFFFFL;
            default -> Memory.getByte(at) & 0xFFL;
        };
    }

    /** The special numbers, then random ones between {@code low} and {@code high}. */
    static double[] numbers(int n, double low, double high, long seed) {
        Random random = new Random(seed);
        double[] values = new double[n];
        for (int i = 0; i < n; i++) values[i] = i < SPECIAL.length ? SPECIAL[i] : low + random.nextDouble() * (high - low);
        return values;
    }

    /** Numbers that the type holds without loss of meaning: whole ones of small magnitude, or plain reals. */
    static double[] tame(DType type, int n, long seed) {
        Random random = new Random(seed);
        double[] values = new double[n];
        for (int i = 0; i < n; i++) values[i] = type == DType.BOOL ? random.nextInt(2) : type.isFloating() ? 4 * random.nextDouble() - 2 : random.nextInt(100) - (type == DType.U8 ? 0 : 50);
        return values;
    }

    @Override
    public void close() {
        blocks.forEach(Block::release);
    }
}
