package dev.tenfold.kernels;

/**
 * Whether the vector loops can be used: decided once. Without the module {@code jdk.incubator.vector} their scalar twins
 * serve, with the same bits; one log line then names the flag.
 */
public final class VectorModule {
    private static final boolean AVAILABLE = find();

    private VectorModule() {
    }

    /** True when the vector module is there and {@code -Dtenfold.vector=off} was not given. */
    public static boolean available() {
        return AVAILABLE;
    }

    /** The width that the vector loops use on this processor; the scalar loops' name when they serve. */
    public static String description() {
        return AVAILABLE ? Width.text() : "plain loops";
    }

    // Apart, so that the class loads without the vector module.
    private static final class Width {
        static String text() {
            var species = jdk.incubator.vector.FloatVector.SPECIES_PREFERRED;
            return species.vectorBitSize() + " bits, " + species.length() + " floats";
        }
    }

    private static boolean find() {
        if (System.getProperty("tenfold.vector", "on").equals("off")) return false;
        boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        if (!present) {
            System.getLogger("dev.tenfold").log(System.Logger.Level.WARNING, "The vector module is absent, so plain loops run, "
                    + "several times slower: start Java with --add-modules jdk.incubator.vector");
        }
        return present;
    }
}
