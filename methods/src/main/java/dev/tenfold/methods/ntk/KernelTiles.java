package dev.tenfold.methods.ntk;

import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/**
 * How an n1 x n2 kernel is cut into tiles: all of them, or, of a symmetric one, those of the lower triangle, which also write
 * their transpose. The cut depends on the sizes alone.
 */
final class KernelTiles {
    private static final long TILE = 128;

    private final long n1;
    private final long n2;
    private final boolean symmetric;
    private final long across;

    KernelTiles(long n1, long n2, boolean symmetric) {
        this.n1 = n1;
        this.n2 = n2;
        this.symmetric = symmetric;
        this.across = (n2 + TILE - 1) / TILE;
    }

    long count() {
        return symmetric ? across * (across + 1) / 2 : (n1 + TILE - 1) / TILE * across;
    }

    /** Tile {@code t}; in the triangle, {@code t = i (i + 1) / 2 + j}. */
    Tile at(long t) {
        long i = t / across;
        long j = t % across;
        if (symmetric) {
            i = (long) ((Math.sqrt(8.0 * t + 1) - 1) / 2);
            if (i * (i + 1) / 2 > t) i--;
            if ((i + 1) * (i + 2) / 2 <= t) i++;
            j = t - i * (i + 1) / 2;
        }
        return new Tile(i * TILE, j * TILE, Math.min(TILE, n1 - i * TILE), Math.min(TILE, n2 - j * TILE), symmetric && i == j, symmetric && i != j);
    }

    /**
     * Rows {@code row} to {@code row + height} and columns {@code column} to {@code column + width}.
     *
     * @param diagonal it lies on the diagonal of a symmetric kernel
     * @param mirrored its transpose belongs to the kernel too
     */
    record Tile(long row, long column, long height, long width, boolean diagonal, boolean mirrored) {
        Tensor rows(Tensor x) {
            return x.narrow(0, row, height);
        }

        Tensor columns(Tensor z) {
            return z.narrow(0, column, width);
        }

        /** Replaces the diagonal of a tile that holds one by the variances {@code q} [n1]. */
        void setDiagonal(Tensor tile, Tensor q) {
            if (!diagonal) return;
            tile.withLayout(Layout.of(Shape.of(height), new long[] {height + 1}, tile.layout().offset())).copyFrom(rows(q));
        }

        void store(Tensor tile, Tensor kernel) {
            kernel.narrow(0, row, height).narrow(1, column, width).copyFrom(tile);
            if (mirrored) kernel.narrow(0, column, width).narrow(1, row, height).copyFrom(tile.transpose());
        }
    }
}
