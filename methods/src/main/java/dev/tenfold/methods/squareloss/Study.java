package dev.tenfold.methods.squareloss;

import dev.tenfold.methods.Run;
import java.io.IOException;

/** One experiment of the method: it leaves its section, tables, plots, metrics and claims in the run, and no tensors behind. */
interface Study {
    void run(Run run) throws IOException;
}
