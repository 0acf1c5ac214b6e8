package dev.tenfold.methods.cli;

import dev.tenfold.methods.Run;
import java.nio.file.Path;

/**
 * What the command line asks of every method that it runs.
 *
 * @param data the folder that was named, or null
 */
record RunSettings(Run.Scale scale, long seed, int threads, Path data) {
}
