package dev.tenfold.jmh.gpu;

/**
 * What is measured, with its inputs ready.
 *
 * @param run   one call; what it makes is freed in it
 * @param cycle calls until the same inputs come again
 * @param end   frees what belongs to no scope
 */
record Call(Runnable run, int cycle, Runnable end) implements AutoCloseable {
    static Call of(Runnable run) {
        return inTurn(run, 1);
    }

    static Call inTurn(Runnable run, int cycle) {
        return new Call(run, cycle, () -> { });
    }

    Call closing(Runnable last) {
        return new Call(run, cycle, last);
    }

    @Override
    public void close() {
        end.run();
    }
}
