package dev.tenfold.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a compiled kernel takes of a multiprocessor, as the assembler tells it.
 *
 * @param kernel         the entry's name
 * @param registers      of a thread
 * @param sharedBytes    of a block, those that the text declares with a size
 * @param constantBytes  of the kernel, its parameters among them
 * @param stackBytes     of a thread: local arrays that are indexed by variables, and calls
 * @param spillStores    bytes of a thread that are written to memory because registers ran out
 * @param spillLoads     bytes that are read back
 */
public record KernelReport(String kernel, int registers, int sharedBytes, int constantBytes, int stackBytes, int spillStores, int spillLoads) {
    private static final Pattern ENTRY = Pattern.compile("Compiling entry function '([^']+)'");
    private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");

    /** Whether registers ran out. */
    public boolean spills() {
        return spillStores + spillLoads > 0;
    }

    /** The entries in an assembler's log, in its order. */
    static List<KernelReport> of(CompiledKernel kernel) {
        List<KernelReport> reports = new ArrayList<>();
        String name = null;
        int[] stack = new int[3];
        for (String line : kernel.log().lines().toList()) {
            Matcher entry = ENTRY.matcher(line);
            if (entry.find()) name = entry.group(1);
            Matcher spills = SPILLS.matcher(line);
            if (spills.find()) for (int i = 0; i < 3; i++) stack[i] = Integer.parseInt(spills.group(i + 1));
            if (name != null && line.contains("Used ") && line.contains(" registers")) {
                reports.add(new KernelReport(name, number(line, "Used (\\d+) registers"), number(line, "(\\d+) bytes smem"),
                        number(line, "(\\d+) bytes cmem\\[0\\]"), stack[0], stack[1], stack[2]));
                name = null;
            }
        }
        return reports;
    }

    private static int number(String line, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(line);
        return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }
}
