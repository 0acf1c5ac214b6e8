module dev.tenfold.methods {
    requires transitive dev.tenfold.nn;
}
