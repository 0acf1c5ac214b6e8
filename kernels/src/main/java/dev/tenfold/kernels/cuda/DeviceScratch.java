package dev.tenfold.kernels.cuda;

/** Device memory that several arrays of one computation share, taken and given back in the order of a stream. */
final class DeviceScratch implements AutoCloseable {
    private static final long ALIGNMENT = 256;

    private final DeviceBlock block;
    private final long[] places;

    /** Arrays of these sizes, in bytes; some may be 0. */
    DeviceScratch(CudaStream stream, long... sizes) {
        places = new long[sizes.length];
        long bytes = 0;
        for (int i = 0; i < sizes.length; i++) {
            places[i] = bytes;
            bytes += (sizes[i] + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        block = stream.device().allocator().allocate(bytes, stream);
    }

    /** The address of array {@code i}. */
    long at(int i) {
        return block.address() + places[i];
    }

    @Override
    public void close() {
        block.release();
    }
}
