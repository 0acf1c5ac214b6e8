package dev.tenfold.kernels.memory;

/**
 * JavaCPP counts the process's memory and, above a limit of its own, calls {@code System.gc()} and sleeps. Tenfold's allocators
 * count for themselves, so it is told not to.
 */
public final class JavaCppAccounting {
    private JavaCppAccounting() {
    }

    /** To be called before the first JavaCPP class is loaded; what the user has set stays. */
    public static void off() {
        for (String limit : new String[] {"org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxphysicalbytes"}) {
            if (System.getProperty(limit) == null) System.setProperty(limit, "0");
        }
    }
}
