module dev.tenfold.tensor {
    requires transitive dev.tenfold.kernels;
}
