package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.cpu.Reductions.Kind;

/** The loops with vectors. Loaded only where the vector module is. */
final class VectorRowLoops implements RowLoops {
    @Override
    public float sum32(long address, int n) {
        return VectorSums32.sum(address, n);
    }

    @Override
    public void sums32(long address, int n, long rows, long out) {
        VectorSums32.sums(address, n, rows, out);
    }

    @Override
    public double sum64(long address, int n) {
        return VectorRows64.sum(address, n);
    }

    @Override
    public float sumSquares32(long address, int n) {
        return VectorRows32.sumSquares(address, n);
    }

    @Override
    public double sumSquares64(long address, int n) {
        return VectorRows64.sumSquares(address, n);
    }

    @Override
    public float max32(long address, int n) {
        return VectorRows32.max(address, n);
    }

    @Override
    public double max64(long address, int n) {
        return VectorRows64.max(address, n);
    }

    @Override
    public float min32(long address, int n) {
        return VectorRows32.min(address, n);
    }

    @Override
    public double min64(long address, int n) {
        return VectorRows64.min(address, n);
    }

    @Override
    public void fold32(Kind kind, long from, long rows, long stride, int columns, long to) {
        VectorRows32.fold(kind, from, rows, stride, columns, to);
    }

    @Override
    public void fold64(Kind kind, long from, long rows, long stride, int columns, long to) {
        VectorRows64.fold(kind, from, rows, stride, columns, to);
    }
}
