module dev.tenfold.nn {
    requires transitive dev.tenfold.autograd;
}
