package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;

/** The twin for processes without the vector module. */
final class ScalarRowLoops implements RowLoops {
    private final int partials32;
    private final int partials64;

    /** Both numbers are powers of two: those of the vector class of the machine to agree with. */
    ScalarRowLoops(int partials32, int partials64) {
        this.partials32 = partials32;
        this.partials64 = partials64;
    }

    @Override
    public float sum32(long address, int n) {
        return sum32(address, n, false);
    }

    @Override
    public float sumSquares32(long address, int n) {
        return sum32(address, n, true);
    }

    private float sum32(long address, int n, boolean square) {
        int whole = n / partials32 * partials32;
        float total = 0;
        if (whole > 0) {
            float[] partial = new float[partials32];
            for (int i = 0; i < whole; i++) {
                float x = Memory.getFloat(address + 4L * i);
                partial[i % partials32] = square ? Math.fma(x, x, partial[i % partials32]) : partial[i % partials32] + x;
            }
            total = RowLoops.combine(partial);
        }
        for (int i = whole; i < n; i++) {
            float x = Memory.getFloat(address + 4L * i);
            total = square ? Math.fma(x, x, total) : total + x;
        }
        return total;
    }

    @Override
    public double sum64(long address, int n) {
        return sum64(address, n, false);
    }

    @Override
    public double sumSquares64(long address, int n) {
        return sum64(address, n, true);
    }

    private double sum64(long address, int n, boolean square) {
        int whole = n / partials64 * partials64;
        double total = 0;
        if (whole > 0) {
            double[] partial = new double[partials64];
            for (int i = 0; i < whole; i++) {
                double x = Memory.getDouble(address + 8L * i);
                partial[i % partials64] = square ? Math.fma(x, x, partial[i % partials64]) : partial[i % partials64] + x;
            }
            total = RowLoops.combine(partial);
        }
        for (int i = whole; i < n; i++) {
            double x = Memory.getDouble(address + 8L * i);
            total = square ? Math.fma(x, x, total) : total + x;
        }
        return total;
    }

    @Override
    public float max32(long address, int n) {
        float best = Memory.getFloat(address);
        for (int i = 1; i < n; i++) best = Math.max(best, Memory.getFloat(address + 4L * i));
        return best;
    }

    @Override
    public double max64(long address, int n) {
        double best = Memory.getDouble(address);
        for (int i = 1; i < n; i++) best = Math.max(best, Memory.getDouble(address + 8L * i));
        return best;
    }

    @Override
    public float min32(long address, int n) {
        float best = Memory.getFloat(address);
        for (int i = 1; i < n; i++) best = Math.min(best, Memory.getFloat(address + 4L * i));
        return best;
    }

    @Override
    public double min64(long address, int n) {
        double best = Memory.getDouble(address);
        for (int i = 1; i < n; i++) best = Math.min(best, Memory.getDouble(address + 8L * i));
        return best;
    }
}
