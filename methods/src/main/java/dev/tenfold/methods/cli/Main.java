package dev.tenfold.methods.cli;

import dev.tenfold.methods.Methods;

/** The command line's entry. */
public final class Main {
    private Main() {
    }

    public static void main(String[] args) {
        int code = new Tenfold(Methods.all(), Screen.ofProcess()).execute(args);
        if (code != 0) System.exit(code);
    }
}
