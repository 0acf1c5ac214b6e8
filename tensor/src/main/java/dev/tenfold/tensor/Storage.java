package dev.tenfold.tensor;

import dev.tenfold.kernels.Block;

/** A block that tensors share, and how often its values were changed in place. */
final class Storage {
    final Block block;
    int version;

    Storage(Block block) {
        this.block = block;
    }
}
