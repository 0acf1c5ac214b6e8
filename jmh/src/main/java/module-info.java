module dev.tenfold.jmh {
    requires dev.tenfold.methods;
}
