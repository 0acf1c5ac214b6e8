package dev.tenfold.jmh.gpu;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * What one call of {@code tenfold bench … --device cuda} asks for.
 *
 * @param names   rows, kinds or groups, joined by commas, or {@code all}
 * @param device  {@code cuda} or {@code cuda:N}
 * @param quick   shorter batches, and fewer
 * @param seconds no row begins later than this after the start
 * @param rowSeconds a row that takes longer ends the process, since a kernel that hangs cannot be stopped otherwise
 * @param resume  whether rows that {@code out} has already are left as they are
 * @param list    whether the names of the rows are printed, and nothing is measured
 * @param out     where the JSON goes, or null for none
 */
record GpuOptions(String names, String device, Rows.Sizes sizes, boolean quick, double seconds, double rowSeconds, boolean resume, boolean list, Path out) {
    static final String USAGE = "tenfold bench [NAME,…|all] --device cuda[:N] [--sizes full|small] [--quick] [--seconds N] [--row-seconds N] [--out [FILE.json] [--resume]] [--list]";
    private static final double ROW_SECONDS = 120;

    /** Whether a command line asks for a device and not for the host. */
    static boolean meant(String... args) {
        for (int i = 0; i < args.length; i++) {
            String value = args[i].startsWith("--device=") ? args[i].substring("--device=".length()) : args[i].equals("--device") && i + 1 < args.length ? args[i + 1] : "";
            if (value.startsWith("cuda")) return true;
        }
        return false;
    }

    /**
     * Reads the command line. {@code --out} without a file means {@code jmh/results/cuda/NAMES.json}.
     *
     * @throws IllegalArgumentException with a sentence for the user when an argument is not understood
     */
    static GpuOptions parse(String... args) {
        String names = null;
        String device = null;
        Rows.Sizes sizes = Rows.Sizes.FULL;
        boolean quick = false;
        boolean resume = false;
        boolean list = false;
        double seconds = Double.POSITIVE_INFINITY;
        double rowSeconds = ROW_SECONDS;
        String out = null;
        Deque<String> rest = new ArrayDeque<>(List.of(args));
        while (!rest.isEmpty()) {
            String arg = rest.pop();
            int equals = arg.startsWith("--") ? arg.indexOf('=') : -1;
            if (equals > 0) {
                rest.push(arg.substring(equals + 1));
                arg = arg.substring(0, equals);
            }
            switch (arg) {
                case "--quick" -> quick = true;
                case "--resume" -> resume = true;
                case "--list" -> list = true;
                case "--device" -> device = value(arg, rest);
                case "--sizes" -> sizes = sizes(value(arg, rest));
                case "--seconds" -> seconds = number(arg, value(arg, rest));
                case "--row-seconds" -> rowSeconds = number(arg, value(arg, rest));
                case "--out" -> out = rest.isEmpty() || rest.peek().startsWith("--") ? "" : rest.pop();
                default -> {
                    if (arg.startsWith("-")) throw wrong("unknown option " + arg + " with --device cuda");
                    if (names != null) throw wrong("two lists of names, " + names + " and " + arg + "; join them by commas");
                    names = arg;
                }
            }
        }
        if (names == null) names = "all";
        if (!device.matches("cuda(:[0-9]{1,4})?")) throw wrong("--device " + device + ": there are cpu, cuda and cuda:N with the device's number, such as cuda:0");
        check(names, sizes);
        Path file = out == null ? null : out.isEmpty() ? Path.of("jmh", "results", "cuda", names + ".json") : Path.of(out);
        if (resume && file == null) throw wrong("--resume needs --out with the file to go on with");
        return new GpuOptions(names, device, sizes, quick, seconds, rowSeconds, resume, list, file);
    }

    private static void check(String names, Rows.Sizes sizes) {
        for (String name : names.split(",")) {
            if (Rows.named(name, sizes).isEmpty()) {
                throw wrong("no row, kind or group is called " + name + " on a device; the groups are " + String.join(", ", Rows.groups()) + " and all, --list has the rows");
            }
        }
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) throw wrong(option + " needs a value");
        return rest.pop();
    }

    private static Rows.Sizes sizes(String value) {
        return Arrays.stream(Rows.Sizes.values()).filter(s -> s.name().toLowerCase(Locale.ROOT).equals(value)).findFirst()
                .orElseThrow(() -> wrong("--sizes needs full or small, not " + value));
    }

    private static double number(String option, String value) {
        try {
            double number = Double.parseDouble(value);
            if (number > 0) return number;
        } catch (NumberFormatException e) {
            // falls through to the sentence below
        }
        throw wrong(option + " needs a number of seconds above 0, not " + value);
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("bench: " + what + ".\nUsage: " + USAGE);
    }
}
