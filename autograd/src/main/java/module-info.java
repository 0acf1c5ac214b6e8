module dev.tenfold.autograd {
    requires transitive dev.tenfold.tensor;
}
